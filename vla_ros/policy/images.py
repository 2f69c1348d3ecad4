# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy profile says of the images and points that the policy sees."""

from typing import Annotated

from pydantic import Field, model_validator

from vla_ros.strict_yaml import StrictModel, mistake

Pixels = Annotated[int, Field(ge=16, le=2048)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
_LEAST_CROP = 0.05


class CropSpec(StrictModel):
    """The part of a camera's picture that a policy sees, as fractions of width and height.

    Attributes:
        left: 0 to 1, from the left edge.
        top: 0 to 1, from the upper edge.
        right: 0 to 1, from the left edge too.
        bottom: 0 to 1, from the upper edge too.
    """

    left: Fraction = 0.0
    top: Fraction = 0.0
    right: Fraction = 1.0
    bottom: Fraction = 1.0

    @model_validator(mode="after")
    def _check_order(self) -> "CropSpec":
        for low, high in (("left", "right"), ("top", "bottom")):
            if not getattr(self, high) - getattr(self, low) >= _LEAST_CROP:
                raise mistake(f"should be at least {_LEAST_CROP} above '{low}'", high)
        return self


class HistorySpec(StrictModel):
    """Earlier pictures of the same camera, for a policy that sees motion.

    Attributes:
        frames: How many, beside the newest.
        spacing_s: Time between them [s].
    """

    frames: Annotated[int, Field(ge=1, le=16)]
    spacing_s: Annotated[float, Field(ge=0.01, le=2.0)]


class ImageSpec(StrictModel):
    """One image that the policy sees.

    Attributes:
        key: What the policy calls it.
        camera: Name of the camera in the robot profile.
        width: [pixels].
        height: [pixels].
        letterbox: Keep the aspect ratio and pad with black; otherwise stretch.
        crop: Taken out of the camera's picture before; left out: all of it.
        field_of_view_rad: Instead of `crop`: what the picture's width shall show [rad], cut around
            the optical axis as the camera's CameraInfo says.
        undistort: Undo what the lens distorts, as the camera's CameraInfo says, before all that.
        history: Earlier pictures that come with it; left out: none.
        depth: The camera's depth image comes with it.
    """

    key: str
    camera: str
    width: Pixels
    height: Pixels
    letterbox: bool
    crop: CropSpec | None = None
    field_of_view_rad: Annotated[float, Field(ge=0.05, le=3.0)] | None = None
    undistort: bool = False
    history: HistorySpec | None = None
    depth: bool = False

    @model_validator(mode="after")
    def _check_part(self) -> "ImageSpec":
        if self.crop is not None and self.field_of_view_rad is not None:
            raise mistake("give either 'crop' or this", "field_of_view_rad")
        return self


class PointCloudSpec(StrictModel):
    """The point cloud that the policy sees.

    Attributes:
        source: Name of the point cloud in the robot profile.
        points: How many, evenly spread over those that were measured.
        color: Each with its colour.
    """

    source: str
    points: Annotated[int, Field(ge=1, le=1 << 18)]
    color: bool = False
