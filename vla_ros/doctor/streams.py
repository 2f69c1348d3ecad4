# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a topic is there, has the right type, can be heard, and is."""

from vla_ros.doctor.facts import Endpoint, Stream
from vla_ros.doctor.line import Level, Line, failed, passed, warned

UNKNOWN = "a node that the middleware does not know (any more)"
AHEAD_S = 0.05  # How far a stamp may be ahead of the clock; as the gate has it.
_HOUR_S = 3600.0
_CLOCKS = (
    "Synchronise the clocks of both machines (chrony), or let both sides use /clock, or neither"
)


def name_of(endpoint: Endpoint) -> str:
    """Return the name of a node, or words for one that has none."""
    return endpoint.node or UNKNOWN


def names_of(endpoints: tuple[Endpoint, ...]) -> str:
    """Return the names of some nodes."""
    return " and ".join(sorted({name_of(endpoint) for endpoint in endpoints}))


def check_stream(check: str, stream: Stream, where: str) -> Line:
    """Object to a topic that nobody publishes, that cannot be heard, or that is silent.

    Args:
        check: Name of the check.
        stream: What came.
        where: What to start, or what to correct, if it is not there.
    """
    there = check_publishers(check, stream, where)
    if there.level is Level.FAIL or stream.count > 0:
        return there
    return failed(
        check,
        f"{names_of(stream.publishers)} publishes {stream.topic}, and nothing came within "
        f"{stream.listened_s:g} s",
        f"Look at that node, and at the network. Check: ros2 topic hz {stream.topic}",
    )


def check_publishers(check: str, stream: Stream, where: str) -> Line:
    """Object to a topic that nobody publishes or that cannot be heard, whatever came.

    Args:
        check: Name of the check.
        stream: Who publishes it.
        where: What to start, or what to correct, if it is not there.
    """
    if not stream.publishers:
        found = f"nobody publishes {stream.topic}"
        if stream.elsewhere:
            found += f"; there is {stream.kind} on {', '.join(stream.elsewhere)}"
        return failed(check, found, where)
    others = [e for e in stream.publishers if e.kind != stream.kind]
    if len(others) == len(stream.publishers):
        return failed(
            check,
            f"{stream.topic} is {others[0].kind} from {name_of(others[0])}, wanted {stream.kind}",
            where,
        )
    deaf = [e for e in stream.publishers if e.kind == stream.kind and e.objection]
    if deaf:
        return failed(
            check,
            f"{stream.topic} is published by {name_of(deaf[0])}, but cannot be heard: "
            f"{deaf[0].objection.strip().rstrip('.')}",
            "Change the quality of service of that publisher",
        )
    return passed(check, f"{stream.topic}: {stream.kind} from {names_of(stream.publishers)}")


def check_pace(
    check: str, stream: Stream, *, longest_s: float, wanted_hz: float, key: str
) -> Line:
    """Object to messages that come too rarely for what waits for them.

    Args:
        check: Name of the check.
        stream: What came.
        longest_s: Older ones are not used [s].
        wanted_hz: A rate that leaves a margin [Hz].
        key: Where `longest_s` comes from.
    """
    found = f"{stream.topic} comes at {stream.rate_hz:.1f} Hz"
    remedy = f"Raise the rate of the driver. Check: ros2 topic hz {stream.topic}"
    if not stream.rate_hz * longest_s >= 1.0:
        return failed(check, f"{found}; {key} = {longest_s:g} s needs {1 / longest_s:.1f}", remedy)
    if not stream.longest_gap_s <= longest_s:
        return warned(
            check,
            f"{found} with a gap of {stream.longest_gap_s * 1e3:.0f} ms; {key} is "
            f"{longest_s * 1e3:.0f} ms",
            "Look for a loaded machine or network",
        )
    if not stream.rate_hz >= wanted_hz:
        return warned(check, f"{found}, wanted {wanted_hz:.0f} or more", remedy)
    return passed(check, found)


def check_stamps(check: str, stream: Stream, *, oldest_s: float, key: str) -> Line:
    """Object to stamps that do not move, or that are not of the clock that we have.

    Args:
        check: Name of the check.
        stream: What came.
        oldest_s: Older ones are not used [s].
        key: Where `oldest_s` comes from.
    """
    if stream.count > 1 and stream.stamps <= 1:
        return failed(
            check,
            f"{stream.count} messages on {stream.topic} carry one and the same header.stamp",
            "The driver repeats itself: restart it, and look at its cable",
        )
    lag_s = stream.lag_s
    if -AHEAD_S <= lag_s <= oldest_s / 2:
        return passed(check, f"stamps of {stream.topic} are {lag_s * 1e3:.0f} ms old on arrival")
    words = f"{lag_s:.0f} s" if abs(lag_s) > 10.0 else f"{lag_s * 1e3:.0f} ms"
    found = (
        f"stamps of {stream.topic} are {words} old on arrival, {key} is {oldest_s * 1e3:.0f} ms"
    )
    if lag_s < -AHEAD_S:
        found = f"stamps of {stream.topic} are {words.lstrip('-')} ahead of the clock here"
    if abs(lag_s) > _HOUR_S:
        found += ": it is another clock"
    level = Level.WARN if -AHEAD_S <= lag_s <= oldest_s else Level.FAIL
    return Line(check=check, level=level, found=found, remedy=_CLOCKS)
