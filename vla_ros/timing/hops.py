# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way from photon to motion in hops: the one definition for all who measure or show them.

A hop begins where the one before ends, so those of a chunk add up to the age of what the policy
saw. All are on the clock of the nodes (`use_sim_time` makes that `/clock`); the image that counts
is the one an observation has its stamp from, the oldest of the cameras' newest.
"""

import math
from dataclasses import dataclass
from enum import Enum

HopTimes = tuple[tuple[str, float], ...]
"""Hops by name, in the order of the way, and the time spent in each [ms]."""

CAMERA_DRIVER = "the camera's driver"
PERCEPTION = "perception_node"
INFERENCE = "inference_node"
EXECUTOR = "executor_node"
NODES = (PERCEPTION, INFERENCE, EXECUTOR)


class Kind(Enum):
    """What keeps an image, or what follows from it, in a hop."""

    CAMERA = "camera"
    TRANSPORT = "transport"
    DECODE = "decode"
    WAIT = "wait"
    INFER = "infer"
    SCHEDULE = "schedule"
    GATE = "gate"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One part of the way.

    Attributes:
        name: What messages, diagnostics and tables call it.
        kind: What keeps us in it.
        node: Who measures it.
        meaning: What happens in it, in words.
        clocks: Whose clocks are compared, the earlier reading first; None where it is one and the
            same. Clocks that differ show in it, and may make it negative.
    """

    name: str
    kind: Kind
    node: str
    meaning: str
    clocks: tuple[str, str] | None = None


HOPS = (
    Hop(
        name="camera",
        kind=Kind.CAMERA,
        node=PERCEPTION,
        meaning="exposed and read out, until its driver publishes the image",
        clocks=(CAMERA_DRIVER, PERCEPTION),
    ),
    Hop(
        name="image_transport",
        kind=Kind.TRANSPORT,
        node=PERCEPTION,
        meaning="under way to perception_node, and until it has time",
        clocks=(CAMERA_DRIVER, PERCEPTION),
    ),
    Hop(
        name="decode",
        kind=Kind.DECODE,
        node=PERCEPTION,
        meaning="decoded, cut and resized for the policy",
    ),
    Hop(
        name="camera_wait",
        kind=Kind.WAIT,
        node=PERCEPTION,
        meaning="waiting for the images of the other cameras",
    ),
    Hop(
        name="assemble",
        kind=Kind.DECODE,
        node=PERCEPTION,
        meaning="joined with the arm's state to an observation",
    ),
    Hop(
        name="observation_transport",
        kind=Kind.TRANSPORT,
        node=INFERENCE,
        meaning="made a message, under way to inference_node, decoded",
        clocks=(PERCEPTION, INFERENCE),
    ),
    Hop(
        name="request_wait",
        kind=Kind.WAIT,
        node=INFERENCE,
        meaning="until the policy begins with it",
    ),
    Hop(
        name="infer",
        kind=Kind.INFER,
        node=INFERENCE,
        meaning="the policy thinks",
    ),
    Hop(
        name="adapt",
        kind=Kind.INFER,
        node=INFERENCE,
        meaning="its rows become joint positions",
    ),
    Hop(
        name="answer",
        kind=Kind.PUBLISH,
        node=INFERENCE,
        meaning="handed to its goal, made a message",
    ),
    Hop(
        name="chunk_transport",
        kind=Kind.TRANSPORT,
        node=EXECUTOR,
        meaning="under way to executor_node, decoded",
        clocks=(INFERENCE, EXECUTOR),
    ),
    Hop(
        name="schedule",
        kind=Kind.SCHEDULE,
        node=EXECUTOR,
        meaning="until the first tick of the control loop that is the chunk's",
    ),
    Hop(
        name="gate",
        kind=Kind.GATE,
        node=EXECUTOR,
        meaning="that tick: judged, joined to the plan, the command proved",
    ),
    Hop(
        name="publish",
        kind=Kind.PUBLISH,
        node=EXECUTOR,
        meaning="the command is made a message and handed to the middleware",
    ),
)
HOP = {hop.name: hop for hop in HOPS}


def hops_of(node: str) -> tuple[Hop, ...]:
    """Return the hops that a node measures."""
    return tuple(hop for hop in HOPS if hop.node == node)


def total_ms(hops: HopTimes) -> float:
    """Return the time in all hops together [ms]."""
    return sum(time_ms for _, time_ms in hops)


def is_whole(hops: HopTimes) -> bool:
    """Say whether hops begin with the camera, and are numbers: they add up to an age then."""
    return bool(hops) and hops[0][0] == HOPS[0].name and math.isfinite(total_ms(hops))


def add_rest(hops: HopTimes, name: str, stamp_ns: int, now_ns: int) -> HopTimes:
    """Return hops with one more: all the time since the stamp that none of them accounts for.

    Where the beginning is not known nothing is added, rather than the age of everything.

    Args:
        hops: So far.
        name: Of the hop that ends now.
        stamp_ns: When the camera took the image, node clock.
        now_ns: Node clock.
    """
    if not is_whole(hops):
        return hops
    return (*hops, (name, (now_ns - stamp_ns) * 1e-6 - total_ms(hops)))
