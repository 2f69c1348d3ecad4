# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""perception_node over real DDS, with cameras and a driver made of publishers."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from diagnostic_msgs.msg import DiagnosticStatus
from perception_bench import NAMES, TIMEOUT_S, Bench
from sensor_msgs.msg import CompressedImage, Image

from vla_ros.errors import ConfigError
from vla_ros.faults.imager import compress, spoil
from vla_ros.faults.table import FAULTS
from vla_ros.nodes import perception_node
from vla_ros.resources import config_path
from vla_ros.ros.decode import decode_observation
from vla_ros.ros.stamps import decode_time, encode_time
from vla_ros.ros.timing import read_hops
from vla_ros.timing.hops import PERCEPTION, hops_of, total_ms
from vla_ros.timing.window import SLACK_MS

pytestmark = pytest.mark.ros


@pytest.fixture(scope="module", autouse=True)
def ros() -> Iterator[None]:
    """Start ROS for this module."""
    rclpy.init()
    yield
    rclpy.shutdown()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Return a perception_node that complains at once."""
    monkeypatch.setattr(perception_node, "_PATIENCE_NS", 0)
    bench = Bench()
    yield bench
    bench.close()


def test_one_observation_is_published_for_each_set_of_images(bench: Bench) -> None:
    bench.connect(front=Image, wrist=Image)
    bench.play(lambda: len(bench.observations) > 0)
    message = bench.observations[-1]
    observation = decode_observation(message, bench.now_ns())
    assert [frame.camera for frame in observation.frames] == ["front", "wrist"]
    assert {frame.image.shape for frame in observation.frames} == {(128, 128, 3)}
    assert observation.joints.names == tuple(NAMES[:-1])
    assert observation.joints.velocity is None
    assert observation.gripper == 1.0
    assert observation.stamp_ns == min(frame.stamp_ns for frame in observation.frames)
    assert message.header.frame_id == "base_link"
    assert all(0.0 <= age_ms < 300.0 for age_ms in message.image_age_ms)
    stamps = [decode_time(message.header.stamp) for message in bench.observations]
    assert stamps == sorted(set(stamps))


def test_a_missing_camera_is_named_and_nothing_is_published(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.connect(front=Image)
    seen = ""

    def complained() -> bool:
        nonlocal seen
        seen += capfd.readouterr().err
        return "camera 'wrist': no image has arrived yet. Check: ros2 topic hz /wrist" in seen

    bench.play(complained)
    assert bench.observations == []
    bench.connect(wrist=Image)
    bench.play(lambda: len(bench.observations) > 0)


def test_a_stream_that_stops_is_told_once_with_its_age(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.connect(front=Image, wrist=Image)
    bench.play(lambda: len(bench.observations) > 0)
    seen = ""

    def complained() -> bool:
        nonlocal seen
        seen += capfd.readouterr().err
        return "camera 'wrist': newest image is" in seen

    bench.play(complained, "front")
    assert "limit 300 ms (thresholds.image_max_age_s in the robot profile)" in seen
    before = len(bench.observations)
    end = bench.now_ns() + 300_000_000
    bench.play(lambda: bench.now_ns() > end, "front")
    seen += capfd.readouterr().err
    assert seen.count("camera 'wrist': newest image is") == 1
    assert len(bench.observations) == before


def test_a_gripper_with_a_driver_of_its_own_is_seen_too(bench: Bench) -> None:
    """Its velocity is NaN, as ros2_control has it where nobody measures one."""
    bench.connect(front=Image, wrist=Image)

    def is_seen() -> bool:
        bench.feel(name=NAMES[-1:], position=[0.021], velocity=[float("nan")])
        bench.feel(name=NAMES[:-1], position=[0.1] * 6, velocity=[0.0] * 6)
        return bool(bench.observations)

    end = time.monotonic() + TIMEOUT_S
    while not is_seen():
        assert time.monotonic() < end, "waited in vain"
        for name in bench.cameras:
            bench.see(name, bench.now_ns())
        for _ in range(10):
            bench.executor.spin_once(timeout_sec=0.005)
    observation = decode_observation(bench.observations[-1], bench.now_ns())
    assert observation.gripper == pytest.approx(0.5)
    assert observation.joints.velocity is not None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ["x", *NAMES[1:]]}, "joint state: joint1 is missing. It has: x, joint2"),
        ({"position": [float("nan")] * 7}, "position of joint1 is nan, wanted a finite number"),
    ],
)
def test_a_joint_state_that_does_not_fit_is_named(
    bench: Bench, capfd: pytest.CaptureFixture[str], fields: dict[str, Any], text: str
) -> None:
    bench.connect(front=Image, wrist=Image)
    seen = ""

    def complained() -> bool:
        nonlocal seen
        bench.feel(**fields)
        seen += capfd.readouterr().err
        return text in seen

    bench.until(complained)
    assert bench.observations == []


def test_an_encoding_that_is_not_supported_is_named(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.connect(front=Image, wrist=Image)
    seen = ""

    def complained() -> bool:
        nonlocal seen
        bench.see("front", bench.now_ns(), "32FC1")
        seen += capfd.readouterr().err
        return "camera 'front': encoding '32FC1' is not supported. Supported: rgb8" in seen

    bench.until(complained)


def test_a_camera_that_falls_silent_after_a_refused_picture_is_called_silent(bench: Bench) -> None:
    bench.connect(front=Image)

    def says(text: str) -> bool:
        newest = bench.diagnostics[-1].status if bench.diagnostics else []
        return any(text in status.message for status in newest)

    def refused() -> bool:
        bench.see("front", bench.now_ns(), "32FC1")
        return says("encoding '32FC1' is not supported")

    bench.until(refused)
    bench.until(lambda: says("camera 'front': no image has arrived yet"))


def test_diagnostics_show_each_stream(bench: Bench) -> None:
    bench.connect(front=Image, wrist=Image)

    def all_well() -> bool:  # A busy machine may be too slow for the first of them.
        newest = bench.diagnostics[-1].status if bench.diagnostics else []
        return bool(newest) and {status.level for status in newest} == {DiagnosticStatus.OK}

    bench.play(all_well)
    assert {status.name for status in bench.diagnostics[-1].status} == {
        "vla_ros: camera 'front'",
        "vla_ros: camera 'wrist'",
        "vla_ros: joint state",
        "vla_ros: timing of perception_node",
    }


def test_the_hops_of_an_observation_add_up_to_its_age(bench: Bench) -> None:
    bench.connect(front=Image, wrist=Image)
    bench.play(lambda: len(bench.observations) > 0)
    message = bench.observations[-1]
    hops = read_hops(message)
    assert [name for name, _ in hops] == [hop.name for hop in hops_of(PERCEPTION)]
    assert all(time_ms > -SLACK_MS for _, time_ms in hops)
    oldest_ms = max(message.image_age_ms)  # When the last image was there.
    assert total_ms(hops) - dict(hops)["assemble"] == pytest.approx(oldest_ms, abs=SLACK_MS)


def test_diagnostics_tell_of_hops_when_the_cold_start_is_over(
    bench: Bench,
) -> None:
    def values() -> dict[str, str]:
        statuses = bench.diagnostics[-1].status if bench.diagnostics else []
        timing = [s for s in statuses if s.name == "vla_ros: timing of perception_node"]
        return {entry.key: entry.value for status in timing for entry in status.values}

    bench.connect(front=Image, wrist=Image)
    bench.until(lambda: bool(values()))
    assert "decode_p50_ms" not in values()
    bench.play(lambda: "decode_p50_ms" in values())
    assert values()["cold_starts_left_out"] == str(perception_node._COLD)
    assert values()["last_camera"].endswith("%")
    assert float(values()["age_p50_ms"]) <= float(values()["age_worst_ms"])


WRONGS = {fault.act[1]: fault.says for fault in FAULTS if fault.act[0] == "imager"}


@pytest.mark.parametrize("word", WRONGS)
def test_what_is_wrong_with_a_camera_is_in_the_diagnostics_in_words_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
) -> None:
    """The same words as in the table of faults, which also measures how soon they come."""
    monkeypatch.setattr(perception_node, "_PATIENCE_NS", 0)
    text = config_path("robots", "sim_arm").read_text(encoding="utf-8")
    transport = "compressed" if word == "garbage" else "raw"
    rate = "\n    rate_hz: 1000.0" if word == "half_rate" else ""
    robot = tmp_path / "sim_arm.yaml"
    there = f"transport: {transport}\n    size: [64, 48]{rate}"
    robot.write_text(text.replace("transport: raw", there, 1), encoding="utf-8")
    bench = Bench(str(robot))
    bench.connect(front=CompressedImage if word == "garbage" else Image, wrist=Image)
    kept, pixels = None, np.random.default_rng(0).bytes(48 * 192)
    end = time.monotonic() + TIMEOUT_S
    while not any(WRONGS[word] in s.message for d in bench.diagnostics for s in d.status):
        assert time.monotonic() < end, "waited in vain"
        bench.feel(velocity=[0.2] * 7)
        stamp_ns = bench.now_ns()
        image = Image(height=48, width=64, encoding="rgb8", step=192, data=pixels)
        image.header.stamp = encode_time(stamp_ns)
        sent, kept = spoil(image, word, kept), kept or image
        fake = compress(sent, garbage=True) if word == "garbage" else sent
        bench.cameras["front"].publish(fake)
        bench.see("wrist", stamp_ns)
        for _ in range(10):
            bench.executor.spin_once(timeout_sec=0.005)
    bench.close()


def test_compressed_images_are_taken_where_the_profile_says_so(tmp_path: Path) -> None:
    text = config_path("robots", "sim_arm").read_text(encoding="utf-8")
    robot = tmp_path / "sim_arm.yaml"
    robot.write_text(text.replace("transport: raw", "transport: compressed", 1))
    bench = Bench(str(robot))
    bench.connect(front=CompressedImage, wrist=Image)
    jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), (10, 50, 200), np.uint8))[1].tobytes()
    end = time.monotonic() + TIMEOUT_S
    while not bench.observations:
        assert time.monotonic() < end, "waited in vain"
        bench.feel()
        stamp_ns = bench.now_ns()
        message = CompressedImage(format="jpeg", data=jpeg)
        message.header.stamp = encode_time(stamp_ns)
        bench.cameras["front"].publish(message)
        bench.see("wrist", stamp_ns)
        for _ in range(10):
            bench.executor.spin_once(timeout_sec=0.005)
    front = decode_observation(bench.observations[-1], bench.now_ns()).frames[0]
    assert front.image[48, 48] == pytest.approx([200, 50, 10], abs=6)
    bench.close()


def test_a_policy_that_wants_a_camera_the_robot_lacks_is_refused(tmp_path: Path) -> None:
    text = config_path("policies", "tabletop").read_text(encoding="utf-8")
    policy = tmp_path / "tabletop.yaml"
    policy.write_text(text.replace("camera: wrist", "camera: left", 1))
    with pytest.raises(ConfigError, match=r"robot 'sim_arm' has no camera 'left'\. It has: front"):
        Bench(policy=str(policy))
