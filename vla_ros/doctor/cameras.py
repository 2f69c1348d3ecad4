# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of cameras: what they send, against what the two profiles say."""

from collections.abc import Iterator, Sequence

from vla_ros.doctor.facts import CameraSeen
from vla_ros.doctor.line import Level, Line, failed, passed, warned
from vla_ros.doctor.streams import check_pace, check_stamps, check_stream
from vla_ros.policy.images import CropSpec, ImageSpec
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.parts import CameraProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.view.camera import is_same_shape

_MOVING_RAD_S = 0.05
_SQUEEZED = 0.02  # What policies do not mind.
_ENOUGH = 3  # Pictures that say whether a camera repeats itself.


def check_camera(
    seen: CameraSeen, robot: RobotProfile, policy: PolicyProfile, speed_rad_s: float
) -> Iterator[Line]:
    """Yield the lines of one camera; a camera that is not heard has one only.

    Args:
        seen: The camera.
        robot: Whose camera it is.
        policy: That sees through it.
        speed_rad_s: Of the fastest joint meanwhile [rad/s].
    """
    name = f"camera.{seen.name}"
    profile = robot.camera(seen.name)
    heard = check_stream(f"{name}.topic", seen.stream, where_to_look(profile, robot))
    yield heard
    if heard.level is Level.FAIL:
        return
    limits = robot.thresholds
    yield check_image(seen)
    yield check_pace(
        f"{name}.rate",
        seen.stream,
        longest_s=limits.image_max_age_s,
        wanted_hz=1.0 / policy.action.step_s,
        key="thresholds.image_max_age_s",
    )
    yield check_stamps(
        f"{name}.clock",
        seen.stream,
        oldest_s=limits.image_max_age_s,
        key="thresholds.image_max_age_s",
    )
    yield check_frozen(seen, speed_rad_s)
    yield check_frame(seen, profile.frame)
    images = [image for image in policy.images if image.camera == seen.name]
    yield check_info(seen, images)
    for image in images:
        if seen.width > 0:
            yield check_size(seen, image)


def where_to_look(camera: CameraProfile, robot: RobotProfile) -> str:
    """Return what to do about a camera that is not heard."""
    return (
        f"Start the camera's driver, or correct topic and transport ('{camera.transport}') of "
        f"camera '{camera.name}' in config/robots/{robot.name}.yaml"
    )


def check_image(seen: CameraSeen) -> Line:
    """Object to images that cannot be decoded."""
    check = f"camera.{seen.name}.encoding"
    if seen.objection:
        return failed(check, seen.objection, "")
    return passed(check, f"{seen.width}x{seen.height} pixels, {seen.encoding}")


def check_size(seen: CameraSeen, image: ImageSpec) -> Line:
    """Object to images that a policy sees distorted or blown up."""
    check = f"camera.{seen.name}.size"
    if image.field_of_view_rad is not None:
        angle = f"{image.field_of_view_rad:g} rad"
        return passed(check, f"{seen.width}x{seen.height} pixels, of which {angle} are cut out")
    crop = CropSpec() if image.crop is None else image.crop
    width = round(seen.width * (crop.right - crop.left))
    height = round(seen.height * (crop.bottom - crop.top))
    found = f"{width}x{height} pixels for the policy's {image.width}x{image.height}"
    stretch = (width * image.height) / (height * image.width)
    if width < image.width or height < image.height:
        return warned(check, f"{found}: they are blown up", "Let the camera send larger images")
    if not image.letterbox and abs(stretch - 1.0) > _SQUEEZED:
        return warned(
            check,
            f"{found}: they are squeezed by {stretch:.2f}",
            f"Right only if the policy was trained so; else set letterbox: true for image "
            f"'{image.key}' in the policy profile, or give it a crop",
        )
    return passed(check, found)


def check_frozen(seen: CameraSeen, speed_rad_s: float) -> Line:
    """Object to a camera that sends one picture again and again."""
    check = f"camera.{seen.name}.frozen"
    count = seen.stream.count
    if seen.pictures > 1 or count < _ENOUGH:
        return passed(check, f"{seen.pictures} different pictures in {count} images")
    found = f"{count} images are equal to the last bit"
    if seen.frozen or speed_rad_s > _MOVING_RAD_S:
        return failed(
            check, f"{found} while the arm moves", "The camera hangs: restart its driver"
        )
    return warned(
        check,
        f"{found}; a sensor has noise",
        "Move something before the camera and look again. A simulated camera without noise needs "
        "some, or the gate will take it for a frozen one",
    )


def check_frame(seen: CameraSeen, frame: str) -> Line:
    """Object to another optical frame than the profile's."""
    check = f"camera.{seen.name}.frame"
    if seen.frame == frame:
        return passed(check, f"frame_id is '{frame}'")
    return warned(
        check,
        f"frame_id is '{seen.frame}', the robot profile says '{frame}'",
        "Is it the right camera? If so correct 'frame' in the robot profile",
    )


def check_info(seen: CameraSeen, images: Sequence[ImageSpec]) -> Line:
    """Object to a CameraInfo that is missing, of another size, or no use for this policy."""
    check, info = f"camera.{seen.name}.info", seen.info
    undistort = any(image.undistort for image in images)
    needed = undistort or any(image.field_of_view_rad is not None for image in images)
    if info is None:
        need = (
            "This policy wants its pictures by it (undistort, field_of_view_rad) and gets none"
            if needed
            else "This policy does not need it; depth and calibration do"
        )
        found = f"no CameraInfo beside {seen.stream.topic}"
        return warned(check, found, f"{need}. Let the driver publish it")
    if seen.width and (info.width, info.height) != (seen.width, seen.height):
        lens, picture = (info.width, info.height), (seen.width, seen.height)
        reshaped = not min(lens) > 0 or not is_same_shape(lens, picture)
        return (failed if undistort or (needed and reshaped) else warned)(
            check,
            f"{info.topic} is for {info.width}x{info.height} pixels, the images have "
            f"{seen.width}x{seen.height}",
            "Calibrate the camera at the size that it sends",
        )
    if not info.calibrated:
        found = f"{info.topic} has no focal length"
        return (failed if needed else warned)(check, found, "Calibrate the camera")
    if undistort and info.fault:
        return failed(
            check,
            f"{info.topic} {info.fault}, and the policy wants undistorted pictures",
            "Calibrate the camera, or undistort where they are published",
        )
    return passed(check, f"{info.topic} fits")
