# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import io

import pytest
from episodes import make_result, refusal

from vla_ros.cli.tally import Tally
from vla_ros.evaluate.cases import Kind
from vla_ros.evaluate.failure import Failure
from vla_ros.learn.rollout import Ending


def test_failures_stay_as_lines_and_the_score_comes_at_the_end() -> None:
    out = io.StringIO()
    tally = Tally(3, out, updating=False)
    tally.show(make_result())
    tally.show(
        make_result(Failure.TIMEOUT, seed=8, ending=Ending.TIMEOUT, message="it is not there")
    )
    tally.show(make_result())
    tally.close()
    assert out.getvalue().splitlines() == [
        "main put seed 8: timeout (timeout): it is not there [put the red cube in the blue bowl]",
        "3/3 episodes, 2/3 right, 0.0 min left",
    ]


def test_a_terminal_sees_one_line() -> None:
    out = io.StringIO()
    tally = Tally(2, out, updating=True)
    for _ in range(2):
        tally.show(make_result())
    tally.close()
    first, second = out.getvalue().split("\r")[1:]
    assert first.startswith("1/2 episodes, 1/1 right")
    assert second == "2/2 episodes, 2/2 right, 0.0 min left\n"


def test_what_was_refused_is_wrong_only_if_it_can_be_done() -> None:
    out = io.StringIO()
    tally = Tally(9, out, updating=False)
    tally.show(refusal())
    assert out.getvalue() == ""
    tally.show(refusal(kind=Kind.GROUNDABLE, suite="groundable"))
    assert out.getvalue().startswith("groundable put seed 1: refused:")
    tally.show(refusal(ending=Ending.TIMEOUT, reason="nonsense"))
    assert "not refused (nonsense)" in out.getvalue()


@pytest.mark.parametrize("kind", Kind)
def test_a_policy_that_fails_is_told_with_its_words_whatever_it_was_asked(kind: Kind) -> None:
    out = io.StringIO()
    tally = Tally(9, out, updating=False)
    broken = Failure.POLICY_FAILED
    tally.show(make_result(broken, kind=kind, ending=Ending.FAILED, message="no input 'tokens'"))
    assert "policy_failed (failed): no input 'tokens'" in out.getvalue()
