# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a policy takes for an answer, here or on a server, against all who wait for it."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vla_ros.doctor.line import Level, Line, failed, passed, warned
from vla_ros.doctor.robot import longest_stop_s
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile

_CHECK = "policy.round_trip"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """How long somebody waits.

    Attributes:
        limit_s: Longest answer that is in time [s].
        level: How bad a later one is, if it is the usual one.
        words: Who waits, and for how long.
    """

    limit_s: float
    level: Level
    words: str


def check_round_trip(times_s: Sequence[float], policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to answers that come too late to be used, usually or now and then.

    Args:
        times_s: How long each of some answers took [s].
        policy: Who answers.
        robot: Who waits.
    """
    usual_s, worst_s = statistics.median(times_s), max(times_s)
    where = "" if policy.address is None else f" from {policy.address}"
    found = f"a chunk{where} takes {usual_s * 1e3:.0f} ms"
    if len(times_s) > 1:
        found += f", the slowest of {len(times_s)} took {worst_s * 1e3:.0f} ms"
    server = "a nearer server" if policy.address else "a GPU (device: cuda)"
    remedy = f"Use a faster machine, a smaller model, or {server}"
    for wait in _waits(policy, robot):
        if not usual_s < wait.limit_s:
            judge = failed if wait.level is Level.FAIL else warned
            return judge(_CHECK, f"{found}; {wait.words}", remedy)
        if not worst_s < wait.limit_s:
            return warned(_CHECK, f"{found}; {wait.words}", remedy)
    deadline_s = robot.thresholds.infer_deadline_s
    return passed(_CHECK, f"{found}; the gate waits {deadline_s:g} s")


def _waits(policy: PolicyProfile, robot: RobotProfile) -> Iterator[_Wait]:
    oldest_s = robot.thresholds.observation_max_age_s
    yield _Wait(
        limit_s=oldest_s,
        level=Level.FAIL,
        words=f"the gate takes no chunk whose observation is older than {oldest_s * 1e3:.0f} ms "
        "(thresholds.observation_max_age_s)",
    )
    deadline_s = robot.thresholds.infer_deadline_s
    if deadline_s > policy.replan_s:  # Otherwise policy.deadline says so.
        yield _Wait(
            limit_s=deadline_s - policy.replan_s,
            level=Level.FAIL,
            words=f"it is asked for every {policy.replan_s:g} s, and the gate waits "
            f"{deadline_s:g} s (thresholds.infer_deadline_s)",
        )
    execution_s = robot.thresholds.execution_max_age_s
    if execution_s > policy.replan_s:
        yield _Wait(
            limit_s=(execution_s - policy.replan_s) / 2.0,
            level=Level.WARN,
            words=f"it is asked again after {policy.replan_s:g} s, and the gate follows no row "
            f"whose observation is older than {execution_s:g} s (thresholds.execution_max_age_s): "
            "the arm may stop in between (OBS_STALE)",
        )
    # While an answer is on its way the one before is used up, and that one came late as well.
    chunk_s = policy.action.horizon * policy.action.step_s
    stop_s = longest_stop_s(robot)
    yield _Wait(
        limit_s=(chunk_s - stop_s) / 2.0,
        level=Level.WARN,
        words=f"{policy.action.horizon} rows of {policy.action.step_s:g} s are used up before the "
        f"next are there, and a stop takes {stop_s:.2f} s: the arm may stop in between (STARVED)",
    )
