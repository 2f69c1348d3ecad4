# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from rclpy.parameter import Parameter

from vla_ros.nodes.inference_node import InferenceNode
from vla_ros.policy.admission import Goal
from vla_ros.policy.outcome import End, Outcome
from vla_ros.policy.spec import PolicyProfile
from vla_ros.resources import config_path
from vla_ros.robot.profile import RobotProfile

pytestmark = pytest.mark.ros

GO = Goal(goal_id="a" * 32, instruction="go", timeout_s=0.0, speed_scale=0.0, dry_run=True)
S = 1_000_000_000


class Agreeable:
    """Implements PolicyBackend; understands everything and is never asked."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        self.profile = profile

    def check_instruction(self, text: str) -> str:
        return text

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


def refusal(robot: Path | str) -> End:
    """How a goal ends that sees no observation for a long time."""
    overrides = [Parameter("robot", value=str(robot)), Parameter("policy", value="native")]
    node = InferenceNode(Agreeable, overrides=overrides, namespace="/test_inference")
    try:
        node.trigger_configure()
        end = node.make_run(GO, 0).step(10 * S, None, None)
    finally:
        node.stop()
        node.destroy_node()
    assert isinstance(end, End)
    assert end.outcome is Outcome.REJECTED
    return end


def test_a_policy_that_does_not_fit_its_robot_refuses_goals_with_the_reason(
    ros: None, tmp_path: Path
) -> None:
    text = config_path("robots", "sim_arm").read_text()
    robot = tmp_path / "sim_arm.yaml"
    robot.write_text(text.replace("infer_deadline_s: 1.5", "infer_deadline_s: 0.2"))
    message = refusal(robot).message
    assert "this policy does not fit this robot: replan_s = 0.3 s" in message
    assert "Raise infer_deadline_s in the robot profile" in message


def test_without_an_observation_a_goal_ends_with_the_streams_that_are_missing(ros: None) -> None:
    message = refusal("sim_arm").message
    assert message.startswith("no observation yet: is perception_node running?")
    for topic in ("/front/image_raw", "/wrist/image_raw", "/joint_states"):
        assert f"nobody publishes {topic}" in message
    assert "Start the camera's driver, or correct topic and transport" in message
