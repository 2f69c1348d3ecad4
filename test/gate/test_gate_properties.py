# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever arrives, and on whatever arm, what is published keeps the invariants.

VLA_ROS_EXAMPLES sets how many examples are tried; a nightly run takes 200000.
"""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vla_ros.gate import Decision, GateMode, Reason, Request, Verdict
from vla_ros.gate.config import Box, GateConfig
from vla_ros.gate.final import FinalChecker, make_envelope
from vla_ros.gate.limits import JointLimits, RateLimits
from vla_ros.gate.record import PublishedCommand

EXAMPLES = int(os.environ.get("VLA_ROS_EXAMPLES", "2000"))
TICKS = 40
LATCHED = (GateMode.PSTOP, GateMode.ESTOP)
_checked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)

# ---- arms ----


def rates(count: int, factor: float = 1.0) -> st.SearchStrategy[RateLimits]:
    def vector(low: float, high: float) -> st.SearchStrategy[tuple[float, ...]]:
        return st.tuples(*[st.floats(low * factor, high * factor)] * count)

    return st.builds(
        RateLimits,
        velocity=vector(0.05, 3.0),
        acceleration=vector(0.5, 20.0),
        jerk=vector(10.0, 2000.0),
    )


@st.composite
def arms(draw: st.DrawFn) -> dict[str, Any]:
    """Draw limits, rate and a room for the tool; every arm starts at zero."""
    count = draw(st.integers(1, 3))
    operating = draw(rates(count))
    hard = RateLimits(
        velocity=tuple(2.0 * v for v in operating.velocity),
        acceleration=tuple(draw(st.floats(1.0, 3.0)) * a for a in operating.acceleration),
        jerk=tuple(draw(st.floats(1.0, 5.0)) * j for j in operating.jerk),
    )
    lower = draw(st.tuples(*[st.floats(-2.0, -0.01)] * count))
    upper = draw(st.tuples(*[st.floats(0.01, 2.0)] * count))
    limits = JointLimits(
        names=tuple(f"joint{j}" for j in range(count)),
        lower=lower,
        upper=upper,
        hard_lower=tuple(x - 0.05 for x in lower),
        hard_upper=tuple(x + 0.05 for x in upper),
        operating=operating,
        hard=hard,
    )
    arm: dict[str, Any] = {"limits": limits, "dt_s": draw(st.sampled_from([0.004, 0.01, 0.02]))}
    arm["gripper_speed_per_s"] = draw(st.floats(0.1, 50.0))
    if draw(st.booleans()):
        reach = draw(st.floats(0.1, 1.0))
        arm["tool_position"] = lambda q: (reach * math.sin(q[0]), reach * math.sin(q[-1]), 0.0)
        arm["tcp_speed_m_s"] = draw(st.floats(0.02, 1.0))
        arm["workspace"] = draw(boxes(("workspace", -1.0, -0.02, 0.02, 1.0)))
        arm["keep_out"] = (draw(boxes(("keep_out", 0.03, 0.2, 0.25, 1.0))),)
    return arm


def boxes(about: tuple[str, float, float, float, float]) -> st.SearchStrategy[Box]:
    name, least, low, high, most = about
    lower, upper = st.floats(least, low), st.floats(high, most)
    return st.builds(
        lambda a, b, c, d: Box(name=name, lower=(a, b, -1.0), upper=(c, d, 1.0)),
        lower,
        lower,
        upper,
        upper,
    )


# ---- what arrives ----


@dataclass(frozen=True)
class Act:
    """What arrives in one tick, and how many ticks follow it."""

    rows: Any
    changes: dict[str, Any]
    opening: float
    request: Request | None
    scale: float
    pressed: bool
    ticks: int
    jitter: float


NUMBERS = st.one_of(
    st.floats(-1.5, 1.5),
    st.floats(),
    st.sampled_from([0.0, 5e-324, 1e308, -1e308, math.nan, math.inf, -math.inf]),
)
NOT_ROWS = st.integers(0, 20).flatmap(
    lambda width: st.lists(
        st.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=3
    )
)
# A way that no check refuses: per joint where to, as a share of its range, and how fast.
WAYS = st.tuples(st.lists(st.floats(-1.2, 1.2), min_size=3, max_size=3), st.floats(0.01, 2.9))
NAMES = st.lists(st.sampled_from(["joint0", "joint1", "joint2", "gripper", ""]), max_size=4)
STAMPS = st.one_of(st.integers(-(10**9), 10**9), st.integers(-(2**63), 2**62))
CHANGES = st.one_of(
    st.just({}),
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "joint_names": NAMES.map(tuple),
            "epoch": st.integers(0, 3),
            "sequence": st.integers(-1, 5),
            "session": st.sampled_from([7, 8]),
            "step_ns": st.integers(-(10**8), 10**9),
            "last": st.booleans(),
            "camera_frozen": st.booleans(),
            "confidence": NUMBERS,
            "speed_scale": NUMBERS,
        },
    ),
)
ACTS = st.builds(
    Act,
    rows=st.one_of(WAYS, WAYS, WAYS, NOT_ROWS),
    changes=CHANGES,
    opening=st.one_of(st.sampled_from([0.0, 0.0, 1.0, 1.0]), NUMBERS),
    request=st.sampled_from([None] * 20 + list(Request)),
    scale=st.one_of(st.just(1.0), st.just(1.0), NUMBERS),
    pressed=st.sampled_from([False] * 19 + [True]),
    ticks=st.integers(0, 20),
    jitter=st.one_of(st.just(0.0), st.just(0.0), st.floats(-0.9, 0.9), st.floats(-20.0, 20.0)),
)


def rows_of(act: Act, rig: Any) -> Any:
    """Return the rows of an act for the arm of a rig."""
    if not isinstance(act.rows, tuple):
        return np.array(act.rows, dtype=np.float64)
    limits = rig.gate.config.limits
    shares, pace = act.rows
    share = np.array(shares[: len(limits.names)])
    target = share * np.where(share < 0.0, -np.array(limits.lower), np.array(limits.upper))
    reach = pace * np.array(limits.operating.velocity) * 0.1 * np.arange(8)[:, None]
    return rig.position + np.clip(target - rig.position, -reach, reach)


# ---- what is asked ----


class Witness:
    """Looks at the decisions of a gate, one after the other, from outside."""

    def __init__(self, config: GateConfig) -> None:
        self.config = config
        self.checker = FinalChecker(make_envelope(config))
        self.published: list[PublishedCommand] = []
        self.mode = GateMode.IDLE
        self.event = 0
        self.known: set[Reason] = set()

    def see(self, decision: Decision, requests: tuple[Request, ...]) -> None:
        assert decision.error is None, decision.error
        assert decision.mode is not GateMode.FAULT, decision.findings
        for event in decision.events:
            assert event.number == self.event + 1
            self.event = event.number
        reasons = {f.reason for f in decision.findings if f.verdict > Verdict.SCALE}
        told = {reason for event in decision.events for reason in event.reasons}
        assert reasons - self.known <= told  # I15: each objection is told when it is new.
        self.known = reasons
        if decision.mode is not self.mode:
            assert decision.events, f"{self.mode.name} -> {decision.mode.name} without a word"
        if self.mode in LATCHED and decision.mode not in LATCHED:
            assert Request.RESET in requests
            assert decision.mode is GateMode.IDLE
            assert decision.command is None
        if decision.mode is GateMode.IDLE:
            assert decision.command is None
        worst = max((f.verdict for f in decision.findings), default=0)
        assert decision.verdict >= worst or decision.mode in LATCHED
        self.mode = decision.mode
        if decision.published is not None:
            self.judge(decision.published)

    def judge(self, command: PublishedCommand) -> None:
        breach = self.checker.find_breach(self.published[-3:], command)
        assert breach is None, breach
        self.published.append(command)
        tool = self.config.tool_position
        if command.source_epoch is not None and tool is not None:
            point = tool(command.position)
            assert self.config.workspace is None or self.config.workspace.contains(point)
            assert not any(box.contains(point) for box in self.config.keep_out)

    def epochs(self) -> Iterator[list[PublishedCommand]]:
        for epoch in sorted({command.epoch for command in self.published}):
            yield [command for command in self.published if command.epoch == epoch]

    def assert_rates(self) -> None:
        """I1 to I5 once more, in the plainest arithmetic."""
        limits = self.config.limits
        for commands in self.epochs():
            top = limits.hard if commands[-1].emergency else limits.operating
            q = np.array([commands[0].position] * 3 + [c.position for c in commands])
            assert np.isfinite(q).all()
            assert (q >= np.array(limits.lower) - 1e-6).all()
            assert (q <= np.array(limits.upper) + 1e-6).all()
            v = np.diff(q, axis=0) / self.config.dt_s
            a = np.diff(v, axis=0) / self.config.dt_s
            j = np.diff(a, axis=0) / self.config.dt_s
            assert (np.abs(v) <= np.array(limits.operating.velocity) * (1 + 1e-6)).all()
            assert (np.abs(a) <= np.array(top.acceleration) * (1 + 1e-6)).all()
            assert (np.abs(j) <= np.array(top.jerk) * (1 + 1e-4)).all()


def step(
    rig: Any, witness: Witness, *requests: Request, jitter: float = 0.0, **given: Any
) -> None:
    dt_ns = round(rig.gate.config.dt_s * 1e9)
    rig.now_ns += round(dt_ns * (1.0 + jitter)) - 10_000_000
    witness.see(rig.tick(*requests, **given), requests)


@_checked
@given(arm=arms(), acts=st.lists(ACTS, min_size=1, max_size=6))
def test_whatever_arrives_every_command_keeps_the_invariants(
    make_rig: Callable[..., Any], arm: dict[str, Any], acts: list[Act]
) -> None:
    rig = make_rig(start_mismatch_rad=0.25, tracking_rad=9.0, tracking_warn_rad=9.0, **arm)
    witness = Witness(rig.gate.config)
    step(rig, witness, Request.ARM)
    left = TICKS
    for act in acts:
        rows = rows_of(act, rig)
        gripper = np.full(len(rows), act.opening)
        chunks = (rig.chunk(rows, gripper=gripper, **act.changes),)
        rig.estop = type(rig.estop)(pressed=act.pressed, age_s=0.0)
        requests = () if act.request is None else (act.request,)
        step(rig, witness, *requests, chunks=chunks, speed_scale=act.scale, jitter=act.jitter)
        rig.estop = type(rig.estop)(pressed=False, age_s=0.0)
        for _ in range(min(left, act.ticks)):
            step(rig, witness, speed_scale=act.scale)
        left -= min(left, act.ticks)
    step(rig, witness, Request.STOP)
    for _ in range(math.ceil(rig.gate.config.limits.operating.longest_stop_s / 0.004) + 2):
        if rig.state.resting:
            break
        step(rig, witness)
    assert rig.state.resting
    witness.assert_rates()


@_checked
@given(rows=NOT_ROWS, names=NAMES)
def test_a_chunk_for_another_arm_or_with_no_numbers_moves_nothing(
    make_rig: Callable[..., Any], rows: list[list[float]], names: list[str]
) -> None:
    rig = make_rig().arm()
    table = np.array(rows, dtype=np.float64)
    right = table.shape[1:] == (2,) and np.isfinite(table).all()
    chunk = rig.chunk(table) if not right else rig.chunk(table, joint_names=tuple(names))
    decision = rig.tick(chunks=(chunk,))
    assert decision.mode is GateMode.ARMED
    assert decision.findings
    rig.ticks(3)
    assert not rig.position.any()


@settings(_checked, max_examples=max(1, EXAMPLES // 50))  # Each takes fifty times as many ticks.
@given(
    goals=st.lists(st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)), min_size=1, max_size=4)
)
def test_a_gentle_plan_passes_without_any_intervention(
    make_rig: Callable[..., Any], goals: list[tuple[float, float]]
) -> None:
    rig = make_rig(infer_deadline_s=9.0).arm()
    for goal in goals:
        u = np.linspace(0.0, 1.0, 16)[:, None]
        smooth = u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
        rows = rig.position + (np.array(goal) - rig.position) * smooth
        decision = rig.tick(chunks=(rig.chunk(rows),))
        for _ in range(145):
            decision = rig.tick()
            assert decision.verdict == 0, decision.findings
        np.testing.assert_allclose(rig.position, goal, atol=1e-3)
    assert decision.interventions == 0
