# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Faults in nodes, profiles, policies and machines, as in planted_graph.py."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from healthy import (
    GRAPH,
    HEALTHY,
    POLICY,
    ROBOT,
    gate,
    probe,
    with_action,
    with_graph,
    with_machine,
    with_node,
    with_parameters,
    with_policy,
    with_robot,
)
from planted_graph import FAIL, WARN, fault

from vla_ros.doctor.examine import Seen
from vla_ros.doctor.facts import Endpoint, PolicySeen, RobotSeen
from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.spec import ActionSpace
from vla_ros.robot.parts import ConfidenceProfile
from vla_ros.types import PolicyOutput


def with_probe(**fields: Any) -> Seen:
    return replace(HEALTHY, probe=probe(**fields))


def with_rows(rows: Any, gripper: float = 1.0) -> Seen:
    """The policy answers other rows; nobody knows its statistics, and none are needed."""
    output = PolicyOutput(rows=rows, gripper=np.full(len(rows), gripper))
    seen = with_policy(normalisation="none")
    return replace(seen, probe=probe(output=output))


NODES = {
    "a node that does not run": fault(
        with_node(0, count=0, state="", parameters={}),
        *(FAIL, "node.perception_node", "/vla/perception_node does not run. Start it"),
    ),
    "a node that is there twice": fault(
        with_node(1, count=2), *(FAIL, "node.inference_node", "there are 2 nodes named /vla/inf")
    ),
    "a node that is not active": fault(
        with_node(2, state="inactive"),
        *(FAIL, "node.executor_node", "is inactive. Look at its log for the reason, then: ros2"),
    ),
    "a node that hangs": fault(
        with_node(2, state=""), *(FAIL, "node.executor_node", "/vla/executor_node does not answer")
    ),
    "a gate that is latched": fault(
        with_graph(gate=gate(GateMode.PSTOP, message="joint2 does not follow")),
        *(FAIL, "gate.state", "latched in PSTOP (joint2 does not follow). Clear the cause"),
    ),
    "a gate that objects": fault(
        with_graph(gate=gate(reasons=(Reason.JS_STALE,), message="joint states are old")),
        *(WARN, "gate.state", "not armed, and objects: JS_STALE (joint states are old)"),
    ),
    "a gate that is not heard": fault(
        with_graph(gate=None), *(FAIL, "gate.state", "nobody publishes gate_state")
    ),
    "a profile that was edited since": fault(
        with_graph(gate_sha256="6" * 64),
        *(FAIL, "gate.constants", "executor_node works with other constants (666666666666)"),
    ),
    "nodes with two robots": fault(
        with_parameters(0, robot="ur5e"),
        *(FAIL, "nodes.robot", "looked at robot 'sim_arm', but perception_node has 'ur5e'"),
    ),
    "nodes with two policies": fault(
        with_parameters(1, policy="other"),
        *(FAIL, "nodes.policy", "looked at policy 'tabletop', but inference_node has 'other'"),
    ),
    "nodes in two times": fault(
        with_parameters(0, use_sim_time=True),
        *(FAIL, "clock", "use_sim_time is true for perception_node and false for executor_node"),
    ),
    "a /clock that nobody uses": fault(
        with_graph(clock=(Endpoint(node="/bag", kind="rosgraph_msgs/msg/Clock"),)),
        *(WARN, "clock", "/clock is published by /bag, and use_sim_time is false for executor_no"),
    ),
    "no observation": fault(
        with_graph(observation=replace(GRAPH.observation, count=0)),
        *(FAIL, "observation.topic", "/vla/perception_node publishes /vla/observation, and nothi"),
    ),
}
PROFILES = {
    "a robot profile that is wrong": fault(
        replace(
            HEALTHY,
            robot=RobotSeen(name="x", objection="x.yaml: joints: missing"),
            graph=with_graph(nodes=(), joints=None).graph,
        ),
        *(FAIL, "robot.profile", "x.yaml: joints: missing"),
    ),
    "a URDF that does not load": fault(
        replace(HEALTHY, robot=replace(HEALTHY.robot, arm_objection="x.urdf: is not XML")),
        *(FAIL, "robot.urdf", "x.urdf: is not XML"),
    ),
    "a collision model that does not load": fault(
        replace(HEALTHY, robot=replace(HEALTHY.robot, collision_objection="no mesh a.stl")),
        *(FAIL, "robot.collision", "no mesh a.stl. Correct the meshes"),
    ),
    "nobody watches for collisions": fault(
        with_robot(collision="none"),
        *(WARN, "robot.collision", "the robot profile says 'collision: none'"),
    ),
    "no button by profile": fault(
        replace(with_robot(estop="none"), graph=replace(GRAPH, sources=())),
        *(WARN, "input.estop", "the robot profile says 'estop: none'"),
    ),
    "a joint without a limit": fault(
        with_robot(
            joints=(ROBOT.joints[0].model_copy(update={"upper_rad": math.inf}), *ROBOT.joints[1:])
        ),
        *(FAIL, "robot.limits", "joint1 has a limit that is not finite"),
    ),
    "limits as high as the maker's": fault(
        with_robot(operating_at_most=1.0),
        *(WARN, "robot.limits", "operating limits may reach 100% of the maker's"),
    ),
    "a driver that goes on for long": fault(
        with_robot(driver_command_timeout_s=5.0),
        *(WARN, "robot.driver_timeout", "the driver stops 5 s after the last command"),
    ),
    "a policy profile that is wrong": fault(
        replace(
            HEALTHY, policy=PolicySeen(name="tabletop", objection="tabletop.yaml: no"), probe=None
        ),
        *(FAIL, "policy.profile", "tabletop.yaml: no"),
    ),
    "an image of a camera that is not there": fault(
        with_policy(images=(POLICY.images[0].model_copy(update={"camera": "roof"}),)),
        *(FAIL, "policy.images", "image 'front' wants camera 'roof'; robot 'sim_arm' has: front"),
    ),
    "depth that the robot does not have": fault(
        with_policy(images=(POLICY.images[0].model_copy(update={"depth": True}),)),
        *(FAIL, "policy.images", "image 'front' wants depth; camera 'front' of robot 'sim_arm'"),
    ),
    "points that the robot does not have": fault(
        with_policy(point_cloud=PointCloudSpec(source="lidar", points=64)),
        *(FAIL, "policy.points", "point_cloud wants 'lidar'; robot 'sim_arm' has: none"),
    ),
    "a state that the robot cannot give": fault(
        with_policy(state=("tool_x", "joint7")),
        *(FAIL, "policy.state", "state wants joint7; robot 'sim_arm' gives: tool_x"),
    ),
    "rows for another arm": fault(
        with_action(space=ActionSpace.JOINT_POSITION, rotation=None, rows=(*"abcdefg", "gripper")),
        *(FAIL, "policy.rows", "joint_position with 7 numbers and the gripper; robot 'sim_arm' h"),
    ),
    "chunks that are too short": fault(
        with_action(horizon=9),
        *(WARN, "policy.horizon", "9 rows of 0.1 s; the longest stop takes 0.27 s, and replan_s"),
    ),
    "a gate that has no patience": fault(
        with_robot(thresholds=ROBOT.thresholds.model_copy(update={"infer_deadline_s": 0.3})),
        *(FAIL, "policy.deadline", "the gate holds the arm before each new chunk"),
    ),
    "a model that does not fit": fault(
        replace(HEALTHY, probe=None, model_objection="tabletop.onnx: the model\n  file has 8"),
        *(FAIL, "policy.model", "tabletop.onnx: the model file has 8"),
    ),
}
PROBES = {
    "a policy that fails": fault(
        with_probe(output=None, objection="out of memory"),
        *(FAIL, "policy.answer", "the policy fails: out of memory"),
    ),
    "a policy that does not understand": fault(
        with_probe(output=None, objection="does not know the word 'fly'", understood=False),
        *(WARN, "policy.answer", "does not know the word 'fly'. Give an instruction it knows"),
    ),
    "a policy that is too slow": fault(
        with_probe(times_s=(0.7, 0.8, 0.9)),
        *(FAIL, "policy.round_trip", "a chunk takes 800 ms, the slowest of 3 took 900 ms; the g"),
    ),
    "a policy that is too slow now and then": fault(
        with_probe(times_s=(0.1, 0.1, 0.9)),
        *(WARN, "policy.round_trip", "the slowest of 3 took 900 ms; the gate takes no chunk"),
    ),
    "rows of another shape": fault(
        with_probe(output=PolicyOutput(rows=np.zeros((8, 4)), gripper=np.zeros(8))),
        *(FAIL, "policy.answer", "the policy answers rows of shape (8, 4), wanted (16, 4)"),
    ),
    "normalisation that is not undone": fault(
        with_probe(scale=8.0),
        *(FAIL, "policy.normalisation", "reaches 8 times its usual size of"),
    ),
    "normalisation that is done twice": fault(
        with_probe(scale=0.01),
        *(WARN, "policy.normalisation", "no number of the answer reaches more than 0.01 of its"),
    ),
    "a state of another unit": fault(
        with_probe(state=np.array([450.0, 0.0, 0.11, 0.0, 0.9, 0.8])),
        *(WARN, "policy.normalisation", "state 'tool_x' = 450 is"),
    ),
    "statistics that nobody knows": fault(
        with_probe(statistics=None),
        *(WARN, "policy.normalisation", "does not say with which statistics"),
    ),
    "actions in millimetres": fault(
        with_rows(np.full((16, 4), 50.0)),
        *(FAIL, "policy.actions", "row 0: dx = 50 is outside of [-1.7, 1.7]"),
    ),
    "actions that are no numbers": fault(
        with_rows(np.full((16, 4), math.nan)),
        *(FAIL, "policy.actions", "the answer holds numbers that are not finite"),
    ),
    "a gripper in percent": fault(
        with_rows(np.zeros((16, 4)), gripper=100.0),
        *(FAIL, "policy.actions", "gripper is 100 to 100, wanted 0 (closed) to 1 (open)"),
    ),
    "a policy without the confidence that is wanted": fault(
        with_robot(confidence=ConfidenceProfile(least=0.6)),
        *(FAIL, "policy.confidence", "the robot profile wants a confidence and this policy has"),
    ),
}
MACHINES = {
    "a Fast DDS profile that is not there": fault(
        with_machine(fastdds_readable=False),
        *(FAIL, "machine.fastdds", "names the Fast DDS profile /opt/fastdds.xml, which is not a"),
    ),
    "a full disk": fault(
        with_machine(free_mb=20.0), *(FAIL, "machine.disk", "20 MB are free for the audit log")
    ),
    "a disk that is nearly full": fault(
        with_machine(free_mb=500.0),
        *(WARN, "machine.disk", "500 MB are free for the audit log in /log/audit, which may take"),
    ),
    "no audit log": fault(
        with_machine(audit_folder=None),
        *(WARN, "machine.disk", "executor_node writes no audit log"),
    ),
}
