# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import re

import cv2
import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg")

from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from sensor_msgs.msg import CompressedImage, Image, JointState, Range

from vla_ros.errors import ObservationError
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import Observation as ObservationMessage
from vla_ros.msg import Obstacles as ObstaclesMessage
from vla_ros.ros.decode import (
    decode_chunk,
    decode_compressed_image,
    decode_distance,
    decode_image,
    decode_joint_state,
    decode_observation,
    decode_obstacles,
)
from vla_ros.ros.stamps import encode_time
from vla_ros.types import Joining

pytestmark = pytest.mark.ros

ARRIVAL_NS = 5_000_000_000
STAMP_NS = 4_900_000_123


def image_message(pixels, encoding, *, padding=0, big_endian=False):
    """Rows of `pixels` as bytes, each followed by `padding` bytes."""
    height, width = pixels.shape[:2]
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=77)
    message = Image(
        height=height, width=width, encoding=encoding, step=rows.shape[1], data=rows.tobytes()
    )
    message.is_bigendian = int(big_endian)
    message.header.stamp = encode_time(STAMP_NS)
    return message


def decoded(message):
    return decode_image(message, "front", ARRIVAL_NS)


@pytest.fixture
def rgb():
    return np.random.default_rng(1).integers(0, 256, (4, 6, 3), dtype=np.uint8)


def test_an_rgb8_image_is_a_view_of_the_message_and_read_only(rgb):
    message = image_message(rgb, "rgb8")
    frame = decoded(message)
    assert (frame.image == rgb).all()
    assert np.shares_memory(frame.image, np.frombuffer(message.data, np.uint8))
    assert not frame.image.flags.writeable
    assert (frame.camera, frame.stamp_ns, frame.arrival_ns) == ("front", STAMP_NS, ARRIVAL_NS)


@pytest.mark.parametrize("padding", [0, 1, 10])
@pytest.mark.parametrize(
    ("encoding", "channels"),
    [
        ("rgb8", [0, 1, 2]),
        ("bgr8", [2, 1, 0]),
        ("8UC3", [2, 1, 0]),
        ("rgba8", [0, 1, 2, 0]),
        ("bgra8", [2, 1, 0, 0]),
    ],
)
def test_colour_encodings_become_rgb_whatever_the_row_step(rgb, encoding, channels, padding):
    assert (
        decoded(image_message(rgb[:, :, channels], encoding, padding=padding)).image == rgb
    ).all()


@pytest.mark.parametrize("padding", [0, 3])
@pytest.mark.parametrize("encoding", ["mono8", "8UC1"])
def test_grey_images_become_equal_channels(rgb, encoding, padding):
    grey = rgb[:, :, 0]
    image = decoded(image_message(grey, encoding, padding=padding)).image
    assert (image == grey[:, :, None]).all()


@pytest.mark.parametrize("padding", [0, 4])
@pytest.mark.parametrize("order", ["<", ">"])
def test_mono16_keeps_the_upper_byte_in_either_byte_order(order, padding):
    grey = np.array([[0, 255, 256, 65535], [4660, 32768, 1000, 511]], dtype=f"{order}u2")
    message = image_message(grey, "mono16", padding=padding, big_endian=order == ">")
    assert (decoded(message).image[:, :, 1] == grey.astype(int) // 256).all()


@pytest.mark.parametrize(
    ("encoding", "luma"), [("yuv422", 1), ("uyvy", 1), ("yuv422_yuy2", 0), ("yuyv", 0)]
)
def test_yuv_images_are_read_in_their_byte_order(encoding, luma):
    pixels = np.full((2, 4, 2), 128, dtype=np.uint8)
    pixels[:, :, luma] = 235
    assert (decoded(image_message(pixels, encoding)).image >= 253).all()


@pytest.mark.parametrize(
    ("encoding", "red_at"),
    [
        ("bayer_rggb8", (0, 0)),
        ("bayer_bggr8", (1, 1)),
        ("bayer_gbrg8", (1, 0)),
        ("bayer_grbg8", (0, 1)),
    ],
)
def test_bayer_images_have_their_red_where_the_name_says(encoding, red_at):
    mosaic = np.zeros((12, 12), dtype=np.uint8)
    mosaic[red_at[0] :: 2, red_at[1] :: 2] = 200
    inner = decoded(image_message(mosaic, encoding)).image[3:-3, 3:-3]
    assert (inner.mean(axis=(0, 1)).round() == [200, 0, 0]).all()


@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize(("encoding", "code"), [("nv12", (90, 240)), ("nv21", (240, 90))])
def test_brightness_and_colour_in_planes_of_their_own(encoding, code, padding):
    planes = np.full((6, 4), 82, dtype=np.uint8)  # 4 x 4 pixels of red, BT.601.
    planes[4:, 0::2], planes[4:, 1::2] = code
    message = image_message(planes, encoding, padding=padding)
    message.height = 4
    image = decoded(message).image
    assert image.shape == (4, 4, 3)
    assert (image[..., 0] > 240).all()
    assert (image[..., 1:] < 15).all()
    message.data = message.data[: -message.step]
    with pytest.raises(ObservationError, match="wanted 6 rows of"):
        decoded(message)


@pytest.mark.parametrize("encoding", ["nv12", "nv21"])
def test_planes_of_an_odd_size_are_refused(encoding):
    message = image_message(np.zeros((4, 5), dtype=np.uint8), encoding)
    message.height = 3
    with pytest.raises(ObservationError, match=r"5x3 pixels of nv12|5x3 pixels of nv21"):
        decoded(message)


def test_an_unknown_encoding_is_named_with_the_known_ones(rgb):
    with pytest.raises(
        ObservationError, match=r"camera 'front': encoding '32FC1' is not supp.*rgb8"
    ):
        decoded(image_message(rgb, "32FC1"))


def test_too_few_bytes_are_refused(rgb):
    message = image_message(rgb, "rgb8")
    message.data = message.data[:-1]
    with pytest.raises(ObservationError, match=r"71 bytes of data, wanted 4 rows of 18 = 72"):
        decoded(message)


def test_too_many_bytes_are_refused(rgb):
    message = image_message(rgb, "rgb8")
    message.data = bytes(message.data) + b"x"
    with pytest.raises(ObservationError, match="73 bytes of data, wanted 4 rows of 18 = 72"):
        decoded(message)


@pytest.mark.parametrize("field", ["width", "height", "step"])
def test_a_size_of_zero_is_refused(rgb, field):
    message = image_message(rgb, "rgb8")
    setattr(message, field, 0)
    with pytest.raises(ObservationError, match=r"pixels of rgb8 do not fit rows of"):
        decoded(message)


def test_an_image_without_stamp_is_refused(rgb):
    message = image_message(rgb, "rgb8")
    message.header.stamp = encode_time(0)
    with pytest.raises(ObservationError, match=r"camera 'front': header.stamp is 0"):
        decoded(message)


def compressed_message(data, text="rgb8; jpeg compressed bgr8"):
    message = CompressedImage(format=text, data=data)
    message.header.stamp = encode_time(STAMP_NS)
    return message


def encoded(rgb, kind):
    return cv2.imencode(kind, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1].tobytes()


def test_a_png_image_is_decoded_exactly(rgb):
    message = compressed_message(encoded(rgb, ".png"), "png")
    frame = decode_compressed_image(message, "front", ARRIVAL_NS)
    assert (frame.image == rgb).all()
    assert frame.stamp_ns == STAMP_NS


def test_a_jpeg_image_is_decoded_even_if_the_camera_pads_it():
    rgb = np.full((16, 16, 3), (200, 50, 20), dtype=np.uint8)
    message = compressed_message(encoded(rgb, ".jpg") + bytes(30))
    frame = decode_compressed_image(message, "front", ARRIVAL_NS)
    assert np.abs(frame.image.astype(int) - rgb).max() < 8


@pytest.mark.parametrize("kind", [".png", ".jpg"])
@pytest.mark.parametrize("keep", [0, 1, 10, -20])
def test_a_truncated_image_is_refused(kind, keep):
    rgb = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    message = compressed_message(encoded(rgb, kind)[:keep])
    with pytest.raises(ObservationError, match="are no complete JPEG or PNG image"):
        decode_compressed_image(message, "front", ARRIVAL_NS)


def test_garbage_between_the_right_ends_is_refused():
    message = compressed_message(b"\xff\xd8" + bytes(range(100)) + b"\xff\xd9")
    with pytest.raises(ObservationError, match="cannot be decoded: byte 2 of 104 should be the"):
        decode_compressed_image(message, "front", ARRIVAL_NS)


def joint_message(**changes):
    fields = {"name": ["b", "x", "a"], "position": [2.0, 9.0, 1.0], "velocity": [0.2, 0.9, 0.1]}
    message = JointState(**(fields | changes))
    message.header.stamp = encode_time(STAMP_NS)
    return message


def test_joints_are_put_in_the_order_asked_for():
    sample = decode_joint_state(joint_message(), ("a", "b"), ARRIVAL_NS)
    assert sample.names == ("a", "b")
    assert sample.position.tolist() == [1.0, 2.0]
    assert sample.velocity.tolist() == [0.1, 0.2]
    assert (sample.stamp_ns, sample.arrival_ns) == (STAMP_NS, ARRIVAL_NS)


@pytest.mark.parametrize("velocity", [[], [math.nan] * 3])
def test_a_driver_without_velocities_gives_none(velocity):
    sample = decode_joint_state(joint_message(velocity=velocity), ("a", "b"), ARRIVAL_NS)
    assert sample.velocity is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": ["b", "x", "c"]}, r"a is missing. It has: b, x, c"),
        ({"name": ["b", "a", "a"]}, r"a is there twice"),
        ({"position": [1.0]}, r"1 values of position for 3 names"),
        ({"velocity": [1.0]}, r"1 values of velocity for 3 names"),
        ({"position": [2.0, 9.0, math.nan]}, r"position of a is nan, wanted a finite"),
        ({"position": [math.inf, 9.0, 1.0]}, r"position of b is inf, wanted a finite"),
        ({"velocity": [2.0, 9.0, -math.inf]}, r"velocity of a is -inf, wanted a finite"),
        ({"velocity": [2.0, 9.0, math.nan]}, r"velocity of a is nan, wanted a finite"),
    ],
)
def test_wrong_joint_states_are_refused(changes, text):
    with pytest.raises(ObservationError, match=text):
        decode_joint_state(joint_message(**changes), ("a", "b"), ARRIVAL_NS)


def test_a_number_that_is_not_asked_for_may_be_nan():
    message = joint_message(position=[2.0, math.nan, 1.0])
    assert decode_joint_state(message, ("a", "b"), ARRIVAL_NS).position.tolist() == [1.0, 2.0]


def test_a_joint_state_without_stamp_is_refused():
    message = joint_message()
    message.header.stamp = encode_time(0)
    with pytest.raises(ObservationError, match=r"joint state: header\.stamp is 0"):
        decode_joint_state(message, ("a",), ARRIVAL_NS)


def test_an_observation_with_a_flag_too_few_is_refused(rgb):
    message = ObservationMessage(cameras=["front"], images=[image_message(rgb, "rgb8")])
    with pytest.raises(ObservationError, match="1 cameras, 1 images and 0 frozen flags"):
        decode_observation(message, ARRIVAL_NS)


@pytest.mark.parametrize("gripper", [math.nan, math.inf])
def test_an_observation_without_a_finite_gripper_is_refused(gripper):
    with pytest.raises(ObservationError, match=r"gripper is (nan|inf), wanted a finite number"):
        decode_observation(ObservationMessage(gripper=gripper), ARRIVAL_NS)


def test_positions_that_do_not_fill_rows_become_one_row_of_the_wrong_width():
    chunk = decode_chunk(ActionChunkMessage(joint_names=["a", "b"], positions=[1.0, 2.0, 3.0]))
    assert chunk.position_rad.shape == (1, 3)


@pytest.mark.parametrize("step_s", [math.nan, math.inf, -math.inf, 1e300])
def test_a_step_that_is_no_time_becomes_zero(step_s):
    assert decode_chunk(ActionChunkMessage(step_s=step_s)).step_ns == 0


@pytest.mark.parametrize(
    ("cameras", "numbers", "kept"),
    [
        (["front"], [0.25, 0.5, 0.75, 1.0], ["front"]),
        (["front"], [], []),
        (["front", "wrist"], [0.25, 0.5, 0.75, 1.0, 0.5], ["front"]),
        (["front", "wrist"], [math.nan, 0.5, 0.5, 0.5, *[0.5] * 4], ["wrist"]),
        (["front"], [0.5, 0.5, math.inf, 0.5], []),
        (["front"], [0.5, -0.5, 0.5, 0.5], []),
        (["front", "front"], [0.5] * 8, ["front"]),
        ([], [0.5] * 4, []),
    ],
)
def test_a_gaze_at_no_place_in_an_image_is_left_out(cameras, numbers, kept):
    chunk = decode_chunk(ActionChunkMessage(gaze_cameras=cameras, gaze_uv=numbers))
    assert [gaze.camera for gaze in chunk.gaze] == kept


@pytest.mark.parametrize("name", ["fade", " ", "CROSS_FADE", "cross_fade "])
def test_a_way_of_joining_that_is_not_known_is_left_to_the_gate(name):
    assert decode_chunk(ActionChunkMessage(joining=name)).joining is None


def test_a_chunk_of_nothing_is_decoded():
    chunk = decode_chunk(ActionChunkMessage())
    assert chunk.joining is Joining.CROSS_FADE
    assert chunk.position_rad.shape == (1, 0)
    assert chunk.joint_names == ()


@pytest.mark.parametrize(
    ("reading", "least", "distance_m"),
    [
        (1.5, 0.25, 1.5),
        (0.25, 0.25, 0.25),
        (0.125, 0.25, 0.0),
        (0.0, 0.0, 0.0),
        (-1.0, 0.0, 0.0),
        (-1.0, -2.0, 0.0),
        (math.inf, 0.25, math.inf),
        (-math.inf, 0.25, 0.0),
        (math.nan, 0.25, 0.0),
        (1.5, math.nan, 0.0),
    ],
)
def test_a_distance_that_is_not_known_is_zero(reading, least, distance_m):
    assert decode_distance(Range(range=reading, min_range=least)) == distance_m


def obstacles(frame_id="base_link", **changes):
    """One crate, with changes to its size, position or rotation."""
    message = ObstaclesMessage(names=["crate"])
    message.header.frame_id = frame_id
    position = Point(**{"x": 0.5, "y": -0.1, "z": 0.2, **changes.get("position", {})})
    rotation = Quaternion(
        **{"x": 0.0, "y": 0.0, "z": 0.6, "w": 0.8, **changes.get("rotation", {})}
    )
    message.poses = [Pose(position=position, orientation=rotation)]
    message.sizes = [Vector3(**{"x": 0.1, "y": 0.2, "z": 0.3, **changes.get("size", {})})]
    return message


def test_obstacles_are_boxes_in_the_base_frame():
    (box,) = decode_obstacles(obstacles(), "base_link")
    assert (box.name, box.size, box.position) == ("crate", (0.1, 0.2, 0.3), (0.5, -0.1, 0.2))
    assert box.rotation == (0.0, 0.0, 0.6, 0.8)
    empty = ObstaclesMessage()
    empty.header.frame_id = "base_link"
    assert decode_obstacles(empty, "base_link") == ()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"frame_id": "map"}, "frame_id is 'map', wanted 'base_link'"),
        ({"frame_id": ""}, "frame_id is '', wanted 'base_link'"),
        ({"size": {"y": 0.0}}, "obstacle 'crate': size is"),
        ({"size": {"y": -0.2}}, "obstacle 'crate': size is"),
        ({"size": {"y": math.nan}}, "obstacle 'crate': size is"),
        ({"size": {"y": math.inf}}, "obstacle 'crate': size is"),
        ({"position": {"z": math.nan}}, "obstacle 'crate': position is"),
        ({"position": {"z": math.inf}}, "obstacle 'crate': position is"),
        ({"rotation": {"w": 0.803}}, "its quaternion has the length 1.00"),
        ({"rotation": {"w": math.nan}}, "its quaternion has the length nan, wanted 1"),
        ({"rotation": {"z": 0.0, "w": 0.0}}, "its quaternion has the length 0.000, wanted 1"),
    ],
)
def test_obstacles_that_are_no_boxes_are_refused(changes, text):
    with pytest.raises(ObservationError, match=re.escape(text)):
        decode_obstacles(obstacles(**changes), "base_link")


def test_a_quaternion_may_be_rounded():
    assert decode_obstacles(obstacles(rotation={"w": 0.801}), "base_link")


def test_obstacles_need_as_many_names_poses_and_sizes():
    message = obstacles()
    message.names = ["crate", "box"]
    with pytest.raises(ObservationError, match="2 names, 1 poses and 1 sizes"):
        decode_obstacles(message, "base_link")
