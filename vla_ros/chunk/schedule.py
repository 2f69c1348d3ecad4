# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which target is due now: stamps choose the row, never an index that counts up.

A schedule is a value: `admit`, `at_scale` and `flush` return a new one.
"""

import math
from dataclasses import dataclass, replace

from vla_ros.chunk.curve import Curve, Vector, make_curve
from vla_ros.chunk.join import (
    ALIGN_S,
    DEFAULT_BLEND_S,
    SWITCH_S,
    Align,
    Fade,
    Join,
    Vote,
    make_guide,
)
from vla_ros.chunk.track import Track, follow
from vla_ros.types import ActionChunk, Joining

MOST_TRACKS = 16  # Keeps a tick short: one more is aligned, which needs none of the others.

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
class ChunkSchedule:
    """The chunks that move the arm now; each joins those before it in the way that it names.

    A speed scale s stretches time: row k is due `k step / s` after row 0, the path stays. All
    tracks therefore count in plan time, which passes s times as fast as the clock.

    Attributes:
        scale: Speed along the path, 0 to 1.
        anchor_ns: A moment of the clock.
        anchor_s: What plan time it was then [s].
        tracks: Oldest first.
    """

    scale: float = 1.0
    anchor_ns: int = 0
    anchor_s: float = 0.0
    tracks: tuple[Track, ...] = ()

    def plan_s(self, now_ns: int) -> float:
        """Return the plan time [s]."""
        return self.anchor_s + (now_ns - self.anchor_ns) * 1e-9 * self.scale

    def admit(self, chunk: ActionChunk, now_ns: int) -> "ChunkSchedule":
        """Add a checked chunk (at least one row, finite, positive step)."""
        # An empty plan begins at 0, so that the same goal gives the same numbers whenever it runs.
        plan = self if self.tracks else replace(self, anchor_ns=now_ns, anchor_s=0.0)
        now_s = plan.plan_s(now_ns)
        since_first = (now_ns - chunk.first_ns) * 1e-9
        start_s = now_s - (since_first * self.scale if since_first > 0.0 else since_first)
        begin_s = max(now_s, start_s)
        curve = make_curve(chunk.position_rad, chunk.step_ns * 1e-9)
        running = _alive(self.tracks, now_s, begin_s)
        track = Track(
            curve=curve,
            gripper=tuple(chunk.gripper.tolist()),
            observed_ns=chunk.observed_ns,
            sequence=chunk.sequence,
            epoch=chunk.epoch,
            start_s=start_s,
            end_s=start_s + curve.duration_s,
            begin_s=begin_s,
            join=_make_join(chunk.joining, curve, start_s, begin_s, running),
        )
        return replace(plan, tracks=(*running, track))

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
        return replace(self, scale=scale, anchor_ns=now_ns, anchor_s=self.plan_s(now_ns))

    def sample(self, now_ns: int) -> Target | None:
        """Return what is due now; None if no row is: the plan has not begun or has ended."""
        plan_s = self.plan_s(now_ns)
        tracks = _begun(self.tracks, plan_s)
        if not tracks or not plan_s < tracks[-1].end_s:
            return None
        point = follow(tracks, plan_s)
        source = tracks[-1]
        held = source
        if not source.wants_gripper(plan_s) and len(tracks) > 1:
            held = tracks[-2]
        return Target(
            position=point.position,
            velocity=tuple([v * self.scale for v in point.velocity]),
            gripper=held.opening(plan_s),
            observed_ns=source.observed_ns,
            sequence=source.sequence,
            row=(plan_s - source.start_s) / source.curve.step_s,
            epoch=source.epoch,
        )

    def queue_s(self, now_ns: int) -> float:
        """Return how long the newest chunk still has rows to send [s], at the present speed."""
        if not self.tracks:
            return 0.0
        left_s = self.tracks[-1].end_s - self.plan_s(now_ns)
        return max(left_s, 0.0) / max(self.scale, LEAST_SCALE)


def _begun(tracks: tuple[Track, ...], plan_s: float) -> tuple[Track, ...]:
    """Return the tracks that move the arm; nearly always all."""
    if not tracks or tracks[-1].begin_s <= plan_s:
        return tracks
    return tuple([track for track in tracks if track.begin_s <= plan_s])


def _alive(tracks: tuple[Track, ...], plan_s: float, begin_s: float) -> tuple[Track, ...]:
    """Drop what newer tracks have replaced, everything once the plan is over, and what comes late.

    That is a track that has not begun when a newer one does; so tracks begin in their order.
    """
    alive: list[Track] = []
    over = False  # The newest track that has begun is at its end.
    for track in tracks:
        if track.begin_s <= plan_s:
            over = track.end_s <= plan_s
            if track.join.taken_s <= plan_s:
                alive.clear()
            elif isinstance(track.join, Vote):
                while alive and _has_left(alive[-1], plan_s):
                    alive.pop()
        elif track.begin_s > begin_s:
            continue
        alive.append(track)
    return tuple([track for track in alive if track.begin_s > plan_s] if over else alive)


def _has_left(track: Track, plan_s: float) -> bool:
    """Say whether a track counts no more in a mean."""
    return isinstance(track.join, Vote) and track.join.left_s <= plan_s


def _make_join(
    joining: Joining | None,
    curve: Curve,
    start_s: float,
    begin_s: float,
    running: tuple[Track, ...],
) -> Join:
    """Return how a chunk takes over from the tracks that run."""
    fade = Fade(begin_s, DEFAULT_BLEND_S)
    if joining is Joining.CROSS_FADE and len(running) < MOST_TRACKS:
        return fade
    if joining is Joining.OFFSET_ALIGNMENT or len(running) >= MOST_TRACKS:
        return _align(curve, start_s, begin_s, running) or fade
    if joining is Joining.HOLD_AND_SWITCH:
        return Fade(begin_s, SWITCH_S)
    if joining is Joining.TEMPORAL_ENSEMBLING:
        joins = [track.join for track in running]
        number = max([join.number + 1 for join in joins if isinstance(join, Vote)], default=1)
        come_s = begin_s if running else begin_s - DEFAULT_BLEND_S  # Alone it counts at once.
        end_s = start_s + curve.duration_s
        return Vote(come_s, end_s - 2.0 * curve.step_s, end_s, DEFAULT_BLEND_S, number)
    if joining is Joining.REAL_TIME_CHUNKING and running:
        row = math.ceil((begin_s - start_s) / curve.step_s)
        next_s = start_s + row * curve.step_s
        over_s = running[-1].end_s - running[-1].curve.step_s
        return make_guide(next_s, curve.step_s, over_s, len(curve.rows) - row) or fade
    return fade


def _align(
    curve: Curve, start_s: float, begin_s: float, running: tuple[Track, ...]
) -> Align | None:
    """Return the difference to the running motion at the join; None if nothing runs there."""
    tracks = _begun(running, begin_s)
    if not tracks or not begin_s < tracks[-1].end_s:
        return None
    ahead, new = follow(tracks, begin_s), curve.held(begin_s - start_s)
    left_s = curve.duration_s - curve.step_s - (begin_s - start_s)
    return Align(
        begin_s,
        min(ALIGN_S, max(left_s, DEFAULT_BLEND_S)),
        tuple([p - q for p, q in zip(ahead.position, new.position, strict=True)]),
        tuple([v - w for v, w in zip(ahead.velocity, new.velocity, strict=True)]),
    )
