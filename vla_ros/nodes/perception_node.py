# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hops 1 to 3: from camera images and joint states to one aligned observation."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import cv2
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, JointState, PointCloud2

from vla_ros.errors import ObservationError
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.nodes.base import BaseNode, run_node
from vla_ros.observe.buffer import SampleBuffer
from vla_ros.observe.handover import Handover
from vla_ros.observe.observer import Observer
from vla_ros.observe.watch import Change, ChangeWatch, Refusals
from vla_ros.params import PerceptionParams
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.parts import CameraProfile
from vla_ros.ros.cloud import decode_cloud
from vla_ros.ros.compat import with_message_info
from vla_ros.ros.decode import decode_compressed_image, decode_image
from vla_ros.ros.depth import DEPTH_TRANSPORTS
from vla_ros.ros.description import load_robot
from vla_ros.ros.diagnostics import encode_diagnostics, encode_stream
from vla_ros.ros.encode import encode_observation
from vla_ros.ros.hearing import TOPIC as STREAMS
from vla_ros.ros.hearing import Hearing
from vla_ros.ros.joint_parts import JointParts
from vla_ros.ros.lens import LensEar
from vla_ros.ros.markers import decode_lens
from vla_ros.ros.qos import DIAGNOSTICS, IMAGES, JOINT_STATES, RELIABLE_NEWEST
from vla_ros.ros.timing import LAST_CAMERA, encode_timing, read_transport_ms
from vla_ros.timing.hops import PERCEPTION, add_rest, total_ms
from vla_ros.timing.images import NewestImages
from vla_ros.timing.window import HopWindow
from vla_ros.types import Observation
from vla_ros.view.camera import info_topic_of

_WATCH_PERIOD_S = 0.1
_DIAGNOSTICS_PERIOD_S = 1.0
_STREAMS_PERIOD_S = 0.5
_PATIENCE_NS = 2_000_000_000  # Streams may take this long to begin before anybody hears of it.
_COLD = 10  # Observations; the first ones find nothing in any cache.


class PerceptionNode(BaseNode[PerceptionParams]):
    """Publishes an observation for each complete set of images; see `vla_ros/params.py`.

    All callbacks run in one thread. Decoding and resizing happen in them: together they take a
    millisecond for a 640x480 image.

    Args:
        handover: Gets each observation before it is published.
        overrides: Values of parameters, for tests.
        namespace: Namespace of the node, for tests.
    """

    def __init__(
        self,
        handover: Handover | None = None,
        *,
        overrides: Sequence[Parameter] = (),
        namespace: str | None = None,
    ) -> None:
        super().__init__(
            "perception_node", PerceptionParams, overrides=overrides, namespace=namespace
        )
        self._handover = handover or Handover()

    def configure(self) -> None:
        """Read both profiles and create the publishers."""
        # Waking other threads takes longer than resizing an image does.
        cv2.setNumThreads(1)
        self._robot = load_robot(self, self.params.robot)
        self._policy = load_policy_profile(self.params.policy)
        self._observer = self._make_observer()
        self._observations = self.create_publisher(
            ObservationMessage, "observation", RELIABLE_NEWEST
        )
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", DIAGNOSTICS)
        self._streams = self.create_publisher(DiagnosticArray, STREAMS, RELIABLE_NEWEST)

    def _make_observer(self) -> Observer:
        cloud = self._policy.point_cloud
        source = None if cloud is None else cloud.source
        return Observer(self._robot, self._policy.images, source)

    def activate(self) -> None:
        """Listen to the cameras and the joints."""
        self._watch = ChangeWatch()
        self._refusals = Refusals(round(self._robot.thresholds.image_max_age_s * 1e9))
        self._observer = self._make_observer()
        self._images, self._hops = NewestImages(), HopWindow(PERCEPTION, cold=_COLD)
        self._joint_parts = JointParts(
            self._robot.joint_names,
            self._robot.gripper.joint,
            round(self._robot.thresholds.joint_state_lost_s * 1e9),
        )
        self._hearing = Hearing(
            self._robot,
            [self._robot.camera(name) for name in self._observer.cameras],
            self.resolve_topic_name,
            self.now_ns,
        )
        self._quiet_until_ns = self.now_ns() + _PATIENCE_NS
        self._inputs = [
            self._subscribe_camera(self._robot.camera(name)) for name in self._observer.cameras
        ]
        self._lenses = [
            self._subscribe_lens(self._robot.camera(name))
            for name in self._observer.measured_cameras
        ]
        self._inputs += [
            self._subscribe_depth(self._robot.camera(name)) for name in self._observer.depths
        ]
        wanted, cloud = self._policy.point_cloud, self._observer.cloud
        if wanted is not None and cloud is not None:
            self._inputs.append(self._subscribe_cloud(wanted, cloud.buffer))
        self._inputs.append(
            self.create_subscription(
                JointState, self._robot.state_topic, self._on_joints, JOINT_STATES
            )
        )
        self._timers_ = [
            self.create_timer(_WATCH_PERIOD_S, self._on_watch),
            self.create_timer(_DIAGNOSTICS_PERIOD_S, self._on_diagnostics),
            self.create_timer(_STREAMS_PERIOD_S, self._on_streams),
        ]
        self.get_logger().info(
            f"observing {', '.join(self._observer.cameras)} of robot '{self._robot.name}' "
            f"for policy '{self._policy.name}'"
        )

    def deactivate(self) -> None:
        """Stop listening."""
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        for lens in self._lenses:
            lens.close()
        for timer in self._timers_:
            self.destroy_timer(timer)

    def cleanup(self) -> None:
        """Leave the graph."""
        self.destroy_publisher(self._observations)
        self.destroy_publisher(self._diagnostics)
        self.destroy_publisher(self._streams)

    def _subscribe_camera(self, camera: CameraProfile) -> object:
        message, decode = {
            "raw": (Image, decode_image),
            "compressed": (CompressedImage, decode_compressed_image),
        }[camera.transport]
        callback = with_message_info(self._image_callback(camera.name, decode))
        return self.create_subscription(message, camera.topic, callback, IMAGES)

    def _image_callback(self, name: str, decode: Callable) -> Callable[..., None]:
        buffer = self._observer.cameras[name].buffer
        # Otherwise the node's clock is the system's, which the middleware stamps with.
        simulated = self.get_parameter("use_sim_time").value

        def on_image(message: object, info: Mapping[str, int]) -> None:
            now_ns = self.now_ns()
            transport_ms = None if simulated else read_transport_ms(info, now_ns)
            try:
                frame = decode(message, name, now_ns)
                self._observer.add_frame(frame)
            except ObservationError as e:
                buffer.refuse()
                self._refusals.add(buffer.name, str(e), now_ns)
                self._hearing.refuse(name, message, str(e))
                if self._see(f"images of camera '{name}'", str(e)):
                    self._on_diagnostics()  # Not only with the next second.
                return
            if buffer.newest is not None and buffer.newest.arrival_ns == now_ns:
                self._images.note(name, buffer.newest, self.now_ns(), transport_ms)
            self._refusals.end(buffer.name)
            self._see(f"images of camera '{name}'", "")
            detector = self._observer.detectors[name]
            self._hearing.accept(message, frame, detector.picture, frozen=detector.frozen)
            self._publish_if_due()

        return on_image

    def _subscribe_lens(self, camera: CameraProfile) -> LensEar:
        def on_info(message: CameraInfo) -> None:
            self._observer.add_lens(camera.name, decode_lens(message))

        return LensEar(self, info_topic_of(camera.topic), on_info)

    def _subscribe_depth(self, camera: CameraProfile) -> object:
        message, decode = DEPTH_TRANSPORTS[camera.depth_transport]
        buffer = self._observer.depths[camera.name].buffer

        def on_depth(message: object) -> None:
            try:
                frame = decode(message, camera.name, self.now_ns())
                self._observer.add_depth(frame)
            except ObservationError as e:
                self._refuse(buffer, str(e))
                return
            self._accept(buffer)

        return self.create_subscription(message, camera.depth_topic, on_depth, IMAGES)

    def _subscribe_cloud(self, wanted: PointCloudSpec, buffer: SampleBuffer) -> object:
        source = self._robot.point_cloud(wanted.source)

        def on_cloud(message: PointCloud2) -> None:
            try:
                cloud = decode_cloud(
                    message, buffer.name, self.now_ns(), frame=source.frame, wanted=wanted
                )
            except ObservationError as e:
                self._refuse(buffer, str(e))
                return
            self._observer.add_cloud(cloud)
            self._accept(buffer)

        return self.create_subscription(PointCloud2, source.topic, on_cloud, IMAGES)

    def _refuse(self, buffer: SampleBuffer, why: str) -> None:
        buffer.refuse()
        self._refusals.add(buffer.name, why, self.now_ns())
        self._see(buffer.name, why)

    def _accept(self, buffer: SampleBuffer) -> None:
        self._refusals.end(buffer.name)
        self._see(buffer.name, "")
        self._publish_if_due()

    def _on_joints(self, message: JointState) -> None:
        self._hearing.joints.hear(message)
        try:
            state = self._joint_parts.take(message, self.now_ns())
        except ObservationError as e:
            self._observer.arm.buffer.refuse()
            self._see("joint state messages", str(e))
            return
        if state is not None:
            self._see("joint state messages", "")
            self._observer.add_state(*state)

    def _publish_if_due(self) -> None:
        if not self._observer.due:
            return
        now_ns = self.now_ns()
        try:
            observation = self._observer.observe(now_ns)
        except ObservationError as e:
            self._see("observation", f"no observation: {e}")
            return
        observation = self._with_hops(observation, now_ns)
        self._handover.give(observation)
        if self._observations.get_subscription_count() > 0:
            self._observations.publish(encode_observation(observation, self._robot, now_ns))
        self._see("observation", "")

    def _with_hops(self, observation: Observation, complete_ns: int) -> Observation:
        """Return an observation with the time that its image took until now."""
        stamp_ns, now_ns = observation.stamp_ns, self.now_ns()
        hops = add_rest(self._images.hops(stamp_ns, complete_ns), "assemble", stamp_ns, now_ns)
        self._hops.add(hops, total_ms(hops), now_ns)
        return replace(observation, hop_ms=hops)

    def _on_watch(self) -> None:
        """Tell which streams were lost, were found again, or repeat themselves."""
        now_ns = self.now_ns()
        if now_ns >= self._quiet_until_ns:
            changes = self._watch.see_streams(self._observer.reports(now_ns), now_ns)
            for change in changes:
                self._tell(change)
            if changes:
                self._on_diagnostics()

    def _on_diagnostics(self) -> None:
        now_ns = self.now_ns()
        statuses = [
            encode_stream(
                report, self._refusals.find(report.name, now_ns) or complaint, self._robot.name
            )
            for report, complaint in self._observer.reports(now_ns)
        ]
        timing = encode_timing(
            self._hops,
            now_ns,
            idle="no observation is published",
            hardware_id=self._robot.name,
            more={LAST_CAMERA: self._images.tell_last()},
        )
        statuses.append(timing)
        self._diagnostics.publish(encode_diagnostics(statuses, now_ns))

    def _on_streams(self) -> None:
        self._streams.publish(self._hearing.encode(self.now_ns()))

    def _see(self, topic: str, complaint: str) -> bool:
        """Tell what changed about one thing; whether something did."""
        now_ns = self.now_ns()
        if complaint and now_ns < self._quiet_until_ns:
            return False
        change = self._watch.see(topic, complaint, now_ns)
        if change is not None:
            self._tell(change)
        return change is not None

    def _tell(self, change: Change) -> None:
        if change.good:
            self.get_logger().info(change.text)
        else:
            self.get_logger().warning(change.text)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until it is told to end."""
    return run_node(PerceptionNode, args=args)


if __name__ == "__main__":
    sys.exit(main())
