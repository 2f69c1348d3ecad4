# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""docs/how-to/train-your-own.md, followed word for word in a clone, on a budget of seconds.

Fewer episodes and a small network are all that differs from what the page says.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip("torch", reason="training needs torch")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "train-your-own.md").read_text(encoding="utf-8")
COMMANDS = [line.strip() for line in re.findall(r"^ {4,}(\S.*)$", PAGE, re.MULTILINE)]
SENTENCES = """GRAMMAR = Grammar(
    (
        "(hoist|heave) {object} (high|way|straight|right|far|all the way) (up|aloft|overhead)",
        "(hoist|heave) {object} (high|way|straight|right|far|all the way) (above|over) the table",
        "(hoist|heave) {object} aloft and (leave|keep|hold) it (there|overhead|aloft)",
    ),
)
"""
PINK = """
from vla_ros.policy.registry import make_backend
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.things import Kind
from vla_ros.sim.world import World

scene, world = sample_scene(3, "lift the pink cube"), World()
world.reset(scene)
assert (Kind.CUBE, "pink") in [(item.kind, item.color) for item in world.table().items]
policy = make_backend(load_policy_profile("tabletop"), load_robot_profile("sim_arm"))
assert policy.check_instruction(scene.instruction) == scene.instruction
"""


def replace(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1, (path, before)
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files but those that git ignores, and a stranger's changes: a colour and a task."""
    place = tmp_path_factory.mktemp("stranger") / "clone"
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(".git", *filter(None, ignored)))
    python = place / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    add_a_color(place)
    add_a_task(place)
    make_small(place / "config" / "learn" / "tabletop.yaml")
    return place


def add_a_color(clone: Path) -> None:
    pink = '    "pink": (0.95, 0.45, 0.65),\n'
    replace(clone / "vla_ros/sim/things.py", ('    "white": (', f'{pink}    "white": ('))
    replace(clone / "docs/reference/tasks.md", ("black and white.", "black, pink and white."))


def add_a_task(clone: Path) -> None:
    """Add a copy of `lift` with sentences of its own, as the page's table says."""
    tasks, name = clone / "vla_ros/sim/tasks", '"lift")'
    text = (tasks / "lift.py").read_text(encoding="utf-8")
    text = re.sub(r"^GRAMMAR = .*?^\)\n", SENTENCES, text, flags=re.MULTILINE | re.DOTALL)
    (tasks / "yours.py").write_text(text, encoding="utf-8")
    replace(tasks / "yours.py", ('family="lift"', 'family="yours"'))
    replace(
        tasks / "registry.py",
        ("import STACK\n", "import STACK\nfrom vla_ros.sim.tasks.yours import LIFT as YOURS\n"),
        ('    "close": CLOSE,\n', '    "close": CLOSE,\n    "yours": YOURS,\n'),
    )
    replace(clone / "vla_ros/sim/ungroundable.py", (name, '"lift", "yours")'))
    replace(clone / "vla_ros/evaluate/cases.py", (name, '"lift", "yours")'))
    row = "| `yours` | hoist the red cube high up | it is 10 cm high in the hand, and still |\n"
    replace(clone / "docs/reference/tasks.md", ("\n\nThings are", f"\n{row}\nThings are"))


def make_small(path: Path) -> None:
    """Give two rounds an episode and two steps each, and let a small network learn from them."""
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["corrections"] = config["corrections"][:1]
    budget = {"families": {"yours": 1}, "episodes": 1}
    config["demonstrations"] |= budget | {"processes": 1}
    config["corrections"][0] |= budget | {"steps": 2}
    config["training"] |= {"steps": 2, "frames": 2, "processes": 1}
    for camera in config["network"]["cameras"]:
        camera["channels"] = 8
    config["network"] |= {"width": 16, "layers": 1}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def command(*parts: str) -> str:
    """Return the one command of the page that has these parts, with two episodes at most."""
    (found,) = (line for line in COMMANDS if all(part in line for part in parts))
    return re.sub(r"--episodes \d+", "--episodes 2", found)


def do(clone: Path, line: str, *, code: int = 0) -> str:
    """Run a command as the page's reader does, and return what it wrote."""
    done = subprocess.run(
        ("bash", "-c", line), cwd=clone, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, f"{line}: {done.returncode}\n{said}"
    return said


def test_the_tests_that_the_page_names_find_nothing_missing(clone: Path) -> None:
    said = do(clone, f"{command('-m pytest')} -k 'page or pink or yours' -rp")
    assert "test_every_sentence_means_its_task[yours" in said


def test_the_expert_does_the_new_task(clone: Path) -> None:
    assert "yours: 2/2" in do(clone, command("benchmarks/expert.py"))


def test_what_is_trained_is_measured_and_shipped(clone: Path) -> None:
    do(clone, command("train", "--out out/first"))
    measured = command("eval", "--model out/first/tabletop.onnx")
    said = do(clone, f"{measured} --tasks lift,yours --json out/first/eval.json", code=1)
    assert "below the bar: all: 0.0%, wanted at least 90%" in said
    figures = json.loads((clone / "out/first/eval.json").read_text(encoding="utf-8"))
    assert [episode["family"] for episode in figures["episode"]] == ["lift", "yours"]

    shipped = clone / "config" / "policies" / "tabletop.onnx"
    before = shipped.read_bytes()
    do(clone, command("train", "--install").replace("out/real", "out/first"))  # As it is.
    assert shipped.read_bytes() == (clone / "out/first/tabletop.onnx").read_bytes() != before
    do(clone, f".venv/bin/python -c '{PINK}'")
    do(clone, command("evaluate.card").replace("out/real", "out/first"))
    card = (clone / "docs/model-card.md").read_text(encoding="utf-8")
    assert {"pink", "hoist"} <= set(re.findall(r"\w+", card))
    (plot, *_) = re.findall(r"!\[tabletop-\w+\]\((images/[\w-]+\.svg)\)", card)
    assert (clone / "docs" / plot).stat().st_mtime > (
        clone / "out/first/eval.json"
    ).stat().st_mtime


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_demo_installs_a_new_model_first(clone: Path, tmp_path: Path) -> None:
    made = f"make --dry-run demo VENV={tmp_path}"
    for stamp in ("base.stamp", "package.stamp"):
        (tmp_path / stamp).touch()
    assert "pip install" not in do(clone, made)
    model = clone / "config" / "policies" / "tabletop.onnx"
    model.write_bytes(model.read_bytes())
    assert "Building the package" in do(clone, made)


def test_the_page_names_what_is_there() -> None:
    rows = re.findall(r"^\| ((?:`vla_ros/[\w/.]+`(?:, )?)+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(rows) >= 10
    for where, what in rows:
        texts = "".join((ROOT / path).read_text() for path in re.findall(r"`(.*?)`", where))
        for name in re.findall(r"`(\w+)`", what):
            assert re.search(rf"\b{name}\b", texts), (where, name)
