# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Goals for a gripper, with an action server that is made of plain objects."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy")

from action_msgs.msg import GoalStatus

from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.command.gripper_action import ActionGripper

MS = 1_000_000
SUCCEEDED = GoalStatus.STATUS_SUCCEEDED
ABORTED = GoalStatus.STATUS_ABORTED
CANCELED = GoalStatus.STATUS_CANCELED
SIM = load_robot_profile("sim_arm")


def profile(kind: str) -> Any:
    grip = {"kind": kind, "topic": "/hand", "joint": "knuckle", "unit": "rad"}
    grip |= {"closed": 0.8, "open": 0.0, "max_effort": 20.0}
    return SIM.model_copy(update={"gripper": SIM.gripper.model_copy(update=grip)})


class Future:
    """Done when the test says so."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Any], None]] = []
        self._result: Any = None

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self._callbacks.append(callback)

    def result(self) -> Any:
        return self._result

    def finish(self, result: Any) -> None:
        self._result = result
        for callback in self._callbacks:
            callback(self)


class Goal:
    """One goal as the server sees it."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.answer = Future()
        self.end = Future()

    def accept(self) -> None:
        self.answer.finish(SimpleNamespace(accepted=True, get_result_async=lambda: self.end))

    def reject(self) -> None:
        self.answer.finish(SimpleNamespace(accepted=False))

    def finish(self, status: int, *, stalled: bool = False) -> None:
        self.end.finish(SimpleNamespace(status=status, result=SimpleNamespace(stalled=stalled)))


class Client:
    """An action client whose server is the test."""

    def __init__(self) -> None:
        self.goals: list[Goal] = []
        self.ready = True
        self.destroyed = False

    def server_is_ready(self) -> bool:
        return self.ready

    def send_goal_async(self, request: Any) -> Future:
        self.goals.append(Goal(request))
        return self.goals[-1].answer

    def destroy(self) -> None:
        self.destroyed = True


class Rig:
    """A gripper with a clock that the test moves."""

    def __init__(self, kind: str = "gripper_command") -> None:
        self.client = Client()
        self.now_ns = 1_000_000_000
        action = SimpleNamespace(
            Goal=lambda: SimpleNamespace(command=SimpleNamespace()), __name__="GripperCommand"
        )
        self.gripper = ActionGripper(
            SimpleNamespace(executor=None),
            profile(kind),
            action,
            make_client=lambda *_: self.client,
            now_ns=lambda: self.now_ns,
        )

    def send(self, *openings: float, every_ms: int = 10) -> None:
        for opening in openings:
            self.gripper.send(opening)
            self.now_ns += every_ms * MS

    @property
    def positions(self) -> list[float]:
        return [goal.request.command.position for goal in self.client.goals]

    @property
    def deaf(self) -> str | None:
        return self.gripper.find_deaf()


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_goal_is_in_the_unit_of_the_joint_and_bounds_the_grip(rig: Rig) -> None:
    rig.send(0.25)
    (goal,) = rig.client.goals
    assert goal.request.command.position == pytest.approx(0.6)
    assert goal.request.command.max_effort == 20.0


def test_a_parallel_gripper_is_told_its_joint() -> None:
    rig = Rig("parallel_gripper_command")
    rig.send(0.25)
    command = rig.client.goals[0].request.command
    assert list(command.name) == ["knuckle"]
    assert list(command.position) == pytest.approx([0.6])
    assert list(command.effort) == [20.0]


def test_the_same_target_is_never_a_second_goal(rig: Rig) -> None:
    rig.send(*[1.0] * 50)
    rig.client.goals[0].accept()
    rig.send(*[1.0] * 50)
    rig.client.goals[0].finish(SUCCEEDED)
    rig.send(*[1.0] * 50)
    assert rig.positions == [0.0]


def test_ten_goals_a_second_at_most_and_the_newest_target_wins(rig: Rig) -> None:
    ramp = [k / 100 for k in range(101)]
    rig.send(*ramp)
    assert len(rig.client.goals) == 11
    rig.send(*[1.0] * 10)
    assert rig.positions[-1] == pytest.approx(0.0)
    rig.send(0.0, 0.7, 0.3)  # Within 30 ms: the last of them is wanted.
    rig.send(*[0.3] * 20)
    assert rig.positions[-2:] == pytest.approx([0.8, 0.56])
    assert len(rig.client.goals) == 13


def test_fingers_that_hold_something_have_succeeded(rig: Rig) -> None:
    rig.send(0.0)
    rig.client.goals[0].accept()
    rig.client.goals[0].finish(ABORTED, stalled=True)
    assert rig.deaf is None


def test_a_goal_that_a_newer_one_replaced_may_end_in_any_way(rig: Rig) -> None:
    rig.send(0.0, 1.0, every_ms=100)
    first, second = rig.client.goals
    first.accept()
    second.accept()
    first.finish(CANCELED)
    assert rig.deaf is None
    second.finish(SUCCEEDED)
    assert rig.deaf is None


@pytest.mark.parametrize(
    ("status", "words"), [(ABORTED, "gave up on"), (CANCELED, "was stopped at")]
)
def test_a_goal_that_fails_is_said_for_a_while(rig: Rig, status: int, words: str) -> None:
    rig.send(0.0)
    rig.client.goals[0].accept()
    rig.client.goals[0].finish(status)
    assert rig.deaf is not None
    assert rig.deaf.startswith(f"/hand {words} knuckle = 0.8 rad. See the log of the gripper's")
    rig.send(*[0.0] * 100)
    assert len(rig.client.goals) == 1  # What failed is not tried over and over.
    rig.now_ns += 2_000 * MS
    assert rig.deaf is None  # Else nobody could ever reset the gate.


def test_a_goal_that_is_refused_is_said(rig: Rig) -> None:
    rig.send(0.0)
    rig.client.goals[0].reject()
    assert rig.deaf is not None
    assert "/hand refuses to go to knuckle = 0.8 rad" in rig.deaf


def test_a_server_that_never_answers_is_said(rig: Rig) -> None:
    rig.send(0.0)
    rig.now_ns += 900 * MS
    assert rig.deaf is None
    rig.now_ns += 200 * MS
    assert rig.deaf is not None
    assert "/hand does not answer: is it a control_msgs/action/GripperCommand" in rig.deaf
    rig.client.goals[0].accept()
    assert rig.deaf is None


def test_a_server_that_died_with_a_goal_and_is_back_is_well_again(rig: Rig) -> None:
    rig.send(0.0)
    rig.now_ns += 2_900 * MS
    assert rig.deaf is not None
    rig.now_ns += 200 * MS
    assert rig.deaf is None


def test_without_a_server_nothing_is_lost(rig: Rig) -> None:
    rig.client.ready = False
    rig.send(*[0.5] * 30)
    assert rig.client.goals == []
    assert rig.deaf is not None
    assert rig.deaf.startswith("nobody offers the action /hand: start the gripper's controller")
    rig.client.ready = True
    rig.send(*[0.5] * 11)
    assert rig.positions == pytest.approx([0.4])
    assert rig.deaf is None


def test_a_new_epoch_begins_with_a_goal(rig: Rig) -> None:
    rig.send(0.5)
    rig.gripper.pause()
    rig.now_ns += 1_000 * MS
    rig.send(0.5)
    assert rig.positions == pytest.approx([0.4, 0.4])


def test_who_has_withdrawn_sends_nothing_and_complains_about_nothing(rig: Rig) -> None:
    rig.send(0.0)
    rig.gripper.withdraw()
    rig.gripper.withdraw()
    rig.now_ns += 5_000 * MS
    rig.send(1.0)
    assert rig.client.destroyed
    assert len(rig.client.goals) == 1
    assert rig.deaf is None
    assert rig.gripper.find_intruder() is None
