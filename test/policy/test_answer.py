# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.errors import PolicyError
from vla_ros.policy.answer import OUTPUTS, AnswerReader, find_gaze
from vla_ros.policy.spec import load_policy_profile

PROFILE = load_policy_profile("tabletop")
ALL = (*OUTPUTS, "grounded", "confidence", "attention_front", "attention_wrist")


def looks_at(*cells: tuple[int, int], side: int = 8) -> np.ndarray:
    """Attention with all its weight on one cell (row, column) per place. Shape (1, Q, G, G)."""
    weights = np.zeros((1, len(cells), side, side), np.float32)
    for place, (row, column) in enumerate(cells):
        weights[0, place, row, column] = 1.0
    return weights


def said(**given: np.ndarray) -> dict[str, np.ndarray]:
    """What a model answers that has all outputs."""
    usual = {
        "rows": np.full((1, 16, 4), 0.5, np.float32),
        "gripper": np.ones((1, 16), np.float32),
        "progress": np.array([0.25], np.float32),
        "done": np.array([0.75], np.float32),
        "grounded": np.array([0.5], np.float32),
        "confidence": np.array([0.125], np.float32),
        "attention_front": looks_at((2, 3), (5, 6), (0, 0)),
        "attention_wrist": looks_at((0, 0), (7, 7), (0, 0)),
    }
    return usual | given


def read(available: tuple[str, ...] = ALL, **given: np.ndarray):
    reader = AnswerReader(PROFILE, available)
    outputs = said(**given)
    return reader.read([outputs[name] for name in reader.names])


def test_every_output_finds_its_place_in_the_answer() -> None:
    output = read()
    assert output.rows.shape == (16, 4)
    assert output.rows.dtype == np.float64
    assert (output.progress, output.done_probability) == (0.25, 0.75)
    assert (output.grounded_probability, output.confidence) == (0.5, 0.125)
    assert [gaze.camera for gaze in output.gaze] == ["front", "wrist"]
    assert output.gaze[0].object_uv == (3.5 / 8, 2.5 / 8)
    assert output.gaze[0].goal_uv == (6.5 / 8, 5.5 / 8)


def test_outputs_that_a_model_lacks_are_neither_asked_for_nor_made_up() -> None:
    reader = AnswerReader(PROFILE, OUTPUTS)
    assert reader.names == OUTPUTS
    assert not reader.tells_grounding
    output = read(OUTPUTS)
    assert math.isnan(output.grounded_probability)
    assert math.isnan(output.confidence)
    assert output.gaze == ()


def test_attention_to_an_image_that_the_profile_does_not_have_is_left_alone() -> None:
    assert AnswerReader(PROFILE, (*OUTPUTS, "attention_ceiling")).names == OUTPUTS


def test_an_image_key_is_not_taken_for_the_camera_behind_it() -> None:
    scene = PROFILE.images[0].model_copy(update={"key": "scene", "camera": "front"})
    reader = AnswerReader(
        PROFILE.model_copy(update={"images": (scene,)}), (*OUTPUTS, "attention_scene")
    )
    outputs = said(attention_scene=looks_at((0, 0), (0, 0)))
    assert reader.read([outputs[name] for name in reader.names]).gaze[0].camera == "front"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.5, 1.5])
@pytest.mark.parametrize("name", ["grounded", "confidence"])
def test_a_share_that_is_none_is_an_error_with_its_name(name: str, number: float) -> None:
    with pytest.raises(PolicyError, match=f"'tabletop' answered {name} = .*, wanted 0 to 1"):
        read(**{name: np.array([number], np.float32)})


def test_the_gaze_lies_between_cells_that_share_the_weight() -> None:
    weights = looks_at((2, 3), (5, 6))[0]
    weights[0, 2, 4] = 0.5
    weights[0, 7, 7] = 0.9  # Far away from the peak: another thing.
    gaze = find_gaze("front", weights)
    assert gaze is not None
    assert gaze.object_uv == pytest.approx(((3.5 + 1.0 / 3.0) / 8, 2.5 / 8))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (7, 7), (0, 7)])
def test_the_gaze_stays_in_the_image_at_its_edges(row: int, column: int) -> None:
    gaze = find_gaze("front", looks_at((row, column), (3, 3))[0])
    assert gaze is not None
    assert gaze.object_uv == ((column + 0.5) / 8, (row + 0.5) / 8)


@pytest.mark.parametrize("number", [math.nan, math.inf, 0.0])
def test_attention_without_a_finite_weight_is_no_gaze(number: float) -> None:
    assert find_gaze("front", np.full((2, 8, 8), number)) is None
