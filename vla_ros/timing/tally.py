# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the milliseconds went while somebody listened to a running graph."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vla_ros.timing.hops import (
    EXECUTOR,
    HOP,
    HOPS,
    INFERENCE,
    PERCEPTION,
    Hop,
    HopTimes,
    is_whole,
    total_ms,
)
from vla_ros.timing.window import Spread, complain, spread_of

COLD_SEQUENCE = 1  # Of a session of inference_node.
ChunkKey = tuple[int, int]
"""Session and sequence number of a chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One hop of a report.

    Attributes:
        hop: It.
        spread: How long it took; None if it was not seen.
        why: Why it was not seen, in words; empty if it was.
    """

    hop: Hop
    spread: Spread | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The whole way of one chunk.

    Attributes:
        heard_s: When the chunk was heard, since the listening began [s].
        hops: From the camera to the first command.
    """

    heard_s: float
    hops: HopTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is to be said after listening.

    Attributes:
        seconds: How long [s].
        observations: How many were heard.
        chunks: How many were heard.
        rows: One for each hop, in the order of the way.
        whole: From photon to motion; None if no whole way was seen.
        ways: What `whole` is about, in the order of time.
        notes: What else a reader has to know.
    """

    seconds: float
    observations: int
    chunks: int
    rows: tuple[Row, ...]
    whole: Spread | None
    ways: tuple[Way, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Every hop was seen, and chunks on their whole way."""
        return self.whole is not None and all(row.spread is not None for row in self.rows)


@dataclass(slots=True)
class Tally:
    """What is heard of hops. One thread listens; the report comes after it has ended.

    Attributes:
        observations: Hops that observations came with, empty where they came with none.
        chunks: When chunks with rows were heard [s], and the hops they came with.
        firsts: What executor_node measured of chunks on their way to the first command.
        telling: Nodes that tell of hops in /diagnostics.
        last_camera: How often each camera was the last of a set, in words; empty if not known.
    """

    observations: list[HopTimes] = field(default_factory=list)
    chunks: dict[ChunkKey, Way] = field(default_factory=dict)
    firsts: dict[ChunkKey, HopTimes] = field(default_factory=dict)
    telling: set[str] = field(default_factory=set)
    last_camera: str = ""

    def report(self, seconds: float, mode: str | None) -> Report:
        """Return what is to be said.

        Args:
            seconds: How long it was listened [s].
            mode: Of the gate; None if it was not heard.
        """
        warm = {key: way for key, way in self.chunks.items() if key[1] != COLD_SEQUENCE}
        cold = [way for key, way in self.chunks.items() if key[1] == COLD_SEQUENCE]
        ways = [
            Way(heard_s=way.heard_s, hops=hops)
            for key, way in warm.items()
            if is_whole(hops := (*way.hops, *self.firsts.get(key, ())))
        ]
        followed = [self.firsts[key] for key in warm if key in self.firsts]
        samples = {
            PERCEPTION: self.observations,
            INFERENCE: [way.hops for way in warm.values()],
            EXECUTOR: followed,
        }
        rows = tuple(self._row(hop, samples[hop.node], mode) for hop in HOPS)
        ended = tuple(way for way in ways if way.hops[-1][0] == HOPS[-1].name)
        return Report(
            seconds=seconds,
            observations=len(self.observations),
            chunks=len(self.chunks),
            rows=rows,
            whole=spread_of([total_ms(way.hops) for way in ended]) if ended else None,
            ways=ended,
            notes=(
                *_of_cameras(self.last_camera),
                *_of_cold_start(cold),
                *_of_refused(warm, followed),
                *_of_clocks(rows),
            ),
        )

    def _row(self, hop: Hop, samples: Sequence[HopTimes], mode: str | None) -> Row:
        times = [time_ms for hops in samples for name, time_ms in hops if name == hop.name]
        finite = [time_ms for time_ms in times if abs(time_ms) < float("inf")]
        if finite:
            return Row(hop=hop, spread=spread_of(finite))
        return Row(hop=hop, spread=None, why=self._why_not(hop, samples, mode))

    def _why_not(self, hop: Hop, samples: Sequence[HopTimes], mode: str | None) -> str:
        if hop.node == PERCEPTION:
            return self._why_not_perceived(hop, any(samples))
        if not self.chunks:
            return self._why_no_chunk(mode)
        if all(sequence == COLD_SEQUENCE for _, sequence in self.chunks):
            return "only the first chunk of inference_node came, which is its cold start"
        if hop.node == INFERENCE or any(samples):
            return f"chunks came without it: {_foreign('inference_node')}"
        if EXECUTOR not in self.telling:
            return "executor_node does not tell of it on /diagnostics: is it active?"
        return f"the gate followed none of the {len(self.chunks)} chunks; it is {mode}"

    def _why_not_perceived(self, hop: Hop, told: bool) -> str:  # noqa: FBT001  A question's answer.
        if not self.observations:
            running = "runs, and" if PERCEPTION in self.telling else "is not heard:"
            return f"perception_node {running} no observation came. See vla_ros doctor"
        if told and hop is HOP["image_transport"]:
            return (
                "it is part of camera here: it can be told apart only with the time of sending, "
                "which simulated time and some middlewares do not have"
            )
        return f"observations came without it: {_foreign('perception_node')}"

    def _why_no_chunk(self, mode: str | None) -> str:
        if mode is None:
            return "no chunk came, and the gate is not heard: do the nodes run in this ROS domain?"
        return (
            f"no chunk came: no goal runs, or one with dry_run (the gate is {mode}). Give one "
            "meanwhile: vla_ros send"
        )


def _foreign(node: str) -> str:
    return f"are they from {node} of this version?"


def _of_cameras(last_camera: str) -> list[str]:
    return [f"camera_wait ends with the image of: {last_camera}"] if last_camera else []


def _of_cold_start(cold: Sequence[Way]) -> list[str]:
    """Say what the first chunks of a process took, which are no part of the figures."""
    return [
        f"left out: the cold start of inference_node at {way.heard_s:.1f} s, "
        + ", ".join(f"{name} {time_ms:.1f} ms" for name, time_ms in way.hops if name == "infer")
        for way in cold
    ]


def _of_refused(warm: dict[ChunkKey, Way], followed: Sequence[HopTimes]) -> list[str]:
    missing = len(warm) - len(followed)
    if not followed or not missing:
        return []
    return [
        f"{missing} of {len(warm)} chunks led to no command of their own: refused by the gate, or "
        "a newer one came first"
    ]


def _of_clocks(rows: Sequence[Row]) -> list[str]:
    return [
        text
        for row in rows
        if row.spread is not None and (text := complain(row.hop.name, row.spread))
    ]
