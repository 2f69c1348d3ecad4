# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.cli import send
from vla_ros.cli.main import main
from vla_ros.policy.outcome import Outcome
from vla_ros.ros.client import Ended

pytestmark = pytest.mark.ros
ENDED = Ended(
    outcome=Outcome.CANCELED,
    message="the client canceled the goal",
    duration_s=2.0,
    inference_count=5,
    intervention_count=0,
)


class Client:
    """Is interrupted while it sends, and knows how the goal ended after that."""

    def __init__(self, ended: Ended | None) -> None:
        self.ended = ended

    def send(self, goal: object, on_feedback: object) -> Ended:
        raise KeyboardInterrupt

    def cancel(self) -> Ended | None:
        return self.ended


def test_without_a_server_it_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["send", "put the red cube in the blue bowl", "--wait", "0.1"])
    assert code == send.EXIT_NO_SERVER
    error = capsys.readouterr().err
    assert "no action server on /vla/execute_instruction after 0.1 s" in error
    assert "ros2 launch vla_ros bringup.launch.py" in error


def test_ctrl_c_cancels_the_goal_and_reports_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert send.send(Client(ENDED), None) is ENDED
    assert "canceling" in capsys.readouterr().out


def test_ctrl_c_before_the_goal_was_sent_just_ends() -> None:
    with pytest.raises(KeyboardInterrupt):
        send.send(Client(None), None)


def test_every_outcome_has_an_exit_code_of_its_own() -> None:
    codes = [send.exit_code(outcome) for outcome in Outcome]
    assert codes[Outcome.SUCCEEDED] == 0
    assert codes[Outcome.UNKNOWN] != 0
    assert len(set(codes)) == len(Outcome)
    assert not {1, 2, send.EXIT_NO_SERVER, 130} & set(codes)


def test_help_lists_the_exit_codes() -> None:
    parser = argparse.ArgumentParser()
    send.add_arguments(parser)
    text = parser.format_help()
    assert all(f"{send.exit_code(o)} {o.name}" in text for o in Outcome if o > 1)


def test_the_summary_is_one_line() -> None:
    assert send.summary(ENDED) == (
        "CANCELED: the client canceled the goal (2.0 s, 5 inferences, 0 interventions)"
    )
