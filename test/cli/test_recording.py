# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The video and the plot, made from a recording that nobody had to run a robot for."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

import av
import cv2

from vla_ros.cli.plot import max_speed, write_plot
from vla_ros.cli.recorded import GateNote, Recording
from vla_ros.cli.video import RATE_HZ, frames, write_video
from vla_ros.errors import VlaRosError
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.types import Gaze
from vla_ros.view.gaze import GOAL, OBJECT

pytestmark = pytest.mark.ros
SECONDS = 2.0


@pytest.fixture
def recording() -> Recording:
    """Two seconds in which joint1 turns at 0.5 rad/s and joint2 rests."""
    kept = Recording(joint_names=("joint1", "joint2"))
    _, jpeg = cv2.imencode(".jpg", np.full((480, 640, 3), 90, np.uint8))
    for time_s in np.arange(0.0, SECONDS, 0.1):
        kept.overview.append((100.0 + time_s, jpeg.tobytes()))
        view = np.full((96, 96, 3), 200, np.uint8)
        kept.views.append((100.0 + time_s, {"front": view, "wrist": view}))
    for time_s in np.arange(0.0, SECONDS, 0.01):
        kept.commanded.append((100.0 + time_s, [0.5 * time_s, 1.0]))
        kept.measured.append((100.0 + time_s, [0.5 * (time_s - 0.03), 1.0]))
    kept.gate.append(
        GateNote(
            time_s=100.5,
            mode=GateMode.RUN,
            verdict=Verdict.CLAMP,
            reasons=(Reason.RATE_LIMITED,),
            interventions=1,
        )
    )
    return kept


def test_the_video_plays_in_real_time(recording: Recording, tmp_path: Path) -> None:
    count = write_video(tmp_path / "demo.mp4", recording, "put the red cube in the blue bowl")
    with av.open(str(tmp_path / "demo.mp4")) as container:
        pictures = list(container.decode(video=0))
        assert container.streams.video[0].average_rate == RATE_HZ
    assert len(pictures) == count == SECONDS * RATE_HZ
    assert (pictures[0].width, pictures[0].height) == (880, 536)


def test_the_gates_state_appears_when_it_was_said(recording: Recording) -> None:
    pictures = list(frames(recording, "x"))
    lines = [picture[510:530, 12:400] for picture in pictures]
    assert lines[4].max() < 60  # Nothing written there yet.
    assert lines[6].max() > 150


def test_what_the_policy_saw_is_beside_the_overview(recording: Recording) -> None:
    picture = next(frames(recording, "x"))
    assert picture[200, 300].tolist() == pytest.approx([90, 90, 90], abs=4)
    assert picture[200, 700].tolist() == pytest.approx([200, 200, 200], abs=4)


def test_where_the_policy_looks_is_drawn_until_its_goal_ends(recording: Recording) -> None:
    looks = Gaze(camera="front", object_uv=(0.25, 0.5), goal_uv=(0.75, 0.5))
    recording.gazes = [(100.5, {"front": looks}), (101.5, {})]
    pictures = list(frames(recording, "x"))

    def colors(picture: np.ndarray) -> set[tuple[int, ...]]:
        view = picture[24:218, 640:]  # Of the first camera, without band and legend.
        return {tuple(pixel) for pixel in view.reshape(-1, 3).tolist()} & {OBJECT, GOAL}

    assert colors(pictures[4]) == set()
    assert colors(pictures[6]) == {OBJECT, GOAL}
    assert colors(pictures[16]) == set()
    other = pictures[6][240 + 24 : 480, 640:]
    assert (other == 200).all()  # The wrist camera, which nothing was said of.


def test_without_pictures_there_is_no_video_but_a_reason(tmp_path: Path) -> None:
    with pytest.raises(VlaRosError, match="no picture of the simulator's onlooker arrived"):
        write_video(tmp_path / "demo.mp4", Recording(joint_names=("a",)), "x")


def test_the_plot_is_a_picture(recording: Recording, tmp_path: Path) -> None:
    write_plot(tmp_path / "demo.png", recording, "title")
    assert cv2.imread(str(tmp_path / "demo.png")).shape[0] > 500


@pytest.mark.filterwarnings("error")
def test_an_empty_recording_can_be_plotted(tmp_path: Path) -> None:
    write_plot(tmp_path / "demo.png", Recording(joint_names=("a",)), "nothing happened")
    assert (tmp_path / "demo.png").is_file()


def test_the_fastest_joint_is_found(recording: Recording) -> None:
    assert max_speed(recording) == pytest.approx(0.5)
    assert max_speed(Recording(joint_names=("a",))) == 0.0
