# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""executor_node in a dry run over real DDS: a ghost is commanded, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from executor_bench import PROFILE, Bench
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

from vla_ros.cli import main as cli
from vla_ros.gate import GateMode, Reason

pytestmark = pytest.mark.ros

DRY = Parameter("dry_run", value=True)
TOPICS = (PROFILE.command.topic, PROFILE.gripper.topic)
NOTICE = "dry run, nothing moves: "


def hear_ghost(bench: Bench) -> list[JointState]:
    ghosts: list[JointState] = []
    bench.driver.create_subscription(JointState, "/vla/executor_node/ghost", ghosts.append, 100)
    return ghosts


def run(bench: Bench) -> list[JointState]:
    """Arm, and let a chunk move the ghost."""
    ghosts = hear_ghost(bench)
    bench.arm()
    bench.send_chunk()
    bench.until(lambda: bench.mode() is GateMode.RUN)
    bench.until(lambda: bool(ghosts) and ghosts[-1].position[0] > PROFILE.home[0] + 0.05)
    return ghosts


def test_a_goal_moves_the_ghost_and_no_controller_has_a_publisher(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(DRY)
    ghosts = run(bench)
    bench.send_chunk(last=True)
    bench.until(lambda: bench.mode() is GateMode.ARMED and not bench.driver.states[-1].stopping)
    assert [bench.driver.get_publishers_info_by_topic(topic) for topic in TOPICS] == [[], []]
    assert bench.driver.commands == bench.driver.openings == []
    assert bench.driver.position == list(PROFILE.home)
    assert ghosts[0].name[:6] == list(PROFILE.joint_names)
    assert ghosts[0].position[:6].tolist() == pytest.approx(PROFILE.home, abs=1e-9)
    assert ghosts[-1].name[6:] == [PROFILE.gripper.joint]
    assert len(ghosts[-1].position) == len(ghosts[-1].velocity) == 7
    assert ghosts[-1].position[6] == PROFILE.gripper.closed
    assert np.isfinite(ghosts[-1].position).all()


def test_everybody_is_told_that_nothing_moves(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(DRY)
    assert bench.driver.states[0].message.startswith(NOTICE)
    bench.arm()
    done, text = bench.call("stop")
    assert done
    assert text.startswith(f"{NOTICE}stopping")
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert all(state.message.startswith(NOTICE) for state in bench.driver.states)


def test_who_commands_the_robot_and_who_obeys_does_not_matter(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(DRY)
    for topic in TOPICS:
        bench.deafen(topic)
    pendant = Node("pendant")
    pendant.create_publisher(Float64MultiArray, PROFILE.command.topic, 1)
    bench.until(lambda: len(bench.node.get_publishers_info_by_topic(PROFILE.command.topic)) == 1)
    run(bench)
    pendant.destroy_node()


def test_the_button_stops_the_ghost(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(DRY)
    run(bench)
    bench.driver.pressed = True
    bench.until(lambda: bench.mode() is GateMode.ESTOP)
    assert Reason.ESTOP_PRESSED in bench.driver.states[-1].reasons


def test_a_second_source_of_chunks_stops_the_ghost(make_bench: Callable[..., Bench]) -> None:
    from vla_ros.msg import ActionChunk  # noqa: PLC0415

    bench = make_bench(DRY)
    run(bench)
    other = Node("policy_two")
    other.create_publisher(ActionChunk, "/vla/action_chunk", 1)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DUP_PUBLISHER in bench.driver.states[-1].reasons
    other.destroy_node()


def test_after_a_reset_the_ghost_begins_again_where_the_arm_is(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(DRY)
    ghosts = run(bench)
    bench.call("stop")
    bench.until(lambda: bench.call("reset")[0])
    before = len(ghosts)
    bench.arm()
    bench.until(lambda: len(ghosts) > before + 3)
    assert ghosts[-1].position[:6].tolist() == pytest.approx(PROFILE.home, abs=1e-9)


def test_the_ghost_goes_back_to_the_arm_when_its_goal_has_ended(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(DRY)
    ghosts = run(bench)
    epoch = bench.driver.states[-1].epoch
    bench.send_chunk(last=True)
    bench.until(lambda: bench.driver.states[-1].epoch == epoch + 1)
    bench.until(lambda: ghosts[-1].position[:6].tolist() == pytest.approx(PROFILE.home, abs=1e-9))
    assert bench.mode() is GateMode.ARMED


def test_the_power_of_a_robot_that_was_not_moved_is_not_cut(
    make_bench: Callable[..., Bench],
) -> None:
    named = "driver_command_timeout_s"
    bench = make_bench(DRY, **{named: f"power_off: /robot/power_off\n{named}"})
    assert bench.node._power.diagnose() == ()


def test_the_audit_log_says_that_the_robot_got_nothing(
    make_bench: Callable[..., Bench], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "audit"
    bench = make_bench(DRY, Parameter("audit_folder", value=str(folder)))
    run(bench)
    bench.node.stop()
    assert cli.main(["replay-audit", str(folder)]) == 0
    assert "is of a dry run: a ghost got these commands, the robot none" in capsys.readouterr().out
