# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from rclpy.serialization import serialize_message
from std_msgs.msg import Bool, Float64MultiArray

from vla_ros.errors import ConfigError
from vla_ros.ros.recording_file import keep_newest, write_recording
from vla_ros.ros.rolling import Recorded

TYPES = {
    "/estop": "std_msgs/msg/Bool",
    "/commands": "std_msgs/msg/Float64MultiArray",
    "/silent": "std_msgs/msg/Bool",
}
MESSAGES = [
    Recorded("/estop", 1, 1_000, serialize_message(Bool(data=True))),
    Recorded("/commands", 2, 2_000, serialize_message(Float64MultiArray(data=[0.1, -2.5]))),
]


def test_a_recording_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    write_recording(path, TYPES, MESSAGES, {"stop": "PSTOP"})
    with path.open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        assert reader.get_header().profile == "ros2"
        found = [
            (channel.topic, message.log_time, decoded.data)
            for _, channel, message, decoded in reader.iter_decoded_messages()
        ]
        assert found == [("/estop", 1_000, True), ("/commands", 2_000, [0.1, -2.5])]
        summary = reader.get_summary()
        assert summary is not None
        assert {c.topic for c in summary.channels.values()} == set(TYPES)
        assert [m.metadata for m in reader.iter_metadata()] == [{"stop": "PSTOP"}]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_finished_does_not_stay(tmp_path: Path) -> None:
    wrong = {"/estop": "no_such_msgs/msg/Thing"}
    with pytest.raises(ConfigError, match="no_such_msgs"):
        write_recording(tmp_path / "a.mcap", wrong, [], {})
    assert list(tmp_path.iterdir()) == []


def test_the_newest_files_are_kept(tmp_path: Path) -> None:
    for name in ("blackbox_2.mcap", "blackbox_1.mcap", "blackbox_3.mcap", "mine.mcap"):
        (tmp_path / name).touch()
    keep_newest(tmp_path, "blackbox_*.mcap", 2)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["blackbox_2.mcap", "blackbox_3.mcap", "mine.mcap"]
