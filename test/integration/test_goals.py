# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every way a goal can end, seen by a client over DDS."""

import itertools
import math
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from vla_ros.cli.send import exit_code
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.outcome import Outcome
from vla_ros.ros.client import Ended, InstructionClient
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]


def in_background(call: Callable[[], Ended]) -> "Future[Ended]":
    future: Future[Ended] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001  Handed over to the test.
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future


def start_waving(station: Station, commands: Any, goal: Any) -> "Future[Ended]":
    """A goal that never ends by itself, as soon as the arm moves."""
    ended = in_background(lambda: station.instructions.send(goal(instruction="wave")))
    station.wait_for(commands.is_moving, 20.0, "the arm to move")
    return ended


def test_a_goal_moves_the_arm_and_succeeds(armed: Station, commands: Any, goal: Any) -> None:
    ended = armed.instructions.send(goal(instruction="nod"))
    assert (ended.outcome, ended.message) == (
        Outcome.SUCCEEDED,
        "the policy reports the task as finished",
    )
    assert ended.inference_count >= 5
    assert 0.5 < ended.duration_s < 10.0
    assert abs(commands.rows - commands.rows[0]).max() > 0.02
    assert armed.mode is GateMode.ARMED
    commands.assert_smooth()


def test_feedback_comes_five_times_a_second_or_more(armed: Station, goal: Any) -> None:
    heard: list[tuple[float, Any]] = []
    armed.instructions.send(
        goal(instruction="wave", timeout_s=2.0),
        lambda feedback: heard.append((time.monotonic(), feedback)),
    )
    times = [at for at, _ in heard]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(heard) >= 10
    assert sorted(gaps)[len(gaps) // 2] <= 0.2
    running = [feedback for _, feedback in heard if feedback.phase == "running"]
    assert running[-1].queue_s > 0.3
    assert running[-1].observation_age_ms < 500.0


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"instruction": ""}, "the instruction is empty"),
        ({"instruction": "nod", "timeout_s": -1.0}, "timeout_s = -1.0 s is outside"),
        ({"instruction": "nod", "timeout_s": math.nan}, "timeout_s = nan s is outside"),
        ({"instruction": "nod", "speed_scale": 1.5}, "speed_scale = 1.5 is outside"),
        ({"instruction": "nod", "speed_scale": math.inf}, "speed_scale = inf is outside"),
    ],
)
def test_a_goal_that_cannot_run_is_accepted_and_ends_rejected(
    armed: Station, commands: Any, goal: Any, fields: dict[str, Any], text: str
) -> None:
    ended = armed.instructions.send(goal(**fields))
    assert ended.outcome is Outcome.REJECTED
    assert exit_code(ended.outcome) == 20
    assert text in ended.message
    assert abs(commands.rows - commands.rows[0]).max() == 0.0


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("fly", "does not know the word 'fly'"),
        ("doubt", "cannot find what 'doubt' asks for: it is sure to 5 %, wanted 50 %"),
    ],
)
def test_what_the_policy_cannot_find_ends_as_low_confidence_without_motion(
    armed: Station, commands: Any, goal: Any, said: str, text: str
) -> None:
    ended = armed.instructions.send(goal(instruction=said))
    assert ended.outcome is Outcome.LOW_CONFIDENCE
    assert exit_code(ended.outcome) == 15
    assert text in ended.message
    assert abs(commands.rows - commands.rows[0]).max() == 0.0
    assert armed.mode is GateMode.ARMED


def test_the_feedback_has_the_policys_confidence(armed: Station, goal: Any) -> None:
    heard: list[float] = []
    ended = armed.instructions.send(
        goal(instruction="nod"), lambda feedback: heard.append(feedback.confidence)
    )
    assert ended.outcome is Outcome.SUCCEEDED
    assert heard[-1] == 0.625  # As in scripted_inference.py.


def test_a_goal_while_not_armed_says_how_to_arm(armed: Station, goal: Any) -> None:
    armed.disarm()
    ended = armed.instructions.send(goal(instruction="nod"))
    assert ended.outcome is Outcome.REJECTED
    assert "not armed: call ~/arm" in ended.message


def test_a_cancelled_goal_ends_canceled_with_the_arm_at_rest(
    armed: Station, commands: Any, goal: Any
) -> None:
    ended = start_waving(armed, commands, goal)
    armed.instructions.cancel()
    assert ended.result(30.0).outcome is Outcome.CANCELED
    armed.wait_for(commands.is_at_rest, 1.0, "the arm to rest")
    commands.assert_smooth()


def test_a_newer_goal_preempts_the_older_one(armed: Station, commands: Any, goal: Any) -> None:
    older = start_waving(armed, commands, goal)
    newer = InstructionClient(armed.node)
    newer.wait_for_server(5.0)
    assert newer.send(goal(instruction="nod")).outcome is Outcome.SUCCEEDED
    assert older.result(5.0).outcome is Outcome.PREEMPTED
    newer.close()
    commands.assert_smooth()


def test_a_goal_that_does_not_finish_times_out(armed: Station, commands: Any, goal: Any) -> None:
    ended = armed.instructions.send(goal(instruction="wave", timeout_s=1.5))
    assert ended.outcome is Outcome.TIMEOUT
    assert "not finished within 1.5 s" in ended.message
    assert armed.mode is GateMode.ARMED
    commands.assert_smooth()


def test_a_failing_policy_ends_the_goal_with_its_words(armed: Station, goal: Any) -> None:
    ended = armed.instructions.send(goal(instruction="crash"))
    assert ended.outcome is Outcome.POLICY_FAILED
    assert "failed 3 times in a row: RuntimeError: scripted crash" in ended.message


def test_a_stop_by_a_person_ends_the_goal_as_a_protective_stop(
    armed: Station, commands: Any, goal: Any
) -> None:
    ended = start_waving(armed, commands, goal)
    armed.stop()
    result = ended.result(30.0)
    assert result.outcome is Outcome.PROTECTIVE_STOP
    assert "OPERATOR_STOP" in result.message
    rejected = armed.instructions.send(goal(instruction="nod"))
    assert "latched in PSTOP" in rejected.message
    commands.assert_smooth()


def test_an_emergency_stop_ends_the_goal_as_one(armed: Station, commands: Any, goal: Any) -> None:
    ended = start_waving(armed, commands, goal)
    armed.services.trigger("/vla/executor_node/estop")
    assert ended.result(30.0).outcome is Outcome.EMERGENCY_STOP


def test_a_dry_run_asks_the_policy_and_moves_nothing(
    armed: Station, commands: Any, goal: Any
) -> None:
    ended = armed.instructions.send(goal(instruction="nod", dry_run=True))
    assert ended.outcome is Outcome.SUCCEEDED
    assert ended.inference_count >= 4
    assert abs(commands.rows - commands.rows[0]).max() == 0.0


def test_a_slower_goal_goes_less_far_in_the_same_time(
    armed: Station, commands: Any, goal: Any
) -> None:
    armed.instructions.send(goal(instruction="wave", timeout_s=2.0))
    full = abs(commands.rows[1:] - commands.rows[:-1]).sum()
    commands.clear()
    armed.instructions.send(goal(instruction="wave", timeout_s=2.0, speed_scale=0.25))
    slow = abs(commands.rows[1:] - commands.rows[:-1]).sum()
    assert 0.0 < slow < 0.6 * full


# A shell lets what it runs in the background ignore Ctrl-C; here it has to be heard.
SEND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from vla_ros.cli.main import main
sys.exit(main(["send", *sys.argv[1:]]))
"""


def test_ctrl_c_in_vla_ros_send_cancels_the_goal(armed: Station, commands: Any) -> None:
    send = subprocess.Popen(
        [sys.executable, "-c", SEND, "wave"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    armed.wait_for(commands.is_moving, 30.0, "the arm to move")
    send.send_signal(signal.SIGINT)
    text, _ = send.communicate(timeout=30)
    assert send.returncode == exit_code(Outcome.CANCELED), text
    assert "CANCELED: the client canceled the goal" in text.splitlines()[-1]
    armed.wait_for(commands.is_at_rest, 5.0, "the arm to rest")


def test_vla_ros_send_shows_progress_and_the_end(armed: Station) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vla_ros.cli.main", "send", "nod"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert "[" in first
    assert "planned" in first
    assert last.startswith("SUCCEEDED: the policy reports the task as finished (")
