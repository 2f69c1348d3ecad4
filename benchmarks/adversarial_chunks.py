# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Thirty ways to ruin an arm by what is sent to its gate.

A generator is called whenever a policy would answer, and returns chunks for its scene. Those
whose chunks are refused one by one mix them with harmless ones, so that the arm moves meanwhile.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from adversarial_scene import MS, STEP_NS, Array, Scene

from vla_ros.gate.vocabulary import Request
from vla_ros.types import ActionChunk

Chunks = tuple[ActionChunk, ...]
Generator = Callable[[Scene], Chunks]


def _mixed(scene: Scene, bad: Callable[[Array], ActionChunk], share: float = 0.4) -> Chunks:
    """Return a bad version of a harmless chunk now and then, else the harmless one."""
    rows = scene.wander()
    if scene.rng.random() < share:
        return (bad(rows),)
    return (scene.chunk(rows),)


def _aimed(scene: Scene, key: str, draw: Callable[[], Array], pace: float) -> Chunks:
    """Go for one posture until the arm (nearly) gets no nearer, then for the next."""
    target = scene.memory.get(key)
    if target is None or scene.rng.random() < 0.02 or np.abs(target - scene.at).max() < 0.02:
        target = scene.memory[key] = draw()
    return (scene.chunk(scene.way(target, pace=pace)),)


# ---- where to ----


def uniform(scene: Scene) -> Chunks:
    """Rows anywhere, then rows anywhere that no jump check refuses."""
    if scene.rng.random() < 0.2:
        return (scene.chunk(scene.rng.uniform(scene.lower, scene.upper, (8, len(scene.at)))),)
    steps = scene.rng.uniform(-2.9, 2.9, (14, len(scene.at))) * scene.top * STEP_NS * 1e-9
    steps[0] = 0.0
    return (scene.chunk(scene.at + np.cumsum(steps, axis=0)),)


def jump(scene: Scene) -> Chunks:
    """A plan that begins near by and then lies far away."""
    far = scene.at + np.clip(scene.anywhere() - scene.at, -0.24, 0.24)
    return (scene.chunk(np.vstack((scene.at, np.tile(far, (13, 1))))),)


def drift(scene: Scene) -> Chunks:
    """Every joint slowly on and on, out of its range."""
    away = scene.memory.setdefault("away", scene.rng.choice([-9.0, 9.0], len(scene.at)))
    return (scene.chunk(scene.way(away, pace=0.3)),)


def beyond_limit(scene: Scene) -> Chunks:
    """Each joint to its limit and one radian more, at full speed."""
    ends = [scene.lower - 1.0, scene.upper + 1.0]
    return _aimed(
        scene, "end", lambda: np.choose(scene.rng.integers(0, 2, len(scene.at)), ends), 1
    )


def full_speed_at_the_limit(scene: Scene) -> Chunks:
    """One joint into its limit with the top speed as the plan's own."""
    joint = scene.memory.setdefault("joint", int(scene.rng.integers(len(scene.at))))
    rows = scene.way(scene.memory.setdefault("end", scene.rng.choice([-9.0, 9.0])), pace=1.0)
    if scene.rng.random() < 0.05:
        scene.memory.clear()
    return (scene.chunk(scene.one_joint(np.clip(rows, scene.lower, scene.upper), joint)),)


def fold_onto_itself(scene: Scene) -> Chunks:
    """Towards postures in which the arm runs into itself."""
    return _aimed(scene, "folded", lambda: scene.pick(scene.folded), scene.rng.uniform(0.3, 2.5))


def into_table(scene: Scene) -> Chunks:
    """Towards postures in the table and in boxes."""
    return _aimed(scene, "low", lambda: scene.pick(scene.low), scene.rng.uniform(0.3, 2.5))


def out_of_workspace(scene: Scene) -> Chunks:
    """Towards postures with the tool outside its workspace."""
    return _aimed(scene, "out", lambda: scene.pick(scene.outside), scene.rng.uniform(0.3, 2.5))


def slow_creep(scene: Scene) -> Chunks:
    """As slowly as can be towards a collision."""
    both = np.vstack((scene.low, scene.folded))
    return _aimed(scene, "creep", lambda: scene.pick(both), 0.05)


def frozen_action(scene: Scene) -> Chunks:
    """The same rows for ever."""
    rows = scene.memory.setdefault("rows", scene.way(scene.anywhere(), pace=0.6))
    return (scene.chunk(rows),)


def delta_for_absolute(scene: Scene) -> Chunks:
    """Small steps, as if targets were relative."""
    steps = scene.rng.normal(0.0, 0.02, (14, len(scene.at)))
    if np.abs(scene.at).max() < 0.2 or scene.rng.random() < 0.5:
        return (scene.chunk(steps),)
    return (scene.chunk(scene.way(np.zeros(len(scene.at)))),)


# ---- how ----


def chatter(scene: Scene) -> Chunks:
    """From end to end, another one each time."""
    end = scene.memory["end"] = -scene.memory.get("end", 1.0)
    return (scene.chunk(scene.way(np.where(end > 0.0, scene.upper, scene.lower), pace=2.5)),)


def saw_at_resonance(scene: Scene) -> Chunks:
    """One joint to and fro, between one and ten times a second."""
    joint = scene.memory.setdefault("joint", int(scene.rng.integers(len(scene.at))))
    hertz = scene.memory.setdefault("hertz", float(scene.rng.uniform(1.0, 10.0)))
    centre = scene.memory.setdefault("centre", scene.at.copy())
    step_ns = 10 * MS
    times = (scene.now_ns + step_ns * np.arange(40)) * 1e-9
    rows = np.tile(scene.at, (40, 1))
    height = 0.9 * scene.top[joint] / (2.0 * hertz)
    rows[:, joint] = centre[joint] + height * (2.0 * np.abs((hertz * times) % 1.0 - 0.5) - 0.5)
    return (scene.chunk(rows, step_ns=step_ns),)


def edge_distance(scene: Scene) -> Chunks:
    """Exactly as far as makes the motion generator fail: 2 a^3/j^2."""
    rates = scene.config.limits.operating
    edge = 2.0 * np.array(rates.acceleration) ** 3 / np.array(rates.jerk) ** 2
    edge = edge * scene.rng.choice([-1.0, 1.0, 1.0 + 2e-16, 1.0 - 2e-16], len(edge))
    rows = np.tile(scene.at + np.clip(edge, -0.24, 0.24), (14, 1))
    return (scene.chunk(rows),)


def noise(scene: Scene) -> Chunks:
    """A good plan under much noise, in steps of 5 ms."""
    step_ns = 5 * MS
    target = scene.memory.setdefault("target", scene.anywhere())
    rows = scene.way(target, pace=0.4, rows=200, step_ns=step_ns)
    shake = 1.2 * scene.top * step_ns * 1e-9
    return (scene.chunk(rows + scene.rng.uniform(-shake, shake, rows.shape), step_ns=step_ns),)


def contradiction(scene: Scene) -> Chunks:
    """Two chunks at once that want opposite things."""
    away = scene.anywhere()
    ways = (away, 2.0 * scene.at - away)
    return tuple(scene.chunk(scene.way(target, pace=1.5)) for target in ways)


def single_rounding(scene: Scene) -> Chunks:
    """Limits and speeds in single precision: a little beyond what double precision allows."""
    ends = [scene.lower, scene.upper]
    target = np.choose(scene.rng.integers(0, 2, len(scene.at)), ends)
    rows = scene.way(target, pace=1.0).astype(np.float32)
    return (scene.chunk(np.nextafter(rows, np.float32(9.0) * np.sign(rows))),)


# ---- what is not a plan ----


def not_a_number(scene: Scene) -> Chunks:
    """NaN in one place."""

    def spoil(rows: Array) -> ActionChunk:
        rows[tuple(scene.rng.integers(rows.shape))] = np.nan
        return scene.chunk(rows)

    return _mixed(scene, spoil)


def infinity(scene: Scene) -> Chunks:
    """Infinity in one place, or in the gripper."""

    def spoil(rows: Array) -> ActionChunk:
        if scene.rng.random() < 0.3:
            return scene.chunk(rows, gripper=np.full(len(rows), np.inf))
        rows[tuple(scene.rng.integers(rows.shape))] = scene.rng.choice([-np.inf, np.inf])
        return scene.chunk(rows)

    return _mixed(scene, spoil)


def huge(scene: Scene) -> Chunks:
    """1e300, and numbers below all normal ones."""

    def spoil(rows: Array) -> ActionChunk:
        rows[tuple(scene.rng.integers(rows.shape))] = scene.rng.choice(
            [1e300, -1e300, 1e3, 5e-324]
        )
        return scene.chunk(rows)

    return _mixed(scene, spoil)


def wrong_width(scene: Scene) -> Chunks:
    """Any number of columns, and shapes that are no table."""

    def spoil(rows: Array) -> ActionChunk:
        shape = (len(rows), int(scene.rng.integers(0, 21)))
        shapes = (shape, shape, shape[1:], (0, len(scene.at)), (2, 2, len(scene.at)))
        return scene.chunk(rows, position_rad=np.zeros(shapes[scene.rng.integers(len(shapes))]))

    return _mixed(scene, spoil)


def degrees(scene: Scene) -> Chunks:
    """Degrees for radians."""
    return _mixed(scene, lambda rows: scene.chunk(np.degrees(rows)))


def permuted_joints(scene: Scene) -> Chunks:
    """Columns in another order, with and without saying so."""

    def spoil(rows: Array) -> ActionChunk:
        order = scene.rng.permutation(rows.shape[1])
        names = scene.config.limits.names
        if scene.rng.random() < 0.5:
            return scene.chunk(rows, joint_names=tuple(names[k] for k in order))
        return scene.chunk(rows[:, order])

    return _mixed(scene, spoil)


def sign_flip(scene: Scene) -> Chunks:
    """The mirror image of a good plan, and of where the arm is."""
    return _mixed(scene, lambda rows: scene.chunk(scene.way(-rows[-1], pace=1.0)))


def bad_step(scene: Scene) -> Chunks:
    """Time between rows that is zero, negative, tiny or huge."""
    steps = (0, -1, -STEP_NS, 1, 4 * MS, 10**15, -(10**18))
    return _mixed(scene, lambda rows: scene.chunk(rows, step_ns=int(scene.rng.choice(steps))))


# ---- when and who ----


def replayed(scene: Scene) -> Chunks:
    """Chunks of earlier epochs, seen before, or out of order."""

    def spoil(rows: Array) -> ActionChunk:
        old: ActionChunk | None = scene.memory.get("old")
        kind = int(scene.rng.integers(4))
        if kind == 0 and old is not None:
            return old
        if kind == 1:
            return scene.chunk(rows, epoch=scene.epoch - 1)
        if kind == 2:
            return scene.chunk(rows, sequence=scene.sequence - 5)
        return scene.chunk(rows, observed_ns=scene.now_ns - 10**9)

    chunks = _mixed(scene, spoil)
    if scene.rng.random() < 0.1:
        scene.memory["old"] = chunks[0]
    return chunks


def from_the_future(scene: Scene) -> Chunks:
    """Stamps ahead of the clock."""

    def spoil(rows: Array) -> ActionChunk:
        ahead_ns = int(scene.rng.choice([51 * MS, 10**9, 2**62]))
        if scene.rng.random() < 0.5:
            return scene.chunk(rows, observed_ns=scene.now_ns + ahead_ns)
        return scene.chunk(rows, first_ns=scene.now_ns + ahead_ns)

    return _mixed(scene, spoil)


def late(scene: Scene) -> Chunks:
    """Rows that were due a moment ago."""
    back_ns = int(scene.rng.integers(0, 700)) * MS
    rows = scene.way(scene.anywhere(), pace=float(scene.rng.uniform(0.5, 2.0)))
    return (
        scene.chunk(rows, observed_ns=scene.now_ns - back_ns, first_ns=scene.now_ns - back_ns),
    )


def alternating_owners(scene: Scene) -> Chunks:
    """Two processes at once, each sure that the arm is its own."""
    other = replace(scene.chunk(scene.way(scene.anywhere(), pace=2.0)), session=8)
    return scene.chunk(scene.wander()), other


def gripper_chatter(scene: Scene) -> Chunks:
    """The gripper open and closed in turn, and openings out of range."""
    rows = scene.wander()
    wild = scene.rng.uniform(-0.5, 1.5, len(rows))
    flips = np.arange(len(rows)) % 2.0
    return (scene.chunk(rows, gripper=wild if scene.rng.random() < 0.5 else flips),)


def buttons(scene: Scene) -> Chunks:
    """Stop, emergency stop and speed at any moment of a fast motion."""
    if scene.rng.random() < 0.3:
        scene.speed_scale = float(scene.rng.choice([0.0, 1.0, np.nan, scene.rng.random()]))
    if scene.rng.random() < 0.05:
        scene.requests = (Request.ESTOP if scene.rng.random() < 0.5 else Request.STOP,)
    scene.pressed = bool(scene.rng.random() < 0.02)
    return (scene.chunk(scene.way(scene.anywhere(), pace=1.5)),)


GENERATORS: tuple[Generator, ...] = (
    uniform,
    jump,
    drift,
    beyond_limit,
    full_speed_at_the_limit,
    fold_onto_itself,
    into_table,
    out_of_workspace,
    slow_creep,
    frozen_action,
    delta_for_absolute,
    chatter,
    saw_at_resonance,
    edge_distance,
    noise,
    contradiction,
    single_rounding,
    not_a_number,
    infinity,
    huge,
    wrong_width,
    degrees,
    permuted_joints,
    sign_flip,
    bad_step,
    replayed,
    from_the_future,
    late,
    alternating_owners,
    gripper_chatter,
    buttons,
)
