# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
import re
from dataclasses import FrozenInstanceError, dataclass

import pytest

from vla_ros.errors import ConfigError
from vla_ros.params import NODE_PARAMS, NodeParams, SimParams, make_params, param, specs_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KettleParams(NodeParams):
    """Parameters of a kettle."""

    water_l: float = param("How much water.", unit="l", low=0.2, high=1.7)
    colour: str = param("Of the lid.", choices=("red", "blue"), default="red")
    cups: int = param("To fill.", low=1, high=8, default=2)
    stages_c: tuple[float, ...] = param(
        "Temperatures on the way.", unit="C", low=20.0, high=100.0, default=(60.0, 100.0)
    )


def test_values_that_are_not_given_take_their_defaults() -> None:
    params = make_params(KettleParams, {"water_l": 1.0})
    assert (params.autostart, params.water_l, params.colour, params.cups) == (True, 1.0, "red", 2)
    assert params.stages_c == (60.0, 100.0)


def test_parameters_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        make_params(KettleParams, {"water_l": 1.0}).cups = 3


@pytest.mark.parametrize("value", [0.2, 1.7])
def test_the_bounds_themselves_are_allowed(value: float) -> None:
    assert make_params(KettleParams, {"water_l": value}).water_l == value


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"water_l": 1.71}, "water_l = 1.71 l is outside [0.2, 1.7]. How much water."),
        ({"water_l": math.nan}, "water_l = nan l is outside [0.2, 1.7]. How much water."),
        ({"water_l": math.inf}, "water_l = inf l is outside [0.2, 1.7]"),
        ({"water_l": -math.inf}, "water_l = -inf l is outside [0.2, 1.7]"),
        ({"water_l": 1}, "water_l = 1 l is int, wanted float; write 1.0. How much water."),
        ({"water_l": "1"}, "water_l = '1' l is str, wanted float"),
        ({"water_l": True}, "water_l = True l is bool, wanted float"),
        ({"cups": True}, "cups = True is bool, wanted int"),
        ({"cups": 9}, "cups = 9 is outside [1, 8]. To fill."),
        ({"colour": "green"}, "colour = 'green' is not one of: red, blue. Of the lid."),
        ({"autostart": 1}, "autostart = 1 is int, wanted bool"),
        ({"stages_c": [60.0, math.nan]}, "stages_c[1] = nan C is outside [20.0, 100.0]. Temp"),
        ({"stages_c": [101.0, 60.0]}, "stages_c[0] = 101.0 C is outside [20.0, 100.0]"),
        ({"stages_c": [60]}, "stages_c[0] = 60 C is int, wanted float; write 60.0"),
        ({"stages_c": 60.0}, "stages_c = 60.0 is not an array, wanted float[]"),
        ({"wter_l": 1.0}, "wter_l is not a parameter of this node. Did you mean 'water_l'? Known"),
        ({"x": 1.0}, "x is not a parameter of this node. Known: autostart, water_l, colour, cups"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    changes: dict[str, object], text: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(text)):
        make_params(KettleParams, {"water_l": 1.0} | changes)


def test_a_value_without_default_has_to_be_given() -> None:
    with pytest.raises(ConfigError, match=r"water_l is not given and has no default\. How much"):
        make_params(KettleParams, {})


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"robot is empty\. Robot profile"):
        make_params(SimParams, {"robot": ""})


def test_all_mistakes_are_in_one_message() -> None:
    with pytest.raises(ConfigError) as caught:
        make_params(KettleParams, {"cups": 0, "colour": "", "sugar": 1})
    assert len(str(caught.value).splitlines()) == 4


def test_building_the_class_directly_checks_as_well() -> None:
    with pytest.raises(ConfigError, match=r"water_l = 9\.0 l is outside"):
        KettleParams(water_l=9.0)


@pytest.mark.parametrize("node", NODE_PARAMS)
def test_every_declaration_is_complete(node: str) -> None:
    for spec in specs_of(NODE_PARAMS[node]):
        assert spec.doc.endswith("."), spec.name
        assert (spec.low is None) == (spec.high is None), spec.name
        if spec.scalar in {int, float}:
            assert spec.low is not None, spec.name
        if spec.default is not None:
            required = {s.name: "x" for s in specs_of(NODE_PARAMS[node]) if s.default is None}
            make_params(NODE_PARAMS[node], {**required, spec.name: spec.default})
