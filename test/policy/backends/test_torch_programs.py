# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs that torch exported load; the same with one text changed run nothing of their own.

Each text here makes torch 2.13 write a file, if the archive is given to it as it is.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the backend torch needs torch")

from torch.nn import functional
from torch_programs import DESCRIBED, HORIZON, SIDE, example, make_profile, save_any

from vla_ros.errors import ConfigError, PolicyError
from vla_ros.model.deployed import OUTPUT_NAMES
from vla_ros.policy.backends.torch import TorchBackend, TorchModel
from vla_ros.policy.model_file import METADATA_KEY
from vla_ros.policy.program_file import look_into
from vla_ros.policy.program_texts import find_strange
from vla_ros.robot.profile import RobotProfile, load_robot_profile

GRAPH = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"
CONSTANTS = "data/constants/model_constants_config.json"
SAMPLES = "data/sample_inputs/model.pt"


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    return load_robot_profile("sim_arm")


class Whole(torch.nn.Module):
    """Has one of everything that an honest network may have."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = torch.nn.Conv2d(3, 8, 3, padding="same")
        self.attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = torch.nn.LayerNorm(8)
        self.scales = torch.nn.ParameterDict({"front-cam": torch.ones(8)})
        self.word = torch.nn.Embedding(8, 8)
        self.rows = torch.nn.Sequential(torch.nn.Linear(14, HORIZON * 4))
        self.register_buffer("offset", torch.ones(8))
        mask = torch.triu(torch.full((5, 5), -torch.inf), 1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, front, wrist, state, tokens):
        with torch.no_grad():
            seen = torch.cat((front, wrist), 1).permute(0, 3, 1, 2) / 255.0
            seen = functional.interpolate(seen, size=(4, 4), mode="bilinear")
        seen = self.conv(seen).flatten(2).transpose(1, 2)
        seen = functional.gelu(self.norm(self.attention(seen, seen, seen)[0]), approximate="tanh")
        words = self.word(tokens)[:, None] * self.scales["front-cam"] + self.offset
        bias = self.mask.masked_fill(self.mask.isnan(), -torch.inf)
        said = functional.scaled_dot_product_attention(words, words, words, attn_mask=bias)
        said = torch.einsum("bhtd,bsd->bd", said, seen) * torch.tensor(0.5)
        moved = (state > 0.0) & (state < 1.0)
        rows = self.rows(torch.cat((said, state * moved), -1)).reshape(-1, HORIZON, 4)
        one = state.sum(-1).sigmoid()
        return {"rows": rows, "gripper": rows[..., 0] + 0.0, "done": one, "progress": one + 0.0}


class Tuple(torch.nn.Module):
    """Answers in the order of `DeployedNetwork`."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def forward(self, front, wrist, state, tokens):
        rows = state[:, None, :4].expand(-1, HORIZON, 4)
        one = state.sum(-1).sigmoid()
        known = (rows + 0.0, rows[..., 0] + 0.0, one, one + 0.0)
        return known + tuple(one * k for k in range(self._count - len(known)))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_any(Whole().eval(), tmp_path_factory.mktemp("honest") / "mine.pt2")


def test_a_program_answers_what_the_network_answers(honest: Path) -> None:
    inside = look_into(honest, honest.read_bytes())
    loaded = torch.export.load(io.BytesIO(inside.program)).module()
    inputs = (*(torch.randint(0, 255, (1, SIDE, SIDE, 3), dtype=torch.uint8),) * 2, *example()[2:])
    wanted = Whole().eval()(*inputs)
    for name, said in loaded(*inputs).items():
        torch.testing.assert_close(said, wanted[name])


def test_a_program_for_any_batch_answers_one_and_says_which_input_does_not_fit(
    robot: RobotProfile, tmp_path: Path
) -> None:
    batch = torch.export.Dim("batch", min=1, max=8)
    program = torch.export.export(
        Whole().eval(),
        tuple(torch.cat((part, part)) for part in example()),
        dynamic_shapes=({0: batch},) * 4,
    )
    path = tmp_path / "mine.pt2"
    torch.export.save(program, path, extra_files={METADATA_KEY: DESCRIBED.model_dump_json()})
    TorchBackend(make_profile(path), robot).warm_up()

    model = TorchModel(make_profile(path))
    front, wrist, state, tokens = (part.numpy() for part in example())
    feed = {"front": front, "wrist": wrist, "state": state, "tokens": tokens}
    assert model.run(["rows"], feed)[0].shape == (1, HORIZON, 4)
    for changed, text in (
        ({"wrist": wrist[:, :16]}, r"\*args\[1\]\.shape\[1\] to be equal to 32, but got 16"),
        ({"wrist": wrist.repeat(2, 0)}, r"\*args\[1\]\.shape\[0\] to be equal to 1, but got 2"),
        ({name: part.repeat(9, 0) for name, part in feed.items()}, "to be <= 8, but got 9"),
    ):
        with pytest.raises(PolicyError, match=rf"policy 'tabletop' failed: .*{text}"):
            model.run(["rows"], feed | changed)


def test_a_program_that_answers_a_tuple_is_read_in_order(tmp_path: Path) -> None:
    path = save_any(Tuple(len(OUTPUT_NAMES) + 2), tmp_path / "mine.pt2")
    feed = dict(zip(("front", "wrist", "state", "tokens"), example(), strict=True))
    model = TorchModel(make_profile(path))
    rows, done = model.run(["rows", "done"], {name: part.numpy() for name, part in feed.items()})
    assert rows.shape == (1, HORIZON, 4)
    assert done.shape == (1,)


Change = Callable[[dict[str, Any], str], None]


def change(path: Path, to: Path, how: Change, evil: str) -> Path:
    """Write a program again, with something changed in its entries."""
    with zipfile.ZipFile(path) as before:
        root = before.namelist()[0].partition("/")[0]
        entries = {name.partition("/")[2]: before.read(name) for name in before.namelist()}
    read = {name: json.loads(entries[name]) for name in (GRAPH, WEIGHTS, CONSTANTS)}
    how(read | {"entries": entries}, evil)
    with zipfile.ZipFile(to, "w") as after:
        for name, content in entries.items():
            text = json.dumps(read[name]) if name in read else content
            after.writestr(f"{root}/{name}", text)
    return to


def rename(part: Any, old: str, new: str) -> None:
    """Put another text in the place of one, wherever it stands in a document."""
    if isinstance(part, dict):
        for key in list(part):
            rename(part[key], old, new)
            value = part.pop(key)
            part[new if key == old else key] = new if value == old else value
    elif isinstance(part, list):
        part[:] = [new if value == old else value for value in part]
        for value in part:
            rename(value, old, new)


def nodes(program: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program[GRAPH]["graph_module"]["graph"]["nodes"]
    return found


def signature(program: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = program[GRAPH]["graph_module"]["module_call_graph"][0]["signature"]
    return found


def of(target: str, program: dict[str, Any]) -> dict[str, Any]:
    return next(node for node in nodes(program) if target in node["target"])


def argument(name: str, **value: object) -> dict[str, Any]:
    return {"name": name, "arg": value, "kind": 1}


def in_the_name_of_an_input(program: dict[str, Any], evil: str) -> None:
    rename(program[GRAPH], "tokens", f"tokens={evil}")


def inner(program: dict[str, Any]) -> dict[str, Any]:
    """The graph within the graph: what runs without gradients."""
    inputs = of("wrap_with_set_grad_enabled", program)["inputs"]
    found: dict[str, Any] = next(
        part["arg"]["as_graph"] for part in inputs if "as_graph" in part["arg"]
    )
    return found


def in_the_name_of_an_input_of_a_graph(program: dict[str, Any], evil: str) -> None:
    graph = inner(program)["graph"]
    graph["inputs"].append({"as_tensor": {"name": f"x={evil}"}})
    graph["tensor_values"][f"x={evil}"] = next(iter(graph["tensor_values"].values()))


def in_the_name_of_an_argument(program: dict[str, Any], evil: str) -> None:
    inputs = of("wrap_with_set_grad_enabled", program)["inputs"]
    inputs.append({"name": f"x={evil}, y", "arg": {"as_int": 1}, "kind": 2})


def in_the_name_of_a_parameter(program: dict[str, Any], evil: str) -> None:
    name = f'conv.x"if {evil} else"weight'
    rename(program[GRAPH], "conv.weight", name)
    rename(program[WEIGHTS], "conv.weight", name)


def in_the_name_of_a_buffer(program: dict[str, Any], evil: str) -> None:
    name = f'x"if {evil} else"offset'
    rename(program[GRAPH], "offset", name)
    rename(program[WEIGHTS], "offset", name)


def in_the_name_of_a_constant(program: dict[str, Any], evil: str) -> None:
    name = f'x"if {evil} else"lifted_tensor_0'
    rename(program[GRAPH], "lifted_tensor_0", name)
    rename(program[CONSTANTS], "lifted_tensor_0", name)


def in_the_names_of_the_arguments(program: dict[str, Any], evil: str) -> None:
    signature(program)["forward_arg_names"][-1] = f'tokens={evil}):\n    """ #'


def in_the_structure_of_the_inputs(program: dict[str, Any], evil: str) -> None:
    protocol, tree = json.loads(signature(program)["in_spec"])
    named = tree["children_spec"][1]
    named["context"] = json.dumps([f"x={evil}): #'"])
    named["children_spec"] = [tree["children_spec"][0]["children_spec"].pop()]
    signature(program)["in_spec"] = json.dumps([protocol, tree])
    signature(program)["forward_arg_names"] = None


def in_an_enum(program: dict[str, Any], evil: str) -> None:
    protocol, tree = json.loads(signature(program)["out_spec"])
    tree["context"] = '[{"__enum__": true, "fqn": "evil_module:X", "name": "A"}]'
    signature(program)["out_spec"] = json.dumps([protocol, tree])


def in_a_default(program: dict[str, Any], evil: str) -> None:
    protocol, tree = json.loads(signature(program)["in_spec"])
    tree["children_spec"][1] |= {
        "type": "collections.defaultdict",
        "context": {
            "default_factory_module": "evil_module",
            "default_factory_name": "X",
            "dict_context": [],
        },
    }
    signature(program)["in_spec"] = json.dumps([protocol, tree])


def in_an_operator_that_maps_a_file(program: dict[str, Any], evil: str) -> None:
    of("conv2d", program).update(
        target="torch.ops.aten.from_file.default",
        inputs=[
            argument("filename", as_string=evil.split('"')[1]),
            argument("shared", as_bool=True),
            argument("size", as_int=4),
        ],
    )


REFUSED: list[tuple[Change, str]] = [
    (in_the_name_of_an_input, "the name 'tokens=open"),
    (in_the_name_of_an_input_of_a_graph, "the name 'x=open"),
    (in_the_name_of_an_argument, "the name 'x=open"),
    (in_the_name_of_a_parameter, r"the name 'conv\.x\"if open"),
    (in_the_name_of_a_buffer, "the name 'x\"if open"),
    (in_the_name_of_a_constant, "the name 'x\"if open"),
    (in_the_names_of_the_arguments, "the name 'tokens=open"),
    (in_the_structure_of_the_inputs, r"the structure '\[1, "),
    (in_an_enum, r"the structure '\[1, "),
    (in_a_default, r"the structure '\[1, "),
    (in_an_operator_that_maps_a_file, "the operator 'torch.ops.aten.from_file.default'"),
]


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there as soon as something of a program's own has run."""
    folder = tmp_path / "importable"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "evil_module", raising=False)
    (folder / "evil_module.py").write_text(f"open({str(tmp_path / 'trace')!r}, 'w').close()\n")
    return tmp_path / "trace"


@pytest.mark.parametrize(("how", "text"), REFUSED, ids=[how.__name__ for how, _ in REFUSED])
def test_a_program_that_would_run_something_is_refused_and_not_run(
    how: Change, text: str, honest: Path, robot: RobotProfile, trace: Path
) -> None:
    path = change(honest, trace.with_name("evil.pt2"), how, f'open("{trace}","w")')
    with pytest.raises(ConfigError) as refused:
        TorchBackend(make_profile(path), robot)
    assert not trace.exists()
    assert re.search(rf"evil\.pt2: holds {text}", str(refused.value))


def test_operators_of_torch_that_open_files_are_refused() -> None:
    found = {
        f"torch.ops.{schema.name.replace('::', '.')}.{schema.overload_name or 'default'}"
        for schema in torch._C._jit_get_all_schemas()
        if re.match("(aten|prims)::", schema.name)
        and any("file" in argument.name for argument in schema.arguments)
    }
    assert "torch.ops.aten.from_file.default" in found
    assert all(find_strange({"target": target}) for target in found)


class Evil:
    """Writes a file as soon as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.write_text, (self._path, "pwned")


def in_a_guard(program: dict[str, Any], evil: str) -> None:
    program[GRAPH]["guards_code"] = [f"{evil} is not None"]


def in_the_example_inputs(program: dict[str, Any], evil: str) -> None:
    pickled = io.BytesIO()
    torch.save(((Evil(Path(evil.split('"')[1])),), {}), pickled)
    program["entries"][SAMPLES] = pickled.getvalue()


@pytest.mark.parametrize("how", [in_a_guard, in_the_example_inputs])
def test_what_a_program_does_not_need_is_left_out_and_not_run(
    how: Change, honest: Path, robot: RobotProfile, trace: Path
) -> None:
    path = change(honest, trace.with_name("evil.pt2"), how, f'open("{trace}","w")')
    TorchBackend(make_profile(path), robot).warm_up()
    assert not trace.exists()


class Moody(torch.nn.Module):
    """Takes a text in the place of tokens."""

    def forward(self, front, wrist, state, mood):
        return {"rows": state + 0.0}


def test_a_text_that_a_program_was_exported_with_is_not_run(
    robot: RobotProfile, trace: Path
) -> None:
    honest = trace.with_name("mine.pt2")
    about = {METADATA_KEY: DESCRIBED.model_dump_json()}
    torch.export.save(
        torch.export.export(Moody(), (*example()[:3], "calm")), honest, extra_files=about
    )

    def put(program: dict[str, Any], evil: str) -> None:
        rename(program[GRAPH], "calm", f"'+str({evil})+'")

    path = change(honest, trace.with_name("evil.pt2"), put, f'open("{trace}","w")')
    with pytest.raises(ConfigError, match="does not take the inputs"):
        TorchBackend(make_profile(path), robot)
    assert not trace.exists()
