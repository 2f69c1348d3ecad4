# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re
from enum import IntEnum
from pathlib import Path

import pytest

from vla_ros.gate import GateMode, Reason, Verdict

_MESSAGE = Path(__file__).parents[2] / "msg" / "GateState.msg"


@pytest.mark.parametrize(
    ("prefix", "words"), [("MODE", GateMode), ("VERDICT", Verdict), ("REASON", Reason)]
)
def test_the_message_has_the_same_constants(prefix: str, words: type[IntEnum]) -> None:
    found = re.findall(rf"^uint\d+ {prefix}_(\w+) += (\d+)", _MESSAGE.read_text(), re.MULTILINE)
    assert {name: int(number) for name, number in found} == {w.name: w.value for w in words}


def test_verdicts_are_ordered_from_mild_to_severe() -> None:
    assert [v.name for v in sorted(Verdict)] == [
        "PASS",
        "SCALE",
        "CLAMP",
        "DROP",
        "HOLD",
        "STOP",
        "ESTOP",
        "FAULT",
    ]
