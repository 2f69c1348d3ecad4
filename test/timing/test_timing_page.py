# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from vla_ros.timing.hops import HOPS

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "timing.md"


def test_the_page_names_every_hop_as_it_is_defined() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{hop.name}` | {hop.kind.value} | {hop.node} | {hop.meaning} |" for hop in HOPS
    ]
