# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything sim_node publishes."""

from typing import TYPE_CHECKING

from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Bool, Header

from vla_ros.params import SimParams
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.encode import encode_rgb
from vla_ros.ros.qos import RELIABLE_NEWEST
from vla_ros.ros.simulation import encode_arm_state, encode_camera_info
from vla_ros.ros.stamps import encode_time
from vla_ros.sim.arm import CAMERAS
from vla_ros.sim.render import Renderer, Snapshot
from vla_ros.sim.world import ArmState
from vla_ros.sim.world_mjcf import MAX_HEIGHT, MAX_WIDTH, OVERVIEW
from vla_ros.view.camera import info_topic_of

if TYPE_CHECKING:
    from rclpy.clock import Clock as NodeClock
    from rclpy.publisher import Publisher

_OVERVIEW_RATE_HZ = 10.0


class SimOutputs:
    """Publishers of the driver. Every method may be called from any one thread."""

    def __init__(self, node: Node, params: SimParams, profile: RobotProfile) -> None:
        self._node = node
        self._size = (params.image_width, params.image_height)
        self._profile = profile
        self._sorted = params.joint_states_sorted
        self._cameras = profile.cameras
        self._fovy_rad = {camera.name: camera.fovy_rad for camera in CAMERAS}
        self._images: dict[str, Publisher[Image]] = {}
        self._infos: dict[str, Publisher[CameraInfo]] = {}
        for camera in profile.cameras:
            self._images[camera.name] = node.create_publisher(Image, camera.topic, RELIABLE_NEWEST)
            self._infos[camera.name] = node.create_publisher(
                CameraInfo, info_topic_of(camera.topic), RELIABLE_NEWEST
            )
        self._overview = node.create_publisher(Image, "overview/image_raw", RELIABLE_NEWEST)
        self._overview_ns = 0
        self._state = node.create_publisher(JointState, profile.state_topic, 10)
        estop = "estop" if profile.estop == "none" else profile.estop.topic
        self._button = node.create_publisher(Bool, estop, RELIABLE_NEWEST)
        self._clock = node.create_publisher(Clock, "/clock", 1) if params.publish_clock else None
        self._node_clock: NodeClock = node.get_clock()

    def clock_ns(self, simulated_ns: int) -> int:
        """Return the time for stamps: simulated where it is published, else the node clock's."""
        return self._node_clock.now().nanoseconds if self._clock is None else simulated_ns

    def publish_state(self, state: ArmState) -> None:
        """Publish the joints, and the clock with them."""
        stamp = encode_time(self.clock_ns(state.time_ns))
        if self._clock is not None:
            self._clock.publish(Clock(clock=stamp))
        self._state.publish(
            encode_arm_state(state, self._profile, stamp, alphabetical=self._sorted)
        )

    def publish_pictures(self, renderer: Renderer, snapshot: Snapshot, taken_ns: int) -> None:
        """Draw and publish all cameras of one instant."""
        stamp = encode_time(taken_ns)
        width, height = self._size
        for camera in self._cameras:
            image = renderer.draw(snapshot, camera.name, width, height)
            self._images[camera.name].publish(
                encode_rgb(image, Header(stamp=stamp, frame_id=camera.frame))
            )
            fovy = self._fovy_rad[camera.name]
            info = encode_camera_info(fovy, camera.frame, width, height, stamp)
            self._infos[camera.name].publish(info)
        self._publish_overview(renderer, snapshot, taken_ns)

    def publish_button(self, *, pressed: bool) -> None:
        """Publish the state of the emergency stop button; its silence would be a stop as well."""
        self._button.publish(Bool(data=pressed))

    def destroy(self) -> None:
        """Take all publishers off the graph."""
        rest = [self._overview, self._state, self._button, self._clock]
        for publisher in (*self._images.values(), *self._infos.values(), *rest):
            if publisher is not None:
                self._node.destroy_publisher(publisher)

    def _publish_overview(self, renderer: Renderer, snapshot: Snapshot, taken_ns: int) -> None:
        """The picture for people: large, slow, and drawn only while somebody looks."""
        due = taken_ns - self._overview_ns >= 0.99e9 / _OVERVIEW_RATE_HZ
        if due and self._overview.get_subscription_count():
            self._overview_ns = taken_ns
            image = renderer.draw(snapshot, OVERVIEW, MAX_WIDTH, MAX_HEIGHT)
            header = Header(stamp=encode_time(taken_ns), frame_id=OVERVIEW)
            self._overview.publish(encode_rgb(image, header))
