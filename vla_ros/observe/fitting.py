# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brings the pictures of one camera to what a policy wants to see of it."""

from dataclasses import dataclass, field
from typing import Protocol

from vla_ros.errors import ObservationError
from vla_ros.observe.assemble import History
from vla_ros.observe.image import Crop, crop_image, fit_depth, fit_image, part_of_view
from vla_ros.observe.undistort import (
    LACKS,
    Remap,
    Target,
    fault_of_lens,
    fit_angle,
    fit_lens,
    make_remap,
)
from vla_ros.types import DepthArray, ImageArray
from vla_ros.view.camera import Lens

_LEAST_SEEN = 0.98  # Of an undistorted picture; black corners that are smaller nobody misses.


class View(Protocol):
    """How a policy wants to see one camera; an image of a policy profile is one."""

    @property
    def camera(self) -> str:
        """Name of the camera in the robot profile."""

    @property
    def width(self) -> int:
        """Wanted [pixels]."""

    @property
    def height(self) -> int:
        """Wanted [pixels]."""

    @property
    def letterbox(self) -> bool:
        """Keep the aspect ratio and pad with black; otherwise stretch."""

    @property
    def crop(self) -> Crop | None:
        """Taken out of the picture before; None for all of it."""

    @property
    def field_of_view_rad(self) -> float | None:
        """Instead of a crop: what the width shall show [rad]; None for `crop`."""

    @property
    def undistort(self) -> bool:
        """Undo what the lens distorts."""

    @property
    def history(self) -> History | None:
        """Earlier pictures that come with it; None for none."""

    @property
    def depth(self) -> bool:
        """The camera's depth image comes with it."""


class Fitting(Protocol):
    """Brings the pictures of one camera to what a policy wants to see of it."""

    @property
    def needs_lens(self) -> bool:
        """The camera's CameraInfo is needed."""

    @property
    def pinhole(self) -> Lens | None:
        """Where the fitted pictures show what; None while it is not known, or not exactly."""

    def add_lens(self, lens: Lens | None) -> None:
        """Take what a camera's CameraInfo says; None if it lacks a focal length or a size."""

    def fit(self, image: ImageArray) -> ImageArray:
        """Return a picture as the policy wants it.

        Raises:
            ObservationError: It cannot be made; the message says why.
        """

    def fit_depth(self, depth_m: DepthArray) -> DepthArray:
        """Return a depth image as the policy wants it; it shows what the picture shows.

        Raises:
            ObservationError: It cannot be made; the message says why.
        """


def make_fitting(view: View, info_topic: str) -> Fitting:
    """Return what makes pictures as a policy wants them.

    Args:
        view: How the policy wants to see the camera.
        info_topic: Where the camera says what its lens is.
    """
    return Undistortion(view, info_topic) if view.undistort else Cut(view, info_topic)


class Cut:
    """Cuts and resizes; what the lens distorts stays. See `Fitting`."""

    pinhole = None

    def __init__(self, view: View, info_topic: str) -> None:
        """Begin without a CameraInfo; see `make_fitting`."""
        self._view = view
        self._lens: Lens | None = None
        self._part: Crop | None = view.crop
        self._objection = ""
        if self.needs_lens:
            self._objection = _no_lens(
                view, f"a field of view of {view.field_of_view_rad} rad", info_topic
            )

    @property
    def needs_lens(self) -> bool:
        """A part is wanted that only the lens tells."""
        return self._view.field_of_view_rad is not None

    def add_lens(self, lens: Lens | None) -> None:
        """Find the part that shows the field of view."""
        view, angle_rad = self._view, self._view.field_of_view_rad
        if angle_rad is None:
            return
        aspect = view.width / view.height
        self._lens = lens
        self._part = None if lens is None else part_of_view(lens, angle_rad, aspect)
        self._objection = ""
        if self._part is None:
            found = f"says fx, fy = {lens.focal} pixels" if lens else LACKS
            self._objection = (
                f"camera '{view.camera}': its CameraInfo {found}, and its picture does not show "
                f"the {angle_rad} rad around the axis that the policy wants (field_of_view_rad). "
                "Calibrate the camera, take a wider lens, or give a crop"
            )

    def fit(self, image: ImageArray) -> ImageArray:
        """Return the part, resized."""
        self._check(image.shape[1], image.shape[0], "picture")
        view, part = self._view, crop_image(image, self._part)
        return fit_image(part, view.width, view.height, letterbox=view.letterbox)

    def fit_depth(self, depth_m: DepthArray) -> DepthArray:
        """Return the same part of a depth image, resized."""
        self._check(depth_m.shape[1], depth_m.shape[0], "depth image")
        view, part = self._view, crop_image(depth_m, self._part)
        return fit_depth(part, view.width, view.height, letterbox=view.letterbox)

    def _check(self, width: int, height: int, what: str) -> None:
        if self._objection:
            raise ObservationError(self._objection)
        if self._lens is not None and self._lens.resized(width, height) is None:
            raise ObservationError(
                f"camera '{self._view.camera}': its {what} has {width}x{height} pixels, another "
                f"shape than the {_shape(self._lens)} of its CameraInfo, and the policy wants "
                f"{self._view.field_of_view_rad} rad of it (field_of_view_rad). Calibrate the "
                "camera at the size that it sends, or give a crop"
            )


class Undistortion:
    """Cuts, undistorts and resizes, with tables that are kept for a lens. See `Fitting`."""

    needs_lens = True

    def __init__(self, view: View, info_topic: str) -> None:
        """Begin without a CameraInfo; see `make_fitting`."""
        self._view = view
        self._lens: Lens | None = None
        # What stands against it, until there are tables.
        self._tables: _Tables | str = _no_lens(view, "undistorted pictures", info_topic)

    @property
    def pinhole(self) -> Lens | None:
        """The undistorted camera."""
        return None if isinstance(self._tables, str) else self._tables.target.lens

    def add_lens(self, lens: Lens | None) -> None:
        """Make the tables, if it is another lens than before."""
        if lens is None or lens != self._lens:
            self._lens, self._tables = lens, self._make(lens)

    def fit(self, image: ImageArray) -> ImageArray:
        """Return the undistorted part, resized."""
        tables = self._get()
        height, width = image.shape[:2]
        if tables.lens.size != (width, height):
            raise ObservationError(
                f"camera '{self._view.camera}': its picture has {width}x{height} pixels, its "
                f"CameraInfo is for {_shape(tables.lens)}, and the policy wants undistorted "
                "pictures. Calibrate the camera at the size that it sends"
            )
        return tables.remap.apply(image)

    def fit_depth(self, depth_m: DepthArray) -> DepthArray:
        """Return the same part of a depth image, undistorted; no pixel is a mixture of two."""
        tables = self._get()
        height, width = depth_m.shape
        if (width, height) not in tables.depths:
            lens = tables.lens.resized(width, height)
            if lens is None:
                raise ObservationError(
                    f"camera '{self._view.camera}': its depth image has {width}x{height} pixels, "
                    f"another shape than the {_shape(tables.lens)} of its CameraInfo. Let it "
                    "send depth that is aligned with its pictures"
                )
            tables.depths[width, height] = make_remap(lens, tables.target, mixes=False)
        return tables.depths[width, height].apply(depth_m)

    def _get(self) -> "_Tables":
        if isinstance(self._tables, str):
            raise ObservationError(self._tables)
        return self._tables

    def _make(self, lens: Lens | None) -> "_Tables | str":
        fault = fault_of_lens(lens)
        if lens is None or fault:
            return (
                f"camera '{self._view.camera}': its CameraInfo {fault}, and the policy wants "
                "undistorted pictures (undistort in the policy profile). Calibrate the camera"
            )
        target = self._aim(lens)
        remap = make_remap(lens, target, mixes=True)
        if not remap.seen >= _LEAST_SEEN:
            return (
                f"camera '{self._view.camera}': by its CameraInfo it sees {remap.seen:.1%} of the "
                f"undistorted picture that the policy wants, wanted {_LEAST_SEEN:.0%}. Calibrate "
                "the camera, give a crop, or a smaller field_of_view_rad"
            )
        return _Tables(lens=lens, target=target, remap=remap)

    def _aim(self, lens: Lens) -> Target:
        view = self._view
        if view.field_of_view_rad is not None:
            return fit_angle(view.field_of_view_rad, view.width, view.height)
        return fit_lens(lens, view.crop, view.width, view.height, letterbox=view.letterbox)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """What is made once for a lens; `depths` by the width and height of the depth image."""

    lens: Lens
    target: Target
    remap: Remap
    depths: dict[tuple[int, int], Remap] = field(default_factory=dict)


def _no_lens(view: View, wanted: str, info_topic: str) -> str:
    return (
        f"camera '{view.camera}': no CameraInfo has arrived yet, and the policy wants {wanted}. "
        f"Check: ros2 topic info {info_topic}"
    )


def _shape(lens: Lens) -> str:
    return f"{lens.size[0]}x{lens.size[1]}"
