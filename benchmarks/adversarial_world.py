# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What else a gate hears in an episode: obstacles, people, the driver and the dead-man switch."""

from typing import Any

import numpy as np
from adversarial_distance import CUBE_M, CUBES, Distances
from adversarial_scene import Array

from vla_ros.gate.config import GateConfig
from vla_ros.gate.state import Heartbeat, HumanDistance, Obstacle, Obstacles

_KINDS = ("nothing", "still boxes", "moving boxes")
_SHARES = (0.5, 0.3, 0.2)
_MOVE_TICKS = 60
_TRIES = 50
_ROOM_M = 0.03
_AGE_S = 0.01


class World:
    """Around one arm, for one episode. What the profile does not name is not there."""

    def __init__(
        self, config: GateConfig, distances: Distances, rng: np.random.Generator, start: Array
    ) -> None:
        """Place what there is, clear of the arm.

        Args:
            config: Of the gate.
            distances: Of the arm; is told of boxes that stay where they are.
            rng: The only source of chance.
            start: Where the arm is [rad].
        """
        self._config, self._distances, self._rng = config, distances, rng
        self._kind = rng.choice(_KINDS, p=_SHARES) if config.obstacles is not None else _KINDS[0]
        self._boxes: tuple[Obstacle, ...] = ()
        self._distance_m = 3.0
        self._people = rng.random() < 0.2
        self._flicker = rng.random() < 0.1
        distances.place(())
        if self._kind != _KINDS[0]:
            self._place_clear(start)
        if self._kind == _KINDS[2]:  # What comes nearer by itself is not the gate's doing.
            distances.place(())

    def hear(self, tick: int) -> dict[str, Any]:
        """Return inputs of the gate by their names."""
        config, rng = self._config, self._rng
        if self._kind == _KINDS[2] and tick % _MOVE_TICKS == 0:
            self._boxes = self._draw()
        if self._people and rng.random() < 0.02:
            self._distance_m = float(rng.choice([0.0, np.nan, rng.uniform(0.0, 3.0), 3.0]))
        good = Heartbeat(good=not (self._flicker and rng.random() < 0.003), age_s=_AGE_S)
        person = HumanDistance(distance_m=self._distance_m, age_s=_AGE_S)
        return {
            "driver": None if config.driver is None else good,
            "deadman": None if config.deadman is None else good,
            "human": None if config.human is None else person,
            "obstacles": None
            if config.obstacles is None
            else Obstacles(boxes=self._boxes, age_s=_AGE_S),
        }

    def _place_clear(self, start: Array) -> None:
        for _ in range(_TRIES):
            self._boxes = self._draw()
            self._distances.place(self._boxes)
            if self._distances.measure(start)[1].excess_m > _ROOM_M:
                return
        self._boxes = ()
        self._distances.place(())

    def _draw(self) -> tuple[Obstacle, ...]:
        boxes = []
        for k in range(CUBES):
            x, y, z = self._rng.uniform((-0.6, -0.6, 0.1), (0.6, 0.6, 0.9)).tolist()
            turn = self._rng.normal(size=4)
            a, b, c, d = (turn / np.linalg.norm(turn)).tolist()
            boxes.append(
                Obstacle(
                    name=f"box{k}",
                    size=(CUBE_M,) * 3,
                    position=(x, y, z),
                    rotation=(a, b, c, d),
                )
            )
        return tuple(boxes)
