# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace
from typing import Any

import pytest

from vla_ros.evaluate.failure import Failure, judge
from vla_ros.learn.rollout import Ending


def witness(**seen: Any) -> Any:
    nothing = {
        "meant": (0,),
        "reached": (),
        "was_solved": False,
        "moved": False,
        "moved_other": False,
        "came_near": False,
        "lifted": False,
    }
    return SimpleNamespace(**(nothing | seen))


@pytest.mark.parametrize(
    ("ending", "family", "solved", "seen", "wanted"),
    [
        (Ending.DONE, "put", True, {}, Failure.NONE),
        (Ending.TIMEOUT, "put", True, {}, Failure.NOT_REPORTED),
        (Ending.STOPPED, "put", True, {}, Failure.STOPPED),
        (Ending.REFUSED, "put", True, {}, Failure.REFUSED),
        (Ending.LOST, "put", False, {"moved": True}, Failure.LOST),
        (Ending.LATE, "put", False, {}, Failure.LATE),
        (Ending.UNREACHABLE, "put", False, {}, Failure.UNREACHABLE),
        (Ending.FAILED, "put", True, {}, Failure.POLICY_FAILED),
        (Ending.DONE, "stack", False, {"was_solved": True}, Failure.DID_NOT_LAST),
        (
            Ending.DONE,  # Solved, knocked away, and only then reported.
            "push",
            False,
            {"reached": ("solved",), "moved": True},
            Failure.MISPLACED,
        ),
        (Ending.DONE, "put", False, {"moved_other": True}, Failure.WRONG_OBJECT),
        (Ending.TIMEOUT, "put", False, {}, Failure.NEVER_REACHED),
        (Ending.TIMEOUT, "put", False, {"came_near": True}, Failure.NEVER_LIFTED),
        (Ending.DONE, "put", False, {"moved": True, "moved_other": True}, Failure.NEVER_LIFTED),
        (Ending.TIMEOUT, "put", False, {"moved": True, "lifted": True}, Failure.TIMEOUT),
        (Ending.DONE, "put", False, {"moved": True, "lifted": True}, Failure.MISPLACED),
        (Ending.DONE, "push", False, {"moved": True}, Failure.MISPLACED),
        (Ending.TIMEOUT, "push", False, {"came_near": True}, Failure.TIMEOUT),
        (Ending.TIMEOUT, "home", False, {"meant": ()}, Failure.TIMEOUT),
        (Ending.DONE, "home", False, {"meant": ()}, Failure.MISPLACED),
    ],
)
def test_the_first_thing_that_went_wrong_names_the_failure(
    ending: Ending, family: str, solved: bool, seen: dict[str, Any], wanted: Failure
) -> None:
    assert judge(ending, witness(**seen), family, solved=solved) is wanted
