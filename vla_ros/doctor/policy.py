# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a policy fits a robot, as far as their profiles tell."""

from collections.abc import Iterator

from vla_ros.doctor.facts import PolicySeen
from vla_ros.doctor.line import Line, failed, passed, warned, words_of_failures
from vla_ros.doctor.robot import longest_stop_s
from vla_ros.errors import VlaRosError
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.policy.state import GRIPPER_KEY, TOOL_KEYS
from vla_ros.robot.profile import RobotProfile

_ANSWER_S = 0.5  # What a slow policy takes for an answer.


def see_policy(name: str) -> PolicySeen:
    """Read a policy profile; an error becomes words."""
    try:
        return PolicySeen(name=name, profile=load_policy_profile(name))
    except VlaRosError as error:
        return PolicySeen(name=name, objection=str(error))


def check_policy(policy: PolicyProfile, robot: RobotProfile) -> Iterator[Line]:
    """Yield the lines of the handshake between a policy profile and a robot profile."""
    yield passed("policy.profile", f"'{policy.name}', backend {policy.backend}")
    yield check_images(policy, robot)
    if policy.point_cloud is not None:
        yield check_points(policy.point_cloud, policy, robot)
    yield check_state(policy, robot)
    yield check_rows(policy, robot)
    yield check_horizon(policy, robot)
    yield check_deadline(policy, robot)


def find_objection(policy: PolicyProfile, robot: RobotProfile) -> str:
    """Return why no goal of this policy may run on this robot; empty if it may."""
    return words_of_failures(check_policy(policy, robot))


def check_images(policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to images of cameras that the robot does not have."""
    check = "policy.images"
    known = [camera.name for camera in robot.cameras]
    missing = [image for image in policy.images if image.camera not in known]
    if missing:
        return failed(
            check,
            f"image '{missing[0].key}' wants camera '{missing[0].camera}'; robot '{robot.name}' "
            f"has: {', '.join(known)}",
            f"Correct 'camera' in config/policies/{policy.name}.yaml, or add the camera to the "
            "robot profile",
        )
    flat = [i for i in policy.images if i.depth and robot.camera(i.camera).depth_topic is None]
    if flat:
        return failed(
            check,
            f"image '{flat[0].key}' wants depth; camera '{flat[0].camera}' of robot "
            f"'{robot.name}' has no depth_topic",
            f"Remove 'depth' from config/policies/{policy.name}.yaml, or add the topic to the "
            "robot profile",
        )
    sizes = (f"{i.key} {i.width}x{i.height} from '{i.camera}'" for i in policy.images)
    return passed(check, ", ".join(sizes))


def check_points(wanted: PointCloudSpec, policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to a point cloud that the robot does not have."""
    check = "policy.points"
    known = [cloud.name for cloud in robot.point_clouds]
    if wanted.source not in known:
        return failed(
            check,
            f"point_cloud wants '{wanted.source}'; robot '{robot.name}' has: "
            f"{', '.join(known) or 'none'}",
            f"Correct 'point_cloud' in config/policies/{policy.name}.yaml, or add the sensor to "
            "point_clouds in the robot profile",
        )
    return passed(check, f"{wanted.points} points from '{wanted.source}'")


def check_state(policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to state numbers that the robot cannot give."""
    check = "policy.state"
    known = (*TOOL_KEYS, *robot.joint_names, GRIPPER_KEY)
    unknown = [key for key in policy.state if key not in known]
    if unknown:
        return failed(
            check,
            f"state wants {', '.join(unknown)}; robot '{robot.name}' gives: {', '.join(known)}",
            f"Correct 'state' in config/policies/{policy.name}.yaml",
        )
    return passed(check, f"{len(policy.state)} numbers: {', '.join(policy.state)}")


def check_rows(policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to rows that are not as wide as the arm."""
    check = "policy.rows"
    action = policy.action
    found = f"{action.space.value} with {policy.action_width} numbers and the gripper"
    if not action.space.is_cartesian and policy.action_width != len(robot.joints):
        return failed(
            check,
            f"{found}; robot '{robot.name}' has {len(robot.joints)} joints",
            f"Correct 'action.rows' in config/policies/{policy.name}.yaml: one name for each "
            "joint, then gripper",
        )
    return passed(check, found)


def check_horizon(policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to chunks that end before an arm at full speed could stop."""
    check = "policy.horizon"
    action = policy.action
    chunk_s = action.horizon * action.step_s
    stop_s = longest_stop_s(robot)
    left_s = chunk_s - policy.replan_s
    found = f"{action.horizon} rows of {action.step_s:g} s; the longest stop takes {stop_s:.2f} s"
    if not left_s > stop_s:
        return warned(
            check,
            f"{found}, and replan_s = {policy.replan_s:g} s leaves {left_s:.2f}",
            "At full speed the arm would stop before each new chunk (STARVED): lower replan_s, "
            "or the arm's velocity limits",
        )
    return passed(check, found)


def check_deadline(policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to a gate that takes a policy for silent which is only slow."""
    check = "policy.deadline"
    deadline_s = robot.thresholds.infer_deadline_s
    found = f"replan_s = {policy.replan_s:g} s, thresholds.infer_deadline_s = {deadline_s:g} s"
    remedy = "Raise infer_deadline_s in the robot profile, or lower replan_s"
    if not deadline_s > policy.replan_s:
        return failed(check, f"{found}: the gate holds the arm before each new chunk", remedy)
    if not deadline_s >= policy.replan_s + _ANSWER_S:
        return warned(check, f"{found}: that leaves little time for an answer", remedy)
    return passed(check, found)
