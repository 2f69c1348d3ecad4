# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from vla_ros.gate import GateConfig, GateMode, Reason
from vla_ros.gate.final import (
    SAMPLING_TOLERANCE_M,
    FinalChecker,
    ThoroughChecker,
    make_envelope,
    way_to_rest,
)
from vla_ros.gate.record import PublishedCommand

DT = 0.01
ZEROS = (0.0, 0.0)


def make_command(position: Sequence[float] = ZEROS, **changes: Any) -> PublishedCommand:
    fields: dict[str, Any] = {
        "stamp_ns": 2_000,
        "names": ("elbow", "wrist"),
        "position": tuple(position),
        "velocity": ZEROS,
        "acceleration": ZEROS,
        "gripper": None,
        "mode": GateMode.RUN,
        "emergency": False,
        "epoch": 3,
        "armed_ns": 1_000,
        "measured": ZEROS,
        "source_epoch": 3,
        "observed_ns": 1_500,
    }
    return PublishedCommand(**{**fields, **changes})


def make_stop(position: Sequence[float] = ZEROS, **changes: Any) -> PublishedCommand:
    """Return a command that follows no chunk."""
    fields: dict[str, Any] = {"mode": GateMode.HOLD, "source_epoch": None, "observed_ns": None}
    return make_command(position, **{**fields, **changes})


def ramp(  # A joint that is pushed with one jerk: exact, so its differences are too.
    count: int, *, jerk: float, velocity: float = 0.0, start: float = 0.0, **changes: Any
) -> list[PublishedCommand]:
    """Return commands of the elbow from a state without acceleration."""
    commands = []
    for k in range(count):
        t = k * DT
        commands.append(
            make_command(
                (start + t * (velocity + t * t * jerk / 6.0), 0.0),
                velocity=(velocity + t * t * jerk / 2.0, 0.0),
                acceleration=(t * jerk, 0.0),
                **changes,
            )
        )
    return commands


def cruise(count: int, velocity: float, start: float = 0.0, **changes: Any) -> list[Any]:
    return ramp(count, jerk=0.0, velocity=velocity, start=start, **changes)


@pytest.fixture
def checker(config: GateConfig) -> FinalChecker:
    return FinalChecker(make_envelope(config))


def judge(checker: FinalChecker, commands: Sequence[PublishedCommand]) -> Reason | None:
    """Judge the last of some commands."""
    breach = checker.find_breach(commands[:-1], commands[-1])
    return None if breach is None else breach[0]


# ---- I1 ----


@pytest.mark.parametrize("key", ["position", "velocity", "acceleration"])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_published(checker: FinalChecker, key: str, bad: float) -> None:
    assert judge(checker, [make_command()] * 4) is None
    last = make_command(**{key: (0.0, bad)})
    assert judge(checker, [*[make_command()] * 3, last]) is Reason.INVARIANT_I1


@pytest.mark.parametrize("wrong", [(), (0.0,), (0.0,) * 3])
def test_a_command_of_the_wrong_length_is_never_published(
    checker: FinalChecker, wrong: tuple[float, ...]
) -> None:
    assert judge(checker, [make_command(), make_command(wrong)]) is Reason.INVARIANT_I1


@pytest.mark.parametrize("names", [("wrist", "elbow"), ("elbow",), ("elbow", "wrist", "hand")])
def test_other_joints_are_never_commanded(checker: FinalChecker, names: tuple[str, ...]) -> None:
    assert judge(checker, [make_command(names=names)]) is Reason.INVARIANT_I1


# ---- I2 to I5 ----


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_positions_at_the_limit_pass_and_beyond_it_do_not(
    checker: FinalChecker, side: float
) -> None:
    at = make_command((side * 1.0, 0.0), measured=(side, 0.0))
    beyond = make_command((side * 1.00001, 0.0), measured=(side, 0.0))
    assert judge(checker, [at] * 4) is None
    assert judge(checker, [beyond] * 4) is Reason.INVARIANT_I2


def test_velocity_at_the_limit_passes_and_just_above_does_not(checker: FinalChecker) -> None:
    assert judge(checker, cruise(4, 1.0)) is None
    assert judge(checker, cruise(4, -1.0)) is None
    assert judge(checker, cruise(4, 1.001)) is Reason.INVARIANT_I3


def test_the_velocity_sent_along_is_judged_as_well(checker: FinalChecker) -> None:
    commands = cruise(4, 1.0)
    commands[-1] = replace(commands[-1], velocity=(1.001, 0.0))
    assert judge(checker, commands) is Reason.INVARIANT_I3


def test_an_emergency_stop_is_never_faster_than_the_operating_velocity(
    checker: FinalChecker,
) -> None:
    commands = cruise(4, 1.1, mode=GateMode.ESTOP, emergency=True, source_epoch=None)
    assert judge(checker, commands) is Reason.INVARIANT_I3


def test_acceleration_just_above_the_limit_is_a_breach(checker: FinalChecker) -> None:
    at, past = ramp(6, jerk=100.0), ramp(7, jerk=100.0)
    assert judge(checker, at) is None
    assert judge(checker, past) is Reason.INVARIANT_I4


def test_jerk_at_the_limit_passes_and_just_past_does_not(checker: FinalChecker) -> None:
    assert judge(checker, ramp(4, jerk=100.0)) is None
    assert judge(checker, ramp(4, jerk=-100.0)) is None
    assert judge(checker, ramp(4, jerk=101.0)) is Reason.INVARIANT_I5


def test_an_emergency_stop_may_use_the_hard_acceleration_and_jerk(config: GateConfig) -> None:
    hard = replace(config.limits.hard, acceleration=(20.0, 24.0))
    limits = replace(config.limits, hard=hard)
    checker = FinalChecker(replace(make_envelope(config), limits=limits))
    fast = {"mode": GateMode.ESTOP, "emergency": True, "source_epoch": None}
    assert judge(checker, ramp(4, jerk=-400.0, velocity=0.9, **fast)) is None
    assert judge(checker, ramp(4, jerk=-401.0, velocity=0.9, **fast)) is Reason.INVARIANT_I5
    assert judge(checker, ramp(6, jerk=-400.0, velocity=1.0, **fast)) is None
    assert judge(checker, ramp(7, jerk=-400.0, velocity=1.0, **fast)) is Reason.INVARIANT_I4
    fast["emergency"] = False
    assert judge(checker, ramp(4, jerk=-101.0, velocity=0.9, **fast)) is Reason.INVARIANT_I5


# ---- I6 ----


def test_an_arm_that_could_not_stop_before_its_limit_is_a_breach(checker: FinalChecker) -> None:
    way = 1.0**2 / (2.0 * 5.0) + 1.0 * 5.0 / (2.0 * 100.0)  # v^2/2a + va/2j
    last = 1.0 - way - 3 * DT  # The fourth command is 30 mrad further.
    assert judge(checker, cruise(4, 1.0, start=last - 1e-9)) is None
    assert judge(checker, cruise(4, 1.0, start=last + 1e-5)) is Reason.INVARIANT_I6
    assert judge(checker, cruise(4, -1.0, start=-last - 1e-5)) is Reason.INVARIANT_I6


def test_an_acceleration_that_ends_beyond_the_top_speed_is_a_breach(checker: FinalChecker) -> None:
    assert judge(checker, ramp(4, jerk=100.0, velocity=0.90)) is None
    assert judge(checker, ramp(4, jerk=100.0, velocity=0.93)) is Reason.INVARIANT_I6


def test_a_velocity_that_does_not_belong_to_the_positions_is_a_breach(
    checker: FinalChecker,
) -> None:
    for key in ("velocity", "acceleration"):
        commands = cruise(4, 0.5)
        wrong = {"velocity": (0.4, 0.0), "acceleration": (4.0, 0.0)}[key]
        commands[-1] = replace(commands[-1], **{key: wrong})
        assert judge(checker, commands) is Reason.INVARIANT_I6


# ---- I7, I8 ----


def space(config: GateConfig, **changes: Any) -> FinalChecker:
    fields = {"tool_position": lambda q: (q[0], q[1], 0.0), "tcp_speed_m_s": 0.5, **changes}
    return FinalChecker(replace(make_envelope(config), **fields))


def test_the_tool_at_its_top_speed_passes_and_above_does_not(config: GateConfig) -> None:
    assert judge(space(config), cruise(4, 0.5)) is None
    assert judge(space(config), cruise(4, 0.501)) is Reason.INVARIANT_I7


class Wall:
    """Stands in the way of the elbow: the arm is clear below a position."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def is_clear(self, position: tuple[float, ...], tolerance_m: float) -> bool:
        self.asked.append(tolerance_m)
        return position[0] < 0.1


def test_an_arm_too_near_to_something_is_a_breach(config: GateConfig) -> None:
    wall = Wall()
    checker = space(config, clearance=wall)
    assert judge(checker, cruise(4, 0.4)) is None
    assert judge(checker, cruise(4, 0.4, start=0.1)) is Reason.INVARIANT_I8
    assert wall.asked == [SAMPLING_TOLERANCE_M] * 2
    first = make_stop((0.2, 0.0), measured=(0.2, 0.0), mode=GateMode.ARMED)
    assert judge(checker, [first]) is Reason.INVARIANT_I8


def test_a_replay_looks_along_the_whole_stop(config: GateConfig) -> None:
    online = space(config, clearance=Wall())
    thorough = ThoroughChecker(online.envelope)
    moving = cruise(4, 0.4)  # Its last command is at 12 mrad; the stop takes 26 mrad.
    near = cruise(4, 0.4, start=0.07)
    assert judge(online, near) is None
    assert judge(thorough, moving) is None
    assert judge(thorough, near) is Reason.INVARIANT_I6
    assert judge(thorough, [make_stop()] * 4) is None


def test_samples_of_a_stop_end_at_rest(config: GateConfig) -> None:
    way = way_to_rest(cruise(1, 0.4)[0], config.limits)
    assert len(way) >= 6
    assert way[-1][0] == pytest.approx(0.4**2 / (2.0 * 5.0) + 0.4 * 5.0 / (2.0 * 100.0))
    assert way_to_rest(make_stop(), config.limits) == []


@pytest.mark.parametrize("mode", [GateMode.ESTOP, GateMode.FAULT])
def test_a_stop_with_no_alternative_is_not_judged_by_where_the_arm_is(
    config: GateConfig, mode: GateMode
) -> None:
    stop = {"mode": mode, "source_epoch": None, "emergency": mode is GateMode.ESTOP}
    limits = replace(config.limits, hard=config.limits.operating)
    checker = space(config, limits=limits, clearance=Wall(), tcp_speed_m_s=0.01)
    assert judge(checker, ramp(4, jerk=-100.0, velocity=0.8, start=0.2, **stop)) is None


# ---- I9, I11, I13 ----


def test_what_rests_outside_run_stays_where_it_is(checker: FinalChecker) -> None:
    assert judge(checker, [make_stop()] * 4) is None
    moved = make_stop((1e-12, 0.0))
    assert judge(checker, [*[make_stop()] * 3, moved]) is Reason.INVARIANT_I9


def test_a_stop_that_does_not_come_nearer_to_rest_is_a_breach(checker: FinalChecker) -> None:
    held = cruise(4, 0.5, mode=GateMode.HOLD, source_epoch=None)
    assert judge(checker, held) is Reason.INVARIANT_I9
    braking = ramp(4, jerk=-100.0, velocity=0.5, mode=GateMode.HOLD, source_epoch=None)
    assert judge(checker, braking) is None


def test_only_run_follows_a_chunk(checker: FinalChecker) -> None:
    for mode in (GateMode.ARMED, GateMode.HOLD, GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT):
        commands = [*[make_command()] * 3, make_command(mode=mode)]
        assert judge(checker, commands) is Reason.INVARIANT_I9


def test_a_chunk_of_another_epoch_or_before_arming_moves_nothing(checker: FinalChecker) -> None:
    before = [make_command()] * 3
    assert judge(checker, [*before, make_command(source_epoch=2)]) is Reason.INVARIANT_I11
    assert judge(checker, [*before, make_command(observed_ns=999)]) is Reason.INVARIANT_I11
    assert judge(checker, [*before, make_command(observed_ns=None)]) is Reason.INVARIANT_I11
    assert judge(checker, [*before, make_command(observed_ns=1_000)]) is None


def test_an_epoch_begins_where_the_arm_is_and_at_rest(checker: FinalChecker) -> None:
    old = make_command((0.5, 0.5), epoch=2)
    armed = {"mode": GateMode.ARMED, "measured": (0.1, 0.0)}
    assert judge(checker, [old, make_stop((0.1, 0.0), **armed)]) is None
    assert judge(checker, [old, make_stop((0.111, 0.0), **armed)]) is Reason.INVARIANT_I13
    assert judge(checker, [old, make_stop((0.1, math.nan), **armed)]) is Reason.INVARIANT_I1
    moving = make_stop((0.1, 0.0), velocity=(0.01, 0.0), **armed)
    assert judge(checker, [old, moving]) is Reason.INVARIANT_I13
    lost = make_stop((0.1, 0.0), mode=GateMode.ARMED, measured=(math.nan, 0.0))
    assert judge(checker, [old, lost]) is Reason.INVARIANT_I13


# ---- I16 ----


@pytest.mark.parametrize("opening", [-0.01, 1.01, math.nan, math.inf])
def test_a_gripper_opening_out_of_range_is_never_published(
    checker: FinalChecker, opening: float
) -> None:
    assert judge(checker, [make_command(), make_command(gripper=opening)]) is Reason.INVARIANT_I16


def test_the_gripper_opens_for_a_chunk_only(checker: FinalChecker) -> None:
    closed, opened = make_command(gripper=0.0), make_command(gripper=1.0)
    assert judge(checker, [closed, opened]) is None
    assert judge(checker, [closed, make_stop(gripper=0.0)]) is None
    assert judge(checker, [closed, make_stop(gripper=0.1)]) is Reason.INVARIANT_I16
    assert judge(checker, [opened, make_stop(gripper=0.5)]) is None
    assert judge(checker, [make_stop(), make_stop(gripper=1.0)]) is Reason.INVARIANT_I16


def test_a_gripper_at_its_top_speed_passes_and_above_does_not(config: GateConfig) -> None:
    checker = FinalChecker(make_envelope(replace(config, gripper_speed_per_s=4.0)))
    shut = make_command(gripper=0.0)
    assert judge(checker, [shut, make_command(gripper=0.04)]) is None
    assert judge(checker, [shut, make_command(gripper=0.041)]) is Reason.INVARIANT_I16
    assert judge(checker, [make_command(gripper=0.041), shut]) is Reason.INVARIANT_I16
    assert judge(checker, [make_command(epoch=2, gripper=0.0), make_command(gripper=1.0)]) is None


def test_a_gripper_that_was_told_something_is_told_until_the_next_epoch(
    checker: FinalChecker,
) -> None:
    closed = make_command(gripper=0.0)
    assert judge(checker, [closed, make_stop()]) is Reason.INVARIANT_I16
    assert judge(checker, [closed, make_stop(epoch=4, mode=GateMode.ARMED)]) is None
