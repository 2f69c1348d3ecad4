# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of every node, each declared once: default, unit, range and meaning.

ROS descriptors, the reference page and the checks all come from these declarations.
"""

import dataclasses
import difflib
import math
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from vla_ros.errors import ConfigError

Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamSpec:
    """The declaration of one parameter.

    Attributes:
        name: Its name.
        doc: What it means; one sentence or two.
        scalar: `bool`, `int`, `float` or `str`; of an array, the type of one element.
        is_array: True for an array.
        unit: Unit of the value, empty if it has none.
        low: Smallest value allowed; None for a text or a flag.
        high: Largest value allowed; None for a text or a flag.
        choices: The words allowed; empty allows any.
        default: None if there is no default and the parameter has to be given.
    """

    name: str
    doc: str
    scalar: type[Scalar]
    is_array: bool
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    default: Value | None

    @property
    def type_name(self) -> str:
        """The type in words, for example `float[]`."""
        return f"{self.scalar.__name__}{'[]' if self.is_array else ''}"

    @property
    def allowed(self) -> str:
        """What is allowed in words; empty if everything of the type is."""
        if self.choices:
            return ", ".join(self.choices)
        if self.low is None or self.high is None:
            return ""
        return f"{self.low} to {self.high}"


def param(
    doc: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    default: Any = dataclasses.MISSING,
) -> Any:
    """Declare one parameter in a class derived from `NodeParams`.

    Args:
        doc: What it means.
        unit: Unit of the value.
        low: Smallest value allowed; numbers have both bounds.
        high: Largest value allowed.
        choices: The words allowed.
        default: Left out, the parameter has to be given.
    """
    about = {"doc": doc, "unit": unit, "low": low, "high": high, "choices": choices}
    return dataclasses.field(default=default, metadata=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeParams:
    """Parameters of every node."""

    autostart: bool = param(
        "Configure and activate by itself after start; otherwise wait for `ros2 lifecycle`.",
        default=True,
    )

    def __post_init__(self) -> None:
        """Refuse values outside their declaration, all of them in one message.

        Raises:
            ConfigError: With one line per value.
        """
        found = [text for spec in specs_of(type(self)) for text in _check(spec, self)]
        if found:
            raise ConfigError("\n".join(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class PerceptionParams(NodeParams):
    """Parameters of perception_node."""

    robot: str = param("Robot profile: a name in config/robots or the path of a YAML file.")
    policy: str = param("Policy profile: a name in config/policies or the path of a YAML file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceParams(NodeParams):
    """Parameters of inference_node."""

    robot: str = param("Robot profile: a name in config/robots or the path of a YAML file.")
    policy: str = param("Policy profile: a name in config/policies or the path of a YAML file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorParams(NodeParams):
    """Parameters of executor_node; all limits are in the robot profile."""

    robot: str = param("Robot profile: a name in config/robots or the path of a YAML file.")
    auto_arm: bool = param(
        "Arm without a person. Refused unless the robot profile says `simulated: true`.",
        default=False,
    )
    dry_run: bool = param(
        "Command a ghost (~/ghost, sensor_msgs/JointState) instead of the robot: everything runs "
        "as ever, and nothing moves.",
        default=False,
    )
    audit_folder: str = param(
        "Folder of the audit log; `ros`: vla_ros/audit in ROS_LOG_DIR, ROS_HOME or ~/.ros, the "
        "first of them that is set; `none` writes no log.",
        default="ros",
    )
    audit_file_mb: float = param(
        "Size at which the audit log begins its next file.",
        unit="MB",
        low=0.01,
        high=1000.0,
        default=64.0,
    )
    audit_files: int = param(
        "Files of audit logs that are kept; the oldest go first.", low=2, high=1000, default=16
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimParams(NodeParams):
    """Parameters of sim_node."""

    robot: str = param(
        "Robot profile whose topics the simulated driver speaks.", default="sim_arm"
    )
    joint_states_sorted: bool = param(
        "Publish the joint states in the alphabetical order of their names, as some drivers do; "
        "otherwise in the order of the robot profile.",
        default=False,
    )
    image_width: int = param(
        "Width of both cameras' images.", unit="pixels", low=32, high=640, default=128
    )
    image_height: int = param(
        "Height of both cameras' images.", unit="pixels", low=32, high=480, default=128
    )
    camera_rate_hz: float = param(
        "Images per second and camera.", unit="Hz", low=1.0, high=60.0, default=30.0
    )
    seed: int = param(
        "Draws the first scene and the pixel noise.", low=0, high=2**31 - 1, default=0
    )
    publish_clock: bool = param(
        "Publish /clock, for nodes that run with use_sim_time.", default=False
    )
    real_time_factor: float = param(
        "Simulated seconds per second.", low=0.1, high=10.0, default=1.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackBoxParams(NodeParams):
    """Parameters of blackbox_node."""

    robot: str = param("Robot profile: a name in config/robots or the path of a YAML file.")
    folder: str = param(
        "Where the recordings go; `ros`: vla_ros/blackbox in ROS_LOG_DIR, ROS_HOME or ~/.ros, the "
        "first of them that is set.",
        default="ros",
    )
    keep_s: float = param(
        "How much of the time before a stop is recorded.",
        unit="s",
        low=1.0,
        high=600.0,
        default=30.0,
    )
    after_s: float = param(
        "How much of the time after a stop is recorded.", unit="s", low=0.0, high=60.0, default=2.0
    )
    keep_mb: float = param(
        "Memory for messages; where it is short, less time is recorded.",
        unit="MB",
        low=1.0,
        high=8000.0,
        default=256.0,
    )
    files: int = param(
        "Recordings that are kept; the oldest go first.", low=1, high=10000, default=20
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewParams(NodeParams):
    """Parameters of view_node."""

    robot: str = param("Robot profile: a name in config/robots or the path of a YAML file.")
    rate_hz: float = param(
        "Marker arrays per second while somebody watches them.",
        unit="Hz",
        low=1.0,
        high=10.0,
        default=10.0,
    )
    image_rate_hz: float = param(
        "Largest number of annotated images per second while somebody watches them.",
        unit="Hz",
        low=0.5,
        high=5.0,
        default=5.0,
    )
    image_height: int = param(
        "Height to which a smaller camera image is enlarged, without the text below it.",
        unit="pixels",
        low=96,
        high=1080,
        default=480,
    )


NODE_PARAMS: dict[str, type[NodeParams]] = {
    "perception_node": PerceptionParams,
    "inference_node": InferenceParams,
    "executor_node": ExecutorParams,
    "sim_node": SimParams,
    "blackbox_node": BlackBoxParams,
    "view_node": ViewParams,
}

_Params = TypeVar("_Params", bound=NodeParams)


def specs_of(params: type[NodeParams]) -> tuple[ParamSpec, ...]:
    """Return the declarations of a class, in order."""
    hints = typing.get_type_hints(params)
    return tuple(_spec(field, hints[field.name]) for field in dataclasses.fields(params))


def make_params(params: type[_Params], values: Mapping[str, object]) -> _Params:
    """Build the parameters of a node from the values somebody gave.

    Raises:
        ConfigError: With one line for each unknown name, missing value and wrong value.
    """
    specs = {spec.name: spec for spec in specs_of(params)}
    found = [_unknown(name, list(specs)) for name in values if name not in specs]
    found += [
        f"{spec.name} is not given and has no default. {spec.doc}"
        for spec in specs.values()
        if spec.default is None and spec.name not in values
    ]
    given = {name: _frozen(value) for name, value in values.items() if name in specs}
    for name, value in given.items():
        found += _check_value(specs[name], value)
    if found:
        raise ConfigError("\n".join(found))
    return params(**given)


def _spec(field: "dataclasses.Field[Any]", hint: Any) -> ParamSpec:
    is_array = typing.get_origin(hint) is tuple
    default = None if field.default is dataclasses.MISSING else field.default
    scalar = typing.get_args(hint)[0] if is_array else hint
    return ParamSpec(
        name=field.name, scalar=scalar, is_array=is_array, default=default, **field.metadata
    )


def _frozen(value: object) -> Any:
    """Return sequences, as ROS gives them, as tuples."""
    if isinstance(value, Scalar):
        return value
    return tuple(value) if isinstance(value, typing.Iterable) else value


def _check(spec: ParamSpec, params: NodeParams) -> Iterator[str]:
    return _check_value(spec, getattr(params, spec.name))


def _check_value(spec: ParamSpec, value: object) -> Iterator[str]:
    if not spec.is_array:
        yield from _check_scalar(spec, spec.name, value)
    elif isinstance(value, tuple):
        for i, element in enumerate(value):
            yield from _check_scalar(spec, f"{spec.name}[{i}]", element)
    else:
        yield f"{spec.name} = {value!r} is not an array, wanted {spec.type_name}. {spec.doc}"


def _check_scalar(spec: ParamSpec, label: str, value: object) -> Iterator[str]:
    got = f"{label} = {value!r}{' ' if spec.unit else ''}{spec.unit}"
    if not _has_type(value, spec.scalar):
        hint = f"; write {value}.0" if spec.scalar is float and _has_type(value, int) else ""
        yield f"{got} is {type(value).__name__}, wanted {spec.scalar.__name__}{hint}. {spec.doc}"
    elif spec.choices and value not in spec.choices:
        yield f"{got} is not one of: {spec.allowed}. {spec.doc}"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{got} is outside [{spec.low}, {spec.high}]. {spec.doc}"
    elif spec.low is not None and spec.high is not None and isinstance(value, int | float):
        if not spec.low <= value <= spec.high:
            yield f"{got} is outside [{spec.low}, {spec.high}]. {spec.doc}"
    elif value == "":
        yield f"{label} is empty. {spec.doc}"


def _has_type(value: object, scalar: type[Scalar]) -> bool:
    """Say whether a value has exactly a type; True is no integer, 30 is no float."""
    return type(value) is scalar


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    return f"{name} is not a parameter of this node. {hint}Known: {', '.join(known)}"
