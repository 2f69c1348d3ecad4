# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs/images"


def test_the_figure_of_the_verified_stop_is_drawn_from_the_gate(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    runpy.run_path(str(FOLDER / "verified_stop.py"))["main"](tmp_path / "verified-stop.svg")
    for path in (tmp_path, FOLDER):
        assert "edge of the workspace" in (path / "verified-stop.svg").read_text("utf-8")
