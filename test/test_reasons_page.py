# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from vla_ros.gate import ALL_CHECKS, Reason
from vla_ros.gate.remedies import REMEDIES
from vla_ros.raisers import find_raisers
from vla_ros.reasons_page import reasons_page

PAGE = Path(__file__).parents[1] / "docs/reference/reasons.md"
PACKAGE = Path(__file__).parents[1] / "vla_ros"


def test_the_committed_page_is_what_the_code_says() -> None:
    # If this fails: python -m vla_ros.reasons_page docs/reference/reasons.md
    assert PAGE.read_text(encoding="utf-8") == reasons_page()


def test_every_reason_has_a_row_and_something_to_do() -> None:
    page = reasons_page()
    for reason in Reason:
        assert f"\n| {reason.value} | `{reason.name}` | " in page
        assert REMEDIES[reason].endswith(".")


def test_every_numbered_check_says_some_reason() -> None:
    raisers = [
        raiser for several in find_raisers(PACKAGE, ALL_CHECKS).values() for raiser in several
    ]
    assert {raiser.check for raiser in raisers} - {None} == {check.number for check in ALL_CHECKS}


@pytest.mark.parametrize(
    ("reason", "check", "verdicts"),
    [
        ("JS_INVALID", 5, {"HOLD", "STOP"}),  # The verdict is a variable.
        ("NON_FINITE", 11, {"DROP"}),  # The finding is made by a helper.
        ("WORKSPACE", 25, {"HOLD"}),  # Said by what the check calls.
        ("HOLD_TIMEOUT", None, set()),  # An event without a finding.
    ],
)
def test_who_says_a_reason_is_read_from_the_source(
    reason: str, check: int | None, verdicts: set[str]
) -> None:
    (raiser,) = find_raisers(PACKAGE, ALL_CHECKS)[reason]
    assert raiser.check == check
    assert raiser.verdicts == verdicts
