# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy is told of the running plan, and how its answer then joins."""

import itertools
import queue

import numpy as np
import pytest

from vla_ros.chunk import ChunkSchedule
from vla_ros.policy.prefix import Prefix, make_prefix
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.policy.worker import Answer, PolicyWorker, Question
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import (
    ActionChunk,
    CameraFrame,
    Joining,
    JointSample,
    Observation,
    PolicyOutput,
)

MS = 1_000_000
NOW = 100_000 * MS
ROBOT = load_robot_profile("sim_arm")
HOME = np.array(ROBOT.home)


def profile(joining: Joining) -> PolicyProfile:
    return load_policy_profile("tabletop").model_copy(update={"joining": joining})


def observation(stamp_ns: int) -> Observation:
    joints = JointSample(
        names=ROBOT.joint_names, stamp_ns=stamp_ns, arrival_ns=stamp_ns, position=HOME.copy()
    )
    image = np.zeros((4, 4, 3), np.uint8)
    frame = CameraFrame(camera="front", stamp_ns=stamp_ns, arrival_ns=stamp_ns, image=image)
    return Observation(
        stamp_ns=stamp_ns, frames=(frame,), frozen=(False,), joints=joints, gripper=1.0
    )


def running(scale: float = 1.0) -> ChunkSchedule:
    """Return a plan of 17 rows that turns each joint by 0.02 rad per row."""
    rows = HOME + 0.02 * np.arange(17)[:, None]
    chunk = ActionChunk(
        goal_id="a" * 32,
        session=1,
        epoch=1,
        sequence=1,
        last=False,
        observed_ns=NOW,
        first_ns=NOW - 40 * MS,
        step_ns=100 * MS,
        joint_names=ROBOT.joint_names,
        position_rad=rows,
        gripper=np.append(np.ones(8), np.zeros(9)),
    )
    return ChunkSchedule().at_scale(scale, NOW).admit(chunk, NOW)


def test_a_prefix_is_what_the_plan_does_from_the_observation_on() -> None:
    adapter = PolicyAdapter(profile(Joining.REAL_TIME_CHUNKING), ROBOT)
    seen = observation(NOW + 500 * MS)
    prefix = make_prefix(running(), adapter, seen, latency_s=0.25)
    assert prefix is not None
    # Row 0 of the answer is due where row 5 of the plan is; 17 rows last until 11 rows later.
    joints = adapter.to_joints(prefix.rows, seen)
    wanted = HOME + 0.02 * np.arange(6, 17)[:, None]
    tool = [adapter.from_joints(rows, seen) for rows in (joints, wanted)]
    np.testing.assert_allclose(tool[0][:, :3], tool[1][:, :3], atol=1e-3)
    assert len(prefix.rows) == len(prefix.gripper) == 11
    assert prefix.gripper.tolist() == [1.0] * 2 + [0.0] * 9
    assert prefix.frozen == 3  # Due 0.06, 0.16 and 0.26 s after the observation.


def test_at_half_speed_half_as_many_rows_are_frozen() -> None:
    adapter = PolicyAdapter(profile(Joining.REAL_TIME_CHUNKING), ROBOT)
    prefix = make_prefix(running(0.5), adapter, observation(NOW + 500 * MS), latency_s=0.36)
    assert prefix is not None
    assert prefix.frozen == 2


def test_without_a_plan_there_is_no_prefix() -> None:
    adapter = PolicyAdapter(profile(Joining.REAL_TIME_CHUNKING), ROBOT)
    assert make_prefix(ChunkSchedule(), adapter, observation(NOW), latency_s=0.1) is None
    assert make_prefix(running(), adapter, observation(NOW + 5000 * MS), latency_s=0.1) is None


class Policy:
    """Notes how it is asked."""

    def __init__(self, joining: Joining) -> None:
        self.profile = profile(joining)
        self.prefixes: list[Prefix | None] = []

    def answer(self, prefix: Prefix | None) -> PolicyOutput:
        self.prefixes.append(prefix)
        return PolicyOutput(rows=np.zeros((16, 4)), gripper=np.ones(16))

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        return self.answer(None)


class GoesOn(Policy):
    def infer_after(
        self,
        observation: Observation,
        instruction: str,
        prefix: Prefix,
    ) -> PolicyOutput:
        return self.answer(prefix)


@pytest.mark.parametrize(
    ("policy", "plan", "told", "joins"),
    [
        (GoesOn(Joining.REAL_TIME_CHUNKING), running(), True, Joining.CROSS_FADE),
        (GoesOn(Joining.REAL_TIME_CHUNKING), ChunkSchedule(), False, Joining.REAL_TIME_CHUNKING),
        (GoesOn(Joining.OFFSET_ALIGNMENT), running(), False, Joining.OFFSET_ALIGNMENT),
        (Policy(Joining.REAL_TIME_CHUNKING), running(), False, Joining.REAL_TIME_CHUNKING),
    ],
)
def test_only_a_policy_that_goes_on_from_a_plan_is_told_it(
    policy: Policy, plan: ChunkSchedule, told: bool, joins: Joining
) -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    clock = itertools.count()
    adapter = PolicyAdapter(policy.profile, ROBOT)
    worker = PolicyWorker(policy, adapter, answers.put, lambda: next(clock), lambda: 0)
    worker.start()
    header = ChunkHeader(goal_id="a" * 32, session=1, epoch=1, sequence=2)
    worker.ask(
        Question(
            header=header,
            observation=observation(NOW + 300 * MS),
            instruction="go",
            speed_scale=1.0,
            running=plan,
            latency_s=0.1,
        )
    )
    try:
        answer = answers.get(timeout=30.0)
    finally:
        worker.close(5.0)
    assert answer.chunk is not None, answer.failure
    assert answer.chunk.joining is joins
    assert [prefix is not None for prefix in policy.prefixes] == [told]
