# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the curve is drawn with matplotlib")

from vla_ros.errors import ConfigError
from vla_ros.learn.curve import cut_curve, plot_curve

NAMES = ("total", "action", "attention", "offsets", "grounded", "done", "off_m", "judged")
LINES = [json.dumps({"step": step} | dict.fromkeys(NAMES, 0.1)) + "\n" for step in (1, 2, 3)]


@pytest.fixture
def curve(tmp_path: Path) -> Path:
    return tmp_path / "curve.jsonl"


def test_steps_after_the_one_that_a_training_goes_on_from_are_forgotten(curve: Path) -> None:
    curve.write_text("".join(LINES))
    cut_curve(curve, 2)
    assert curve.read_text() == LINES[0] + LINES[1]


@pytest.mark.parametrize("rest", ['{"step": 3, "to', "\0\0\0"])
def test_a_last_line_that_was_cut_short_is_ignored(curve: Path, rest: str) -> None:
    curve.write_text(LINES[0] + LINES[1] + rest)
    plot_curve(curve, curve.with_suffix(".png"))
    assert curve.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    cut_curve(curve, 5)
    assert curve.read_text() == LINES[0] + LINES[1]


def test_another_line_that_cannot_be_read_is_named(curve: Path) -> None:
    curve.write_text(LINES[0] + LINES[1][:9] + "\n" + LINES[2])
    for use in (lambda: cut_curve(curve, 5), lambda: plot_curve(curve, curve)):
        with pytest.raises(ConfigError, match=r"curve.jsonl:2: cannot be read as JSON: .*Delete"):
            use()
