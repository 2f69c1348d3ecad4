# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from rclpy.parameter import Parameter

from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.nodes.inference_node import InferenceNode
from vla_ros.policy.admission import Goal
from vla_ros.policy.outcome import End, Outcome
from vla_ros.policy.spec import PolicyProfile
from vla_ros.resources import config_path
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.ros.encode import encode_observation
from vla_ros.ros.stamps import decode_time
from vla_ros.ros.timing import put_hops, read_hops
from vla_ros.timing.hops import total_ms
from vla_ros.timing.window import SLACK_MS
from vla_ros.types import ActionChunk, JointSample, Observation

pytestmark = pytest.mark.ros

GO = Goal(goal_id="a" * 32, instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=True)
S = 1_000_000_000
MS = 1_000_000


class Agreeable:
    """Implements PolicyBackend; understands everything and is never asked."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        self.profile = profile

    def check_instruction(self, text: str) -> str:
        return text

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


def refusal(robot: Path | str) -> End:
    """How a goal ends that sees no observation for a long time."""
    overrides = [Parameter("robot", value=str(robot)), Parameter("policy", value="tabletop")]
    node = InferenceNode(Agreeable, overrides=overrides, namespace="/test_inference")
    try:
        node.trigger_configure()
        end = node.make_run(GO, 0).step(10 * S, None, None)
    finally:
        node.stop()
        node.destroy_node()
    assert isinstance(end, End)
    assert end.outcome is Outcome.REJECTED
    return end


def test_a_policy_that_does_not_fit_its_robot_refuses_goals_with_the_reason(
    ros: None, tmp_path: Path
) -> None:
    text = config_path("robots", "sim_arm").read_text()
    robot = tmp_path / "sim_arm.yaml"
    robot.write_text(text.replace("infer_deadline_s: 1.5", "infer_deadline_s: 0.2"))
    message = refusal(robot).message
    assert "this policy does not fit this robot: replan_s = 0.7 s" in message
    assert "Raise infer_deadline_s in the robot profile" in message


@pytest.fixture
def node(ros: None) -> Iterator[InferenceNode]:
    """Return a node that is configured and whose callbacks nobody calls but the test."""
    overrides = [Parameter("robot", value="sim_arm"), Parameter("policy", value="tabletop")]
    node = InferenceNode(Agreeable, overrides=overrides, namespace="/test_inference")
    node.trigger_configure()
    yield node
    node.stop()
    node.destroy_node()


def test_an_observation_is_noted_with_the_time_it_was_under_way(node: InferenceNode) -> None:
    now_ns = node.now_ns()
    message = make_message(now_ns - 30 * MS)
    put_hops(message, (("camera", 20.0), ("decode", 5.0)))
    node._on_observation(message)
    seen = node.observation()
    assert seen is not None
    name, under_way_ms = seen.hop_ms[-1]
    assert name == "observation_transport"
    assert under_way_ms + SLACK_MS >= 5.0
    assert under_way_ms <= 5.0 + (node.now_ns() - now_ns) * 1e-6 + SLACK_MS


def test_a_chunk_carries_its_way_from_the_camera_to_its_publication(
    node: InferenceNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[ActionChunkMessage] = []
    monkeypatch.setattr(node, "_chunks", SimpleNamespace(publish=sent.append))
    hops = (("camera", 20.0), ("infer", 15.0))
    for _ in range(2):  # The first one is the cold start.
        node.publish(make_chunk(node.now_ns() - 50 * MS, hops))
    after_ns = node.now_ns()
    way = read_hops(sent[1])
    assert [name for name, _ in way] == ["camera", "infer", "answer"]
    observed_ns = decode_time(sent[1].observed)
    made_ns = decode_time(sent[1].header.stamp)
    assert (made_ns - observed_ns) * 1e-6 <= total_ms(way) + SLACK_MS
    assert total_ms(way) <= (after_ns - observed_ns) * 1e-6 + SLACK_MS
    spreads = node._hops.spreads(after_ns)
    assert spreads["infer"].worst_ms == 15.0
    assert spreads["age"].count == 1
    assert [chunk.sequence for chunk in sent] == [1, 2]


def test_the_end_of_a_goal_is_no_sample(
    node: InferenceNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "_chunks", SimpleNamespace(publish=lambda _: None))
    for _ in range(3):
        node.publish(make_chunk(node.now_ns(), (), rows=0))
    assert node._hops.spreads(node.now_ns()) == {}
    assert node._hops.cold_ms == []


def make_message(stamp_ns: int) -> ObservationMessage:
    robot = load_robot_profile("sim_arm")
    joints = JointSample(
        names=robot.joint_names, stamp_ns=stamp_ns, arrival_ns=0, position=np.zeros(6)
    )
    seen = Observation(stamp_ns=stamp_ns, frames=(), frozen=(), joints=joints, gripper=1.0)
    return encode_observation(seen, robot, stamp_ns)


def make_chunk(
    observed_ns: int, hops: tuple[tuple[str, float], ...], *, rows: int = 2
) -> ActionChunk:
    return ActionChunk(
        goal_id="a" * 32,
        session=1,
        epoch=1,
        sequence=0,
        last=not rows,
        observed_ns=observed_ns,
        first_ns=observed_ns,
        step_ns=100 * MS,
        joint_names=("a",),
        position_rad=np.zeros((rows, 1)),
        gripper=np.ones(rows),
        hop_ms=hops,
    )


def test_without_an_observation_a_goal_ends_with_the_streams_that_are_missing(ros: None) -> None:
    message = refusal("sim_arm").message
    assert message.startswith("no observation yet: is perception_node running?")
    for topic in ("/front/image_raw", "/wrist/image_raw", "/joint_states"):
        assert f"nobody publishes {topic}" in message
    assert "Start the camera's driver, or correct topic and transport" in message
