# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""view_node over real DDS, with somebody who says what the other nodes would, and a watcher."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from executor_bench import edit_profile
from geometry_msgs.msg import Pose, Vector3
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Header, String
from visualization_msgs.msg import Marker, MarkerArray

from vla_ros.action import ExecuteInstruction
from vla_ros.gate.vocabulary import GateMode, Verdict
from vla_ros.msg import ActionChunk, GateState, Observation, Obstacles
from vla_ros.nodes.view_node import ViewNode
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.encode import encode_rgb
from vla_ros.ros.qos import LATCHED
from vla_ros.ros.simulation import encode_camera_info
from vla_ros.sim.arm import CAMERAS
from vla_ros.view.gaze import GOAL, OBJECT
from vla_ros.view.marks import VERDICT_COLORS

pytestmark = pytest.mark.ros

TIMEOUT_S = 10.0
ROBOT = load_robot_profile("sim_arm")
INPUTS = ("gate_state", "action_chunk", "observation", "instruction")
NAMED = "driver_command_timeout_s"
OBSTACLES = {NAMED: f"obstacles: {{topic: /obstacles, timeout_s: 5.0}}\n{NAMED}"}


class Bench:
    """The node, somebody who talks, and somebody who watches when told to."""

    def __init__(self, robot: str) -> None:
        self.node = ViewNode(overrides=[Parameter("robot", value=robot)], namespace="/vla")
        self.talker, self.watcher = Node("talker"), Node("watcher")
        self.executor = SingleThreadedExecutor()
        for each in (self.node, self.talker, self.watcher):
            self.executor.add_node(each)
        self.arrays: list[MarkerArray] = []
        self.images: list[Image] = []
        kinds = {
            "/vla/gate_state": (GateState, LATCHED),
            "/vla/action_chunk": (ActionChunk, 10),
            "/vla/observation": (Observation, 1),
            "/vla/instruction": (String, LATCHED),
            "/vla/execute_instruction/_action/feedback": (
                ExecuteInstruction.Impl.FeedbackMessage,
                1,
            ),
            "/front/camera_info": (CameraInfo, 1),
            ROBOT.state_topic: (JointState, 1),
            "/obstacles": (Obstacles, 1),
        }
        self.said = {
            topic: self.talker.create_publisher(kind, topic, qos)
            for topic, (kind, qos) in kinds.items()
        }
        self.node.start()

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.executor.spin_once(timeout_sec=0.02)

    def watch(self, kind: Any, topic: str, heard: list[Any]) -> Any:
        return self.watcher.create_subscription(kind, topic, heard.append, 10)

    def say(self, topic: str, message: Any) -> None:
        self.until(lambda: self.said[topic].get_subscription_count() > 0)
        self.said[topic].publish(message)

    def now(self) -> Any:
        return self.talker.get_clock().now().to_msg()

    def say_all(self) -> None:
        """Say once what an armed system with a goal would."""
        self.say("/vla/gate_state", GateState(mode=GateMode.RUN, verdict=Verdict.SCALE))
        self.say("/vla/action_chunk", self.chunk())
        self.say(ROBOT.state_topic, self.joints())

    def chunk(self, rows: int = 16) -> ActionChunk:
        positions = np.tile(ROBOT.home, (rows, 1))
        positions[:, 0] = 0.02 * np.arange(rows)
        return ActionChunk(
            observed=self.now(),
            first=self.now(),
            step_s=0.1,
            speed_scale=0.1,
            last=not rows,
            joint_names=list(ROBOT.joint_names),
            positions=positions.ravel().tolist(),
            gripper=[1.0] * rows,
        )

    def joints(self) -> JointState:
        header = Header(stamp=self.now())
        return JointState(header=header, name=list(ROBOT.joint_names), position=list(ROBOT.home))

    def crate(self) -> Obstacles:
        """A box 4 cm in front of the fingers."""
        pose = Pose()
        pose.position.x, pose.position.z, pose.orientation.w = 0.49, 0.22, 1.0
        return Obstacles(
            header=Header(stamp=self.now(), frame_id=ROBOT.base_frame),
            names=["crate"],
            poses=[pose],
            sizes=[Vector3(x=0.1, y=0.1, z=0.1)],
        )

    def newest(self, group: str) -> list[Marker]:
        """Return the markers of a group that are there now."""
        shown: dict[int, Marker] = {}
        for array in self.arrays:
            for marker in array.markers:
                if marker.ns == group:
                    shown[marker.id] = marker
        return [m for m in shown.values() if m.action == Marker.ADD]

    def close(self) -> None:
        self.node.stop()
        self.executor.shutdown()
        for each in (self.node, self.talker, self.watcher):
            each.destroy_node()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    rclpy.init()
    made = Bench(edit_profile(tmp_path, **OBSTACLES))
    yield made
    made.close()
    rclpy.shutdown()


def listens(bench: Bench, name: str) -> bool:
    return bench.talker.count_subscribers(f"/vla/{name}") > 0


def test_while_nobody_watches_it_listens_to_nothing(bench: Bench) -> None:
    deadline = time.monotonic() + 1.0
    bench.until(lambda: time.monotonic() > deadline)
    assert [name for name in INPUTS if listens(bench, name)] == []
    assert bench.talker.count_subscribers(ROBOT.state_topic) == 0


def test_who_watches_latched_sees_at_once_what_never_changes(bench: Bench) -> None:
    bench.watcher.create_subscription(
        MarkerArray, "/vla/view_node/markers", bench.arrays.append, LATCHED
    )
    bench.until(lambda: bool(bench.newest("workspace")))
    assert bench.newest("scene")
    assert "no word of executor_node" in bench.newest("gate")[0].text


def test_plan_verdict_obstacles_and_distances_are_shown_in_the_base_frame(bench: Bench) -> None:
    bench.watch(MarkerArray, "/vla/view_node/markers", bench.arrays)
    bench.say_all()
    bench.until(
        lambda: bool(bench.newest("plan")) and bench.newest("gate")[0].text == "RUN SCALE speed 0%"
    )
    plan = bench.newest("plan")[0]
    wanted = VERDICT_COLORS[Verdict.SCALE]
    assert (plan.color.r, plan.color.g, plan.color.b) == pytest.approx(wanted[:3])
    assert len(plan.points) == 16
    assert math.hypot(plan.points[0].x - 0.4, plan.points[0].y) < 1e-3

    def joined() -> bool:
        bench.say(ROBOT.state_topic, bench.joints())
        bench.say("/obstacles", bench.crate())
        bench.executor.spin_once(timeout_sec=0.02)
        return bool(bench.newest("gap"))

    bench.until(joined)
    assert bench.newest("obstacle")
    for array in bench.arrays:
        names = [(marker.ns, marker.id) for marker in array.markers]
        assert len(set(names)) == len(names)
        for marker in array.markers:
            assert marker.header.frame_id == ROBOT.base_frame
            numbers = [x for p in marker.points for x in (p.x, p.y, p.z)]
            assert np.isfinite(numbers).all()


def test_the_plan_goes_with_its_goal(bench: Bench) -> None:
    bench.watch(MarkerArray, "/vla/view_node/markers", bench.arrays)
    bench.say_all()
    bench.until(lambda: bool(bench.newest("plan")))
    bench.say("/vla/action_chunk", bench.chunk(0))
    bench.until(lambda: not bench.newest("plan"))


def test_when_the_last_watcher_leaves_it_stops_listening(bench: Bench) -> None:
    subscription = bench.watch(MarkerArray, "/vla/view_node/markers", bench.arrays)
    bench.until(lambda: listens(bench, "action_chunk"))
    assert not listens(bench, "observation")
    bench.watcher.destroy_subscription(subscription)
    bench.until(lambda: not listens(bench, "action_chunk"))


def test_markers_come_ten_times_a_second_at_most(bench: Bench) -> None:
    bench.watch(MarkerArray, "/vla/view_node/markers", bench.arrays)
    bench.until(lambda: len(bench.arrays) > 2)
    before, began = len(bench.arrays), time.monotonic()
    bench.until(lambda: time.monotonic() - began > 1.0)
    assert len(bench.arrays) - before <= 12


def observation(bench: Bench) -> Observation:
    image = np.full((96, 96, 3), 100, dtype=np.uint8)
    return Observation(
        cameras=["wrist", "front"],
        images=[
            encode_rgb(np.zeros((96, 96, 3), np.uint8), Header(stamp=bench.now())),
            encode_rgb(image, Header(stamp=bench.now())),
        ],
        camera_frozen=[False, False],
        joint_state=bench.joints(),
    )


@pytest.mark.parametrize("latched", [False, True])
def test_the_scene_image_is_annotated_with_instruction_goal_gate_and_plan(
    bench: Bench, latched: bool
) -> None:
    fovy = next(camera.fovy_rad for camera in CAMERAS if camera.name == "front")
    info = encode_camera_info(fovy, "front_camera_optical_frame", 96, 96, bench.now())
    if latched:  # Once, before anybody watches.
        bench.talker.create_publisher(CameraInfo, "/front/camera_info", LATCHED).publish(info)
    bench.watch(Image, "/vla/view_node/image", bench.images)
    bench.say("/vla/gate_state", GateState(mode=GateMode.RUN, verdict=Verdict.SCALE))
    bench.say("/vla/instruction", String(data="nod"))
    chunk = bench.chunk()
    chunk.gaze_cameras, chunk.gaze_uv = ["wrist", "front"], [0.5] * 4 + [0.1, 0.2, 0.3, 0.2]
    bench.say("/vla/action_chunk", chunk)
    bench.say(
        "/vla/execute_instruction/_action/feedback",
        ExecuteInstruction.Impl.FeedbackMessage(
            feedback=ExecuteInstruction.Feedback(phase="running", progress=0.5)
        ),
    )
    if not latched:
        bench.say("/front/camera_info", info)

    def drawn() -> bool:
        bench.say("/vla/observation", observation(bench))
        return any(yellow(image) > 40 for image in bench.images)

    bench.until(drawn)
    image = bench.images[-1]
    assert (image.encoding, image.width) == ("rgb8", 480)
    assert image.height >= 480 + 4 * 20
    picture = np.frombuffer(image.data, np.uint8).reshape(image.height, image.width, 3)
    for color, column in ((OBJECT, 0.1), (GOAL, 0.3)):
        _, columns = np.nonzero((picture[:240] == color).all(-1))
        assert columns.mean() == pytest.approx(480 * column, abs=3)
    assert image.header.frame_id == "front_camera_optical_frame"


def yellow(image: Image) -> int:
    """Return how many pixels inside the frame have the colour of the verdict."""
    pixels = np.array(image.data, dtype=np.uint8).reshape(image.height, image.width, 3)
    wanted = np.array(VERDICT_COLORS[Verdict.SCALE][:3]) * 255.0
    inside = pixels[20:460, 20:460].astype(float)
    return int((np.abs(inside - wanted).max(axis=-1) < 30.0).sum())


def test_a_robot_whose_description_lacks_the_camera_gets_text_alone(
    tmp_path: Path,
) -> None:
    rclpy.init()
    path = edit_profile(tmp_path, **{"frame: front_camera_optical_frame": "frame: somewhere_else"})
    node = ViewNode(overrides=[Parameter("robot", value=path)], namespace="/vla")
    node.start()
    assert node._eye is None
    node.stop()
    node.destroy_node()
    rclpy.shutdown()
