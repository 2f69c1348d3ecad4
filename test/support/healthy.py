# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What `vla_ros doctor` sees where nothing is wrong; tests change one thing of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from vla_ros.doctor.examine import Seen
from vla_ros.doctor.facts import (
    CameraInfoSeen,
    CameraSeen,
    CommandSeen,
    Endpoint,
    GraphSeen,
    JointsSeen,
    MachineSeen,
    NodeSeen,
    PolicySeen,
    RobotSeen,
    SensorSeen,
    SourceSeen,
    Stream,
)
from vla_ros.doctor.probe import Probe, make_observation
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.admission import GateFacts
from vla_ros.policy.model_file import Normalisation
from vla_ros.policy.spec import load_policy_profile
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import PolicyOutput

ROBOT = load_robot_profile("sim_arm")
POLICY = load_policy_profile("tabletop")
NAMES = (*ROBOT.joint_names, ROBOT.gripper.joint)
ARRAY = "std_msgs/msg/Float64MultiArray"
IMAGE = "sensor_msgs/msg/Image"
EXECUTOR = "/vla/executor_node"
STATISTICS = Normalisation(
    state_mean=(0.45, 0.0, 0.11, 0.0, 0.9, 0.8),
    state_scale=(0.08, 0.14, 0.06, 0.4, 0.11, 0.27),
    action_scale=(0.1, 0.1, 0.1, 0.4),
)


def stream(topic: str, kind: str, node: str, rate_hz: float, **fields: Any) -> Stream:
    usual = {"count": round(3 * rate_hz), "rate_hz": rate_hz, "longest_gap_s": 1.2 / rate_hz}
    usual |= {"lag_s": 0.005, "stamps": round(3 * rate_hz)}
    publishers = (Endpoint(node=node, kind=kind),)
    all_fields = {"publishers": publishers, **usual, **fields}
    return Stream(topic=topic, kind=kind, listened_s=3.0, **all_fields)


def camera(name: str) -> CameraSeen:
    info = CameraInfoSeen(topic=f"/{name}/camera_info", width=128, height=128, calibrated=True)
    return CameraSeen(
        name=name,
        stream=stream(f"/{name}/image_raw", IMAGE, "/driver", 30.0),
        width=128,
        height=128,
        encoding="rgb8",
        frame=ROBOT.camera(name).frame,
        size_bytes=27648,
        pictures=90,
        info=info,
    )


def command(name: str, topic: str) -> CommandSeen:
    return CommandSeen(
        name=name,
        topic=topic,
        kind=ARRAY,
        publishers=(Endpoint(node=EXECUTOR, kind=ARRAY),),
        listeners=(Endpoint(node="/controller", kind=ARRAY),),
    )


def node(name: str, **parameters: object) -> NodeSeen:
    known = {"use_sim_time": False, "robot": "sim_arm", **parameters}
    return NodeSeen(name=f"/vla/{name}", count=1, state="active", parameters=known)


def gate(mode: GateMode = GateMode.IDLE, **fields: Any) -> GateFacts:
    quiet = {"stopping": False, "reasons": (), "message": "", "longest_stop_s": 0.3}
    return GateFacts(
        arrival_ns=0, mode=mode, **(quiet | {"epoch": 0, "intervention_count": 0} | fields)
    )


def probe(scale: float = 1.0, **fields: Any) -> Probe:
    """An answer that reaches `scale` times the usual size in its last row."""
    horizon = POLICY.action.horizon
    rows = np.outer(np.linspace(0.0, scale, horizon), STATISTICS.action_scale)
    observation = make_observation(POLICY, ROBOT)
    usual = {
        "live": True,
        "statistics": STATISTICS,
        "state": PolicyAdapter(POLICY, ROBOT).state(observation),
        "output": PolicyOutput(rows=rows, gripper=np.ones(horizon)),
        "times_s": (0.011, 0.01, 0.012),
    }
    return Probe(**(usual | fields))


GRAPH = GraphSeen(
    namespace="/vla",
    nodes=(
        node("perception_node", policy="tabletop"),
        node("inference_node", policy="tabletop"),
        node("executor_node"),
    ),
    cameras=(camera("front"), camera("wrist")),
    joints=JointsSeen(
        stream=stream("/joint_states", "sensor_msgs/msg/JointState", "/driver", 100.0),
        layouts=(NAMES,),
        position=dict(zip(NAMES, (*ROBOT.home, 0.042), strict=True)),
        velocities=7,
    ),
    commands=(
        command("arm", "/arm_controller/commands"),
        command("gripper", "/gripper_controller/commands"),
    ),
    sources=(
        SourceSeen(
            name="estop",
            stream=stream("/estop", "std_msgs/msg/Bool", "/button", 20.0, lag_s=float("nan")),
            limit_s=0.5,
            value=False,
        ),
    ),
    chunks=(Endpoint(node="/vla/inference_node", kind="vla_ros/msg/ActionChunk"),),
    observation=stream(
        "/vla/observation", "vla_ros/msg/Observation", "/vla/perception_node", 30.0
    ),
    gate=gate(),
    gate_sha256="5" * 64,
)
MACHINE = MachineSeen(
    environment={"ROS_DOMAIN_ID": "7"},
    rmw="rmw_fastrtps_cpp",
    fastdds_file="/opt/fastdds.xml",
    fastdds_readable=True,
    audit_folder=Path("/log/audit"),
    audit_mb=1024.0,
    free_mb=50_000.0,
)
HEALTHY = Seen(
    robot=RobotSeen(name="sim_arm", profile=ROBOT, gate_sha256="5" * 64),
    policy=PolicySeen(name="tabletop", profile=POLICY),
    graph=GRAPH,
    machine=MACHINE,
    probe=probe(),
)


def with_camera(**fields: Any) -> Seen:
    """The wrist camera is another."""
    cameras = (GRAPH.cameras[0], replace(GRAPH.cameras[1], **fields))
    return replace(HEALTHY, graph=replace(GRAPH, cameras=cameras))


def with_images(**fields: Any) -> Seen:
    """The images of the wrist camera come otherwise."""
    return with_camera(stream=replace(GRAPH.cameras[1].stream, **fields))


POINTS = SensorSeen(
    name="points.lidar",
    stream=stream("/lidar/points", "sensor_msgs/msg/PointCloud2", "/lidar_driver", 20.0),
)
DEPTH = SensorSeen(name="depth.front", stream=stream("/front/depth", IMAGE, "/driver", 30.0))


def with_points(**fields: Any) -> Seen:
    """The policy sees points and depth as well, and the points are others."""
    return with_graph(sensors=(DEPTH, replace(POINTS, **fields)))


def with_joints(**fields: Any) -> Seen:
    """The joint states are others."""
    return with_graph(joints=replace(GRAPH.joints, **fields))


def with_positions(**position: float) -> Seen:
    """Some joints are elsewhere."""
    assert GRAPH.joints is not None
    return with_joints(position={**GRAPH.joints.position, **position})


def with_command(**fields: Any) -> Seen:
    """The arm's controller topic is another."""
    return with_graph(commands=(replace(GRAPH.commands[0], **fields), GRAPH.commands[1]))


ACTION = "control_msgs/action/FollowJointTrajectory"


def with_action_command(**fields: Any) -> Seen:
    """The arm is commanded by goals of an action."""
    ends = {
        "publishers": (Endpoint(node=EXECUTOR, kind=ACTION),),
        "listeners": (Endpoint(node="/controller", kind=ACTION),),
    }
    return with_command(topic="/arm/follow_joint_trajectory", kind=ACTION, **(ends | fields))


def with_estop(**fields: Any) -> Seen:
    """The button is another."""
    return with_graph(sources=(replace(GRAPH.sources[0], **fields),))


def with_node(index: int, **fields: Any) -> Seen:
    """One of our nodes is another."""
    nodes = list(GRAPH.nodes)
    nodes[index] = replace(nodes[index], **fields)
    return with_graph(nodes=tuple(nodes))


def with_parameters(index: int, **parameters: object) -> Seen:
    """One of our nodes has other parameters."""
    return with_node(index, parameters={**GRAPH.nodes[index].parameters, **parameters})


def with_graph(**fields: Any) -> Seen:
    """The graph is another."""
    return replace(HEALTHY, graph=replace(GRAPH, **fields))


def with_machine(**fields: Any) -> Seen:
    """The machine is another."""
    return replace(HEALTHY, machine=replace(MACHINE, **fields))


def with_robot(**fields: Any) -> Seen:
    """The robot profile is another."""
    profile = ROBOT.model_copy(update=fields)
    return replace(HEALTHY, robot=replace(HEALTHY.robot, profile=profile))


def with_policy(**fields: Any) -> Seen:
    """The policy profile is another, and its model was not loaded."""
    profile = POLICY.model_copy(update=fields)
    return replace(HEALTHY, policy=replace(HEALTHY.policy, profile=profile), probe=None)


def with_action(**fields: Any) -> Seen:
    """The policy profile says other things about rows."""
    return with_policy(action=POLICY.action.model_copy(update=fields))
