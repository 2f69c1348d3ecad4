# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is said after listening, in words, figures and pictures."""

import json
import math
from pathlib import Path

import pytest

from vla_ros.timing.hops import EXECUTOR, HOPS, INFERENCE, NODES, PERCEPTION, HopTimes, hops_of
from vla_ros.timing.page import as_object, as_text
from vla_ros.timing.plots import write_plot
from vla_ros.timing.tally import Report, Tally, Way

SEEN: HopTimes = tuple((hop.name, 2.0) for hop in hops_of(PERCEPTION))
THOUGHT: HopTimes = (*SEEN, *((hop.name, 5.0) for hop in hops_of(INFERENCE)))
DONE: HopTimes = tuple((hop.name, 1.0) for hop in hops_of(EXECUTOR))


def tally(chunks: int = 5, **changes: HopTimes) -> Tally:
    """Return what was heard of a goal; the first chunk is the first of its session."""
    heard = Tally(observations=[changes.get("seen", SEEN)] * 40, telling=set(NODES))
    for k in range(1, chunks + 1):
        heard.chunks[9, k] = Way(heard_s=0.3 * k, hops=changes.get("thought", THOUGHT))
        heard.firsts[9, k] = changes.get("done", DONE)
    return heard


def reasons(report: Report) -> dict[str, str]:
    return {row.hop.name: row.why for row in report.rows if row.spread is None}


def test_every_hop_is_told_in_the_order_of_the_way() -> None:
    report = tally().report(20.0, "RUN")
    assert report.complete
    assert [row.hop for row in report.rows] == list(HOPS)
    counts = {row.hop.node: row.spread.count for row in report.rows if row.spread}
    assert counts == {PERCEPTION: 40, INFERENCE: 4, EXECUTOR: 4}


def test_from_photon_to_motion_is_the_sum_of_each_chunk() -> None:
    heard = tally()
    heard.firsts[9, 3] = (*DONE[:-1], ("publish", 11.0))
    report = heard.report(20.0, "RUN")
    assert report.whole is not None
    assert (report.whole.p50_ms, report.whole.worst_ms) == pytest.approx((39.0, 49.0))
    assert [way.heard_s for way in report.ways] == pytest.approx([0.6, 0.9, 1.2, 1.5])


def test_the_cold_start_is_named_and_no_part_of_the_figures() -> None:
    heard = tally()
    slow = tuple((name, 900.0 if name == "infer" else time_ms) for name, time_ms in THOUGHT)
    heard.chunks[9, 1] = Way(heard_s=0.3, hops=slow)
    report = heard.report(20.0, "RUN")
    infer = next(row.spread for row in report.rows if row.hop.name == "infer")
    assert infer is not None
    assert infer.worst_ms == 5.0
    text = "left out: the cold start of inference_node at 0.3 s, infer 900.0 ms"
    assert report.notes == (text,)


def test_without_a_goal_the_hops_after_perception_say_so() -> None:
    report = tally(0).report(20.0, "ARMED")
    why = reasons(report)
    assert set(why) == {hop.name for hop in HOPS if hop.node != PERCEPTION}
    assert set(why.values()) == {
        "no chunk came: no goal runs, or one with dry_run (the gate is ARMED). Give one "
        "meanwhile: vla_ros send"
    }
    assert report.whole is None
    assert not report.complete


@pytest.mark.parametrize(
    ("heard", "mode", "hop", "why"),
    [
        (Tally(), None, "camera", "perception_node is not heard: no observation came"),
        (Tally(), None, "gate", "no chunk came, and the gate is not heard: do the nodes run"),
        (
            Tally(telling={PERCEPTION}),
            "IDLE",
            "decode",
            "perception_node runs, and no observation",
        ),
        (tally(1), "RUN", "infer", "only the first chunk of inference_node came"),
        (tally(seen=()), "RUN", "camera", "are they from perception_node of this version"),
        (tally(thought=()), "RUN", "infer", "are they from inference_node of this version"),
        (tally(thought=()), "RUN", "adapt", "chunks came without it"),
    ],
)
def test_what_was_not_seen_says_why(heard: Tally, mode: str | None, hop: str, why: str) -> None:
    assert why in reasons(heard.report(20.0, mode))[hop]


def test_where_the_middleware_does_not_tell_transport_is_part_of_camera() -> None:
    seen = tuple(pair for pair in SEEN if pair[0] != "image_transport")
    why = reasons(tally(seen=seen).report(20.0, "RUN"))
    assert list(why) == ["image_transport"]
    assert "it is part of camera here" in why["image_transport"]


def test_chunks_that_the_gate_does_not_follow_are_told() -> None:
    heard = tally()
    heard.firsts.clear()
    assert set(reasons(heard.report(20.0, "HOLD")).values()) == {
        "the gate followed none of the 5 chunks; it is HOLD"
    }
    heard.telling.discard(EXECUTOR)
    assert "does not tell of it on /diagnostics" in reasons(heard.report(20.0, None))["gate"]


def test_chunks_that_led_to_nothing_are_counted() -> None:
    heard = tally()
    del heard.firsts[9, 4]
    assert "1 of 4 chunks led to no command of their own" in heard.report(20.0, "RUN").notes[-1]


def test_first_commands_of_chunks_from_before_count_for_nothing() -> None:
    heard = tally()
    heard.firsts[9, 99] = (("gate", 500.0),)
    gate = next(r.spread for r in heard.report(20.0, "RUN").rows if r.hop.name == "gate")
    assert gate is not None
    assert gate.worst_ms == 1.0


def test_a_clock_that_is_ahead_is_named() -> None:
    seen = (("camera", -7.5), *SEEN[1:])
    note = tally(seen=seen).report(20.0, "RUN").notes[-1]
    assert note.startswith("camera is below 0 in 40 of 40, down to -7.5 ms: the clock of the cam")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_figure(bad: float) -> None:
    heard = tally(thought=tuple((name, bad) for name, _ in THOUGHT))
    report = heard.report(20.0, "RUN")
    assert "chunks came without it" in reasons(report)["infer"]
    assert report.whole is None


def test_the_table_shows_a_line_for_each_hop_and_each_reason_once() -> None:
    lines = as_text(tally(0).report(20.0, "ARMED"))
    assert lines[0].startswith("listened for 20.0 s: 40 observations, 0 chunks, 0 of them")
    hidden = [line for line in lines if "not seen" in line]
    assert len(hidden) == len(hops_of(INFERENCE)) + len(hops_of(EXECUTOR)) + 1
    assert sum(line.startswith("(1) no chunk came") for line in lines) == 1
    assert not any("0.00" in line for line in hidden)


def test_the_table_shows_the_figures() -> None:
    lines = as_text(tally().report(20.0, "RUN"))
    infer = next(line for line in lines if line.startswith("  infer"))
    assert infer.split()[:6] == ["infer", "5.00", "5.00", "5.00", "5.00", "4"]
    assert infer.endswith("the policy thinks")
    assert any(line.startswith("photon to motion") and "39.00" in line for line in lines)


def test_for_a_program_what_was_not_seen_is_null() -> None:
    report = json.loads(json.dumps(as_object(tally(0).report(20.0, "ARMED"))))
    ms = {hop["name"]: hop["ms"] for hop in report["hops"]}
    assert ms["infer"] is None
    assert ms["decode"]["p50"] == 2.0
    assert report["photon_to_motion_ms"] is None
    assert report["complete"] is False


@pytest.mark.parametrize("chunks", [0, 2, 5, 320])
def test_the_picture_is_drawn_with_and_without_chunks(chunks: int, tmp_path: Path) -> None:
    path = tmp_path / "hops.png"
    write_plot(path, tally(chunks).report(20.0, "RUN"))
    assert path.read_bytes().startswith(b"\x89PNG")
