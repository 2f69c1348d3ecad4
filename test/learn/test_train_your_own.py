# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""docs/how-to/train-your-own.md, followed in a copy of the package on a budget of seconds."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip("torch", reason="training needs torch")

from vla_ros.policy.model_file import METADATA_KEY

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "train-your-own.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which a stranger has added a colour, as the page says."""
    place = tmp_path_factory.mktemp("clone")
    for name in ("vla_ros", "config", "urdf"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    shutil.copy(ROOT / "package.xml", place)
    things = place / "vla_ros" / "sim" / "things.py"
    text = things.read_text(encoding="utf-8")
    assert text.count('    "white": (') == 1
    things.write_text(
        text.replace('    "white": (', '    "pink": (0.95, 0.45, 0.65),\n    "white": ('),
        encoding="utf-8",
    )
    config = yaml.safe_load((place / "config/learn/tabletop.yaml").read_text(encoding="utf-8"))
    config["demonstrations"] |= {"processes": 1, "families": {"lift": 1}}
    config["training"] |= {"frames": 2, "processes": 1}
    config["corrections"] = config["corrections"][:1]
    for camera in config["network"]["cameras"]:
        camera["channels"] = 8
    config["network"] |= {"width": 16, "layers": 1}
    (place / "mine.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return place


def vla_ros(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(clone), "OMP_NUM_THREADS": "1"}
    command = (sys.executable, "-m", "vla_ros.cli.main", *arguments)
    return subprocess.run(
        command, cwd=clone, env=environment, capture_output=True, text=True, check=False
    )


def test_a_new_color_is_learned_measured_and_shipped(clone: Path) -> None:
    trained = vla_ros(
        clone, "train", "--config", "mine.yaml", "--episodes", "1", "--steps", "2",
        "--out", "out", "--install",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stdout + trained.stderr
    shipped = clone / "config" / "policies" / "tabletop.onnx"
    import onnx  # noqa: PLC0415

    (metadata,) = (p.value for p in onnx.load(shipped).metadata_props if p.key == METADATA_KEY)
    assert "pink" in json.loads(metadata)["words"]
    measured = vla_ros(
        clone, "eval", "--policy", "tabletop", "--tasks", "close", "--episodes", "1",
        "--json", "eval.json",
    )  # fmt: skip
    assert (clone / "eval.json").is_file(), measured.stdout + measured.stderr


def test_commands_and_files_of_the_page_exist() -> None:
    for path in re.findall(r"`((?:vla_ros|config|benchmarks)/[\w./]+)`", PAGE):
        assert (ROOT / path).exists(), path
    helped = {
        verb: subprocess.run(
            (sys.executable, "-m", "vla_ros.cli.main", verb, "--help"),
            capture_output=True, text=True, check=True,
        ).stdout
        for verb in ("train", "eval")
    }  # fmt: skip
    for verb, rest in re.findall(r"vla_ros (train|eval)\b([^`\n]*)", PAGE):
        for option in re.findall(r"--[\w-]+", rest):
            assert option in helped[verb], (verb, option)
