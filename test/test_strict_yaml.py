# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, model_validator

from vla_ros.errors import ConfigError
from vla_ros.strict_yaml import StrictModel, load_strict_yaml, mistake


class Wheel(StrictModel):
    radius_m: Annotated[float, Field(gt=0.0)]
    spokes: int

    @model_validator(mode="after")
    def _check(self) -> "Wheel":
        if self.spokes == 13:
            raise mistake("should not be unlucky", "spokes")
        return self


class Cart(StrictModel):
    name: str
    wheels: tuple[Wheel, ...]


GOOD = """\
name: blue
wheels:
  - {radius_m: 0.5, spokes: 8}
  - radius_m: 1
    spokes: 9
"""


def load(folder: Path, text: str) -> Cart:
    path = folder / "cart.yaml"
    path.write_text(text, encoding="utf-8")
    return load_strict_yaml(path, Cart)


def test_a_good_file_becomes_the_model(tmp_path: Path) -> None:
    cart = load(tmp_path, GOOD)
    assert cart.name == "blue"
    assert [wheel.radius_m for wheel in cart.wheels] == [0.5, 1.0]


def test_a_model_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(tmp_path, GOOD).name = "red"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "spokes: 9",
            "spoke: 9",
            "cart.yaml:5: wheels[1].spoke: unknown key. Did you mean 'spokes'?",
        ),
        ("spokes: 9", "spoke: 9", "Allowed: radius_m, spokes"),
        ("name: blue", "", "cart.yaml:2: name: this key is missing and has no default; add it"),
        ("    spokes: 9\n", "", "cart.yaml:4: wheels[1].spokes: this key is missing"),
        ("0.5", "-0.5", "cart.yaml:3: wheels[0].radius_m = -0.5: input should be greater than 0"),
        ("0.5", ".nan", "wheels[0].radius_m = nan: input should be"),
        ("0.5", ".inf", "wheels[0].radius_m = inf: input should be a finite number"),
        ("0.5", "-.inf", "wheels[0].radius_m = -inf: input should be"),
        ("0.5", "'0.5'", "wheels[0].radius_m = '0.5': input should be a valid number"),
        ("0.5", "true", "wheels[0].radius_m = True: input should be a valid number"),
        ("spokes: 9", "spokes: 9.0", "wheels[1].spokes = 9.0: input should be a valid integer"),
        ("spokes: 9", "spokes: 13", "cart.yaml:5: wheels[1].spokes = 13: should not be unlucky"),
        ("spokes: 9", "spokes: ", "wheels[1].spokes = None: input should be a valid integer"),
        ("name: blue", "name: ''", "cart.yaml:1: name = '': string should have at least 1"),
        (
            "name: blue",
            "name: a\nname: b",
            "cart.yaml:2: key 'name' is given twice, first on line 1",
        ),
        (
            "{radius_m: 0.5, spokes: 8}",
            "5",
            "wheels[0] = 5: should be a mapping with the keys radius",
        ),
        ("{radius_m: 0.5", "{radius_m: [", "cart.yaml: is not YAML"),
        (GOOD, "", "cart.yaml: is empty"),
        (GOOD, "3", "cart.yaml:1: the file = 3: should be a mapping with the keys name, wheels"),
    ],
)
def test_a_mistake_is_named_with_line_key_and_value(
    tmp_path: Path, old: str, new: str, text: str
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError, match=re.escape(text)):
        load(tmp_path, GOOD.replace(old, new, 1))


def test_all_mistakes_are_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD.replace("0.5", "0").replace("spokes: 9", "spoke: 9"))
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml: cannot be read: No such file"):
        load_strict_yaml(tmp_path / "gone.yaml", Cart)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "noise.yaml"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ConfigError, match=r"noise\.yaml: is not"):
        load_strict_yaml(path, Cart)
