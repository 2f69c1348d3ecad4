# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is drawn for people, as messages that RViz and others show."""

import math
from collections.abc import Iterable
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from rclpy.duration import Duration
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from vla_ros.msg import GateState
from vla_ros.ros.goal import decode_mode, decode_reasons, decode_verdict
from vla_ros.view.camera import Lens
from vla_ros.view.marks import Form, Mark
from vla_ros.view.view import GateWord, GoalWord

_TYPES = {
    Form.BOX: Marker.CUBE,
    Form.LINES: Marker.LINE_LIST,
    Form.STRIP: Marker.LINE_STRIP,
    Form.DOTS: Marker.SPHERE_LIST,
    Form.TEXT: Marker.TEXT_VIEW_FACING,
}
_FADES_NS = 1_000_000_000  # So that nothing old is seen when view_node dies.

Name = tuple[str, int]


class MarkerEncoder:
    """Makes one message after the other; each removes what only the one before showed."""

    def __init__(self, frame: str) -> None:
        """Begin with nothing shown.

        Args:
            frame: That the marks are given in.
        """
        self._frame = frame
        self._shown: set[Name] = set()

    def encode(self, marks: Iterable[Mark], stamp: Time) -> MarkerArray:
        """Return marks as a message. A mark with a number that is not finite is left out."""
        header = Header(stamp=stamp, frame_id=self._frame)
        shown = [mark for mark in marks if _is_finite(mark)]
        names = {(mark.group, mark.number) for mark in shown}
        gone = [
            Marker(header=header, ns=group, id=number, action=Marker.DELETE)
            for group, number in sorted(self._shown - names)
        ]
        self._shown = names
        return MarkerArray(markers=[*gone, *(_encode(mark, header) for mark in shown)])


def decode_gate_word(message: GateState, arrival_ns: int) -> GateWord:
    """Return what the gate says; what is not known here counts as a fault."""
    return GateWord(
        arrival_ns=arrival_ns,
        mode=decode_mode(message.mode),
        verdict=decode_verdict(message.verdict),
        stopping=message.stopping,
        reasons=decode_reasons(message.reasons),
        speed_scale=message.speed_scale,
        message=message.message,
    )


def decode_goal_word(message: Any, arrival_ns: int) -> GoalWord:
    """Return what an ExecuteInstruction feedback, as it is on the wire, says."""
    feedback = message.feedback
    return GoalWord(
        arrival_ns=arrival_ns,
        phase=feedback.phase,
        progress=feedback.progress,
        confidence=feedback.confidence,
    )


def decode_lens(message: CameraInfo) -> Lens | None:
    """Return a camera's lens, as it is in the pictures that the camera sends.

    A CameraInfo describes all pixels of the sensor, and says beside that which of them are sent
    (`roi`), and how many become one (`binning`).

    Returns:
        None if it was never calibrated, or for pictures of no size.
    """
    fx, _, cx, _, fy, cy, *_ = map(float, message.k)
    if not (all(map(math.isfinite, (fx, fy, cx, cy))) and fx > 0.0 and fy > 0.0):
        return None
    left, top, width, height = _window(message)
    x, y = max(message.binning_x, 1), max(message.binning_y, 1)  # 0 is 1.
    if not (width >= x and height >= y):
        return None
    return Lens(
        focal=(fx / x, fy / y),
        # A whole number is the middle of a pixel: the picture begins half a pixel before 0.
        center=((cx - left + 0.5) / x - 0.5, (cy - top + 0.5) / y - 0.5),
        size=(width // x, height // y),
        model=message.distortion_model,
        coefficients=tuple(map(float, message.d)),
    )


def _window(message: CameraInfo) -> tuple[int, int, int, int]:
    """Return left and top edge, width and height of what is sent [pixels of the sensor]."""
    roi = message.roi
    if roi.width == 0 and roi.height == 0:  # It says nothing.
        return 0, 0, message.width, message.height
    return roi.x_offset, roi.y_offset, roi.width, roi.height


def _encode(mark: Mark, header: Header) -> Marker:
    x, y, z = mark.position
    qx, qy, qz, qw = mark.rotation
    red, green, blue, opacity = mark.color
    return Marker(
        header=header,
        ns=mark.group,
        id=mark.number,
        type=_TYPES[mark.form],
        action=Marker.ADD,
        pose=Pose(position=Point(x=x, y=y, z=z), orientation=Quaternion(x=qx, y=qy, z=qz, w=qw)),
        scale=_scale(mark),
        color=ColorRGBA(r=red, g=green, b=blue, a=opacity),
        lifetime=Duration(nanoseconds=0 if mark.stays else _FADES_NS).to_msg(),
        points=[Point(x=px, y=py, z=pz) for px, py, pz in mark.points],
        text=mark.text,
    )


def _scale(mark: Mark) -> Vector3:
    """Return the numbers of a size that mean something for a form; the others have to be 0."""
    x, y, z = mark.size
    if mark.form in {Form.LINES, Form.STRIP}:
        return Vector3(x=x)
    if mark.form is Form.TEXT:
        return Vector3(z=x)
    return Vector3(x=x, y=y, z=z)


def _is_finite(mark: Mark) -> bool:
    numbers = (*mark.position, *mark.rotation, *mark.size, *mark.color)
    return all(map(math.isfinite, numbers)) and all(
        math.isfinite(x) for point in mark.points for x in point
    )
