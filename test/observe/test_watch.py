# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

from vla_ros.observe.buffer import StreamReport
from vla_ros.observe.watch import ChangeWatch, Refusals

SECOND = 1_000_000_000
WELL = StreamReport(name="camera 'front'", age_ms=12.0, rate_hz=30.0, received=9, dropped=0)


def test_a_loss_and_a_recovery_are_told_once_each() -> None:
    watch = ChangeWatch()
    assert watch.see_streams([(WELL, "")], SECOND) == []
    (lost,) = watch.see_streams([(WELL, "camera 'front': 312 ms old")], 2 * SECOND)
    assert (lost.text, lost.good) == ("camera 'front': 312 ms old", False)
    assert watch.see_streams([(WELL, "camera 'front': 412 ms old")], 3 * SECOND) == []
    (found,) = watch.see_streams([(WELL, "")], 3 * SECOND + SECOND // 4)
    assert found.text == "camera 'front' recovered after 1.25 s, age_ms=12"
    assert found.good
    assert watch.see_streams([(WELL, "")], 4 * SECOND) == []


def test_a_frozen_camera_is_told_once() -> None:
    watch = ChangeWatch()
    frozen = replace(WELL, frozen=True)
    (change,) = watch.see_streams([(frozen, "")], SECOND)
    assert change.text.startswith("camera 'front' repeats itself")
    assert watch.see_streams([(frozen, "")], 2 * SECOND) == []
    (found,) = watch.see_streams([(WELL, "")], 2 * SECOND)
    assert found.text == "camera 'front' (frozen) recovered after 1.00 s"


def test_two_streams_do_not_mute_each_other() -> None:
    watch = ChangeWatch()
    other = replace(WELL, name="camera 'wrist'")
    changes = watch.see_streams([(WELL, "front is lost"), (other, "wrist is lost")], SECOND)
    assert [change.text for change in changes] == ["front is lost", "wrist is lost"]


def test_a_refusal_is_news_until_a_sample_is_taken_or_none_comes() -> None:
    refusals = Refusals(SECOND)
    assert refusals.find("front", SECOND) == ""
    refusals.add("front", "too dark", SECOND)
    assert refusals.find("wrist", SECOND) == ""
    assert refusals.find("front", 2 * SECOND) == "too dark"
    assert refusals.find("front", 2 * SECOND + 1) == ""
    refusals.add("front", "too bright", 3 * SECOND)
    assert refusals.find("front", 3 * SECOND) == "too bright"
    assert refusals.find("front", 2 * SECOND) == ""  # The clock was set back.
    refusals.end("front")
    assert refusals.find("front", 3 * SECOND) == ""
