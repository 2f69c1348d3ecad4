# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""executor_node before stand-ins for the drivers of real arms, over real DDS."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from executor_bench import PROFILE, Bench
from rclpy.action import ActionClient
from rclpy.node import Node
from stand_ins import GRIPPER_TOPICS, TOPICS, WATCHDOG_S, Quirks, StandIn, missing

from vla_ros.gate import GateMode, Reason

pytestmark = pytest.mark.ros

KINDS = tuple(TOPICS)
VELOCITIES = ("forward_velocity", "joint_jog")
LATE_S = 2.0
ACTIONS = ("gripper_command", "parallel_gripper_command")
ELBOW_FIRST = (2, 1, 0, 3, 4, 5)
QUIRKS = {
    "the elbow first": Quirks(order=ELBOW_FIRST),
    "other joints too": Quirks(extra=("rail_joint", "joint7")),
    "the gripper apart": Quirks(parts=True),
    "no velocities": Quirks(velocity="empty"),
    "velocities are NaN": Quirks(velocity="nan"),
    "only the gripper's is NaN": Quirks(velocity="gripper nan"),
    "all at once": Quirks(
        order=ELBOW_FIRST, extra=("rail_joint",), parts=True, velocity="gripper nan"
    ),
}

MakeBench = Callable[..., Bench]


def put(
    make_bench: MakeBench, kind: str, quirks: Quirks | None = None, gripper: str = ""
) -> Bench:
    """Put executor_node before a driver with one kind of command."""
    gripper = gripper or "forward_position"
    for each in (kind, gripper):
        if reason := missing(each):
            pytest.skip(reason)
    gain = "\n  gain_per_s: 5.0" if kind in VELOCITIES else ""
    effort = "\n  max_effort: 20.0" if gripper in ACTIONS else ""
    old_hand = "kind: forward_position\n  topic: /gripper_controller/commands"
    return make_bench(
        make_driver=partial(StandIn, kind, gripper, quirks),
        **{
            "kind: forward_position\n  topic: /arm_controller/commands": (
                f"kind: {kind}\n  topic: {TOPICS[kind]}{gain}"
            ),
            old_hand: f"kind: {gripper}\n  topic: {GRIPPER_TOPICS[gripper]}{effort}",
        },
    )


def end_goal(bench: Bench) -> None:
    bench.send_chunk(last=True)
    bench.until(lambda: bench.mode() is GateMode.ARMED and not bench.driver.states[-1].stopping)


def rests(bench: Bench, for_s: float = 0.3) -> bool:
    """Watch the arm for a while; say whether it stood still."""
    until, began = time.monotonic() + for_s, np.array(bench.driver.position)
    worst = 0.0
    while time.monotonic() < until:
        worst = max(worst, float(np.abs(np.array(bench.driver.position) - began).max()))
        time.sleep(0.02)
    return worst < 2e-3


@pytest.mark.parametrize("kind", KINDS)
def test_a_goal_moves_the_arm_and_brings_it_to_rest(make_bench: MakeBench, kind: str) -> None:
    bench = put(make_bench, kind)
    bench.run()
    end_goal(bench)
    bench.until(lambda: rests(bench))
    assert bench.driver.position[0] > PROFILE.home[0] + 0.03
    assert bench.driver.position[1:] == pytest.approx(PROFILE.home[1:], abs=5e-3)
    assert bench.driver.refused == []
    assert bench.mode() is GateMode.ARMED


@pytest.mark.parametrize("quirks", QUIRKS.values(), ids=QUIRKS)
@pytest.mark.parametrize("kind", ["forward_position", "forward_velocity"])
def test_joint_states_may_come_as_each_driver_likes(
    make_bench: MakeBench, kind: str, quirks: Quirks
) -> None:
    bench = put(make_bench, kind, quirks)
    bench.run()
    end_goal(bench)
    bench.until(lambda: rests(bench))
    assert bench.driver.position[1:] == pytest.approx(PROFILE.home[1:], abs=5e-3)
    assert {Reason.JS_INVALID, Reason.JS_LOST}.isdisjoint(
        reason for state in bench.driver.states[5:] for reason in state.reasons
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_that_comes_late_is_waited_for(make_bench: MakeBench, kind: str) -> None:
    bench = put(make_bench, kind, Quirks(late=True))
    done, text = bench.call("arm")
    assert not done
    assert "NO_CONTROLLER" in text or "JS_LOST" in text
    bench.until(lambda: TOPICS[kind] in bench.call("arm")[1])
    late = time.monotonic() + LATE_S
    bench.until(lambda: time.monotonic() > late)
    assert bench.mode() is GateMode.IDLE
    bench.have_driver(bench.driver.begin)
    bench.run()


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_that_restarts_in_motion_finds_an_arm_that_waits(
    make_bench: MakeBench, kind: str
) -> None:
    bench = put(make_bench, kind)
    bench.run()
    bench.have_driver(bench.driver.end)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert {Reason.JS_LOST, Reason.NO_CONTROLLER} & set(bench.driver.states[-1].reasons)
    bench.until(lambda: "nothing is commanded before" in bench.driver.states[-1].message)
    bench.have_driver(bench.driver.begin)
    assert rests(bench, 1.0)
    assert bench.mode() is GateMode.PSTOP
    bench.until(lambda: bench.call("reset")[0])
    assert rests(bench)
    bench.run()


@pytest.mark.parametrize("kind", VELOCITIES)
def test_the_arm_stops_by_itself_when_the_gate_is_killed(make_bench: MakeBench, kind: str) -> None:
    bench = put(make_bench, kind)
    bench.run()
    bench.until(lambda: bench.driver.velocities[-1][0] > 0.1)
    bench.node._control._loop.stop()  # No last word: as SIGKILL would have it.
    time.sleep(WATCHDOG_S + 0.1)
    assert bench.driver.velocities[-1][0] > 0.1
    assert rests(bench)


@pytest.mark.parametrize("kind", VELOCITIES)
@pytest.mark.parametrize("how", ["reset", "deactivate"])
def test_zero_is_the_last_velocity_of_a_gate_that_falls_silent(
    make_bench: MakeBench, kind: str, how: str
) -> None:
    bench = put(make_bench, kind)
    bench.run()
    if how == "reset":
        bench.call("stop")
        bench.until(lambda: bench.call("reset")[0])
        bench.until(lambda: bench.mode() is GateMode.IDLE)
    else:
        bench.node.stop()
        bench.until(lambda: bench.mode() is GateMode.INACTIVE)
    bench.until(lambda: bench.driver.velocities[-1] == [0.0] * 6)
    count = len(bench.driver.velocities)
    assert rests(bench)
    assert len(bench.driver.velocities) == count
    fastest = np.abs(np.array(bench.driver.velocities)).max(axis=0)
    assert (fastest <= [joint.operating.velocity_rad_s for joint in PROFILE.joints]).all()


@pytest.mark.parametrize("gripper", ["forward_position", "joint_trajectory"])
def test_a_gripper_on_a_topic_closes(make_bench: MakeBench, gripper: str) -> None:
    bench = put(make_bench, "forward_position", gripper=gripper)
    bench.run()
    bench.until(lambda: bench.driver.openings[-1:] == [PROFILE.gripper.closed])


@pytest.mark.parametrize("gripper", ACTIONS)
@pytest.mark.parametrize("allow_stalling", [True, False])
def test_fingers_that_hold_something_are_no_fault(
    make_bench: MakeBench, gripper: str, allow_stalling: bool
) -> None:
    quirks = Quirks(grip=0.4, allow_stalling=allow_stalling)
    bench = put(make_bench, "forward_position", quirks, gripper)
    bench.run()
    bench.until(lambda: bench.driver.goals[-1:] == [PROFILE.gripper.closed])
    assert len(bench.driver.goals) <= 5  # Closing takes a quarter of a second.
    bench.until(lambda: abs(bench.driver._opening - 0.4) < 0.01)
    end_goal(bench)
    assert rests(bench, 1.0)
    assert bench.mode() is GateMode.ARMED
    assert bench.node._outputs.find_deaf() is None
    assert bench.driver.goals.count(PROFILE.gripper.closed) == 1


@pytest.mark.parametrize("gripper", ACTIONS)
def test_a_gripper_that_refuses_stops_the_arm_which_can_be_armed_again(
    make_bench: MakeBench, gripper: str
) -> None:
    bench = put(make_bench, "forward_position", Quirks(refuses=True), gripper)
    bench.arm()
    bench.send_chunk()
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    state: Any = bench.driver.states[-1]
    assert Reason.NO_CONTROLLER in state.reasons
    assert "/gripper_controller/gripper_cmd refuses to go to finger_joint" in state.message
    bench.until(lambda: bench.call("reset")[0])
    bench.arm()


@pytest.mark.parametrize("gripper", ACTIONS)
def test_somebody_else_with_the_same_gripper_is_named(make_bench: MakeBench, gripper: str) -> None:
    bench = put(make_bench, "forward_position", gripper=gripper)
    bench.arm()
    other = Node("tablet")
    client = ActionClient(other, bench.node._outputs._hand._action, GRIPPER_TOPICS[gripper])
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DUP_PUBLISHER in bench.driver.states[-1].reasons
    assert "may also be sent goals by /tablet" in bench.driver.states[-1].message
    client.destroy()
    other.destroy_node()


@pytest.mark.parametrize("gripper", ACTIONS)
def test_a_gripper_whose_server_is_gone_cannot_be_armed(
    make_bench: MakeBench, gripper: str
) -> None:
    bench = put(make_bench, "forward_position", gripper=gripper)
    bench.arm()
    bench.have_driver(bench.driver.end)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.NO_CONTROLLER in bench.driver.states[-1].reasons
