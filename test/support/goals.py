# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A goal before a policy that knows one word, and what it sees."""

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from vla_ros.chunk.ending import make_ending
from vla_ros.chunk.request import RequestTimer
from vla_ros.errors import InstructionError, UnknownWordError
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.admission import GateFacts, Goal, Patience
from vla_ros.policy.goal import Ask, GoalRun
from vla_ros.policy.outcome import End
from vla_ros.policy.spec import DoneSpec, GroundingSpec, LostSpec
from vla_ros.types import ActionChunk, CameraFrame, JointSample, Observation

MS = 1_000_000
S = 1_000_000_000
START = 100 * S
STEP_NS = 100 * MS
JOINTS = ("a", "b")


class KnowsOneWord:
    profile = SimpleNamespace(
        done=DoneSpec(probability=0.7, count=2),
        grounding=GroundingSpec(probability=0.5, count=2, lost=LostSpec(probability=0.2, count=3)),
        confidence=None,
        timeout_s=30.0,
        replan_s=0.3,
    )

    def check_instruction(self, text: str) -> str:
        if not text:
            raise InstructionError("the instruction is empty; say for example 'go'")
        if text not in ("go", "goo"):
            raise UnknownWordError(f"this policy does not know the word '{text}'. It knows: go")
        return "go"


def observation(stamp_ns: int) -> Observation:
    frame = CameraFrame(
        camera="front", stamp_ns=stamp_ns, arrival_ns=stamp_ns, image=np.zeros((4, 4, 3), np.uint8)
    )
    joints = JointSample(
        names=JOINTS, stamp_ns=stamp_ns, arrival_ns=stamp_ns, position=np.zeros(2)
    )
    return Observation(
        stamp_ns=stamp_ns, frames=(frame,), frozen=(False,), joints=joints, gripper=1.0
    )


def gate(now_ns: int, mode: GateMode = GateMode.ARMED, **fields: object) -> GateFacts:
    quiet = {"stopping": False, "reasons": (), "message": "", "longest_stop_s": 0.3}
    facts = quiet | {"epoch": 3, "intervention_count": 10} | fields
    return GateFacts(arrival_ns=now_ns, mode=mode, **facts)


def chunk(now_ns: int, done: float = 0.0, grounded: float = math.nan) -> ActionChunk:
    names = {"goal_id": "a" * 32, "joint_names": JOINTS}
    return replace(
        make_ending(**names, session=1, epoch=3, sequence=1, now_ns=now_ns),
        last=False,
        step_ns=STEP_NS,
        position_rad=np.zeros((16, 2)),
        gripper=np.zeros(16),
        progress=0.25,
        confidence=0.5,
        done_probability=done,
        grounded_probability=grounded,
    )


GO = Goal(goal_id="a" * 32, instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=False)


def make_run(goal: Goal = GO, patience: Patience | None = None, **more: Any) -> GoalRun:
    timer = RequestTimer(replan_s=0.3, stop_s=0.3)
    return GoalRun(goal, KnowsOneWord(), timer, patience or Patience(), START, **more)


def running(goal: Goal = GO) -> GoalRun:
    """A goal that has asked its first question at START."""
    run = make_run(goal)
    assert run.step(START, observation(START - 20 * MS), gate(START)) is None
    ask = run.step(START, observation(START), gate(START))
    assert isinstance(ask, Ask)
    return run


def end_of(run: GoalRun, now_ns: int, **seen: object) -> End:
    given = {"observation": observation(now_ns), "gate": gate(now_ns)} | seen
    action = run.step(now_ns, given["observation"], given["gate"])
    assert isinstance(action, End)
    return action
