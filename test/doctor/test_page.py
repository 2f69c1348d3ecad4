# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The page for people names every check, and no check that does not exist."""

import re
from pathlib import Path

from healthy import GRAPH, HEALTHY, with_parameters
from planted_graph import CAMERAS, COMMANDS, JOINTS
from planted_profiles import MACHINES, NODES, PROBES, PROFILES

from vla_ros.doctor.examine import examine

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "check-your-robot.md"


def test_the_page_names_every_check_and_no_other() -> None:
    faults = [*CAMERAS, *JOINTS, *COMMANDS, *NODES, *PROFILES, *PROBES, *MACHINES]
    tables = CAMERAS | JOINTS | COMMANDS | NODES | PROFILES | PROBES | MACHINES
    assert len(tables) == len(faults)
    seen = [HEALTHY, with_parameters(2, dry_run=True), *(fault.seen for fault in tables.values())]
    checks = {general(line.check) for each in seen for line in examine(each)}
    table = PAGE.read_text().partition("| Check |")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()[2:]]
    assert {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)} == checks


def general(check: str) -> str:
    """Return the name of a check with NAME for a camera, an input or a node."""
    names = [camera.name for camera in GRAPH.cameras] + [s.name for s in GRAPH.sources]
    names += [node.short for node in GRAPH.nodes] + ["lidar"]
    return ".".join("NAME" if part in names else part for part in check.split("."))
