# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import io
import math
import pickle
from types import SimpleNamespace

import pytest

from vla_ros.cli import screen
from vla_ros.cli.screen import ProgressLine, StageLine, describe

KNOWN = SimpleNamespace(
    phase="running",
    progress=0.5,
    confidence=0.871,
    inference_ms=6.4,
    observation_age_ms=31.0,
    queue_s=1.25,
    intervention_count=2,
)
UNKNOWN = SimpleNamespace(
    phase="starting",
    progress=math.nan,
    confidence=math.nan,
    inference_ms=math.nan,
    observation_age_ms=math.inf,
    queue_s=0.0,
    intervention_count=0,
)


def test_feedback_is_put_in_words_with_units() -> None:
    text = describe(KNOWN)
    assert text.startswith("running  [##########..........]  50%  sure 87%  policy   6 ms")
    assert "observation  31 ms old  planned 1.2 s  interventions 2" in text


def test_what_is_unknown_is_shown_as_unknown() -> None:
    text = describe(UNKNOWN)
    assert "[....................]    ?" in text
    assert text.count("? ms") == 2
    assert "sure" not in text  # Not every policy says.


def test_a_terminal_gets_one_line_that_updates() -> None:
    out = io.StringIO()
    line = ProgressLine(out, updating=True)
    for _ in range(3):
        line.show(KNOWN)
    line.close()
    assert out.getvalue().count("\r") == 3
    assert out.getvalue().count("\n") == 1


def test_a_file_gets_plain_lines_and_not_ten_a_second() -> None:
    out = io.StringIO()
    line = ProgressLine(out)
    for _ in range(50):
        line.show(KNOWN)
    line.close()
    assert out.getvalue().count("\n") == 1
    assert "\r" not in out.getvalue()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Time [s] that passes only when told."""
    now = SimpleNamespace(s=100.0)
    monkeypatch.setattr(screen, "time", SimpleNamespace(monotonic=lambda: now.s))
    return now


def test_a_stage_shows_its_share_and_the_time_left(clock: SimpleNamespace) -> None:
    """Reckoned from what was done since it began, not from what was done before."""
    out = io.StringIO()
    line = StageLine(out, updating=True)
    line.show("round 1/2, steps", 100, 400)
    clock.s += 60.0
    line.show("round 1/2, steps", 200, 400)
    begun, later = out.getvalue().split("\r")[1:]
    assert begun == "round 1/2, steps [#####...............]  25%  100/400"
    assert later == "round 1/2, steps [##########..........]  50%  200/400, 2.0 min left"


def test_a_terminal_keeps_one_line_a_stage_below_what_is_said(clock: SimpleNamespace) -> None:
    out = io.StringIO()
    line = StageLine(out, updating=True)
    line.show("episodes", 0, 1)
    line.say("1/1 solved")
    for _ in range(2):
        line.show("episodes", 1, 1)
    line.show("steps", 0, 2)
    line.close()
    assert [text.split("\r")[-1] for text in out.getvalue().split("\n")] == [
        "1/1 solved",
        "episodes [####################] 100%  1/1, 0.0 min left",
        "steps [....................]   0%  0/2",
        "",
    ]


def test_a_file_gets_a_line_a_minute_and_one_at_the_end(clock: SimpleNamespace) -> None:
    out = io.StringIO()
    line = StageLine(out)
    for done in range(101):
        line.show("steps", done, 100)
        clock.s += 1.0
    line.close()
    assert [text.split()[-4] for text in out.getvalue().splitlines()] == ["60/100,", "100/100,"]
    assert "\r" not in out.getvalue()


def test_a_stage_may_be_shown_by_another_process(capsys: pytest.CaptureFixture[str]) -> None:
    sent = pickle.loads(pickle.dumps(StageLine().show))
    sent("steps", 2, 2)
    assert capsys.readouterr().out == "steps [####################] 100%  2/2\n"
