# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from observed import MS, changed, deep, frame, state, view

from vla_ros.errors import ConfigError, ObservationError
from vla_ros.observe.observer import Observer
from vla_ros.policy.images import CropSpec, HistorySpec, ImageSpec
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.view.camera import Lens


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    """Return the simulated arm."""
    return load_robot_profile("sim_arm")


@pytest.fixture
def observer(robot: RobotProfile) -> Observer:
    """Return an observer of both cameras that has seen nothing."""
    return Observer(robot, (view("front"), view("wrist")))


def test_an_observation_is_due_when_every_camera_has_a_new_image(
    observer: Observer, robot: RobotProfile
) -> None:
    observer.add_state(*state(robot, 1000))
    observer.add_frame(frame("front", 1000))
    assert not observer.due
    observer.add_frame(frame("wrist", 1001))
    assert observer.due
    observation = observer.observe(1010 * MS)
    assert not observer.due
    assert [f.camera for f in observation.frames] == ["front", "wrist"]
    assert observation.frames[0].image.shape == (32, 32, 3)
    observer.add_frame(frame("front", 1033))
    assert not observer.due
    observer.add_frame(frame("wrist", 1034))
    assert observer.due


def test_the_gripper_is_told_as_opening_and_is_no_arm_joint(
    observer: Observer, robot: RobotProfile
) -> None:
    observer.add_state(*state(robot, 1000, velocity=np.full(6, 0.25)))
    for camera in ("front", "wrist"):
        observer.add_frame(frame(camera, 1000))
    observation = observer.observe(1010 * MS)
    assert observation.gripper == pytest.approx(0.5)
    assert observation.joints.names == robot.joint_names
    assert observation.joints.velocity is not None
    assert observation.joints.velocity.shape == (6,)


def test_a_fast_camera_and_the_joints_reach_back_to_one_that_lags(robot: RobotProfile) -> None:
    """At 100 and 1000 Hz, with a wrist camera whose pictures are 280 ms old."""
    observer = Observer(robot, (view("front"), view("wrist")))
    for stamp in range(1000, 1301):
        observer.add_state(*state(robot, stamp))
    for stamp in range(1000, 1301, 10):
        observer.add_frame(frame("front", stamp))
    observer.add_frame(frame("wrist", 1020))
    seen = observer.observe(1300 * MS)
    assert [f.stamp_ns // MS for f in seen.frames] == [1020, 1020]
    assert seen.joints.stamp_ns == 1020 * MS


def test_an_observation_that_failed_stays_due(observer: Observer, robot: RobotProfile) -> None:
    for camera in ("front", "wrist"):
        observer.add_frame(frame(camera, 1000))
    with pytest.raises(ObservationError, match="no state has arrived yet"):
        observer.observe(1010 * MS)
    observer.add_state(*state(robot, 1000))
    assert observer.due


@pytest.mark.parametrize("with_velocity", [True, False])
def test_a_camera_that_repeats_itself_while_the_arm_moves_is_flagged(
    observer: Observer, robot: RobotProfile, with_velocity: bool
) -> None:
    velocity = np.full(6, 0.2) if with_velocity else None
    for stamp in range(1000, 1700, 50):
        observer.add_state(*state(robot, stamp, joint1=0.2 * stamp / 1000, velocity=velocity))
        observer.add_frame(frame("front", stamp, seed=0))
        observer.add_frame(frame("wrist", stamp))
    observation = observer.observe(1660 * MS)
    assert observation.frozen == (True, False)
    assert [report.frozen for report, _ in observer.reports(1660 * MS)] == [True, False, False]


def test_a_clock_set_back_begins_anew(observer: Observer, robot: RobotProfile) -> None:
    for stamp in (9000, 2000):
        observer.add_state(*state(robot, stamp))
        for camera in ("front", "wrist"):
            observer.add_frame(frame(camera, stamp))
        assert observer.due
        assert observer.observe((stamp + 10) * MS).stamp_ns == stamp * MS


def test_reports_name_what_is_wrong_with_each_stream(
    observer: Observer, robot: RobotProfile
) -> None:
    observer.add_frame(frame("front", 1000))
    observer.add_state(*state(robot, 1000))
    complaints = {report.name: text for report, text in observer.reports(1100 * MS)}
    assert complaints["camera 'front'"] == ""
    assert "no image has arrived yet" in complaints["camera 'wrist'"]
    assert complaints["joint state"] == ""


def test_a_camera_that_the_robot_lacks_is_named(robot: RobotProfile) -> None:
    with pytest.raises(ConfigError, match=r"robot 'sim_arm' has no camera 'left'\. It has: front"):
        Observer(robot, (view("left"),))


def test_a_picture_of_another_size_is_refused(robot: RobotProfile) -> None:
    observer = Observer(changed(robot, size=(640, 480)), (view("front"),))
    with pytest.raises(ObservationError, match="its picture has 64x48 pixels, wanted 640x480"):
        observer.add_frame(frame("front", 1000))
    assert observer.cameras["front"].buffer.newest is None


def test_a_camera_at_half_its_rate_is_complained_about_within_two_seconds(
    robot: RobotProfile,
) -> None:
    observer = Observer(changed(robot, rate_hz=30.0), (view("front"),))
    stamp_ms = 1000
    for _ in range(60):
        stamp_ms += 33
        observer.add_frame(frame("front", stamp_ms))
    assert observer.reports((stamp_ms + 5) * MS)[0][1] == ""
    slow_from_ms, complaint = stamp_ms, ""
    while complaint == "":
        stamp_ms += 67
        observer.add_frame(frame("front", stamp_ms))
        complaint = observer.reports((stamp_ms + 5) * MS)[0][1]
        assert stamp_ms - slow_from_ms < 2000
    assert re.search(r"pictures come at \d\d\.\d Hz, wanted 30 Hz, at least 22\.5 Hz", complaint)


def test_only_a_part_of_the_picture_is_shown(robot: RobotProfile) -> None:
    whole = frame("front", 1000)
    part = view("front").model_copy(update={"crop": CropSpec(left=0.5), "letterbox": False})
    observer = Observer(robot, (part,))
    observer.add_frame(whole)
    shown = observer.cameras["front"].buffer.newest
    assert shown is not None
    assert abs(float(shown.image.mean()) - float(whole.image[:, 32:].mean())) < 1.5


def past(frames: int, spacing_s: float) -> ImageSpec:
    return view("front").model_copy(
        update={"history": HistorySpec(frames=frames, spacing_s=spacing_s)}
    )


def test_earlier_pictures_come_with_the_newest_one(robot: RobotProfile) -> None:
    observer = Observer(robot, (past(2, 0.5), view("wrist")))
    for k in range(60):
        observer.add_frame(frame("front", 1000 + 33 * k))
        observer.add_frame(frame("wrist", 1002 + 33 * k))
    observer.add_state(*state(robot, 2940))
    seen = observer.observe(2960 * MS)
    newest_ms = seen.frames[0].stamp_ns // MS
    assert [f.camera for f in seen.history] == ["front", "front"]
    ages_ms = [newest_ms - f.stamp_ns // MS for f in seen.history]
    assert ages_ms == pytest.approx([500, 1000], abs=17)


def test_history_is_never_made_up(robot: RobotProfile) -> None:
    observer = Observer(robot, (past(2, 0.5),))
    observer.add_state(*state(robot, 1600))
    for stamp_ms in (1000, 1100, 1200, 1300, 1400, 1500, 1600):
        observer.add_frame(frame("front", stamp_ms))
    wanted = r"'front': has no image from 1000 ms before the newest .*: 2 frames, 0\.5 s apart"
    with pytest.raises(ObservationError, match=wanted):
        observer.observe(1610 * MS)


def test_a_field_of_view_waits_for_the_lens_and_is_cut_by_it(robot: RobotProfile) -> None:
    wide = view("front").model_copy(update={"field_of_view_rad": 2.0 * math.atan(0.5)})
    observer = Observer(robot, (wide,))
    assert observer.measured_cameras == ("front",)
    with pytest.raises(ObservationError, match=r"no CameraInfo has arrived .* /front/camera_info"):
        observer.add_frame(frame("front", 1000))
    observer.add_lens("front", Lens(focal=(32.0, 32.0), center=(32.0, 24.0), size=(64, 48)))
    whole = frame("front", 1100)
    observer.add_frame(whole)
    shown = observer.cameras["front"].buffer.newest
    assert shown is not None
    assert (shown.image == whole.image[8:40, 16:48]).all()


@pytest.mark.parametrize(
    "lens", [None, Lens(focal=(90.0, 90.0), center=(32.0, 24.0), size=(64, 48))]
)
def test_a_lens_that_cannot_show_it_is_named(robot: RobotProfile, lens: Lens | None) -> None:
    wide = view("front").model_copy(update={"field_of_view_rad": 1.0})
    observer = Observer(robot, (wide,))
    observer.add_lens("front", lens)
    with pytest.raises(ObservationError, match=r"does not show the 1\.0 rad around the axis"):
        observer.add_frame(frame("front", 1000))


def test_undistorted_pictures_and_their_depth_come_with_the_lens(robot: RobotProfile) -> None:
    robot = changed(robot, depth_topic="/front/depth")
    straight = view("front").model_copy(update={"undistort": True, "depth": True})
    observer = Observer(robot, (straight,))
    assert observer.measured_cameras == ("front",)
    early = frame("front", 1000), deep(1000)
    for add, part in zip((observer.add_frame, observer.add_depth), early, strict=True):
        with pytest.raises(ObservationError, match=r"no CameraInfo has arrived .* undistorted"):
            add(part)
    lens = Lens(focal=(40.0, 40.0), center=(31.5, 23.5), size=(64, 48), model="plumb_bob")
    observer.add_lens("front", replace(lens, coefficients=(-0.05, 0.0, 0.0, 0.0, 0.0)))
    observer.add_state(*state(robot, 1100))
    observer.add_frame(frame("front", 1100))
    observer.add_depth(deep(1100))
    seen = observer.observe(1110 * MS)
    assert seen.frames[0].image[4:-4].any()
    assert (seen.frames[0].image[:4] == 0).all()
    assert (seen.depths[0].depth_m[4:-4] == 1.5).all()
    hole = seen.frames[0].pinhole
    assert hole is not None
    assert hole.focal == pytest.approx((20.0, 20.0))
    assert seen.depths[0].pinhole == hole


def test_cameras_of_other_rates_and_clocks_make_one_observation(robot: RobotProfile) -> None:
    """The wrist camera takes every third picture and stamps it 180 ms late."""
    views = (view("front"), view("wrist"))
    front, wrist = robot.cameras
    fixed = wrist.model_copy(update={"stamp_offset_s": -0.18})
    observers = [
        Observer(robot.model_copy(update={"cameras": (front, camera)}), views)
        for camera in (wrist, fixed)
    ]
    for observer in observers:
        observer.add_state(*state(robot, 1330))
        for k in range(11):
            observer.add_frame(frame("front", 1000 + 33 * k))
            if k % 3 == 0:
                observer.add_frame(frame("wrist", 1000 + 33 * k + 180))
    seen = observers[1].observe(1335 * MS)
    stamps_ms = [f.stamp_ns // MS for f in seen.frames]
    assert stamps_ms == [1297, 1297]
    with pytest.raises(ObservationError, match="'wrist': newest image is stamped 142 ms in the f"):
        observers[0].observe(1335 * MS)
