# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_ros.gate.audit import (
    FORMAT,
    AuditError,
    End,
    Entry,
    Gap,
    Header,
    Link,
    Repeat,
    read_line,
    write_line,
)
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.state import Event
from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.robot.profile import load_robot_profile

HEADER = Header(
    format=FORMAT,
    package="0.1.0",
    chain="5eed",
    file=0,
    opened="2026-01-01T00:00:00+00:00",
    node="/vla/executor_node",
    config_sha256="c0",
    dt_s=0.01,
    robot=load_robot_profile("sim_arm"),
    urdf="/somewhere/sim_arm.urdf",
    urdf_sha256="ab",
)
COMMAND = PublishedCommand(
    stamp_ns=1_795_000_000_123_456_789,
    names=("elbow", "wrist"),
    position=(0.1 + 0.2, -1.0 / 3.0),
    velocity=(5e-324, -0.0),
    acceleration=(1e300, 2.0**-1074),
    gripper=None,
    mode=GateMode.RUN,
    emergency=False,
    epoch=2,
    armed_ns=1,
    measured=(0.3, 0.0),
    source_epoch=2,
    observed_ns=7,
)
EVENT = Event(
    number=3,
    stamp_ns=5,
    mode=GateMode.PSTOP,
    reasons=(Reason.TRACKING, Reason.DUP_PUBLISHER),
    message='protective stop: "joint2"\\n is 0.07 rad away, größer',
)
ENTRIES = [
    HEADER,
    COMMAND,
    EVENT,
    Repeat(count=9, stamp_ns=4),
    Gap(lost=2, cause="x"),
    End(cause=""),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: type(e).__name__)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    line, link = write_line(entry, Link(41, "ff"))
    assert line.count(b"\n") == 1
    read = read_line(line[:-1])
    assert (read.entry, read.link, read.previous) == (entry, link, "ff")
    assert link == Link(42, hashlib.sha256(line[:-1]).hexdigest())


@given(st.lists(st.floats(), min_size=2, max_size=2))
def test_every_number_keeps_all_of_its_bits(numbers: list[float]) -> None:
    line, _ = write_line(replace(COMMAND, position=tuple(numbers)), Link())
    entry = read_line(line[:-1]).entry
    assert isinstance(entry, PublishedCommand)
    for read, written in zip(entry.position, numbers, strict=True):
        assert read == written or (math.isnan(read) and math.isnan(written))
        assert math.copysign(1.0, read) == math.copysign(1.0, written) or math.isnan(written)


def test_a_line_is_json_that_other_tools_read() -> None:
    fields = json.loads(write_line(EVENT, Link(6, "aa"))[0])
    assert fields["n"] == 7
    assert fields["prev"] == "aa"
    assert fields["kind"] == "event"
    assert fields["data"]["reasons"] == [Reason.TRACKING, Reason.DUP_PUBLISHER]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"\xff\x00",
        b'{"n":1,"prev":"","kind":"rumour","data":{}}',
        b'{"n":1,"prev":"","kind":"gap","data":{"lost":"many","cause":""}}',
        b'{"n":1,"prev":"","kind":"gap","data":{"lost":1,"cause":"x"',
        b'{"n":-1,"prev":"","kind":"gap","data":{"lost":1,"cause":"x"}}',
        b'{"n":1,"prev":"XYZ","kind":"gap","data":{"lost":1,"cause":"x"}}',
    ],
)
def test_what_is_no_line_is_refused(line: bytes) -> None:
    with pytest.raises(AuditError, match="is no line of an audit log"):
        read_line(line)


def test_a_file_of_a_later_format_is_refused_by_its_number() -> None:
    line, _ = write_line(replace(HEADER, format=99), Link())
    with pytest.raises(AuditError, match=f"has format 99, wanted {FORMAT}"):
        read_line(line[:-1])
