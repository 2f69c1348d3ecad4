# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with how a fault went, in words; an empty text is nothing."""

from collections.abc import Sequence
from itertools import pairwise

from vla_ros.faults.bounds import LURE_RAD
from vla_ros.faults.fault import Fault, Wanted
from vla_ros.faults.recording import Command, Row, Said, spread_rad
from vla_ros.gate.vocabulary import GateMode, Reason

FIRST_RAD = 0.01  # Between the first command of an epoch and the measured arm.
_MOVED_RAD = 0.01  # A measured arm at rest settles and trembles by less.
_LURED_RAD = LURE_RAD / 4.0
_STOPPED = {
    Wanted.PSTOP: GateMode.PSTOP,
    Wanted.ESTOP: GateMode.ESTOP,
    Wanted.HOLD: GateMode.HOLD,
    Wanted.PASSING: GateMode.HOLD,
}
_ON_THE_WAY = {
    Wanted.PSTOP: {GateMode.RUN, GateMode.HOLD},
    Wanted.ESTOP: {GateMode.RUN, GateMode.HOLD},
}
_PATHS = {
    Wanted.PSTOP: [GateMode.PSTOP],
    Wanted.ESTOP: [GateMode.ESTOP],
    Wanted.HOLD: [GateMode.HOLD, GateMode.IDLE],
    Wanted.PASSING: [GateMode.HOLD, GateMode.RUN],
    Wanted.MOTION: [],
    Wanted.SILENCE: [],
}


def judge_modes(fault: Fault, said: Sequence[Said]) -> str:
    """Judge the modes from the fault on.

    Args:
        fault: That was made.
        said: By the gate; the first is what held before the fault.
    """
    modes = [said.mode for said in said]
    path = [b for a, b in pairwise(modes) if b is not a]
    if fault.wanted is Wanted.STALL:
        wrong = not set(path) <= {GateMode.RUN, GateMode.HOLD} or modes[-1:] != [GateMode.RUN]
        return f"the gate went {_words(path)}, wanted RUN in the end" if wrong else ""
    wanted = _PATHS.get(fault.wanted)
    if wanted is None:
        return ""
    passed = _ON_THE_WAY.get(fault.wanted, set())
    seen = [mode for mode in path if mode not in passed]
    return "" if seen == wanted else f"the gate went {_words(path)}, wanted {_words(wanted)}"


def _words(path: Sequence[GateMode]) -> str:
    return " -> ".join(mode.name for mode in path) or "nowhere"


def judge_reasons(fault: Fault, said: Sequence[Said]) -> str:
    """Judge what the gate objected to, and what made it stop."""
    every = frozenset[int]().union(*(one.reasons for one in said))
    for hint in fault.hints:
        if hint not in every:
            return f"the gate did not say {hint.name}"
    stopped = _STOPPED.get(fault.wanted)
    told = every
    if stopped is not None:
        told = next((one.reasons for one in said if one.mode is stopped), frozenset())
    if fault.reasons and not told.intersection(fault.reasons):
        wanted = " or ".join(reason.name for reason in fault.reasons)
        when = "" if stopped is None else f" when it went to {stopped.name}"
        return f"the gate did not say {wanted}{when}, but {name_reasons(told)}"
    return ""


def judge_bound(moved_s: float, bound_s: float | None) -> str:
    """Judge the time to standstill [s]."""
    if bound_s is None or moved_s <= bound_s:
        return ""
    return f"the arm moved for {moved_s:.3f} s, bound {bound_s:.3f} s"


def judge_words(fault: Fault, said_s: float, bound_s: float) -> str:
    """Judge the time until perception_node said what is wrong with a camera [s]."""
    if said_s <= bound_s:
        return ""
    if said_s == float("inf"):
        return f"perception_node did not say: {fault.says}"
    return f"perception_node said '{fault.says}' after {said_s:.3f} s, bound {bound_s:.3f} s"


def judge_silence(commands: Sequence[Command], when: str) -> str:
    """Judge a time in which nothing may be commanded."""
    return f"{len(commands)} commands came {when}" if commands else ""


def judge_stillness(joints: Sequence[Row], when: str) -> str:
    """Judge a time in which the measured arm may not move."""
    moved_rad = spread_rad([row.position for row in joints])
    if moved_rad <= _MOVED_RAD:
        return ""
    return f"the measured arm moved by {moved_rad:.3f} rad {when}"


def judge_beginning(commands: Sequence[Command], joints: Sequence[Row]) -> str:
    """Judge the first command of an epoch (I13).

    Args:
        commands: From ~/arm on.
        joints: Measured before and meanwhile.
    """
    if not commands:
        return "no command came after ~/arm"
    first = commands[0]
    before = [row for row in joints if row.time_s <= first.time_s]
    if not before:
        return "no joint state came before the first command of the epoch"
    pairs = zip(first.position, before[-1].position, strict=True)
    away_rad = max(abs(a - b) for a, b in pairs)
    if away_rad <= FIRST_RAD:
        return ""
    return f"I13: the epoch begins {away_rad:.4f} rad away from the arm, limit {FIRST_RAD} rad"


def judge_lure(commands: Sequence[Command], begins: set[int]) -> str:
    """Judge whether a chunk that must not count moved a joint that the others leave alone."""
    edges = sorted({0, *begins, len(commands)})
    for start, end in pairwise(edges):
        rows = [command.position[1:-1] for command in commands[start:end]]
        lured_rad = spread_rad(rows)
        if not lured_rad <= _LURED_RAD:
            return f"a joint moved by {lured_rad:.3f} rad that no valid chunk moves"
    return ""


def name_reasons(numbers: Sequence[int] | frozenset[int] | set[int]) -> str:
    """Return reasons in words."""
    return "/".join(_name(number) for number in sorted(numbers)) or "nothing"


def _name(number: int) -> str:
    try:
        return Reason(number).name
    except ValueError:
        return str(number)
