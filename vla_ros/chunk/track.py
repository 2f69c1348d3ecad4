# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One chunk laid out along the plan, and how it joins what runs there already."""

from dataclasses import dataclass

from vla_ros.chunk.blend import ease, mix
from vla_ros.chunk.curve import Curve, Point, Vector
from vla_ros.chunk.join import DEFAULT_BLEND_S, Align, Guide, Join, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One chunk, in plan time (see `join.py`).

    Attributes:
        curve: Through its rows.
        gripper: Opening wanted, by row.
        observed_ns: Stamp of the observation behind it.
        sequence: Its number.
        epoch: Arming epoch it was made for.
        start_s: When its row 0 is due [s]; may be long past.
        end_s: When its last row is over [s].
        begin_s: When it begins to move the arm [s].
        join: How it takes over from the tracks before it.
    """

    curve: Curve
    gripper: Vector
    observed_ns: int
    sequence: int
    epoch: int
    start_s: float
    end_s: float
    begin_s: float
    join: Join

    def point(self, plan_s: float) -> Point:
        """Return where it wants the arm; `begin_s` or later. When it is over it rests."""
        point = self.curve.held(plan_s - self.start_s)
        return self.join.shift(point, plan_s) if isinstance(self.join, Align) else point

    def wants_gripper(self, plan_s: float) -> bool:
        """Say whether the gripper follows it already: not while the running plan is kept."""
        join = self.join
        return not isinstance(join, Guide) or plan_s >= join.begin_s + join.weights.step_s

    def opening(self, plan_s: float) -> float:
        """Return the opening of the newest row that is due."""
        row = int((plan_s - self.start_s) / self.curve.step_s)
        return self.gripper[min(row, len(self.gripper) - 1)]


def follow(tracks: tuple[Track, ...], plan_s: float) -> Point:
    """Return where tracks lead together.

    Args:
        tracks: At least one, oldest first; all have begun.
        plan_s: Now [s].
    """
    first = len(tracks) - 1
    while first > 0 and plan_s < tracks[first].join.taken_s:
        first -= 1
    base = tracks[first]
    point = base.point(plan_s)
    votes: tuple[float, float] | None = None  # Of all that is in the point; most joins need none.
    for track in tracks[first + 1 :]:
        join, new = track.join, track.point(plan_s)
        if isinstance(join, Vote):
            votes = votes or _votes(base, plan_s, base)
            votes, weight, rate = _elect(votes, _votes(track, plan_s, base))
        else:
            weight, rate = join.weigh(plan_s)
            votes, base = None, track
        point = mix(point, new, weight, rate)
    return point


def _votes(track: Track, plan_s: float, oldest: Track) -> tuple[float, float]:
    """Return how much a track counts in a mean, and the rate of that [1/s]."""
    join = track.join
    if isinstance(join, Vote):
        return join.count(plan_s, oldest.join.number if isinstance(oldest.join, Vote) else 0)
    gone, going = ease((plan_s - track.end_s) / DEFAULT_BLEND_S)
    return 1.0 - gone, -going / DEFAULT_BLEND_S


def _elect(
    votes: tuple[float, float], new: tuple[float, float]
) -> tuple[tuple[float, float], float, float]:
    """Return all votes together, the share of the new ones, and its rate [1/s]."""
    total, rate = votes[0] + new[0], votes[1] + new[1]
    if not total > 0.0:
        return votes, 1.0, 0.0
    share = new[0] / total
    return (total, rate), share, (new[1] - share * rate) / total
