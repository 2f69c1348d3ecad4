# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shows people what is planned and what the gate says of it: markers, and an annotated image.

A process of its own that only listens: it takes nothing from the control loop.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any

from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Header, String
from visualization_msgs.msg import MarkerArray

from vla_ros.action import ExecuteInstruction
from vla_ros.errors import ConfigError, ObservationError
from vla_ros.gate.collision import make_collision_model
from vla_ros.msg import ActionChunk, GateState, Observation, Obstacles
from vla_ros.nodes.base import BaseNode, run_node
from vla_ros.params import ViewParams
from vla_ros.robot.kinematics import Kinematics, make_kinematics
from vla_ros.robot.parts import CameraProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.decode import decode_chunk, decode_image, decode_joint_state, decode_obstacles
from vla_ros.ros.description import load_robot
from vla_ros.ros.ears import Ears
from vla_ros.ros.encode import encode_rgb
from vla_ros.ros.lens import LensEar
from vla_ros.ros.markers import (
    MarkerEncoder,
    decode_gate_word,
    decode_goal_word,
    decode_lens,
)
from vla_ros.ros.qos import IMAGES, LATCHED, RELIABLE_NEWEST
from vla_ros.types import CameraFrame
from vla_ros.view.camera import Lens, Pixel, info_topic_of
from vla_ros.view.picture import draw_picture
from vla_ros.view.view import View

MARKERS, IMAGE = "~/markers", "~/image"
_FEEDBACKS = ("execute_instruction/_action/feedback", "inference_node/park/_action/feedback")
_REPEAT_S = 5.0  # Of a complaint about messages that keep being wrong.
_GENTLE = 5  # Steps of niceness below the nodes that move the arm.


class ViewNode(BaseNode[ViewParams]):
    """Listens while somebody watches, and draws; see `vla_ros/params.py` for its parameters."""

    def __init__(
        self, *, overrides: Sequence[Parameter] = (), namespace: str | None = None
    ) -> None:
        super().__init__("view_node", ViewParams, overrides=overrides, namespace=namespace)

    def configure(self) -> None:
        """Read the profile and create the publishers."""
        robot = self._robot = load_robot(self, self.params.robot)
        arm = make_kinematics(robot)
        collision = make_collision_model(robot.urdf_file(), robot)
        self._view = View(robot, arm.tool_position, collision)
        self._camera = _scene_camera(robot)
        self._eye = self._find_eye()
        self._lens: Lens | None = None
        self._lens_ear: LensEar | None = None
        self._frame: CameraFrame | None = None
        self._drawn_ns = 0
        self._encoder = MarkerEncoder(robot.base_frame)
        self._markers = self.create_publisher(MarkerArray, MARKERS, LATCHED)
        self._images = self.create_publisher(Image, IMAGE, RELIABLE_NEWEST)
        self._ears, self._marker_ears, self._image_ears = self._make_ears()

    def activate(self) -> None:
        """Show what never changes, and look for watchers."""
        self._publish_markers()
        self._timers_ = [
            self.create_timer(1.0 / self.params.rate_hz, self._on_markers_due),
            self.create_timer(1.0 / self.params.image_rate_hz, self._on_image_due),
        ]

    def deactivate(self) -> None:
        """Stop listening."""
        for timer in self._timers_:
            self.destroy_timer(timer)
        for ears in (self._ears, self._marker_ears, self._image_ears):
            ears.listen(wanted=False)
        self._listen_to_lens(wanted=False)

    def cleanup(self) -> None:
        """Leave the graph."""
        self.destroy_publisher(self._markers)
        self.destroy_publisher(self._images)

    def _make_ears(self) -> tuple[Ears, Ears, Ears]:
        """Return the ears for all watchers, for those of markers and for those of the image."""
        robot = self._robot
        both = (
            (GateState, "gate_state", self._on_gate, LATCHED),
            (ActionChunk, "action_chunk", self._on_chunk, RELIABLE_NEWEST),
        )
        markers: list[Any] = [(JointState, robot.state_topic, self._on_joints, IMAGES)]
        if robot.obstacles is not None:
            markers.append((Obstacles, robot.obstacles.topic, self._on_obstacles, RELIABLE_NEWEST))
        feedback = ExecuteInstruction.Impl.FeedbackMessage
        image: list[Any] = [
            (Observation, "observation", self._on_observation, RELIABLE_NEWEST),
            (String, "instruction", self._on_instruction, LATCHED),
            *((feedback, topic, self._on_feedback, RELIABLE_NEWEST) for topic in _FEEDBACKS),
        ]
        return Ears(self, both), Ears(self, markers), Ears(self, image)

    def _find_eye(self) -> Kinematics | None:
        """Return what knows the camera's pose; None if the robot's description does not."""
        if self._camera is None:
            return None
        robot = self._robot
        try:
            return Kinematics(
                robot.urdf_file(),
                robot.joint_names,
                self._camera.frame,
                base_frame=robot.base_frame,
            )
        except ConfigError as e:
            self.get_logger().info(f"the plan is not drawn into the image: {e}")
            return None

    # ---- what is shown ----

    def _on_markers_due(self) -> None:
        self._listen()
        if self._marker_ears.open:
            self._publish_markers()

    def _publish_markers(self) -> None:
        marks = self._view.marks(self.now_ns())
        self._markers.publish(self._encoder.encode(marks, self.get_clock().now().to_msg()))

    def _on_image_due(self) -> None:
        self._listen()
        frame = self._frame
        if not self._image_ears.open or frame is None or frame.stamp_ns == self._drawn_ns:
            return
        self._drawn_ns = frame.stamp_ns
        now_ns = self.now_ns()
        picture = draw_picture(
            frame.image,
            self._way(frame, now_ns),
            [*self._view.goal_lines(now_ns), *self._view.gate_lines(now_ns)],
            self._view.color(now_ns),
            self.params.image_height,
            self._view.gaze(frame.camera, now_ns),
        )
        stamp = self.get_clock().now().to_msg()
        frame_id = "" if self._camera is None else self._camera.frame
        self._images.publish(encode_rgb(picture, Header(stamp=stamp, frame_id=frame_id)))

    def _way(self, frame: CameraFrame, now_ns: int) -> list[Pixel | None]:
        """Return where the plan is in an image; nothing where that is not known."""
        joints, camera = self._view.joints, self._camera
        height, width, _ = frame.image.shape
        lens = self._lens and self._lens.resized(width, height)
        if lens is None or self._eye is None or joints is None:
            return []
        if camera is None or frame.camera != camera.name:
            return []
        return lens.project(self._view.plan(now_ns), *self._eye.forward(joints.position))

    def _listen(self) -> None:
        markers = self._markers.get_subscription_count() > 0
        image = self._images.get_subscription_count() > 0
        self._ears.listen(wanted=markers or image)
        self._marker_ears.listen(wanted=markers)
        self._image_ears.listen(wanted=image)
        self._listen_to_lens(wanted=image)

    def _listen_to_lens(self, *, wanted: bool) -> None:
        if self._camera is None or self._eye is None:
            return
        if wanted and self._lens_ear is None:
            topic = info_topic_of(self._camera.topic)
            self._lens_ear = LensEar(self, topic, self._on_camera_info)
        elif not wanted and self._lens_ear is not None:
            self._lens_ear.close()
            self._lens_ear = None

    # ---- what the graph tells ----

    def _on_gate(self, message: GateState) -> None:
        self._view.gate = decode_gate_word(message, self.now_ns())

    def _on_chunk(self, message: ActionChunk) -> None:
        self._view.see_chunk(decode_chunk(message))

    def _on_joints(self, message: JointState) -> None:
        if not set(message.name) & set(self._robot.joint_names):
            return  # Of the gripper's driver alone, for example.
        try:
            self._view.joints = decode_joint_state(message, self._robot.joint_names, self.now_ns())
        except ObservationError as e:
            self._complain(e)

    def _on_obstacles(self, message: Obstacles) -> None:
        try:
            boxes = decode_obstacles(message, self._robot.base_frame)
        except ObservationError as e:
            self._complain(e)
        else:
            self._view.see_obstacles(boxes, self.now_ns())

    def _on_instruction(self, message: String) -> None:
        self._view.instruction = message.data

    def _on_feedback(self, message: Any) -> None:
        self._view.goal = decode_goal_word(message, self.now_ns())

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._lens = decode_lens(message)

    def _on_observation(self, message: Observation) -> None:
        names = list(message.cameras)
        if not names:
            return
        camera = self._camera
        k = names.index(camera.name) if camera is not None and camera.name in names else 0
        try:
            self._frame = decode_image(message.images[k], names[k], self.now_ns())
            self._view.joints = decode_joint_state(
                message.joint_state, self._robot.joint_names, self.now_ns()
            )
        except (ObservationError, IndexError) as e:
            self._complain(e)

    def _complain(self, error: Exception) -> None:
        self.get_logger().warning(f"not shown: {error}", throttle_duration_sec=_REPEAT_S)


def _scene_camera(robot: RobotProfile) -> CameraProfile | None:
    """Return the camera that looks at the table."""
    return next((camera for camera in robot.cameras if camera.role == "scene"), None)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until it is told to end."""
    os.nice(_GENTLE)
    return run_node(ViewNode, args=args)


if __name__ == "__main__":
    sys.exit(main())
