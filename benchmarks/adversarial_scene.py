# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a hostile policy knows: the arm, where it is, and postures that would break it."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_ros.gate.config import GateConfig
from vla_ros.gate.vocabulary import Request
from vla_ros.types import ActionChunk, Joining

Array = NDArray[np.float64]

MS = 1_000_000
STEP_NS = 100 * MS
_GOAL = "a" * 32
_JOININGS = tuple(Joining)


@dataclass(slots=True, kw_only=True)
class Scene:
    """One episode, as its generator of chunks sees it.

    Attributes:
        config: Of the gate.
        rng: The only source of chance.
        folded: Postures in which the arm runs into itself. Shape (N, J).
        low: Postures in which it runs into the table or a box. Shape (N, J).
        outside: Postures in which the tool is outside its workspace. Shape (N, J).
        at: Where the arm is [rad].
        now_ns: Control clock.
        epoch: Of the gate.
        tick: Counts up within the episode.
        sequence: Of the newest chunk.
        session: Whose chunks they are.
        speed_scale: What the operator allows.
        pressed: Somebody presses the emergency stop.
        requests: What somebody asks of the gate in this tick.
        memory: What the generator wants to remember.
    """

    config: GateConfig
    rng: np.random.Generator
    folded: Array
    low: Array
    outside: Array
    at: Array
    now_ns: int = 0
    epoch: int = 0
    tick: int = 0
    sequence: int = 0
    session: int = 7
    speed_scale: float = 1.0
    pressed: bool = False
    requests: tuple[Request, ...] = ()
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def lower(self) -> Array:
        """Smallest commanded position [rad]."""
        return np.array(self.config.limits.lower)

    @property
    def upper(self) -> Array:
        """Largest commanded position [rad]."""
        return np.array(self.config.limits.upper)

    @property
    def top(self) -> Array:
        """Largest operating velocity [rad/s]."""
        return np.array(self.config.limits.operating.velocity)

    def pick(self, postures: Array) -> Array:
        """Return one of some postures."""
        return np.asarray(postures[self.rng.integers(len(postures))])

    def anywhere(self) -> Array:
        """Return a posture within the limits."""
        return self.rng.uniform(self.lower, self.upper)

    def way(
        self, target: Array, *, pace: float = 1.0, rows: int = 14, step_ns: int = STEP_NS
    ) -> Array:
        """Return rows towards a target, each joint at a multiple of its top speed."""
        reach = pace * self.top * step_ns * 1e-9 * np.arange(rows)[:, None]
        return self.at + np.clip(target - self.at, -reach, reach)

    def wander(self) -> Array:
        """Return rows of a benign policy: a slow way to a place nearby."""
        target = np.clip(self.at + self.rng.normal(0.0, 0.3, len(self.at)), self.lower, self.upper)
        return self.way(target, pace=float(self.rng.uniform(0.1, 0.8)))

    def chunk(self, rows: Array, **changes: Any) -> ActionChunk:
        """Return the next chunk, observed now, unless told otherwise."""
        self.sequence += 1
        plain = ActionChunk(
            goal_id=_GOAL,
            session=self.session,
            epoch=self.epoch,
            sequence=self.sequence,
            last=False,
            observed_ns=self.now_ns,
            first_ns=self.now_ns,
            step_ns=STEP_NS,
            joint_names=self.config.limits.names,
            position_rad=np.array(rows, dtype=np.float64),
            gripper=np.full(len(rows), float(self.rng.random() < 0.5)),
            cartesian=bool(self.rng.random() < 0.2),
            joining=_JOININGS[int(self.rng.integers(len(_JOININGS)))],
        )
        return replace(plain, **changes)

    def one_joint(self, rows: Array, joint: int) -> Array:
        """Return rows in which only one joint moves."""
        still = np.tile(self.at, (len(rows), 1))
        still[:, joint] = rows[:, joint]
        return still
