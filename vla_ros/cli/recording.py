# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps in memory what the graph says while a goal runs, for the video, the plot and the summary.

Everything has the time at which DDS sent it, because commands carry no stamp of their own, and
arrival would add the jitter of this process.
"""

import threading
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray

from vla_ros.cli.recorded import GateNote, Recording
from vla_ros.msg import ActionChunk, GateState, Observation
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.decode import decode_gaze
from vla_ros.ros.goal import decode_mode, decode_reasons, decode_verdict
from vla_ros.ros.qos import LATCHED, RELIABLE_NEWEST
from vla_ros.ros.station import Station
from vla_ros.types import ImageArray

OVERVIEW_TOPIC = "/overview/image_raw"
_JPEG_QUALITY = 92

Info = Mapping[str, int]


class Recorder:
    """Fills a `Recording` while it is on.

    Args:
        station: Where to listen.
        robot: Whose topics to listen to.
    """

    def __init__(self, station: Station, robot: RobotProfile) -> None:
        self.recording = Recording(joint_names=robot.joint_names)
        self._is_on = False
        self._lock = threading.Lock()
        namespace = station.namespace
        station.watch(Image, OVERVIEW_TOPIC, self._on_overview, qos_profile_sensor_data)
        station.watch(
            Observation, f"{namespace}/observation", self._on_observation, RELIABLE_NEWEST
        )
        station.watch(ActionChunk, f"{namespace}/action_chunk", self._on_chunk, RELIABLE_NEWEST)
        station.watch(GateState, f"{namespace}/gate_state", self._on_gate, LATCHED)
        station.watch(JointState, robot.state_topic, self._on_joints, qos_profile_sensor_data)
        station.watch(Float64MultiArray, robot.command.topic, self._on_command, 10)
        self._newest_gate: GateNote | None = None

    def start(self) -> None:
        """Begin; the gate's present state is the first entry."""
        with self._lock:
            if self._newest_gate is not None:
                self.recording.gate.append(self._newest_gate)
            self._is_on = True

    def stop(self) -> Recording:
        """End; what was recorded."""
        with self._lock:
            self._is_on = False
        return self.recording

    def _on_overview(self, message: Image, info: Info) -> None:
        if not self._is_on:
            return
        bgr = cv2.cvtColor(_rgb(message), cv2.COLOR_RGB2BGR)
        done, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if done:
            self.recording.overview.append((_sent_s(info), jpeg.tobytes()))

    def _on_observation(self, message: Observation, info: Info) -> None:
        if self._is_on:
            pairs = zip(message.cameras, message.images, strict=True)
            views = {camera: _rgb(image).copy() for camera, image in pairs}
            self.recording.views.append((_sent_s(info), views))

    def _on_chunk(self, message: ActionChunk, info: Info) -> None:
        if self._is_on:
            gazes = {gaze.camera: gaze for gaze in decode_gaze(message)}
            self.recording.gazes.append((_sent_s(info), gazes))

    def _on_joints(self, message: JointState, info: Info) -> None:
        if self._is_on:
            by_name = dict(zip(message.name, message.position, strict=True))
            row = [by_name[name] for name in self.recording.joint_names]
            self.recording.measured.append((_sent_s(info), row))

    def _on_command(self, message: Float64MultiArray, info: Info) -> None:
        if self._is_on:
            self.recording.commanded.append((_sent_s(info), list(message.data)))

    def _on_gate(self, message: GateState, info: Info) -> None:
        self._newest_gate = GateNote(
            time_s=_sent_s(info),
            mode=decode_mode(message.mode),
            verdict=decode_verdict(message.verdict),
            reasons=decode_reasons(message.reasons),
            interventions=message.intervention_count,
        )
        with self._lock:
            if self._is_on:
                self.recording.gate.append(self._newest_gate)


def _sent_s(info: Info) -> float:
    """Return when a message was sent [s]."""
    return info["source_timestamp"] * 1e-9


def _rgb(message: Any) -> ImageArray:
    """View an rgb8 message as an array, shape (H, W, 3)."""
    flat = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    return flat[:, : 3 * message.width].reshape(message.height, message.width, 3)
