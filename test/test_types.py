# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.types import Gaze, PolicyOutput

ROWS = {"rows": np.zeros((2, 4)), "gripper": np.ones(2)}
FRONT = Gaze(camera="front", object_uv=(0.0, 1.0), goal_uv=(0.5, 0.25))


def test_an_answer_without_grounding_and_gaze_says_so() -> None:
    output = PolicyOutput(rows=np.zeros((2, 4)), gripper=np.ones(2))
    assert math.isnan(output.grounded_probability)
    assert output.gaze == ()


@pytest.mark.parametrize("number", [math.inf, -math.inf, -0.01, 1.01])
def test_a_grounding_that_is_no_probability_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"grounded_probability is .* wanted 0 to 1, or NaN"):
        PolicyOutput(**ROWS, grounded_probability=number)


@pytest.mark.parametrize("number", [0.0, 1.0, math.nan])
def test_a_grounding_at_the_limits_or_none_at_all_is_fine(number: float) -> None:
    PolicyOutput(**ROWS, grounded_probability=number, gaze=(FRONT,))


def test_a_camera_is_gazed_at_only_once() -> None:
    with pytest.raises(ValueError, match="gaze names a camera twice: front, front"):
        PolicyOutput(**ROWS, gaze=(FRONT, FRONT))


@pytest.mark.parametrize(
    "place", [(math.nan, 0.5), (0.5, math.inf), (-0.1, 0.5), (0.5, 1.1), (0.5,)]
)
@pytest.mark.parametrize("label", ["object_uv", "goal_uv"])
def test_a_place_outside_the_image_is_refused(label: str, place: tuple[float, ...]) -> None:
    places = {"object_uv": (0.5, 0.5), "goal_uv": (0.5, 0.5)} | {label: place}
    with pytest.raises(ValueError, match=f"{label} in 'front' is .* wanted two fractions"):
        Gaze(camera="front", **places)
