# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import itertools
import math
import queue
import re
import threading
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import PolicyError
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.spec import load_policy_profile
from vla_ros.policy.transforms import ChunkHeader
from vla_ros.policy.worker import Answer, PolicyWorker, Question
from vla_ros.types import (
    ActionChunk,
    CameraFrame,
    JointSample,
    Observation,
    PointCloud,
    PolicyOutput,
)

MS = 1_000_000


class Policy:
    """Raises what it is given, or answers two rows."""

    def __init__(self, error: Exception | None = None, grounded: float = math.nan) -> None:
        self.error = error
        self.profile = load_policy_profile("tabletop")
        self._grounded = grounded
        self.asked: list[str] = []

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        self.asked.append(instruction)
        if self.error is not None:
            raise self.error
        return PolicyOutput(
            rows=np.zeros((2, 1)), gripper=np.ones(2), grounded_probability=self._grounded
        )


class Adapter:
    shortfall = "row 1: out of reach"

    def make_chunk(
        self, output: PolicyOutput, observation: Observation, header: ChunkHeader
    ) -> ActionChunk:
        return ActionChunk(
            goal_id=header.goal_id,
            session=header.session,
            epoch=header.epoch,
            sequence=header.sequence,
            last=False,
            observed_ns=observation.stamp_ns,
            first_ns=observation.stamp_ns + 100 * MS,
            step_ns=100 * MS,
            joint_names=("a",),
            position_rad=np.array([[0.0], [0.1]]),
            gripper=np.ones(2),
        )


def question(speed: float = 1.0) -> Question:
    frame = CameraFrame(
        camera="front", stamp_ns=0, arrival_ns=0, image=np.zeros((2, 2, 3), np.uint8)
    )
    joints = JointSample(names=("a",), stamp_ns=0, arrival_ns=0, position=np.array([-0.1]))
    return Question(
        header=ChunkHeader(goal_id="b" * 32, session=1, epoch=2, sequence=3),
        observation=Observation(
            stamp_ns=5, frames=(frame,), frozen=(False,), joints=joints, gripper=1.0
        ),
        instruction="go",
        speed_scale=speed,
    )


def ask(policy: Policy, asked: Question) -> Answer:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    clock, node_clock = itertools.count(0, 7 * MS), itertools.count(50 * MS, 3 * MS)
    worker = PolicyWorker(
        policy, Adapter(), answers.put, lambda: next(clock), lambda: next(node_clock)
    )
    worker.start()
    worker.ask(asked)
    try:
        return answers.get(timeout=5.0)
    finally:
        worker.close(5.0)


def test_an_answer_comes_with_the_time_each_hop_took() -> None:
    answer = ask(Policy(), question())
    assert answer.chunk is not None
    assert answer.chunk.hop_ms == (("infer", 3.0), ("adapt", 3.0))  # Node clock.
    assert answer.inference_ms == 7.0
    assert answer.goal_id == "b" * 32


def test_what_was_not_accounted_for_was_spent_waiting_for_the_policy() -> None:
    seen = replace(question().observation, stamp_ns=10 * MS, hop_ms=(("camera", 25.0),))
    answer = ask(Policy(), replace(question(), observation=seen))
    assert answer.chunk is not None
    assert dict(answer.chunk.hop_ms) == pytest.approx(
        {"camera": 25.0, "request_wait": 15.0, "infer": 3.0, "adapt": 3.0}
    )


def test_a_chunk_tells_the_gate_the_speed_of_its_goal_and_stays_as_it_is() -> None:
    full, slow = (ask(Policy(), question(speed=speed)).chunk for speed in (1.0, 0.5))
    assert full is not None
    assert slow is not None
    assert (full.speed_scale, slow.speed_scale) == (1.0, 0.5)
    np.testing.assert_array_equal(slow.position_rad, full.position_rad)


def test_a_policy_error_becomes_words_without_a_traceback() -> None:
    answer = ask(Policy(PolicyError("out of reach")), question())
    assert (answer.chunk, answer.failure, answer.details) == (None, "out of reach", "")


def test_any_other_exception_becomes_words_and_keeps_its_traceback() -> None:
    answer = ask(Policy(RuntimeError("bug")), question())
    assert answer.failure == "RuntimeError: bug"
    assert "Traceback" in answer.details


def test_the_thread_survives_a_failure_and_answers_the_next_question() -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    policy = Policy(RuntimeError("bug"))
    worker = PolicyWorker(policy, Adapter(), answers.put, lambda: 0, lambda: 0)
    worker.start()
    worker.ask(question())
    assert answers.get(timeout=5.0).failure
    policy.error = None
    worker.ask(question())
    assert answers.get(timeout=5.0).chunk is not None
    worker.close(5.0)


def test_a_job_is_done_in_the_thread_of_the_answers_and_in_turn() -> None:
    done: queue.SimpleQueue[str] = queue.SimpleQueue()
    worker = PolicyWorker(
        Policy(), Adapter(), lambda answer: done.put("answer"), lambda: 0, lambda: 0
    )
    worker.do(lambda: done.put(threading.current_thread().name))
    worker.ask(question())
    worker.start()
    assert [done.get(timeout=5.0) for _ in range(2)] == ["policy", "answer"]
    worker.close(5.0)


def test_it_is_busy_until_all_that_it_was_asked_is_done() -> None:
    go_on = threading.Event()
    seen: queue.SimpleQueue[bool] = queue.SimpleQueue()
    worker = PolicyWorker(
        Policy(), Adapter(), lambda answer: seen.put(worker.is_busy), lambda: 0, lambda: 0
    )
    assert not worker.is_busy
    worker.do(go_on.wait)
    worker.ask(question())
    worker.start()
    assert worker.is_busy
    go_on.set()
    assert not seen.get(timeout=5.0)
    worker.close(5.0)


def test_an_answer_that_is_objected_to_is_a_failure_until_one_of_its_goal_is_not() -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    objections = iter(["'dx' is in millimetres", "", "never asked for"])
    policy = Policy()
    worker = PolicyWorker(
        policy, Adapter(), answers.put, lambda: 0, lambda: 0, lambda seen, output: next(objections)
    )
    worker.start()
    for _ in range(3):
        worker.ask(question())
    first, second, third = (answers.get(timeout=5.0) for _ in range(3))
    worker.close(5.0)
    assert (first.chunk, first.failure, first.details) == (None, "'dx' is in millimetres", "")
    assert second.chunk is not None
    assert third.chunk is not None


def test_every_goal_is_judged_anew() -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    objections = iter(["", "too far"])
    worker = PolicyWorker(
        Policy(),
        Adapter(),
        answers.put,
        lambda: 0,
        lambda: 0,
        lambda seen, output: next(objections),
    )
    worker.start()
    worker.ask(question())
    other = ChunkHeader(goal_id="c" * 32, session=1, epoch=2, sequence=4)
    worker.ask(replace(question(), header=other))
    failures = [answers.get(timeout=5.0).failure for _ in range(2)]
    worker.close(5.0)
    assert failures == ["", "too far"]


def test_what_the_policy_says_of_the_instruction_is_told_even_if_its_rows_are_of_no_use() -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    objections = iter(["out of reach", ""])
    worker = PolicyWorker(
        Policy(grounded=0.25),
        Adapter(),
        answers.put,
        lambda: 0,
        lambda: 0,
        lambda *_: next(objections),
    )
    worker.start()
    for _ in range(2):
        worker.ask(question())
    useless, useful = (answers.get(timeout=5.0) for _ in range(2))
    worker.close(5.0)
    assert (useless.chunk, useless.grounded_probability) == (None, 0.25)
    assert useful.grounded_probability == 0.25
    assert math.isnan(ask(Policy(PolicyError("no")), question()).grounded_probability)


@pytest.mark.parametrize("asked", [0, 1])
def test_closing_ends_the_thread(asked: int) -> None:
    worker = PolicyWorker(Policy(), Adapter(), lambda _: None, lambda: 0, lambda: 0)
    worker.start()
    for _ in range(asked):
        worker.ask(question())
    worker.close(5.0)
    assert not worker._thread.is_alive()


def test_an_answer_says_why_its_plan_is_short() -> None:
    assert ask(Policy(), question()).shortfall == "row 1: out of reach"
    assert ask(Policy(PolicyError("no")), question()).shortfall == ""


def cloud(points: int, *, colored: bool = False) -> PointCloud:
    return PointCloud(
        frame="a",
        stamp_ns=5,
        arrival_ns=5,
        points_m=np.ones((points, 3), np.float32),
        rgb=np.ones((points, 3), np.uint8) if colored else None,
    )


def ask_with(seen: PointCloud | None, wanted: PointCloudSpec) -> Answer:
    policy = Policy()
    policy.profile = policy.profile.model_copy(update={"point_cloud": wanted})
    asked = question()
    return ask(policy, replace(asked, observation=replace(asked.observation, cloud=seen)))


@pytest.mark.parametrize(
    ("seen", "color", "text"),
    [
        (None, False, r"point cloud 'top': the observation has no points, wanted 8 points; is"),
        (cloud(7), False, r"has 7 points without colours, wanted 8 points; is"),
        (cloud(8), True, r"has 8 points without colours, wanted 8 points with colours"),
        (cloud(9, colored=True), True, r"has 9 points with colours, wanted 8 points with"),
    ],
)
def test_a_policy_is_not_asked_without_the_points_of_its_profile(
    seen: PointCloud | None, color: bool, text: str
) -> None:
    answer = ask_with(seen, PointCloudSpec(source="top", points=8, color=color))
    assert answer.chunk is None
    assert re.search(text, answer.failure)


@pytest.mark.parametrize("color", [False, True])
def test_a_policy_is_asked_with_the_points_of_its_profile(color: bool) -> None:
    seen = cloud(8, colored=color)
    assert ask_with(seen, PointCloudSpec(source="top", points=8, color=color)).chunk is not None
