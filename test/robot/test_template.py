# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The template of a robot profile has every key that there is, and a word about each."""

import typing
from collections.abc import Iterator

import pytest
import yaml
from pydantic import BaseModel

from vla_ros.resources import config_path
from vla_ros.robot.profile import RobotProfile, read_robot_profile

TEMPLATE = config_path("robots", "template")
LINES = TEMPLATE.read_text(encoding="utf-8").splitlines()
# Keys that the line above the first one of a few explains together, or that say it themselves.
TOLD_WITH_THE_ONE_BEFORE = {
    "upper_rad",
    "upper_m",
    "lower_m",
    "name",
    "topic",
    "acceleration_rad_s2",
    "jerk_rad_s3",
    "velocity_rad_s",
    "open",
    "self_slow_m",
    "environment_slow_m",
    "joint_state_lost_s",
    "execution_max_age_s",
    "image_max_skew_s",
    "speed_m_s",
    "lost_s",
}


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that a type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from models_in(argument)


def paths_of(model: type[BaseModel]) -> Iterator[str]:
    """Yield every key of a model and of the models in it."""
    for key, field in model.model_fields.items():
        yield key
        for inner in models_in(field.annotation):
            yield from (f"{key}.{path}" for path in paths_of(inner))


def paths_in(value: object) -> Iterator[str]:
    """Yield every key of a YAML document; items of a list count as one."""
    if isinstance(value, list):
        for item in value:
            yield from paths_in(item)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from (f"{key}.{path}" for path in paths_in(inner))


# Keys of another kind than the one in the template: commented out.
OF_ANOTHER_KIND = {"command.gain_per_s", "gripper.followers"}


def test_the_template_has_every_key_of_the_schema_and_no_other() -> None:
    there = set(paths_in(yaml.safe_load("\n".join(LINES))))
    assert there == set(paths_of(RobotProfile)) - OF_ANOTHER_KIND
    for path in OF_ANOTHER_KIND:
        assert any(line.startswith(f"  # {path.split('.')[-1]}: ") for line in LINES)


def test_the_template_is_a_profile() -> None:
    profile = read_robot_profile("template")
    assert not profile.simulated
    assert profile.tcp_speed_m_s <= 0.25


KEYS = [n for n, text in enumerate(LINES) if ":" in text.split("#")[0]]


@pytest.mark.parametrize("number", KEYS)
def test_every_key_of_the_template_is_explained(number: int) -> None:
    key = LINES[number].strip(" -").partition(":")[0]
    above = LINES[number - 1].strip()
    assert above.startswith("#") or key in TOLD_WITH_THE_ONE_BEFORE, LINES[number]
