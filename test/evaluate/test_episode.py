# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
import math
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from episodes import make_result

from vla_ros.errors import PolicyError
from vla_ros.evaluate.actors import ExpertActor
from vla_ros.evaluate.cases import Case, Kind
from vla_ros.evaluate.episode import Timed, play
from vla_ros.evaluate.failure import Failure
from vla_ros.evaluate.run import Player
from vla_ros.learn.rollout import Act, Ending, Rollout
from vla_ros.sim.scene import Scene
from vla_ros.sim.task import Noun
from vla_ros.sim.ungroundable import Reason
from vla_ros.types import Observation, PolicyOutput

CASE = Case(seed=9000, family="put")


class Absent(ExpertActor):
    """Stands still and, from its second answer on, says that it is done."""

    def __init__(self, *, says_done: bool) -> None:
        self._says_done = says_done

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        def act(_: Observation) -> PolicyOutput:
            return PolicyOutput(
                rows=np.zeros((16, 4)),
                gripper=np.ones(16),
                done_probability=float(self._says_done),
                confidence=0.25,
            )

        return act


class Broken(ExpertActor):
    """Fails whenever it is asked."""

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        def act(_: Observation) -> PolicyOutput:
            raise PolicyError("the model lacks its input 'tokens'")

        return act


class Undecided(ExpertActor):
    """Opens the hand and closes it again; only then, or before, says that it is done."""

    def __init__(self, *, done_after: int) -> None:
        self._done_after = done_after

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        counted = count()

        def act(_: Observation) -> PolicyOutput:
            number = next(counted)
            return PolicyOutput(
                rows=np.zeros((16, 4)),
                gripper=np.full(16, float(number < 4)),
                done_probability=float(number >= self._done_after),
            )

        return act


class Confused(ExpertActor):
    """Does with another item what it was told."""

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        task = scene.task
        other = next(
            i for i in scene.items if not (task.object and task.object.fits(i.kind, i.color))
        )
        mistaken = replace(task, object=Noun(color=other.color, kind=other.kind))
        return super().begin(rollout, replace(scene, task=mistaken))


def test_the_expert_solves_its_task_and_every_stage_is_seen(expert: Player) -> None:
    result = expert.play(CASE)
    assert result.success
    assert result.partial == 1.0
    assert result.stages == ("grasped", "lifted", "brought", "inside", "solved")
    assert 0.3 < result.path_m < 2.0
    assert result.joint_motion_rad > 0.2
    assert result.inferences > 5
    assert result.infer_ms > 0.0


def test_the_same_case_gives_the_same_episode_whatever_came_before(expert: Player) -> None:
    first = expert.play(CASE)
    expert.play(replace(CASE, seed=9001, family="stack"))
    assert replace(expert.play(CASE), infer_ms=0.0) == replace(first, infer_ms=0.0)


@pytest.mark.parametrize(
    ("says_done", "failure", "ending"),
    [(True, Failure.NEVER_REACHED, Ending.DONE), (False, Failure.NEVER_REACHED, Ending.TIMEOUT)],
)
def test_standing_still_reaches_nothing(
    expert: Player, says_done: bool, failure: Failure, ending: Ending
) -> None:
    result = play(expert.rollout, Absent(says_done=says_done), CASE)
    assert (result.failure, result.ending) == (failure, ending)
    assert result.partial == 0.0
    assert result.joint_motion_rad < 0.01
    assert set(result.confidence) == {0.25}


def test_a_policy_that_fails_three_times_in_a_row_fails_the_episode(expert: Player) -> None:
    result = play(expert.rollout, Broken(), CASE)
    assert (result.failure, result.ending) == (Failure.POLICY_FAILED, Ending.FAILED)
    assert "3 times in a row: the model lacks its input 'tokens'" in result.message


@pytest.mark.parametrize(("done_after", "failure"), [(2, Failure.NONE), (6, Failure.MISPLACED)])
def test_what_was_solved_and_undone_before_it_was_reported_did_not_even_last_till_then(
    expert: Player, done_after: int, failure: Failure
) -> None:
    result = play(expert.rollout, Undecided(done_after=done_after), replace(CASE, family="open"))
    assert "solved" in result.stages
    assert result.failure is failure


def test_a_policy_that_takes_something_else_is_told_so(expert: Player) -> None:
    result = play(expert.rollout, Confused(), CASE)
    assert result.failure is Failure.WRONG_OBJECT
    assert result.partial < 0.5


@pytest.mark.parametrize("reason", Reason)
def test_what_cannot_be_done_is_refused_without_a_motion(expert: Player, reason: Reason) -> None:
    case = replace(CASE, kind=Kind.UNGROUNDABLE, reason=reason)
    result = expert.play(case)
    assert result.refused
    assert result.reason == reason.value
    assert result.joint_motion_rad < 1e-6
    assert result.message


def test_whether_something_is_refused_is_seen_in_two_seconds(expert: Player) -> None:
    result = expert.play(replace(CASE, kind=Kind.GROUNDABLE))
    assert not result.refused
    assert result.duration_s <= 2.0


def test_json_knows_no_nan() -> None:
    text = json.dumps(make_result(infer_ms=math.nan).as_dict())
    assert "NaN" not in text
    assert json.loads(text)["failure"] == "none"


def test_an_answer_without_confidence_counts_for_none() -> None:
    rows = {"rows": np.zeros((16, 4)), "gripper": np.ones(16)}
    answers = iter([PolicyOutput(**rows), PolicyOutput(**rows, confidence=0.5)])
    timed = Timed(lambda _: next(answers))
    assert math.isnan(timed.median_ms)
    for _ in range(2):
        timed(None)  # type: ignore[arg-type]
    assert timed.confidence == (0.5,)
    assert timed.median_ms >= 0.0
