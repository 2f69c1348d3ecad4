# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Archives as torch.export.save writes them, made by hand, with one thing that is not plain."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.policy.program_file import look_into

PATH = Path("mine.pt2")
PLAIN = {
    "data/weights/model_weights_config.json": {
        "config": {"w": {"path_name": "weight_0", "use_pickle": False}}
    },
    "data/weights/weight_0": "0000",
    "data/constants/model_constants_config.json": {
        "config": {"c": {"path_name": "tensor_0", "use_pickle": False}}
    },
    "data/constants/tensor_0": "0000",
    "models/model.json": {
        "nodes": [
            {"target": "torch.ops.aten.linear.default"},
            {"target": "torch.ops.aten.relu.default"},
            {"target": "_operator.add"},
            {"target": "torch.sym_max"},
        ],
        "sizes": [{"expr_str": "2*Symbol('s0', positive=True, integer=True) + 1"}],
    },
    "data/sample_inputs/model.pt": "pickled tensors",
    "extra/vla_ros": "{}",
    "archive_format": "pt2",
    "archive_version": "0",
    "byteorder": "little",
    ".data/version": "3",
}


def archive(root: str = "mine", **changed: object) -> bytes:
    """The plain archive with some entries replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in (PLAIN | changed).items():
            text = content if isinstance(content, str) else json.dumps(content)
            file.writestr(f"{root}/{name}", text)
    return buffer.getvalue()


def test_a_plain_program_is_let_through_with_what_it_says_about_itself() -> None:
    inside = look_into(PATH, archive())
    assert inside.metadata == "{}"
    assert inside.samples == b"pickled tensors"


def test_a_program_that_says_nothing_about_itself_has_no_metadata() -> None:
    assert look_into(PATH, archive(**{"extra/vla_ros": "{}", "extra/x": ""})).metadata == "{}"
    content = archive().replace(b"extra/vla_ros", b"extra/unknown")
    assert look_into(PATH, content).metadata is None


@pytest.mark.parametrize(
    "target",
    [
        "torch.os.system",
        "torch.serialization.os.system",
        "torch.ops.load_library",
        "torch.ops.aten.linear.default.os",
        "torch.hub.load",
        "math.sys.exit",
        "_operator.methodcaller",
        "_operator.attrgetter",
        "#extension:something",
        "builtins.eval",
    ],
)
def test_an_operator_that_is_none_is_refused(target: str) -> None:
    graph = {"nodes": [{"inputs": [{"deep": {"target": target}}]}]}
    with pytest.raises(ConfigError, match=f"mine.pt2: holds the operator '{target}'"):
        look_into(PATH, archive(**{"models/model.json": graph}))


@pytest.mark.parametrize(
    "size",
    [
        "__import__('os').system('true')",
        "Symbol('s0').func",
        "lambdify(Symbol('s0'), 'open')",
        "Symbol('s0', evil=exit())",
        "[c for c in ().__class__]",
        "s0",
        "s0.args",
    ],
)
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(ConfigError, match="holds the size"):
        look_into(PATH, archive(**{"models/model.json": {"sizes": [{"expr_str": size}]}}))


@pytest.mark.parametrize("size", ["7", "Max(2, 3)", "Mod(Symbol('u_1', integer=True), 8)", "2.5"])
def test_a_plain_size_is_fine(size: str) -> None:
    look_into(PATH, archive(**{"models/model.json": {"sizes": [{"expr_str": size}]}}))


@pytest.mark.parametrize("kind", ["weights", "constants"])
@pytest.mark.parametrize(
    "meta",
    [
        {"path_name": "weight_0", "use_pickle": True},
        {"path_name": "opaque_obj_0", "use_pickle": False},
        {"path_name": "custom_obj_0", "use_pickle": False},
        {"path_name": "../weight_0", "use_pickle": False},
    ],
)
def test_a_pickled_object_is_refused(kind: str, meta: dict[str, object]) -> None:
    name = f"data/{kind}/model_{kind}_config.json"
    with pytest.raises(ConfigError, match="holds the pickled object 'evil'"):
        look_into(PATH, archive(**{name: {"config": {"evil": meta}}}))


@pytest.mark.parametrize(
    "name",
    [
        "data/aotinductor/model/code.so",
        "data/weights/model.pt",
        "data/constants/opaque_obj_0",
        "models/other.json",
        "data/executorch/x",
        "serialized_state_dict.pt",
    ],
)
def test_an_entry_that_does_not_belong_there_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"holds the entry 'mine/{name}'"):
        look_into(PATH, archive(**{name: "x"}))


def test_an_entry_that_is_there_twice_is_refused() -> None:
    buffer = io.BytesIO(archive())
    with zipfile.ZipFile(buffer, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("mine/models/model.json", "{}")
    with pytest.raises(ConfigError, match=r"holds the entry 'mine/models/model\.json'"):
        look_into(PATH, buffer.getvalue())


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", archive()[:200]])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"is not an exported program.*torch\.export\.save"):
        look_into(PATH, content)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/model.json", ""),
        *(
            ("data/weights/model_weights_config.json", text)
            for text in ("", "[]", "{}", '{"config": [1]}', '{"config": {"w": {}}}')
        ),
    ],
)
def test_an_index_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match="is not an exported program that can be read"):
        look_into(PATH, archive(**{name: text}))
