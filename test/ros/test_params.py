# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.node import Node
from rclpy.parameter import Parameter

from vla_ros.errors import ConfigError
from vla_ros.params import NodeParams, param
from vla_ros.ros.params import declare_params

pytestmark = pytest.mark.ros


@dataclass(frozen=True, slots=True, kw_only=True)
class KettleParams(NodeParams):
    """Parameters of a kettle."""

    water_l: float = param("How much water.", unit="l", low=0.2, high=1.7)
    cups: int = param("To fill.", low=1, high=8, default=2)
    colour: str = param("Of the lid.", choices=("red", "blue"), default="red")
    stages_c: tuple[float, ...] = param("Steps.", unit="C", low=20.0, high=100.0, default=(60.0,))


@pytest.fixture(scope="module", autouse=True)
def ros() -> Iterator[None]:
    """Start ROS for this module."""
    rclpy.init()
    yield
    rclpy.shutdown()


def declared(**values: object) -> tuple[Node, KettleParams]:
    overrides = [Parameter(name, value=value) for name, value in values.items()]
    node = Node("kettle", parameter_overrides=overrides)
    try:
        return node, declare_params(node, KettleParams)
    except ConfigError:
        node.destroy_node()
        raise


def test_overrides_are_taken_and_the_rest_are_defaults() -> None:
    node, params = declared(water_l=1.5, stages_c=[30.0, 90.0])
    assert (params.water_l, params.cups, params.stages_c) == (1.5, 2, (30.0, 90.0))
    assert node.get_parameter("water_l").value == 1.5
    assert list(node.get_parameter("stages_c").value) == [30.0, 90.0]
    node.destroy_node()


def test_a_parameter_describes_itself_and_cannot_be_changed() -> None:
    node, _ = declared(water_l=1.5)
    water, cups = node.describe_parameters(["water_l", "cups"])
    assert water.description == "How much water. [l]"
    assert (water.floating_point_range[0].from_value, water.read_only) == (0.2, True)
    assert (cups.integer_range[0].from_value, cups.integer_range[0].to_value) == (1, 8)
    assert node.describe_parameter("colour").additional_constraints == "red, blue"
    assert node.describe_parameter("stages_c").additional_constraints == "20.0 to 100.0"
    (result,) = node.set_parameters([Parameter("cups", value=3)])
    assert not result.successful
    node.destroy_node()


def test_an_override_that_nobody_declares_is_an_error() -> None:
    with pytest.raises(
        ConfigError, match=r"parameters of /kettle:\n  cup is not a par.*Did you mean 'cups'"
    ):
        declared(water_l=1.0, cup=3)


def test_all_mistakes_and_where_to_mend_them_are_in_one_message() -> None:
    with pytest.raises(ConfigError, match="Set them with `-p NAME:=VALUE`") as caught:
        declared(cups=9, stages_c=[float("nan")])
    assert "water_l is not given" in str(caught.value)
    assert "cups = 9 is outside" in str(caught.value)
    assert "stages_c[0] = nan" in str(caught.value)


def test_the_clock_of_a_simulation_is_no_unknown_parameter() -> None:
    node, _ = declared(water_l=1.0, use_sim_time=True)
    assert node.get_parameter("use_sim_time").value
    node.destroy_node()
