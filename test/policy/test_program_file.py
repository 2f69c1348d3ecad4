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
GRAPH = {
    "nodes": [
        {"target": "torch.ops.aten.linear.default", "metadata": {"stack_trace": "File\n"}},
        {"target": "torch.ops.aten.__and__.Tensor", "name": "and_1"},
        {"target": "torch.ops.aten._softmax.default"},
        {"target": "torch.ops.prims.convert_element_type.default"},
        {"target": "torch.ops.higher_order.wrap_with_set_grad_enabled"},
        {"target": "_operator.add"},
        {"target": "torch.sym_max"},
    ],
    "sizes": [{"expr_str": "2*Symbol('s0', positive=True, integer=True) + 1"}],
    "arguments": [{"as_string": "bhqd,bhkd->bhqk"}, {"as_float": "-Infinity"}, {"as_name": ""}],
}
PLAIN = {
    "data/weights/model_weights_config.json": {
        "config": {"w": {"path_name": "weight_0", "use_pickle": False}}
    },
    "data/weights/weight_0": "0000",
    "data/constants/model_constants_config.json": {
        "config": {"c": {"path_name": "tensor_0", "use_pickle": False}}
    },
    "data/constants/tensor_0": "0000",
    "models/model.json": {"graph_module": GRAPH},
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


def graph(**part: object) -> bytes:
    return archive(**{"models/model.json": {"graph_module": GRAPH | part}})


def test_a_plain_program_is_let_through_with_what_it_says_about_itself() -> None:
    assert look_into(PATH, archive()).metadata == "{}"


def test_a_program_is_written_again_without_what_it_does_not_need() -> None:
    model = {"graph_module": GRAPH | {"metadata": {"custom": "{}"}}, "guards_code": ["exit()"]}
    inside = look_into(PATH, archive(**{"models/model.json": model, "extra/more": "x"}))
    with zipfile.ZipFile(io.BytesIO(inside.program)) as program:
        assert not [name for name in program.namelist() if "extra" in name]
        assert program.read("program/data/sample_inputs/model.pt") == b""
        assert program.read("program/data/weights/weight_0") == b"0000"
        assert program.read("program/archive_version") == b"0"
        left = json.loads(program.read("program/models/model.json"))
    assert left["guards_code"] == []
    assert left["graph_module"]["metadata"] == {}
    assert left["graph_module"]["nodes"][0] == {
        "target": "torch.ops.aten.linear.default",
        "metadata": {},
    }


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
        "torch.ops.aten.linear",
        "torch.ops.aten.linear.op",
        "torch.ops.aten.linear.__class__",
        "torch.ops.aten.__getattribute__",
        "torch.ops.aten.__getattr__.__globals__",
        "torch.ops.aten.name.format",
        "torch.ops.aten.save.default",
        "torch.ops.aten.from_file.default",
        "torch.ops.prim.Print.default",
        "torch.ops.prim.rpc_sync.default",
        "torch.ops.higher_order.inline_asm_elementwise",
        "torch.ops.higher_order.call_torchbind",
        "torch.hub.load",
        "math.sys.exit",
        "_operator.methodcaller",
        "_operator.attrgetter",
        "#extension:something",
        "builtins.eval",
    ],
)
def test_an_operator_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(ConfigError, match=f"mine.pt2: holds the operator '{target}'"):
        look_into(PATH, graph(nodes=[{"inputs": [{"deep": {"target": target}}]}]))


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
        look_into(PATH, graph(sizes=[{"expr_str": size}]))


@pytest.mark.parametrize("size", ["7", "Max(2, 3)", "Mod(Symbol('u_1', integer=True), 8)", "2.5"])
def test_a_plain_size_is_fine(size: str) -> None:
    look_into(PATH, graph(sizes=[{"expr_str": size}]))


@pytest.mark.parametrize(
    "part",
    [
        {"exit()": 1},
        {"name": "a b"},
        {"name": "a\n"},
        {"as_name": "a.b"},
        {"forward_arg_names": ["good", "x=exit()"]},
        {"parameter_name": 'x")'},
        {"buffer_name": "__class__.x"},
        {"fqn": "a\\b"},
        {"as_string": "line\n"},
        {"as_float": "1.0"},
        {"as_int": "exit"},
        {"min_val": "exit"},
        {"as_operator": "torch.ops.aten.add.Tensor"},
        {"class_fqn": "some.Class"},
        {"type": "cpu()"},
        {"verifiers": ["a()"]},
        {"nobody_knows": [["x"]]},
        {"name": ["a", ["b()"]]},
    ],
)
def test_a_text_that_does_not_belong_where_it_is_is_refused(part: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"mine.pt2: holds the \w+ .*, which could run anything"):
        look_into(PATH, graph(deep=[{"deeper": part}]))


LEAF = {"type": None, "context": None, "children_spec": []}


def tree(kind: str, context: object, *children: object) -> str:
    part = {"type": kind, "context": context, "children_spec": children}
    return json.dumps([1, {"type": "builtins.tuple", "context": "null", "children_spec": [part]}])


@pytest.mark.parametrize(
    "structure",
    [
        "",
        "[1]",
        "null",
        json.dumps([2, LEAF]),
        json.dumps([1, LEAF | {"context": "null"}]),
        tree("collections.defaultdict", "null"),
        tree("collections.namedtuple", '"module.Class"'),
        tree("builtins.dict", '{"__enum__": true, "fqn": "os:X"}'),
        tree("builtins.dict", '[{"__enum__": true, "fqn": "os:X"}]', LEAF),
        tree("builtins.dict", '["x=exit()"]', LEAF),
        tree("builtins.dict", ["x"], LEAF),
    ],
)
@pytest.mark.parametrize("place", ["in_spec", "out_spec"])
def test_a_structure_of_more_than_plain_containers_is_refused(place: str, structure: str) -> None:
    with pytest.raises(ConfigError, match=r"mine.pt2: holds the structure '"):
        look_into(PATH, graph(calls=[{place: structure}]))


def test_names_of_outputs_may_have_dots_but_not_those_of_inputs() -> None:
    for kind in ("builtins.dict", "collections.OrderedDict"):
        structure = tree(kind, '["attention_observation.front"]', LEAF)
        look_into(PATH, graph(calls=[{"out_spec": structure}]))
        with pytest.raises(ConfigError, match="holds the structure"):
            look_into(PATH, graph(calls=[{"in_spec": structure}]))


@pytest.mark.parametrize("name", ['w")', "a\nb", "__class__.w", ""])
def test_a_name_of_a_weight_that_is_none_is_refused(name: str) -> None:
    config = {"config": {name: {"path_name": "weight_0", "use_pickle": False}}}
    with pytest.raises(ConfigError, match="holds the name"):
        look_into(PATH, archive(**{"data/weights/model_weights_config.json": config}))


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
    wanted = "pickled object 'evil'" if meta["use_pickle"] else f"file '{meta['path_name']}'"
    with pytest.raises(ConfigError, match=f"holds the {wanted}"):
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
        ("models/model.json", "{}"),
        ("models/model.json", "[" * 100_000),
        *(
            ("data/weights/model_weights_config.json", text)
            for text in ("", "[]", "{}", '{"config": [1]}', '{"config": {"w": {}}}')
        ),
    ],
)
def test_an_index_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match="is not an exported program that can be read"):
        look_into(PATH, archive(**{name: text}))
