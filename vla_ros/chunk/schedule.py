# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which target is due now: stamps choose the row, never an index that counts up.

A schedule is a value: `admit`, `at_scale` and `flush` return a new one.
"""

from dataclasses import dataclass, replace

from vla_ros.chunk.blend import cross_fade
from vla_ros.chunk.curve import Curve, Point, Vector, make_curve
from vla_ros.types import ActionChunk

DEFAULT_BLEND_S = 0.1
LEAST_SCALE = 1e-3  # Slower is standing still: what is due when would be out of all proportion.


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the plan wants the arm at one instant.

    Attributes:
        position: [rad] or [m]. Length J.
        velocity: Along the plan, as feed-forward [rad/s] or [m/s]. Length J.
        gripper: Opening wanted, of the newest row due: 0 closed, 1 open; None leaves it alone.
        observed_ns: Stamp of the observation behind the newest chunk.
        sequence: Number of the newest chunk.
        row: How many rows after its row 0 the plan is, with a fraction.
        epoch: Arming epoch it was made for.
    """

    position: Vector
    velocity: Vector
    gripper: float | None
    observed_ns: int
    sequence: int
    row: float
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Track:
    """One chunk on its own time: at `anchor_ns` it was `phase_s` after its row 0."""

    curve: Curve
    gripper: Vector
    observed_ns: int
    sequence: int
    epoch: int
    fade_ns: int
    anchor_ns: int
    phase_s: float
    scale: float

    def phase(self, now_ns: int) -> float:
        return self.phase_s + (now_ns - self.anchor_ns) * 1e-9 * self.scale

    def at_scale(self, scale: float, now_ns: int) -> "_Track":
        return replace(self, anchor_ns=now_ns, phase_s=self.phase(now_ns), scale=scale)

    def left_s(self, now_ns: int) -> float:
        left = self.curve.duration_s - self.phase(now_ns)
        return max(left, 0.0) / max(self.scale, LEAST_SCALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSchedule:
    """The chunks that move the arm now; the newest fades in over the ones before.

    A speed scale s stretches time: row k is due `k step / s` after row 0, the path stays.

    Attributes:
        blend_s: How long a new chunk takes to take over [s].
        scale: Speed along the path, 0 to 1.
        tracks: Oldest first.
    """

    blend_s: float = DEFAULT_BLEND_S
    scale: float = 1.0
    tracks: tuple[_Track, ...] = ()

    def admit(self, chunk: ActionChunk, now_ns: int) -> "ChunkSchedule":
        """Add a checked chunk (at least one row, finite, positive step)."""
        step_s = chunk.step_ns * 1e-9
        begin = max(now_ns, chunk.first_ns)
        since_first = (now_ns - chunk.first_ns) * 1e-9
        track = _Track(
            curve=make_curve(chunk.position_rad, step_s),
            gripper=tuple(chunk.gripper.tolist()),
            observed_ns=chunk.observed_ns,
            sequence=chunk.sequence,
            epoch=chunk.epoch,
            fade_ns=begin,
            anchor_ns=now_ns,
            phase_s=since_first * self.scale if since_first > 0.0 else since_first,
            scale=self.scale,
        )
        return replace(self, tracks=(*self._alive(now_ns), track))

    def flush(self) -> "ChunkSchedule":
        """Forget every chunk."""
        return replace(self, tracks=())

    def at_scale(self, scale: float, now_ns: int) -> "ChunkSchedule":
        """Move on at another speed from now on.

        Args:
            scale: 0 (stands still) to 1 (the policy's own speed); what is below `LEAST_SCALE`,
                and NaN, stands still.
            now_ns: Node clock.
        """
        scale = scale if scale >= LEAST_SCALE else 0.0
        if scale == self.scale:
            return self
        tracks = tuple(track.at_scale(scale, now_ns) for track in self.tracks)
        return replace(self, scale=scale, tracks=tracks)

    def sample(self, now_ns: int) -> Target | None:
        """Return what is due now; None if no row is: the plan has not begun or has ended."""
        point: Point | None = None
        source: _Track | None = None
        for track in self.tracks:
            new = track.curve.at(track.phase(now_ns))
            if new is None:
                continue
            elapsed_s = (now_ns - track.fade_ns) * 1e-9
            if point is not None and elapsed_s < self.blend_s:
                new = cross_fade(point, new, elapsed_s, self.blend_s)
            point, source = new, track
        if point is None or source is None:
            return None
        row = source.phase(now_ns) / source.curve.step_s
        return Target(
            position=point.position,
            velocity=tuple([v * self.scale for v in point.velocity]),
            gripper=source.gripper[min(int(row), len(source.gripper) - 1)],
            observed_ns=source.observed_ns,
            sequence=source.sequence,
            row=row,
            epoch=source.epoch,
        )

    def queue_s(self, now_ns: int) -> float:
        """Return how long the newest chunk still has rows to send [s], at the present speed."""
        return self.tracks[-1].left_s(now_ns) if self.tracks else 0.0

    def _alive(self, now_ns: int) -> tuple[_Track, ...]:
        """Drop what a newer track has replaced completely, and what has ended."""
        alive: list[_Track] = []
        for track in self.tracks:
            taken_over = (now_ns - track.fade_ns) * 1e-9 >= self.blend_s
            if taken_over and track.phase(now_ns) >= 0.0:
                alive.clear()
            if track.left_s(now_ns) > 0.0:
                alive.append(track)
        return tuple(alive)
