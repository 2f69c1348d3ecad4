# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""executor_node over real DDS, with a driver that does as it is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from executor_bench import PROFILE, RATE_HZ, Bench, edit_profile
from rclpy.parameter import Parameter
from std_msgs.msg import Bool
from trajectory_msgs.msg import JointTrajectory

from vla_ros.cli import main as cli
from vla_ros.errors import ConfigError
from vla_ros.gate import ALL_CHECKS, GateMode, Reason
from vla_ros.gate.feed import PAST_KNOTS
from vla_ros.nodes.executor_node import ExecutorNode

pytestmark = pytest.mark.ros


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


def test_deactivation_brings_the_arm_to_rest_first(bench: Bench) -> None:
    bench.run()
    bench.node.stop()
    bench.until(lambda: bench.mode() is GateMode.INACTIVE)
    commands = np.array(bench.driver.commands)
    steps = np.abs(np.diff(commands, axis=0)).max(axis=1)
    assert steps[-1] < 1e-5
    largest = PROFILE.joints[0].operating.acceleration_rad_s2 / RATE_HZ**2
    assert (np.abs(np.diff(steps)) <= largest * 1.01).all()


@pytest.mark.parametrize("simulated", [False, True], ids=["real_time", "simulated_time"])
def test_a_lifecycle_request_that_waits_for_the_arm_lets_everything_be_heard(
    make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, *, simulated: bool
) -> None:
    bench = make_bench(*[Parameter("use_sim_time", value=True)] * simulated)
    bench.run()
    control = bench.node._control
    come_to_rest = control.come_to_rest

    def press_first(timeout_s: float) -> bool:
        bench.driver.pressed = True
        bench.until(lambda: control.state.mode is GateMode.ESTOP)
        return come_to_rest(timeout_s)

    monkeypatch.setattr(control, "come_to_rest", press_first)
    bench.deactivate()
    assert control.state.resting
    told = [state.reasons for state in bench.driver.states if state.mode == GateMode.ESTOP]
    assert list(told[0]) == [Reason.ESTOP_PRESSED]
    assert np.ptp(np.array(bench.driver.commands[-2:]), axis=0).max() < 1e-5


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
        newest = min(PAST_KNOTS, len(message.points) - 1)
        bench.driver.position = list(message.points[newest].positions)

    bench.driver.create_subscription(JointTrajectory, "/arm/joint_trajectory", obey, 10)
    bench.run()
    bench.until(lambda: len(heard[-1].points) > PAST_KNOTS + 3)
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
