# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from visualization_msgs.msg import Marker

from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.msg import GateState
from vla_ros.ros.markers import (
    MarkerEncoder,
    decode_gate_word,
    decode_goal_word,
    decode_lens,
)
from vla_ros.view.camera import info_topic_of
from vla_ros.view.marks import Form, Mark

STAMP = Time(sec=5)
BOX = Mark(
    group="scene",
    number=2,
    form=Form.BOX,
    color=(0.1, 0.2, 0.3, 0.4),
    size=(1.0, 2.0, 3.0),
    position=(0.5, 0.6, 0.7),
    rotation=(0.0, 0.0, 1.0, 0.0),
    stays=True,
)
PLAN = Mark(
    group="plan",
    number=0,
    form=Form.STRIP,
    color=(0.1, 0.2, 0.3, 1.0),
    size=(0.004,) * 3,
    points=((0.0, 0.0, 0.0), (0.1, 0.0, 0.2)),
)
TEXT = replace(PLAN, group="gate", form=Form.TEXT, points=(), text="RUN PASS")


@pytest.fixture
def encoder() -> MarkerEncoder:
    return MarkerEncoder("base_link")


def test_a_mark_becomes_a_marker_in_the_base_frame(encoder: MarkerEncoder) -> None:
    (marker,) = encoder.encode([BOX], STAMP).markers
    assert (marker.header.frame_id, marker.header.stamp) == ("base_link", STAMP)
    assert (marker.ns, marker.id, marker.type) == ("scene", 2, Marker.CUBE)
    assert marker.action == Marker.ADD
    assert (marker.pose.position.y, marker.pose.orientation.z) == (0.6, 1.0)
    assert (marker.scale.x, marker.scale.y, marker.scale.z) == (1.0, 2.0, 3.0)
    assert marker.color.a == pytest.approx(0.4)
    assert (marker.lifetime.sec, marker.lifetime.nanosec) == (0, 0)


def test_what_nobody_renews_fades(encoder: MarkerEncoder) -> None:
    (marker,) = encoder.encode([PLAN], STAMP).markers
    assert marker.type == Marker.LINE_STRIP
    assert [(p.x, p.y, p.z) for p in marker.points] == list(PLAN.points)
    assert (marker.scale.x, marker.scale.y, marker.scale.z) == (0.004, 0.0, 0.0)
    assert marker.lifetime.sec == 1


def test_a_text_has_the_height_of_its_letters(encoder: MarkerEncoder) -> None:
    (marker,) = encoder.encode([TEXT], STAMP).markers
    assert (marker.type, marker.text) == (Marker.TEXT_VIEW_FACING, "RUN PASS")
    assert (marker.scale.x, marker.scale.z) == (0.0, 0.004)


def test_what_is_not_there_any_more_is_deleted_once(encoder: MarkerEncoder) -> None:
    encoder.encode([BOX, PLAN], STAMP)
    gone, kept = encoder.encode([BOX], STAMP).markers
    assert (gone.ns, gone.id, gone.action) == ("plan", 0, Marker.DELETE)
    assert gone.header.frame_id == "base_link"
    assert (kept.ns, kept.action) == ("scene", Marker.ADD)
    assert [marker.ns for marker in encoder.encode([BOX], STAMP).markers] == ["scene"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda x: {"points": ((0.0, 0.0, 0.0), (x, 0.0, 0.0))},
        lambda x: {"position": (0.0, x, 0.0)},
        lambda x: {"rotation": (0.0, 0.0, x, 1.0)},
        lambda x: {"size": (x, 1.0, 1.0)},
        lambda x: {"color": (0.0, 0.0, 0.0, x)},
    ],
)
def test_a_mark_with_a_number_that_is_none_is_deleted(
    encoder: MarkerEncoder, spoil: Any, value: float
) -> None:
    encoder.encode([PLAN], STAMP)
    (marker,) = encoder.encode([replace(PLAN, **spoil(value))], STAMP).markers
    assert marker.action == Marker.DELETE


def test_the_gates_word_is_what_it_says() -> None:
    message = GateState(
        mode=GateMode.HOLD, verdict=Verdict.HOLD, stopping=True, speed_scale=0.5, message="held"
    )
    message.reasons = [int(Reason.STARVED), 9999]
    word = decode_gate_word(message, 7)
    assert (word.arrival_ns, word.mode, word.verdict) == (7, GateMode.HOLD, Verdict.HOLD)
    assert (word.stopping, word.speed_scale, word.message) == (True, 0.5, "held")
    assert word.reasons == (Reason.STARVED, 9999)


def test_a_mode_and_a_verdict_not_known_here_are_faults() -> None:
    word = decode_gate_word(GateState(mode=99, verdict=99), 0)
    assert (word.mode, word.verdict) == (GateMode.FAULT, Verdict.FAULT)


def test_the_goals_word_is_its_feedback() -> None:
    feedback = SimpleNamespace(phase="running", progress=0.5, confidence=math.nan)
    word = decode_goal_word(SimpleNamespace(feedback=feedback), 3)
    assert (word.arrival_ns, word.phase, word.progress) == (3, "running", 0.5)


def test_a_calibrated_camera_has_a_lens() -> None:
    info = CameraInfo(width=96, height=48)
    info.k = [50.0, 0.0, 48.0, 0.0, 51.0, 24.0, 0.0, 0.0, 1.0]
    lens = decode_lens(info)
    assert lens is not None
    assert (lens.focal, lens.center, lens.size) == ((50.0, 51.0), (48.0, 24.0), (96, 48))


def test_a_lens_says_how_it_distorts() -> None:
    info = CameraInfo(width=96, height=48, distortion_model="equidistant", d=[0.1, 0.0, -0.2, 0.3])
    info.k = [50.0, 0.0, 48.0, 0.0, 51.0, 24.0, 0.0, 0.0, 1.0]
    lens = decode_lens(info)
    assert lens is not None
    assert (lens.model, lens.coefficients) == ("equidistant", (0.1, 0.0, -0.2, 0.3))


def test_a_lens_is_of_the_pixels_that_are_sent() -> None:
    info = CameraInfo(width=96, height=48, binning_x=2, binning_y=3)
    info.k = [50.0, 0.0, 47.5, 0.0, 51.0, 23.5, 0.0, 0.0, 1.0]
    binned = decode_lens(info)
    assert binned is not None
    assert (binned.focal, binned.center, binned.size) == ((25.0, 17.0), (23.5, 7.5), (48, 16))
    info.binning_x, info.binning_y = 1, 0
    info.roi = RegionOfInterest(x_offset=40, y_offset=6, width=32, height=16)
    cut = decode_lens(info)
    assert cut is not None
    assert (cut.focal, cut.center, cut.size) == ((50.0, 51.0), (7.5, 17.5), (32, 16))


@pytest.mark.parametrize("focal", [0.0, -1.0, math.nan, math.inf])
def test_a_camera_that_was_never_calibrated_has_none(focal: float) -> None:
    info = CameraInfo(width=96, height=48)
    info.k = [focal, 0.0, 48.0, 0.0, 51.0, 24.0, 0.0, 0.0, 1.0]
    assert decode_lens(info) is None


@pytest.mark.parametrize(("width", "height"), [(0, 48), (96, 0), (0, 0)])
def test_a_lens_for_pictures_of_no_size_is_none(width: int, height: int) -> None:
    info = CameraInfo(width=width, height=height)
    info.k = [50.0, 0.0, 48.0, 0.0, 51.0, 24.0, 0.0, 0.0, 1.0]
    assert decode_lens(info) is None


@pytest.mark.parametrize(
    ("image", "info"),
    [
        ("/front/image_raw", "/front/camera_info"),
        ("/front/image_raw/compressed", "/front/camera_info"),
        ("front/color/image_raw", "front/color/camera_info"),
        ("image_raw", "camera_info"),
        ("/image_raw", "/camera_info"),
    ],
)
def test_a_lens_is_told_beside_the_image(image: str, info: str) -> None:
    assert info_topic_of(image) == info
