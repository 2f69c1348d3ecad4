# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Time spent per hop, as it travels in our messages and shows in /diagnostics."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from vla_ros.timing.commands import FirstCommand
from vla_ros.timing.hops import EXECUTOR, HOP, PERCEPTION, HopTimes
from vla_ros.timing.window import WINDOW_S, HopWindow, Spread, complain

NAME = "vla_ros: timing of "
NEWEST = "newest"  # The first commands since the line before.
LAST_CAMERA = "last_camera"  # Which camera the others wait for.
_FIRST = re.compile(r"([0-9a-f]{16}):(\d+)((?: \w+=-?[\d.]+)+)")


class FirstSeen(NamedTuple):
    """The way of a chunk through executor_node, as its line in /diagnostics tells it.

    Attributes:
        session: Of the chunk.
        sequence: Of the chunk.
        hops: Of executor_node.
    """

    session: int
    sequence: int
    hops: HopTimes


def put_hops(message: Any, hops: HopTimes) -> None:
    """Write hops into a message that carries them: ActionChunk or Observation."""
    message.hop_names = [name for name, _ in hops]
    message.hop_ms = [time_ms for _, time_ms in hops]


def read_hops(message: Any) -> HopTimes:
    """Return the hops of a message that carries them.

    A pair too few or too many costs a figure, not the message.
    """
    return tuple(zip(message.hop_names, map(float, message.hop_ms), strict=False))


def read_transport_ms(info: Mapping[str, int], arrival_ns: int) -> float | None:
    """Return how long ago a message was published [ms]; None if the middleware does not tell.

    Args:
        info: Of the message.
        arrival_ns: When it came, on the clock of the system, which the middleware stamps with.
    """
    sent_ns = info.get("source_timestamp", 0)
    # Where nobody says when it came, nobody says when it was sent: see `with_message_info`.
    if sent_ns <= 0 or "received_timestamp" not in info:
        return None
    return (arrival_ns - sent_ns) * 1e-6


def encode_timing(
    window: HopWindow,
    now_ns: int,
    *,
    idle: str,
    hardware_id: str,
    more: Mapping[str, str] | None = None,
) -> DiagnosticStatus:
    """Return the line of a node that says where the milliseconds go in it.

    Args:
        window: What it measured.
        now_ns: Node clock.
        idle: What to say while there is nothing to measure.
        hardware_id: Name of the robot.
        more: Other values of the line.
    """
    spreads = window.spreads(now_ns)
    values = {"window_s": f"{WINDOW_S:g}"}
    for name, spread in spreads.items():
        values |= _values_of(name, spread)
    if "age" in spreads:
        values["samples"] = str(spreads["age"].count)
    values["cold_starts_left_out"] = str(len(window.cold_ms))
    doubts = [text for name, spread in spreads.items() if (text := complain(name, spread))]
    age = spreads.get("age")
    message = idle
    if age is not None:
        message = f"images are {age.p50_ms:.1f} ms old then (p50), {age.p99_ms:.1f} ms (p99)"
    return DiagnosticStatus(
        level=DiagnosticStatus.WARN if doubts else DiagnosticStatus.OK,
        name=f"{NAME}{window.node}",
        message="; ".join([message, *doubts]),
        hardware_id=hardware_id,
        values=[
            KeyValue(key=key, value=value) for key, value in (values | dict(more or {})).items()
        ],
    )


def encode_firsts(firsts: Sequence[FirstCommand]) -> str:
    """Return the ways of chunks through executor_node as one value of its line."""
    return "; ".join(
        f"{first.chunk.session:016x}:{first.chunk.sequence}"
        + "".join(
            f" {name}={time_ms:.3f}"
            for name, time_ms in first.hops
            if name in HOP and HOP[name].node == EXECUTOR
        )
        for first in firsts
    )


def decode_firsts(statuses: Iterable[Any]) -> list[FirstSeen]:
    """Return the ways of chunks that lines of /diagnostics tell of."""
    return [
        FirstSeen(
            int(session, 16),
            int(sequence),
            tuple(
                (name, float(time_ms))
                for name, time_ms in (pair.split("=") for pair in pairs.split())
            ),
        )
        for status in statuses
        if status.name == f"{NAME}{EXECUTOR}"
        for entry in status.values
        if entry.key == NEWEST
        for session, sequence, pairs in _FIRST.findall(entry.value)
    ]


def decode_last_camera(statuses: Iterable[Any]) -> str:
    """Return which camera the others wait for, as perception_node's line tells; else nothing."""
    return "".join(
        entry.value
        for status in statuses
        if status.name == f"{NAME}{PERCEPTION}"
        for entry in status.values
        if entry.key == LAST_CAMERA
    )


def _values_of(name: str, spread: Spread) -> dict[str, str]:
    return {
        f"{name}_p50_ms": f"{spread.p50_ms:.2f}",
        f"{name}_p95_ms": f"{spread.p95_ms:.2f}",
        f"{name}_p99_ms": f"{spread.p99_ms:.2f}",
        f"{name}_worst_ms": f"{spread.worst_ms:.2f}",
    }
