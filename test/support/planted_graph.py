# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Faults in the graph: what is seen then, and which line of `vla_ros doctor` has to tell it."""

import math
from dataclasses import dataclass, replace

from healthy import (
    ACTION,
    ARRAY,
    EXECUTOR,
    GRAPH,
    IMAGE,
    NAMES,
    POINTS,
    ROBOT,
    with_action_command,
    with_camera,
    with_command,
    with_estop,
    with_graph,
    with_images,
    with_joints,
    with_points,
    with_positions,
)

from vla_ros.doctor.examine import Seen
from vla_ros.doctor.facts import CameraInfoSeen, Endpoint
from vla_ros.doctor.line import Level

WARN, FAIL = Level.WARN, Level.FAIL
OTHER = Endpoint(node="/teleop", kind=ARRAY)
OURS = Endpoint(node=EXECUTOR, kind=ARRAY)
BEST_EFFORT = "Best effort publisher and reliable subscription;"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planted fault.

    Attributes:
        seen: What is seen then.
        check: The line that has to tell it.
        level: How bad it has to be.
        text: What it has to say.
    """

    seen: Seen
    check: str
    level: Level
    text: str


def fault(seen: Seen, level: Level, check: str, text: str) -> Fault:
    return Fault(seen=seen, check=check, level=level, text=text)


def swap(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in names)


CAMERAS = {
    "points that nobody publishes": fault(
        with_points(stream=replace(POINTS.stream, publishers=(), count=0)),
        *(FAIL, "points.lidar.topic", "nobody publishes /lidar/points"),
    ),
    "points that are too few": fault(
        with_points(objection="point cloud 'lidar': 3 of 64 points were measured"),
        *(FAIL, "points.lidar.data", "3 of 64 points were measured"),
    ),
    "points of a slow sensor": fault(
        with_points(stream=replace(POINTS.stream, rate_hz=1.0)),
        *(FAIL, "points.lidar.rate", "/lidar/points comes at 1.0 Hz"),
    ),
    "points of another clock": fault(
        with_points(stream=replace(POINTS.stream, lag_s=1.0)),
        *(FAIL, "points.lidar.clock", "stamps of /lidar/points are 1000 ms old"),
    ),
    "a camera that is missing": fault(
        with_images(publishers=(), count=0),
        *(FAIL, "camera.wrist.topic", "nobody publishes /wrist/image_raw"),
    ),
    "a camera on another topic": fault(
        with_images(publishers=(), count=0, elsewhere=("/hand/image", "/roof/image")),
        *(
            FAIL,
            "camera.wrist.topic",
            f"nobody publishes /wrist/image_raw; there is {IMAGE} on /hand/image, /roof/image. St",
        ),
    ),
    "a camera of the other transport": fault(
        with_images(
            publishers=(Endpoint(node="/driver", kind="sensor_msgs/msg/CompressedImage"),)
        ),
        *(
            FAIL,
            "camera.wrist.topic",
            f"is sensor_msgs/msg/CompressedImage from /driver, wanted {IMAGE}",
        ),
    ),
    "a camera that cannot be heard": fault(
        with_images(publishers=(Endpoint(node="/driver", kind=IMAGE, objection=BEST_EFFORT),)),
        *(FAIL, "camera.wrist.topic", "published by /driver, but cannot be heard: Best effort"),
    ),
    "a camera that is silent": fault(
        with_images(count=0, stamps=0),
        *(FAIL, "camera.wrist.topic", "nothing came within 3 s"),
    ),
    "a camera that is much too slow": fault(
        with_images(rate_hz=2.0, count=6),
        *(FAIL, "camera.wrist.rate", "comes at 2.0 Hz; thresholds.image_max_age_s = 0.3 s"),
    ),
    "a camera that is slower than the policy": fault(
        with_images(rate_hz=8.0),
        *(WARN, "camera.wrist.rate", "comes at 8.0 Hz, wanted 10 or more"),
    ),
    "a camera that pauses": fault(
        with_images(longest_gap_s=0.7),
        *(WARN, "camera.wrist.rate", "with a gap of 700 ms"),
    ),
    "a camera whose clock is ahead": fault(
        with_images(lag_s=-0.4),
        *(FAIL, "camera.wrist.clock", "are 400 ms ahead of the clock here"),
    ),
    "a camera whose clock is behind": fault(
        with_images(lag_s=1.5),
        *(FAIL, "camera.wrist.clock", "are 1500 ms old on arrival"),
    ),
    "a camera on another clock": fault(
        with_images(lag_s=1.7e9),
        *(FAIL, "camera.wrist.clock", "it is another clock. Synchronise"),
    ),
    "a camera that is nearly too late": fault(
        with_images(lag_s=0.2),
        *(WARN, "camera.wrist.clock", "are 200 ms old on arrival"),
    ),
    "a camera whose stamp stands still": fault(
        with_images(stamps=1),
        *(FAIL, "camera.wrist.clock", "carry one and the same header.stamp"),
    ),
    "a camera that is frozen at rest": fault(
        with_camera(pictures=1),
        *(WARN, "camera.wrist.frozen", "90 images are equal to the last bit; a sensor has noise"),
    ),
    "an encoding that is not supported": fault(
        with_camera(
            objection="camera 'wrist': encoding '16UC1' is not supported. Supported: rgb8"
        ),
        *(FAIL, "camera.wrist.encoding", "encoding '16UC1' is not supported"),
    ),
    "an image that is too small": fault(
        with_camera(width=64, height=64, info=None),
        *(WARN, "camera.wrist.size", "64x64 pixels for the policy's 128x128: they are blown up"),
    ),
    "an image of another shape": fault(
        with_camera(width=640, height=480, info=None),
        *(WARN, "camera.wrist.size", "they are squeezed by 1.33"),
    ),
    "another optical frame": fault(
        with_camera(frame="camera_link"),
        *(WARN, "camera.wrist.frame", "frame_id is 'camera_link', the robot profile says 'wrist_"),
    ),
    "a camera without CameraInfo": fault(
        with_camera(info=None), *(WARN, "camera.wrist.info", "no CameraInfo beside /wrist/image_")
    ),
    "a CameraInfo of another size": fault(
        with_camera(info=CameraInfoSeen(topic="/i", width=640, height=480, calibrated=True)),
        *(WARN, "camera.wrist.info", "/i is for 640x480 pixels, the images have 128x128"),
    ),
    "a camera that is not calibrated": fault(
        with_camera(info=CameraInfoSeen(topic="/i", width=128, height=128, calibrated=False)),
        *(WARN, "camera.wrist.info", "/i has no focal length"),
    ),
}
JOINTS = {
    "a joint of another name": fault(
        with_joints(layouts=(swap(NAMES, "joint3", "elbow_joint"),)),
        *(FAIL, "joints.names", "joint3 is missing in /joint_states; it has: elbow_joint, fing"),
    ),
    "joints in two messages": fault(
        with_joints(layouts=(NAMES[:3], NAMES[3:])),
        *(FAIL, "joints.names", "the arm's joints come in 2 different messages from /driver"),
    ),
    "a joint that is there twice": fault(
        with_joints(layouts=((*NAMES, "joint1"),)),
        *(FAIL, "joints.names", "joint1 is there twice in one message"),
    ),
    "degrees": fault(
        with_positions(**{j: math.degrees(q) for j, q in zip(NAMES, ROBOT.home, strict=False)}),
        *(FAIL, "joints.units", "as degrees (0.226 rad) every joint is inside"),
    ),
    "a joint outside of its limits": fault(
        with_positions(joint3=-1.0, joint1=1.0),
        *(FAIL, "joints.units", "joint3 is at -1.000 rad, outside of [-0.2, 2.75]"),
    ),
    "a joint that is no number": fault(
        with_positions(joint3=math.nan),
        *(FAIL, "joints.units", "joint3 is at nan rad, outside of"),
    ),
    "a gripper in millimetres": fault(
        with_positions(finger_joint=42.0),
        *(FAIL, "joints.gripper", "finger_joint is at 42.0000 m, outside of closed = 0 to open"),
    ),
    "an empty velocity field": fault(
        with_joints(velocities=0),
        *(WARN, "joints.velocity", "the velocity field of /joint_states is empty"),
    ),
    "joint states that are too slow": fault(
        with_joints(stream=replace(GRAPH.joints.stream, rate_hz=5.0)),
        *(FAIL, "joints.rate", "comes at 5.0 Hz; thresholds.joint_state_stale_s = 0.1 s needs"),
    ),
    "joint states that are stale": fault(
        with_joints(stream=replace(GRAPH.joints.stream, lag_s=0.35)),
        *(FAIL, "joints.clock", "stamps of /joint_states are 350 ms old on arrival"),
    ),
    "no joint states": fault(
        with_joints(stream=replace(GRAPH.joints.stream, publishers=(), count=0)),
        *(FAIL, "joints.topic", "nobody publishes /joint_states. Start the robot's driver"),
    ),
}
COMMANDS = {
    "a controller that shifts trajectories": fault(
        with_command(settings={"allow_trajectory_replacement": True}),
        *(FAIL, "command.arm.controller", "would set the arm back by the time it was on its way"),
    ),
    "a controller that goes in steps": fault(
        with_command(settings={"interpolation_method": "none"}),
        *(FAIL, "command.arm.controller", "so it goes from point to point in steps"),
    ),
    "a second publisher of commands": fault(
        with_command(publishers=(OURS, OTHER)),
        *(FAIL, "command.arm.publisher", "/arm_controller/commands is also published by /teleop"),
    ),
    "a publisher that was killed": fault(
        with_command(publishers=(OURS, replace(OTHER, node=None))),
        *(FAIL, "command.arm.publisher", "also published by a node that the middleware does not"),
    ),
    "a second executor_node": fault(
        with_command(publishers=(OURS, OURS)),
        *(FAIL, "command.arm.publisher", f"is published 2 times by {EXECUTOR}"),
    ),
    "an executor_node on another topic": fault(
        with_command(publishers=()),
        *(FAIL, "command.arm.publisher", f"{EXECUTOR} does not publish /arm_controller/commands"),
    ),
    "no controller": fault(
        with_command(listeners=()),
        *(
            FAIL,
            "command.arm.listener",
            "nobody listens on /arm_controller/commands. Start and ac",
        ),
    ),
    "a controller of another kind": fault(
        with_command(listeners=(Endpoint(node="/c", kind="trajectory_msgs/msg/JointTrajectory"),)),
        *(FAIL, "command.arm.listener", "/c listens on /arm_controller/commands for trajectory_m"),
    ),
    "a controller that cannot hear": fault(
        with_command(listeners=(replace(OTHER, objection="Volatile publisher;"),)),
        *(FAIL, "command.arm.listener", "and cannot hear: Volatile publisher"),
    ),
    "two controllers": fault(
        with_command(listeners=(OTHER, replace(OTHER, node="/c"))),
        *(WARN, "command.arm.listener", "/c and /teleop listen on /arm_controller/commands"),
    ),
    "an action that nobody serves": fault(
        with_action_command(listeners=()),
        *(
            FAIL,
            "command.arm.listener",
            "nobody serves /arm/follow_joint_trajectory. Start and activate the robot's contr",
        ),
    ),
    "an action of another type": fault(
        with_action_command(
            listeners=(Endpoint(node="/c", kind="control_msgs/action/GripperCommand"),)
        ),
        *(FAIL, "command.arm.listener", "/c serves /arm/follow_joint_trajectory for control_msgs"),
    ),
    "an action with a second client": fault(
        with_action_command(
            publishers=(
                Endpoint(node=EXECUTOR, kind=ACTION),
                Endpoint(node="/move_group", kind=ACTION),
            )
        ),
        *(
            FAIL,
            "command.arm.publisher",
            "/arm/follow_joint_trajectory is also commanded by /move_group",
        ),
    ),
    "an action that executor_node does not use": fault(
        with_action_command(publishers=()),
        *(FAIL, "command.arm.publisher", f"{EXECUTOR} does not command /arm/follow_joint_traj"),
    ),
    "a button that is not there": fault(
        with_estop(stream=replace(GRAPH.sources[0].stream, publishers=(), count=0)),
        *(FAIL, "input.estop", "nobody publishes /estop. Start it"),
    ),
    "a button that is too slow": fault(
        with_estop(stream=replace(GRAPH.sources[0].stream, rate_hz=1.0)),
        *(FAIL, "input.estop.rate", "/estop comes at 1.0 Hz"),
    ),
    "a button that is pressed": fault(
        with_estop(value=True), *(WARN, "input.estop.state", "estop is pressed. Release it")
    ),
    "a second policy": fault(
        with_graph(chunks=(*GRAPH.chunks, Endpoint(node="/b/inference_node", kind=""))),
        *(FAIL, "policy.chunks", "published by /vla/inference_node and /b/inference_node"),
    ),
}
