# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes recorded messages as MCAP, which Foxglove, PlotJuggler and `ros2 bag` read."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mcap.writer import CompressionType, Writer

from vla_ros import __version__
from vla_ros.ros.definitions import definition_text
from vla_ros.ros.rolling import Recorded

_PART = ".part"


def write_recording(
    path: Path,
    types: Mapping[str, str],
    messages: Iterable[Recorded],
    metadata: Mapping[str, str],
) -> None:
    """Write a file that is complete once it has its name.

    Args:
        path: Of the file.
        types: Type of each topic, for example `std_msgs/msg/Bool`. All become channels, also
            those without a message.
        messages: Oldest first.
        metadata: What else the file says about itself, as the record `vla_ros`.

    Raises:
        ConfigError: A message definition is not installed.
        OSError: The file cannot be written.
    """
    part = path.with_name(path.name + _PART)
    try:
        with part.open("wb") as stream:
            writer = Writer(stream, compression=CompressionType.LZ4)
            writer.start(profile="ros2", library=f"vla_ros {__version__}")
            channels = {topic: _channel(writer, topic, name) for topic, name in types.items()}
            for number, message in enumerate(messages):
                writer.add_message(
                    channel_id=channels[message.topic],
                    log_time=message.stamp_ns,
                    publish_time=message.stamp_ns,
                    sequence=number,
                    data=message.data,
                )
            writer.add_metadata("vla_ros", dict(metadata))
            writer.finish()
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def keep_newest(folder: Path, pattern: str, count: int) -> None:
    """Remove all but the newest files; their names sort by time."""
    for path in sorted(folder.glob(pattern))[:-count]:
        path.unlink(missing_ok=True)


def _channel(writer: Writer, topic: str, name: str) -> int:
    schema = writer.register_schema(
        name=name, encoding="ros2msg", data=definition_text(name).encode()
    )
    return writer.register_channel(topic=topic, message_encoding="cdr", schema_id=schema)
