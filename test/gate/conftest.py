# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A two-joint arm that does as it is told, and a person at its gate; time is simulated."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import (
    ALL_CHECKS,
    Decision,
    EstopInput,
    Gate,
    GateConfig,
    GateInputs,
    GateMode,
    GateState,
    Reason,
    Request,
    make_gate_config,
)
from vla_ros.gate.limits import JointLimits, RateLimits
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import ActionChunk, JointSample

NAMES = ("elbow", "wrist")
TICK_NS = 10_000_000


def make_config(**changes: Any) -> GateConfig:
    """Return the constants of the test arm."""
    operating = RateLimits(velocity=(1.0, 1.5), acceleration=(5.0, 6.0), jerk=(100.0, 150.0))
    hard = RateLimits(velocity=(2.0, 3.0), acceleration=(10.0, 12.0), jerk=(400.0, 600.0))
    config = GateConfig(
        dt_s=0.01,
        limits=JointLimits(
            names=NAMES,
            lower=(-1.0, -2.0),
            upper=(1.0, 2.0),
            hard_lower=(-1.05, -2.05),
            hard_upper=(1.05, 2.05),
            operating=operating,
            hard=hard,
        ),
        tracking_rad=0.05,
        start_mismatch_rad=0.17,
        estop_topic="/estop",
        estop_timeout_s=0.2,
        tool_position=None,
        workspace=None,
        keep_out=(),
        tcp_speed_m_s=0.5,
        infer_deadline_s=9.0,  # Most tests send one chunk, and see it through to its end.
    )
    return replace(config, **changes)


class Rig:
    """Steps a gate in simulated time, with a perfect arm behind it."""

    def __init__(self, config: GateConfig, checks: tuple[Any, ...] = ALL_CHECKS) -> None:
        self.gate = Gate(config, checks)
        self.state = GateState()
        self.now_ns = 1_000_000_000
        self.position = np.zeros(len(config.limits.names))
        self.measured: JointSample | None = None
        self.estop: EstopInput | None = EstopInput(pressed=False, age_s=0.0)
        self.commands: list[np.ndarray] = []
        self.sequence = 0
        self.moves_joints = True
        self.always: dict[str, Any] = {}  # Inputs of every tick.

    def tick(
        self, *requests: Request, chunks: tuple[ActionChunk, ...] = (), **inputs: Any
    ) -> Decision:
        """Let 10 ms pass."""
        self.now_ns += TICK_NS
        if self.moves_joints:
            self.measured = self.sample()
        given = {"joints": self.measured, "estop": self.estop, **self.always, **inputs}
        self.state, decision = self.gate.step(
            self.state, GateInputs(requests=requests, chunks=chunks, **given), self.now_ns
        )
        if decision.command is not None:
            self.commands.append(decision.command.position)
            self.position = decision.command.position
        return decision

    def ticks(self, count: int, **inputs: Any) -> Decision:
        """Let several ticks pass; return the last decision."""
        for _ in range(count):
            decision = self.tick(**inputs)
        return decision

    def sample(self, **changes: Any) -> JointSample:
        """Return a joint state of now."""
        fields: dict[str, Any] = {
            "names": self.gate.config.limits.names,
            "stamp_ns": self.now_ns,
            "arrival_ns": self.now_ns,
            "position": self.position.copy(),
            "velocity": np.zeros(len(self.position)),
        }
        return JointSample(**{**fields, **changes})

    def chunk(self, rows: Any = None, **changes: Any) -> ActionChunk:
        """Return the next chunk: observed now, from here by 0.02 rad per row unless told."""
        if rows is None:
            rows = self.position + 0.02 * np.arange(14)[:, None]
        rows = np.asarray(rows, dtype=np.float64)
        self.sequence += 1
        fields: dict[str, Any] = {
            "goal_id": "a" * 32,
            "session": 7,
            "epoch": self.state.epoch,
            "sequence": self.sequence,
            "last": False,
            "observed_ns": self.now_ns,
            "first_ns": self.now_ns,
            "step_ns": 100_000_000,
            "joint_names": self.gate.config.limits.names,
            "position_rad": rows,
            "gripper": np.ones(len(rows)),
        }
        return ActionChunk(**{**fields, **changes})

    def end_chunk(self, **changes: Any) -> ActionChunk:
        """Return the chunk that ends the goal."""
        return self.chunk(np.zeros((0, 2)), last=True, **changes)

    def arm(self) -> "Rig":
        """Arm; the gate has to agree."""
        decision = self.tick(Request.ARM)
        assert decision.answers[0].done, decision.answers[0].message
        return self

    def run(self) -> "Rig":
        """Arm and follow a chunk for a while, so that the arm moves."""
        self.arm()
        decision = self.tick(chunks=(self.chunk(),))
        assert decision.mode is GateMode.RUN, decision.findings
        self.ticks(40)
        return self


class ArmRig(Rig):
    """The same with the simulated arm, at home, and a policy that leads it somewhere."""

    def __init__(self, config: GateConfig, home: tuple[float, ...]) -> None:
        super().__init__(config)
        self.position = np.array(home)
        self.reasons_seen: set[Reason] = set()

    def lead_to(self, goal: tuple[float, ...], ticks: int = 600) -> Decision:
        """Ask for a straight way at half speed until the mode is no longer RUN."""
        if self.state.mode is not GateMode.RUN:
            self.tick()
            self.arm()
        way = np.linspace(0.0, 1.0, 40)[:, None]
        decision = self.tick()
        for k in range(ticks):
            chunks = ()
            if k % 30 == 0:
                span = np.array(goal) - self.position
                reach = min(1.0, 2.8 / max(float(np.abs(span).max()), 1e-9))
                chunks = (self.chunk(self.position + way * reach * span),)
            decision = self.tick(chunks=chunks)
            self.reasons_seen |= {finding.reason for finding in decision.findings}
            if k and decision.mode is not GateMode.RUN:
                return self.ticks(60)  # Until it rests.
        return decision


@pytest.fixture
def make_arm_rig() -> Callable[..., ArmRig]:
    """Return a maker of rigs with the simulated arm; keyword arguments change the constants."""
    profile = load_robot_profile("sim_arm")
    config = make_gate_config(profile, make_kinematics(profile))
    return lambda **changes: ArmRig(replace(config, **changes), profile.home)


@pytest.fixture
def config() -> GateConfig:
    return make_config()


@pytest.fixture
def make_rig() -> Callable[..., Rig]:
    """Return a maker of rigs; keyword arguments change the constants."""
    return lambda checks=ALL_CHECKS, **changes: Rig(make_config(**changes), checks)


@pytest.fixture
def rig() -> Rig:
    return Rig(make_config())
