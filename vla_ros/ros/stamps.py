# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Times as messages and as nanoseconds."""

from typing import Any

from builtin_interfaces.msg import Duration, Time

from vla_ros.errors import ObservationError

_SECOND_NS = 1_000_000_000


def decode_time(time: Time | Duration) -> int:
    """Return a stamp or a duration in nanoseconds."""
    return int(time.sec) * _SECOND_NS + int(time.nanosec)


def encode_time(time_ns: int) -> Time:
    """Return a time as a stamp."""
    seconds, nanoseconds = divmod(time_ns, _SECOND_NS)
    return Time(sec=seconds, nanosec=nanoseconds)


def encode_duration(duration_ns: int) -> Duration:
    """Return a duration as a message."""
    seconds, nanoseconds = divmod(duration_ns, _SECOND_NS)
    return Duration(sec=seconds, nanosec=nanoseconds)


def decode_stamp(msg: Any, what: str) -> int:
    """Return the stamp of a message's header [ns].

    Args:
        msg: A message with a header.
        what: What errors call it.

    Raises:
        ObservationError: It is zero: nobody filled it in.
    """
    stamp_ns = decode_time(msg.header.stamp)
    if stamp_ns == 0:
        raise ObservationError(
            f"{what}: header.stamp is 0, wanted the time of measurement. Check the driver"
        )
    return stamp_ns
