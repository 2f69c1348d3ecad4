# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""executor_node over real DDS, with a driver that does as it is told."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Float64MultiArray
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory

from vla_ros.cli import main as cli
from vla_ros.errors import ConfigError
from vla_ros.gate import ALL_CHECKS, GateMode, Reason
from vla_ros.msg import ActionChunk, GateState
from vla_ros.nodes.executor_node import ExecutorNode
from vla_ros.resources import config_path
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.qos import LATCHED

pytestmark = pytest.mark.ros

TIMEOUT_S = 10.0
PROFILE = load_robot_profile("sim_arm")
RATE_HZ = 50.0
# Wide enough for a busy machine: the exact times are shown without ROS, in test/gate.
PATIENT = {
    "rate_hz: 100.0": f"rate_hz: {RATE_HZ}",
    "timeout_s: 0.5": "timeout_s: 1.0",
    "tracking_rad: 0.05\n": (
        "tracking_rad: 0.05\n  joint_state_stale_s: 0.9\n  joint_state_lost_s: 2.0\n"
    ),
}


def edit_profile(folder: Path, **changes: str) -> str:
    """Write a copy of the robot profile with the old texts replaced by new ones; its path."""
    text = config_path("robots", "sim_arm").read_text()
    for old, new in {**PATIENT, **changes}.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "sim_arm.yaml"
    path.write_text(text)
    return str(path)


class Driver(Node):  # type: ignore[misc]
    """Follows the position commands at once, and holds the emergency-stop button."""

    def __init__(self) -> None:
        super().__init__("driver")
        self.position = list(PROFILE.home)
        self.pressed = False
        self.commands: list[list[float]] = []
        self.openings: list[float] = []
        self.states: list[GateState] = []
        self._joints = self.create_publisher(JointState, PROFILE.state_topic, 1)
        self._button = self.create_publisher(Bool, "/estop", 1)
        self.chunks = self.create_publisher(ActionChunk, "/vla/action_chunk", 10)
        self.create_subscription(Float64MultiArray, PROFILE.command.topic, self._obey, 100)
        self.create_subscription(
            Float64MultiArray,
            PROFILE.gripper.topic,
            lambda m: self.openings.append(m.data[0]),
            10,
        )
        self.create_subscription(GateState, "/vla/gate_state", self.states.append, LATCHED)
        self.create_timer(0.01, self._report)
        self.create_timer(0.03, lambda: self._button.publish(Bool(data=self.pressed)))

    def _obey(self, message: Float64MultiArray) -> None:
        self.commands.append(list(message.data))
        self.position = list(message.data)

    def _report(self) -> None:
        message = JointState(name=[*PROFILE.joint_names, PROFILE.gripper.joint])
        message.header.stamp = self.get_clock().now().to_msg()
        message.position = [*self.position, 0.04]
        message.velocity = [0.0] * 7
        self._joints.publish(message)


class Bench:
    """The node in a thread of its own, and the driver in another."""

    def __init__(self, robot: str, *overrides: Parameter) -> None:
        self.driver = Driver()
        self.node = ExecutorNode(
            overrides=[Parameter("robot", value=robot), *overrides], namespace="/vla"
        )
        self.node.start()
        self.sequence = 0
        self._ending = threading.Event()
        self._executors = []
        for node in (self.driver, self.node):
            executor = SingleThreadedExecutor()
            executor.add_node(node)
            thread = threading.Thread(target=self._spin, args=(executor,), daemon=True)
            thread.start()
            self._executors.append((executor, thread))

    def _spin(self, executor: SingleThreadedExecutor) -> None:
        while not self._ending.is_set():
            executor.spin_once(timeout_sec=0.05)

    def until(self, condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self._ending.wait(0.01)

    def mode(self) -> GateMode | None:
        states = self.driver.states
        return GateMode(states[-1].mode) if states else None

    def call(self, name: str) -> tuple[bool, str]:
        client = self.driver.create_client(Trigger, f"/vla/executor_node/{name}")
        self.until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.until(future.done)
        return future.result().success, future.result().message

    def arm(self) -> None:
        """Arm as soon as the node has heard its inputs."""
        self.until(lambda: self.call("arm")[0])
        self.until(lambda: self.mode() is GateMode.ARMED)

    def send_chunk(self, *, last: bool = False) -> None:
        """Send 1.4 s of slow motion of the first joint, or the end of the goal."""
        self.sequence += 1
        now = self.driver.get_clock().now().to_msg()
        message = ActionChunk(
            session=9,
            epoch=self.driver.states[-1].epoch,
            sequence=self.sequence,
            last=last,
            observed=now,
            first=now,
            step_s=0.1,
            speed_scale=1.0,
            joint_names=list(PROFILE.joint_names),
        )
        message.goal_id.uuid = [1] * 16
        if not last:
            rows = np.tile(self.driver.position, (14, 1))
            rows[:, 0] += 0.02 * np.arange(14)
            message.positions = rows.ravel().tolist()
            message.gripper = [0.0] * 14
        self.until(lambda: self.driver.chunks.get_subscription_count() > 0)
        self.driver.chunks.publish(message)

    def run(self) -> None:
        """Arm and move."""
        self.arm()
        self.send_chunk()
        self.until(lambda: self.mode() is GateMode.RUN)
        self.until(lambda: self.driver.position[0] > PROFILE.home[0] + 0.03)

    def close(self) -> None:
        self.node.stop()
        self._ending.set()
        for executor, thread in self._executors:
            thread.join(TIMEOUT_S)
            executor.shutdown()
        self.node.destroy_node()
        self.driver.destroy_node()


@pytest.fixture
def ros() -> Iterator[None]:
    rclpy.init()
    yield
    rclpy.shutdown()


@pytest.fixture
def make_bench(ros: None, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Return a maker of benches: parameters, and changes to the profile as old=new text."""
    benches: list[Bench] = []

    def make(*overrides: Parameter, **changes: str) -> Bench:
        benches.append(Bench(edit_profile(tmp_path, **changes), *overrides))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


def test_nothing_is_published_before_a_person_arms(bench: Bench) -> None:
    bench.until(lambda: bench.mode() is GateMode.IDLE)
    bench.until(lambda: bench.driver.states[-1].joint_state_age_ms < 100.0)
    assert bench.driver.commands == []


def test_a_goal_moves_the_arm_and_ends_in_rest(bench: Bench) -> None:
    bench.run()
    bench.send_chunk(last=True)
    bench.until(lambda: bench.mode() is GateMode.ARMED and not bench.driver.states[-1].stopping)
    commands = bench.driver.commands
    assert commands[0] == pytest.approx(PROFILE.home, abs=1e-9)
    speed = np.abs(np.diff(np.array(commands), axis=0)).max() * RATE_HZ
    assert 0.1 < speed <= PROFILE.joints[0].operating.velocity_rad_s
    assert bench.driver.openings[0] == PROFILE.gripper.closed


def test_stop_latches_until_reset_and_reset_needs_a_second(bench: Bench) -> None:
    bench.run()
    assert bench.call("stop") == (True, "stopping; call ~/reset and ~/arm to go on")
    bench.until(lambda: bench.mode() is GateMode.PSTOP and not bench.driver.states[-1].stopping)
    assert Reason.OPERATOR_STOP in bench.driver.states[-1].reasons
    done, text = bench.call("arm")
    assert not done
    assert "call ~/reset first" in text
    bench.until(lambda: bench.call("reset")[0])
    bench.until(lambda: bench.mode() is GateMode.IDLE)


def test_the_button_stops_the_arm(bench: Bench) -> None:
    bench.run()
    bench.driver.pressed = True
    bench.until(lambda: bench.mode() is GateMode.ESTOP)
    assert Reason.ESTOP_PRESSED in bench.driver.states[-1].reasons


def test_a_silent_policy_is_a_hold_and_then_needs_a_person(bench: Bench) -> None:
    bench.run()
    bench.until(lambda: bench.mode() is GateMode.HOLD)
    assert list(bench.driver.states[-1].reasons) == [Reason.STARVED]
    bench.until(lambda: bench.mode() is GateMode.IDLE)
    assert "call ~/arm" in bench.driver.states[-1].message


@pytest.mark.parametrize("namespace", ["/other", "/vla"])
def test_a_second_executor_is_named_and_nothing_can_be_armed(bench: Bench, namespace: str) -> None:
    other = Node("executor_node", namespace=namespace)
    publisher = other.create_publisher(Float64MultiArray, PROFILE.command.topic, 1)
    bench.until(
        lambda: (
            bench.call("arm")
            == (
                False,
                "not armed: DUP_PUBLISHER: /arm_controller/commands is also published by "
                f"{namespace}/executor_node; only one node may command the arm. Stop the other "
                "one; if it was killed, wait some seconds until the middleware forgets it",
            )
        )
    )
    other.destroy_publisher(publisher)
    bench.arm()
    other.destroy_node()


def test_another_publisher_during_a_goal_stops_the_arm(bench: Bench) -> None:
    bench.run()
    other = Node("jogger")
    other.create_publisher(Float64MultiArray, PROFILE.command.topic, 1)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DUP_PUBLISHER in bench.driver.states[-1].reasons
    other.destroy_node()


def test_a_dead_man_switch_has_to_be_held(make_bench: Callable[..., Bench]) -> None:
    named = "driver_command_timeout_s: 0.1"
    bench = make_bench(**{named: f"{named}\ndeadman: {{topic: /deadman, timeout_s: 1.0}}"})
    done, text = bench.call("arm")
    assert not done
    assert "DEADMAN: the dead-man switch has not been heard yet on /deadman" in text
    held = [True]
    switch = bench.driver.create_publisher(Bool, "/deadman", 1)
    bench.driver.create_timer(0.03, lambda: switch.publish(Bool(data=held[0])))
    bench.run()
    held[0] = False
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DEADMAN in bench.driver.states[-1].reasons
    assert "deadman" not in bench.driver.states[-1].not_configured
    assert "driver" in bench.driver.states[-1].not_configured


def test_a_second_source_of_chunks_during_a_goal_stops_the_arm(bench: Bench) -> None:
    bench.run()
    other = Node("policy_two")
    other.create_publisher(ActionChunk, "/vla/action_chunk", 1)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DUP_PUBLISHER in bench.driver.states[-1].reasons
    text = "/vla/action_chunk is published by /driver and /policy_two; only one policy may move"
    assert text in bench.driver.states[-1].message
    other.destroy_node()
    bench.until(lambda: bench.call("reset")[0])
    bench.arm()


def test_the_double_of_a_policy_is_taken_for_what_a_crash_leaves_behind(bench: Bench) -> None:
    other = Node("driver")
    other.create_publisher(ActionChunk, "/vla/action_chunk", 1)
    text = "a publisher that disappeared uncleanly; wait some seconds"
    bench.until(lambda: text in bench.call("arm")[1])
    other.destroy_node()
    bench.arm()


@pytest.mark.parametrize("topic", [PROFILE.command.topic, PROFILE.gripper.topic])
def test_without_a_controller_nothing_can_be_armed(bench: Bench, topic: str) -> None:
    bench.arm()
    bench.call("stop")
    ears = {e.topic_name: e for e in bench.driver.subscriptions}
    bench.driver.destroy_subscription(ears[topic])
    text = f"NO_CONTROLLER: nobody listens on {topic}: start the robot's controller"
    bench.until(lambda: text in bench.call("reset")[1])
    bench.driver.create_subscription(Float64MultiArray, topic, lambda _: None, 10)
    bench.until(lambda: bench.call("reset")[0])
    bench.arm()


def test_a_controller_that_goes_away_stops_the_arm_and_an_onlooker_is_none(bench: Bench) -> None:
    bench.arm()
    onlooker = Node("blackbox_node")
    onlooker.create_subscription(Float64MultiArray, PROFILE.gripper.topic, lambda _: None, 10)
    ears = {e.topic_name: e for e in bench.driver.subscriptions}
    bench.driver.destroy_subscription(ears[PROFILE.gripper.topic])
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.NO_CONTROLLER in bench.driver.states[-1].reasons
    onlooker.destroy_node()


def test_after_a_fault_the_node_has_no_commands_to_publish_any_more(bench: Bench) -> None:
    bench.run()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    bench.node._gate._final.find_breach = fail  # type: ignore[method-assign]
    bench.until(lambda: bench.mode() is GateMode.FAULT)
    topic = PROFILE.command.topic
    bench.until(lambda: not bench.driver.get_publishers_info_by_topic(topic))
    assert "clean" in bench.call("reset")[1]


POWER = {"driver_command_timeout_s": "power_off: /robot/power_off\ndriver_command_timeout_s"}


def test_an_emergency_stop_that_has_come_to_rest_cuts_the_power_once(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(**POWER)
    speeds: list[float] = []

    def cut(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        commands = np.array(bench.driver.commands[-2:])
        speeds.append(float(np.abs(np.diff(commands, axis=0)).max()))
        response.success, response.message = True, "power is off"
        return response

    bench.driver.create_service(Trigger, "/robot/power_off", cut)
    bench.run()
    assert "power_off" not in bench.driver.states[-1].not_configured
    bench.call("estop")
    bench.until(lambda: "power is off" in bench.node._power.diagnose()[0].message)
    bench.until(lambda: bench.call("reset")[0])
    assert speeds == [0.0]


def test_a_power_off_that_nobody_offers_is_in_the_diagnostics(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(**POWER)
    bench.arm()
    bench.call("estop")
    text = "nobody offers /robot/power_off: the power stays on"
    bench.until(lambda: bench.node._power.diagnose()[0].message == text)
    assert bench.node._power.diagnose()[0].level == DiagnosticStatus.ERROR


def test_a_profile_without_power_off_says_so(bench: Bench) -> None:
    bench.until(lambda: "power_off" in bench.driver.states[-1].not_configured)
    assert bench.node._power.diagnose() == ()


def test_deactivation_brings_the_arm_to_rest_first(bench: Bench) -> None:
    bench.run()
    bench.node.stop()
    bench.until(lambda: bench.mode() is GateMode.INACTIVE)
    commands = np.array(bench.driver.commands)
    steps = np.abs(np.diff(commands, axis=0)).max(axis=1)
    assert steps[-1] < 1e-5
    largest = PROFILE.joints[0].operating.acceleration_rad_s2 / RATE_HZ**2
    assert (np.abs(np.diff(steps)) <= largest * 1.01).all()


def test_a_simulation_may_arm_itself(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(Parameter("auto_arm", value=True))
    bench.until(lambda: bench.mode() is GateMode.ARMED)


def test_a_real_robot_is_never_armed_without_a_person(ros: None, tmp_path: Path) -> None:
    path = edit_profile(
        tmp_path,
        **{"simulated: true": "simulated: false", "tcp_speed_m_s: 0.5": "tcp_speed_m_s: 0.25"},
    )
    node = ExecutorNode(
        overrides=[Parameter("robot", value=path), Parameter("auto_arm", value=True)]
    )
    with pytest.raises(ConfigError, match="auto_arm = true is only for simulations"):
        node.start()
    node.destroy_node()


def test_a_trajectory_controller_is_told_the_stop_too(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(
        **{
            "kind: forward_position": "kind: joint_trajectory",
            "topic: /arm_controller/commands": "topic: /arm/joint_trajectory",
        }
    )
    heard: list[JointTrajectory] = []

    def obey(message: JointTrajectory) -> None:
        heard.append(message)
        bench.driver.position = list(message.points[0].positions)

    bench.driver.create_subscription(JointTrajectory, "/arm/joint_trajectory", obey, 10)
    bench.run()
    bench.until(lambda: len(heard[-1].points) > 3)
    points = heard[-1].points
    assert list(points[-1].velocities) == [0.0] * 6
    assert points[0].velocities[0] > 0.01


def test_the_node_gives_its_gate_every_check(bench: Bench) -> None:
    assert bench.node._gate.checks == ALL_CHECKS


def test_the_audit_log_of_a_goal_is_whole_and_every_command_in_it_is_right(
    make_bench: Callable[..., Bench], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "audit"
    bench = make_bench(Parameter("audit_folder", value=str(folder)))
    bench.run()
    bench.call("stop")
    bench.until(lambda: bench.mode() is GateMode.PSTOP and not bench.driver.states[-1].stopping)
    bench.node.stop()
    assert cli.main(["replay-audit", "--events", str(folder)]) == 0
    written = capsys.readouterr().out
    figures = dict(word.split("=") for word in written.splitlines()[-1].split())
    assert int(figures["commands"]) >= len(bench.driver.commands) > 5
    assert figures["judged"] == figures["commands"]
    assert "note:" not in written
    assert "PSTOP: protective stop: OPERATOR_STOP" in written


def test_an_audit_log_that_cannot_be_written_is_said_and_stops_nothing(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    bench = make_bench(Parameter("audit_folder", value=str(tmp_path / "file" / "audit")))
    bench.until(lambda: list(bench.driver.states[-1].reasons) == [Reason.AUDIT_DEGRADED])
    bench.run()
    assert "Not a directory" in bench.node._control.mailbox._audit
    assert Reason.AUDIT_DEGRADED in bench.driver.states[-1].reasons
