# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The page about tasks lists every family, with a sentence that means it."""

import re
from pathlib import Path

from vla_ros.sim.tasks import FAMILIES, parse_instruction
from vla_ros.sim.tasks.place import FARTHEST_M, NEAREST_M
from vla_ros.sim.tasks.push import LEAST_M
from vla_ros.sim.tasks.rest import HOME_WITHIN_M, OPEN_FROM
from vla_ros.sim.things import COLORS

PAGE = (Path(__file__).parents[3] / "docs/reference/tasks.md").read_text(encoding="utf-8")


def test_every_family_has_a_sentence_that_means_it() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == list(FAMILIES)
    for name, sentence in rows:
        assert parse_instruction(sentence).family == name


def test_every_other_example_is_understood() -> None:
    examples = re.findall(r"^ {4}(\S.*)$", PAGE, re.MULTILINE)
    assert len(examples) == 2
    for sentence in examples:
        parse_instruction(sentence)


def test_numbers_and_colors_are_those_of_the_checks() -> None:
    for value in (
        f"{LEAST_M * 100:g} cm that way",
        f"at least {NEAREST_M * 100:g} cm from the other's outline",
        f"at most {FARTHEST_M * 100:g} cm from the circle",
        f"within {HOME_WITHIN_M * 100:g} cm",
        f"{OPEN_FROM * 100:g} % open",
        *COLORS,
    ):
        assert value in PAGE
