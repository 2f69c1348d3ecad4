# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives a gate with hostile chunks in simulated time, and has every command judged."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from adversarial_chunks import GENERATORS, Generator
from adversarial_judge import Judge
from adversarial_scene import Array, Scene
from adversarial_world import World

from vla_ros.gate.gate import Gate
from vla_ros.gate.state import Decision, EstopInput, GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode, Request
from vla_ros.types import ActionChunk, JointSample

_REPLAN_TICKS = 12
_LONGEST_LAG = 5
_EPISODE_TICKS = (300, 1500)
_LISTENING = (GateMode.ARMED, GateMode.RUN, GateMode.HOLD)
_LATCHED = (GateMode.PSTOP, GateMode.ESTOP)
_SHOWN = 5


@dataclass(slots=True)
class Tally:
    """What came of one generator.

    Attributes:
        commands: Published.
        moving: Of those, with another position than the one before.
        armings: How often a person armed.
        latches: How often the gate latched a stop.
        violations: Commands that break an invariant, and faults.
        texts: The first of them, in words.
    """

    commands: int = 0
    moving: int = 0
    armings: int = 0
    latches: int = 0
    violations: int = 0
    texts: list[str] = field(default_factory=list)

    def blame(self, text: str) -> None:
        """Count a violation."""
        self.violations += 1
        if len(self.texts) < _SHOWN:
            self.texts.append(text)


class Episode:
    """One gate, started anew, with an arm behind it and a person who arms it again and again."""

    def __init__(self, gate: Gate, judge: Judge, generator: Generator, seed: int) -> None:
        self._gate = gate
        self._judge = judge
        self._generator = generator
        self._rng = np.random.default_rng(seed)
        postures = judge.postures
        self._position = postures.starts[self._rng.integers(len(postures.starts))].copy()
        lag = int(self._rng.integers(0, _LONGEST_LAG + 1))
        self._pipe: deque[Array] = deque([self._position] * (lag + 1), maxlen=lag + 1)
        self._world = World(gate.config, judge.distances, self._rng, self._position)
        self._state = GateState()
        self._dt_ns = round(gate.config.dt_s * 1e9)
        self._next_chunk = 0
        self._scene = Scene(
            config=gate.config,
            rng=self._rng,
            folded=postures.folded,
            low=postures.low,
            outside=postures.outside,
            at=self._position,
            now_ns=10**9,
        )

    def run(self, tally: Tally, most: int) -> None:
        """Go on for a while, and for so many commands at most."""
        self._judge.begin()
        for _ in range(int(self._rng.integers(*_EPISODE_TICKS))):
            decision = self._tick()
            self._count(tally, decision)
            if decision.mode is GateMode.FAULT or tally.commands >= most:
                return

    def _tick(self) -> Decision:
        scene = self._scene
        scene.tick += 1
        scene.now_ns += self._dt_ns
        scene.at = self._pipe[0]
        scene.epoch = self._state.epoch
        mode = self._state.mode
        chunks: tuple[ActionChunk, ...] = ()
        scene.requests = ()
        if mode in _LISTENING and scene.tick >= self._next_chunk:
            chunks = self._generator(scene)
            self._next_chunk = scene.tick + int(self._rng.integers(1, 2 * _REPLAN_TICKS))
        inputs = self._inputs(chunks=chunks, requests=(*scene.requests, *self._person(mode)))
        self._state, decision = self._gate.step(self._state, inputs, scene.now_ns)
        if decision.command is not None:
            self._position = decision.command.position
        self._pipe.append(self._position)
        return decision

    def _person(self, mode: GateMode) -> tuple[Request, ...]:
        """Return what a person asks for who wants the arm to go on."""
        if mode is GateMode.IDLE and self._scene.tick % 3 == 0:
            self._scene.pressed = False
            return (Request.ARM,)
        if mode in _LATCHED and self._scene.tick % 25 == 0:
            self._scene.pressed = False
            return (Request.RESET,)
        return ()

    def _inputs(self, **news: Any) -> GateInputs:
        scene, config = self._scene, self._gate.config
        was = self._pipe[1] if len(self._pipe) > 1 else self._position
        sample = JointSample(
            names=config.limits.names,
            stamp_ns=scene.now_ns,
            arrival_ns=scene.now_ns,
            position=scene.at.copy(),
            velocity=(was - scene.at) / config.dt_s,
        )
        button = EstopInput(pressed=scene.pressed, age_s=0.0)
        return GateInputs(
            joints=sample,
            estop=None if config.estop_topic is None else button,
            speed_scale=scene.speed_scale,
            **self._world.hear(scene.tick),
            **news,
        )

    def _count(self, tally: Tally, decision: Decision) -> None:
        tally.armings += sum(a.done and a.request is Request.ARM for a in decision.answers)
        tally.latches += sum(event.mode in _LATCHED for event in decision.events)
        if decision.mode is GateMode.FAULT or decision.error is not None:
            found = "; ".join(f"{f.reason.name}: {f.message}" for f in decision.findings)
            tally.blame(f"{decision.mode.name}: {found or decision.error!r}")
        command = decision.published
        if command is None:
            return
        tally.commands += 1
        tally.moving += self._judge.last != command.position
        text = self._judge.objection(command)
        if text is not None:
            tally.blame(f"{text} (tick {self._scene.tick}, {command.mode.name})")


def run_generator(
    gate: Gate, judge: Judge, generator: Generator, commands: int, seed: int
) -> Tally:
    """Publish so many commands under one generator, in episodes from different postures."""
    tally = Tally()
    number = GENERATORS.index(generator)
    episode = idle = 0
    while tally.commands < commands and idle < 20:
        episode += 1
        before = tally.commands
        seeds = np.random.SeedSequence((seed, number, episode)).generate_state(1)
        Episode(gate, judge, generator, int(seeds[0])).run(tally, commands)
        idle = idle + 1 if tally.commands == before else 0
    return tally
