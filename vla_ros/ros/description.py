# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Loads the profile of a robot whose URDF may be said in the graph, on /robot_description.

What was heard is kept as a file, named after its content: whatever reads a URDF reads files, and
an audit log is replayed with the very URDF that its gate had.
"""

import hashlib
import os
import threading
import time
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import String

from vla_ros.errors import ConfigError
from vla_ros.robot.profile import RobotProfile, UrdfTopicProfile, read_robot_profile
from vla_ros.robot.urdf import read_urdf, validate_profile
from vla_ros.ros.folders import ros_folder
from vla_ros.ros.qos import LATCHED

PATIENCE_S = 5.0


def load_robot(
    node: Node, name_or_path: str | Path, *, patience_s: float = PATIENCE_S
) -> RobotProfile:
    """Read the profile of a robot and hold it against its URDF; `urdf` of the answer is a file.

    Blocks while a URDF is waited for. Any thread may call it.

    Args:
        node: Who asks: its namespace counts. It need not be spun.
        name_or_path: Name of a shipped profile (config/robots/NAME.yaml) or a path.
        patience_s: How long to wait for a URDF from the graph [s].

    Raises:
        ConfigError: The file is missing or wrong, does not fit the URDF, or nobody said one.
    """
    profile = read_robot_profile(name_or_path)
    if not isinstance(profile.urdf, UrdfTopicProfile):
        validate_profile(profile, read_urdf(profile.urdf_file()))
        return profile
    topic = node.resolve_topic_name(profile.urdf.topic)
    text = _hear(node, topic, patience_s)
    if text is None:
        raise ConfigError(
            f"robot '{profile.name}': no URDF came on topic '{topic}' within {patience_s:g} s "
            "(key 'urdf' of its profile). Start the robot first, and ask who publishes: ros2 "
            f"topic info -v {topic}. It has to be latched (transient local), as "
            "robot_state_publisher does it; or name a file"
        )
    path = _keep(profile.name, text)
    validate_profile(profile, read_urdf(path))
    return profile.model_copy(update={"urdf": str(path)})


def _hear(node: Node, topic: str, patience_s: float) -> str | None:
    """Return what is latched on a topic; None if nothing comes in time.

    A node and an executor of its own: the asking node may be spun already, or not yet.
    """
    heard: list[str] = []
    ear = rclpy.create_node(
        f"{node.get_name()}_listener",
        namespace=node.get_namespace(),
        use_global_arguments=False,
        context=node.context,
        start_parameter_services=False,
        enable_rosout=False,
    )
    ear.create_subscription(String, topic, lambda message: heard.append(message.data), LATCHED)
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(ear)
    deadline = time.monotonic() + patience_s
    try:
        while not heard and (left_s := deadline - time.monotonic()) > 0.0 and ear.context.ok():
            executor.spin_once(timeout_sec=left_s)
    finally:
        executor.shutdown()
        ear.destroy_node()
    return heard[0] if heard else None


def _keep(name: str, text: str) -> Path:
    """Write a URDF where nodes leave their files; return its path."""
    content = text.encode()
    folder = ros_folder("urdf")
    path = folder / f"{name}_{hashlib.sha256(content).hexdigest()[:16]}.urdf"
    fresh = path.with_suffix(f".{os.getpid()}_{threading.get_ident()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(path)  # At once: other nodes write the same.
    except OSError as e:
        raise ConfigError(
            f"the URDF of robot '{name}' cannot be kept in {folder}: {e.strerror}. Make room, or "
            "name another folder: ROS_HOME"
        ) from e
    return path
