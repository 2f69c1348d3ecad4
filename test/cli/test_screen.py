# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import io
import math
from types import SimpleNamespace

from vla_ros.cli.screen import ProgressLine, describe

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
