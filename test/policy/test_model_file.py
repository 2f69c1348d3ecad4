# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import hashlib
import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vla_ros.errors import ConfigError
from vla_ros.policy.model_file import (
    ImageSize,
    ModelDescription,
    Normalisation,
    check_description,
    check_tensors,
    sha256_of,
)
from vla_ros.policy.spec import load_policy_profile

PATH = Path("tabletop.onnx")
PROFILE = load_policy_profile("tabletop")
SHAPES: dict[str, tuple[object, ...]] = {
    "front": ("batch", 128, 128, 3),
    "wrist": ("batch", 128, 128, 3),
    "state": ("batch", 6),
    "tokens": ("batch", 20),
    "rows": ("batch", "dynamic", 4),
    "gripper": ("batch", 16),
    "progress": ("batch",),
    "done": ("batch",),
    "attention_front": ("batch", 2, 24, 24),
}


def described(**statistics: Any) -> ModelDescription:
    usual = {"state_mean": (0.0,) * 6, "state_scale": (1.0,) * 6, "action_scale": (0.1,) * 4}
    return ModelDescription(
        words=("<pad>", "go"),
        text_length=20,
        images=tuple(ImageSize(key=key, width=128, height=128) for key in ("front", "wrist")),
        state=PROFILE.state,
        space="eef_delta",
        rotation="yaw",
        rows=PROFILE.action.rows,
        step_s=0.1,
        horizon=16,
        normalisation=Normalisation(**(usual | statistics)),
        parameters=1,
        trained="never",
    )


def test_what_fits_is_not_objected_to() -> None:
    check_description(PATH, described(), PROFILE)
    check_tensors(PATH, described(), SHAPES)


@pytest.mark.parametrize(
    ("name", "shape", "text"),
    [
        ("front", ("batch", 64, 128, 3), r"front has the shape \[batch, 64, 128, 3\], wanted"),
        ("state", ("batch", 7), r"state has the shape \[batch, 7\], wanted \[any, 6\]"),
        ("rows", ("batch", 16, 7), r"rows has the shape \[batch, 16, 7\], wanted \[any, 16, 4\]"),
        ("rows", ("batch", 8, 4), "rows has the shape"),
        ("gripper", ("batch",), r"gripper has the shape \[batch\], wanted \[any, 16\]"),
    ],
)
def test_an_input_or_output_of_another_shape_is_named(
    name: str, shape: tuple[object, ...], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        check_tensors(PATH, described(), {**SHAPES, name: shape})


def test_an_output_that_is_missing_is_named_with_those_that_are_there() -> None:
    shapes = {name: shape for name, shape in SHAPES.items() if name != "done"}
    with pytest.raises(ConfigError, match="done is missing; it has: front, wrist, state"):
        check_tensors(PATH, described(), shapes)


@pytest.mark.parametrize("name", ["grounded", "confidence", "attention_front"])
def test_an_output_that_a_file_need_not_have_is_not_missed(name: str) -> None:
    check_tensors(PATH, described(), {k: v for k, v in SHAPES.items() if k != name})


def test_outputs_of_a_newer_network_are_not_objected_to() -> None:
    newer = {"grounded": ("batch",), "confidence": (None,), "attention_wrist": (None, 3, 16, 16)}
    check_tensors(PATH, described(), SHAPES | newer)


@pytest.mark.parametrize(
    ("name", "shape", "text"),
    [
        ("grounded", ("batch", 1), r"grounded has the shape \[batch, 1\], wanted \[any\]"),
        ("confidence", (), r"confidence has the shape \[\], wanted \[any\]"),
        ("attention_front", ("batch", 1, 24, 24), r"attention_front .* at least 2 places \(obj"),
        ("attention_front", ("batch", 2, 24, 12), "attention_front .* in a square map"),
        ("attention_wrist", ("batch", 2, 144), "attention_wrist .* wanted .any, places, side"),
    ],
)
def test_an_optional_output_that_is_there_has_to_have_its_shape(
    name: str, shape: tuple[object, ...], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        check_tensors(PATH, described(), {**SHAPES, name: shape})


@pytest.mark.parametrize(
    ("key", "numbers", "text"),
    [
        ("state_mean", (0.0,) * 5, "normalisation.state_mean has 5 numbers, wanted 6"),
        ("state_scale", (0.0, *(1.0,) * 5), "state_scale = .*sizes above 0"),
        ("action_scale", (0.1,) * 3, "normalisation.action_scale has 3 numbers, wanted 4"),
        ("action_scale", (-0.1, 0.1, 0.1, 0.1), "action_scale = .*sizes above 0"),
    ],
)
def test_statistics_that_cannot_be_right_are_named(
    key: str, numbers: tuple[float, ...], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        check_description(PATH, described(**{key: numbers}), PROFILE)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_statistics_that_are_not_finite_are_not_even_read(number: float) -> None:
    with pytest.raises(ValidationError, match="finite number"):
        described(state_mean=(number,) * 6)


def test_a_model_file_is_known_by_its_sha256(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"vla" * 1_000_000)
    assert sha256_of(model) == hashlib.sha256(b"vla" * 1_000_000).hexdigest()


@pytest.mark.parametrize("name", [None, "gone.onnx", "."])
def test_what_is_no_file_has_no_sha256(name: str | None, tmp_path: Path) -> None:
    assert sha256_of(None if name is None else tmp_path / name) == ""
