# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.errors import ObservationError, PolicyError, UnknownWordError
from vla_ros.learn.labels import make_label
from vla_ros.learn.rollout import Act, Ending, Rollout, RolloutOptions
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.tasks import Task, check
from vla_ros.sim.world import World
from vla_ros.types import Observation, PolicyOutput

BLIND = RolloutOptions(see=False)
NAN_ROWS = PolicyOutput(rows=np.full((16, 4), np.nan), gripper=np.ones(16), done_probability=0.0)
FAR = PolicyOutput(
    rows=np.tile((0.6, 0.0, 0.0, 0.0), (16, 1)), gripper=np.ones(16), done_probability=0.0
)


@pytest.fixture(scope="module")
def rollout() -> Rollout:
    return Rollout(World(), load_robot_profile("sim_arm"), load_policy_profile("tabletop"))


def lay_out(rollout: Rollout, seed: int) -> Task:
    scene = sample_scene(seed)
    rollout.world.reset(scene)
    return scene.task


def ask_expert(rollout: Rollout, task: Task, observation: Observation) -> PolicyOutput:
    anchor = rollout.adapter.anchor(observation)
    return make_label(rollout.world, task, anchor, rollout.policy.action, ()).as_output()


def test_the_expert_solves_its_task_without_a_correction_by_the_gate(rollout: Rollout) -> None:
    task = lay_out(rollout, 30_000_001)
    result = rollout.run(lambda o: ask_expert(rollout, task, o), BLIND, np.random.default_rng(0))
    assert result.ending is Ending.DONE
    assert result.interventions == 0
    assert check(rollout.world.table(), task).solved


def test_it_is_told_when_the_policy_is_done_once_and_then(rollout: Rollout) -> None:
    task = lay_out(rollout, 30_000_001)
    began_ns, told_ns = rollout.world.time_ns, []
    result = rollout.run(
        lambda o: ask_expert(rollout, task, o),
        BLIND,
        np.random.default_rng(0),
        on_done=lambda: told_ns.append(rollout.world.time_ns),
    )
    assert [(at_ns - began_ns) * 1e-9 for at_ns in told_ns] == [result.duration_s]


def test_the_same_seed_gives_the_same_episode(rollout: Rollout) -> None:
    results = []
    for _ in range(2):
        task = lay_out(rollout, 30_000_002)
        act = lambda o, task=task: ask_expert(rollout, task, o)  # noqa: E731
        results.append(rollout.run(act, BLIND, np.random.default_rng(3)))
    assert results[0] == results[1]


def test_a_policy_that_stands_still_times_out(rollout: Rollout) -> None:
    lay_out(rollout, 30_000_003)
    still = PolicyOutput(rows=np.zeros((16, 4)), gripper=np.ones(16), done_probability=0.0)
    options = RolloutOptions(see=False, timeout_s=1.0)
    result = rollout.run(lambda _: still, options, np.random.default_rng(0))
    assert result.ending is Ending.TIMEOUT
    assert result.duration_s == pytest.approx(1.0)


def test_a_policy_that_leaps_does_not_move_the_arm(rollout: Rollout) -> None:
    lay_out(rollout, 30_000_004)
    before = rollout.world.tool().position_m
    leap = PolicyOutput(
        rows=np.tile((0.0, 0.3, 0.0, 0.0), (16, 1)), gripper=np.ones(16), done_probability=0.0
    )
    options = RolloutOptions(see=False, timeout_s=1.0)
    result = rollout.run(lambda _: leap, options, np.random.default_rng(0))
    assert result.ending is not Ending.DONE
    assert result.interventions > 3
    assert rollout.world.tool().position_m == pytest.approx(before, abs=2e-3)


def says(grounded: float, dy_m: float = 0.05) -> PolicyOutput:
    """Moves the tool to the left, whatever it says of the instruction."""
    return PolicyOutput(
        rows=np.tile((0.0, dy_m, 0.0, 0.0), (16, 1)) * np.linspace(0.0, 1.0, 16)[:, None],
        gripper=np.ones(16),
        done_probability=0.0,
        grounded_probability=grounded,
    )


@pytest.mark.parametrize("dy_m", [0.05, 9.0])  # The second cannot be reached.
def test_a_policy_that_cannot_find_what_it_is_asked_for_refuses_without_motion(
    rollout: Rollout, dy_m: float
) -> None:
    lay_out(rollout, 30_000_004)
    before = rollout.world.joint_state().position_rad
    result = rollout.run(lambda _: says(0.1, dy_m), BLIND, np.random.default_rng(0))
    assert result.ending is Ending.REFUSED
    assert (result.inferences, result.interventions) == (2, 0)
    assert 0.0 < result.duration_s < 0.5
    assert "cannot find what it was asked for: it is sure to 10 %" in result.message
    assert rollout.world.joint_state().position_rad == pytest.approx(before, abs=1e-3)


def test_an_instruction_that_cannot_be_read_is_refused_with_its_words(rollout: Rollout) -> None:
    def act(_: Observation) -> PolicyOutput:
        raise UnknownWordError("this policy does not know the word 'banana'")

    lay_out(rollout, 30_000_004)
    result = rollout.run(act, BLIND, np.random.default_rng(0))
    assert result.ending is Ending.REFUSED
    assert result.message == "this policy does not know the word 'banana'"


def test_a_policy_that_loses_it_on_the_way_gives_up(rollout: Rollout) -> None:
    lay_out(rollout, 30_000_004)
    before = rollout.world.tool().position_m
    answers = iter([0.9, 0.9, 0.9, *[0.1] * 50])
    options = RolloutOptions(see=False, timeout_s=10.0)
    result = rollout.run(lambda _: says(next(answers)), options, np.random.default_rng(0))
    assert result.ending is Ending.LOST
    assert result.inferences == 3 + 10
    assert "has lost what it was asked for: 10 answers in a row" in result.message
    assert rollout.world.tool().position_m[1] > before[1] + 0.02


def test_a_policy_that_wants_what_is_out_of_reach_ends_there(rollout: Rollout) -> None:
    lay_out(rollout, 30_000_004)
    result = rollout.run(lambda _: FAR, BLIND, np.random.default_rng(0))
    assert result.ending is Ending.UNREACHABLE
    assert result.duration_s < 1.0


def broken(_: Observation) -> PolicyOutput:
    raise PolicyError("the model broke")


def blind(_: Observation) -> PolicyOutput:
    raise ObservationError("the observation lacks an image")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (broken, "the model broke"),
        (blind, "lacks an image"),
        (lambda _: NAN_ROWS, "numbers that are not finite"),
    ],
)
@pytest.mark.parametrize("failures", [1, 3])
def test_a_policy_that_fails_again_and_again_ends_there_with_its_words(
    rollout: Rollout, act: Act, why: str, failures: int
) -> None:
    lay_out(rollout, 30_000_004)
    asked: list[int] = []

    def counted(observation: Observation) -> PolicyOutput:
        asked.append(observation.stamp_ns)
        return act(observation)

    options = RolloutOptions(see=False, failures=failures)
    result = rollout.run(counted, options, np.random.default_rng(0))
    assert result.ending is Ending.FAILED
    assert f"the policy failed {failures} times in a row: " in result.message
    assert why in result.message
    assert len(asked) == failures
    assert (np.diff(asked) >= 20_000_000).all()  # Each failure takes as long as an answer.


@pytest.mark.parametrize("bad", [NAN_ROWS, FAR])
def test_failures_that_are_not_in_a_row_end_nothing(rollout: Rollout, bad: PolicyOutput) -> None:
    task = lay_out(rollout, 30_000_001)
    asked: list[int] = []

    def act(observation: Observation) -> PolicyOutput:
        asked.append(observation.stamp_ns)
        return ask_expert(rollout, task, observation) if len(asked) % 3 == 0 else bad

    result = rollout.run(act, RolloutOptions(see=False, failures=3), np.random.default_rng(0))
    assert result.ending is Ending.DONE
    assert check(rollout.world.table(), task).solved


def test_what_cannot_be_reached_ends_it_as_such_if_it_is_the_last_of_its_failures(
    rollout: Rollout,
) -> None:
    lay_out(rollout, 30_000_004)
    options = RolloutOptions(see=False, failures=3)
    result = rollout.run(lambda _: FAR, options, np.random.default_rng(0))
    assert result.ending is Ending.UNREACHABLE
    assert "the policy failed 3 times in a row: " in result.message


def test_labels_are_relative_to_the_tool_and_name_all_places(rollout: Rollout) -> None:
    task = lay_out(rollout, 30_000_005)
    anchor = rollout.adapter.anchor(rollout.observe(see=False))
    label = make_label(rollout.world, task, anchor, rollout.policy.action, ("front", "wrist"))
    cube = np.array(rollout.world.table().item(task.object).at_m)
    assert np.allclose(label.offsets_m[0], cube - anchor.position_m)
    bowl = rollout.world.table().container(task.target)
    assert np.allclose(label.offsets_m[2, :2], np.array(bowl.at_m) - anchor.position_m[:2])
    assert label.pixels.shape == (2, 3, 2)
    assert ((label.pixels[0] > 0.0) & (label.pixels[0] < 1.0)).all()
    assert np.abs(label.rows[0]).max() < 0.1
    assert not label.done


def test_a_slower_goal_takes_the_same_way_and_longer(rollout: Rollout) -> None:
    durations, ways = [], []
    for scale in (1.0, 0.3):
        task = lay_out(rollout, 30_000_001)
        way: list[tuple[float, ...]] = []
        result = rollout.run(
            lambda o, task=task: ask_expert(rollout, task, o),  # type: ignore[misc]
            RolloutOptions(see=False, timeout_s=60.0, after_s=0.0, speed_scale=scale),
            np.random.default_rng(0),
            lambda _, way=way: way.append(rollout.world.tool().position_m),  # type: ignore[misc]
        )
        assert result.ending is Ending.DONE
        assert result.interventions == 0
        assert check(rollout.world.table(), task).solved
        durations.append(result.duration_s)
        ways.append(np.array(way))
    full, slow = ways
    assert 2.0 < durations[1] / durations[0] < 3.5  # At full speed the gate slows it down, too.
    assert max(np.linalg.norm(slow - point, axis=1).min() for point in full[::10]) < 0.02
