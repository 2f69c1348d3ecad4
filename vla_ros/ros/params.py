# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Declares the parameters of `vla_ros/params.py` on a node, with descriptors and no surprises.

ROS stores overrides that nobody declares and never mentions them, and checks ranges of scalars
only. Here every override is held against the declaration before anything is declared.
"""

from typing import Any, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

from vla_ros.errors import ConfigError
from vla_ros.params import NodeParams, ParamSpec, make_params, specs_of

_Params = TypeVar("_Params", bound=NodeParams)

_TYPES: dict[tuple[type, bool], Parameter.Type] = {
    (bool, False): Parameter.Type.BOOL,
    (int, False): Parameter.Type.INTEGER,
    (float, False): Parameter.Type.DOUBLE,
    (str, False): Parameter.Type.STRING,
    (bool, True): Parameter.Type.BOOL_ARRAY,
    (int, True): Parameter.Type.INTEGER_ARRAY,
    (float, True): Parameter.Type.DOUBLE_ARRAY,
    (str, True): Parameter.Type.STRING_ARRAY,
}


def declare_params(node: Node, params: type[_Params]) -> _Params:
    """Declare all parameters of a node as read-only ones and return their values.

    Raises:
        ConfigError: An override is unknown, missing, of the wrong type or out of range; one
            line each, with the name of the node.
    """
    try:
        values = make_params(params, _overrides(node))
    except ConfigError as e:
        name = node.get_fully_qualified_name()
        lines = "\n".join(f"  {line}" for line in str(e).splitlines())
        raise ConfigError(
            f"parameters of {name}:\n{lines}\n"
            f"Set them with `-p NAME:=VALUE`, in a parameter file or in the launch file"
        ) from e
    for spec in specs_of(params):
        node.declare_parameter(spec.name, getattr(values, spec.name), describe(spec))
    return values


def describe(spec: ParamSpec) -> ParameterDescriptor:
    """Return the ROS descriptor of a declaration."""
    unit = f" [{spec.unit}]" if spec.unit else ""
    descriptor = ParameterDescriptor(
        name=spec.name,
        type=_TYPES[spec.scalar, spec.is_array].value,
        description=f"{spec.doc}{unit}",
        additional_constraints=spec.allowed,
        read_only=True,
    )
    if not spec.is_array and spec.low is not None and spec.high is not None:
        if spec.scalar is int:
            bounds = IntegerRange(from_value=int(spec.low), to_value=int(spec.high))
            descriptor.integer_range = [bounds]
        else:
            limits = FloatingPointRange(from_value=float(spec.low), to_value=float(spec.high))
            descriptor.floating_point_range = [limits]
    return descriptor


def _overrides(node: Node) -> dict[str, Any]:
    """Return what was given on the command line, in files or by launch, and not yet declared."""
    # No public call lists overrides without declaring them.
    overrides: dict[str, Parameter] = node._parameter_overrides  # noqa: SLF001
    return {
        name: parameter.value
        for name, parameter in overrides.items()
        if not node.has_parameter(name) and not name.startswith("qos_overrides.")
    }
