# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from vla_ros import __version__
from vla_ros.cli import main as cli
from vla_ros.errors import ConfigError


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A verb in place of all others; set `run` to what it shall do."""
    fake = SimpleNamespace(add_arguments=lambda parser: parser.add_argument("--n", type=int))
    fake.run = lambda args: args.n
    monkeypatch.setattr(cli.importlib, "import_module", lambda name: fake)
    return fake


def test_a_verb_gets_its_arguments_and_gives_the_exit_code(verb: SimpleNamespace) -> None:
    assert cli.main(["demo", "--n", "7"]) == 7


def test_an_error_of_ours_is_one_line_without_a_traceback(
    verb: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(args: object) -> int:
        raise ConfigError("robots profile 'x' does not exist")

    verb.run = fail
    assert cli.main(["demo"]) == cli.EXIT_ERROR
    assert capsys.readouterr().err == "vla_ros demo: robots profile 'x' does not exist\n"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PermissionError(13, "Permission denied", "out"), "Permission denied: 'out'"),
        (
            ModuleNotFoundError("No module named 'rclpy'"),
            "'rclpy'. Source the ROS workspace first",
        ),
    ],
)
def test_what_the_machine_refuses_is_one_line_as_well(
    verb: SimpleNamespace, capsys: pytest.CaptureFixture[str], error: Exception, text: str
) -> None:
    def fail(args: object) -> int:
        raise error

    verb.run = fail
    assert cli.main(["demo"]) == cli.EXIT_ERROR
    written = capsys.readouterr().err
    assert text in written
    assert written.count("\n") == 1


def test_ctrl_c_is_no_traceback(verb: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(args: object) -> int:
        raise KeyboardInterrupt

    verb.run = interrupt
    assert cli.main(["send"]) == cli.EXIT_INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["bench live", "eval", "eval --through-ros", "faults", "replay-audit x.jsonl", "train"],
)
def test_a_folder_instead_of_a_file_of_figures_is_refused_before_the_work(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command.split(), "--json", str(tmp_path)]) == cli.EXIT_ERROR
    told = f"--json {tmp_path}: is a folder, wanted a file"
    assert capsys.readouterr() == ("", f"vla_ros {command.split(maxsplit=1)[0]}: {told}\n")


def test_an_unknown_verb_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["fly"])
    error = capsys.readouterr().err
    assert "invalid choice: 'fly'" in error
    assert "demo" in error


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"vla_ros {__version__}\n"


def test_help_imports_neither_ros_nor_a_framework() -> None:
    probe = (
        "import sys; from vla_ros.cli import main\n"
        "try: main.main(['demo', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'rclpy', 'torch', 'mujoco', 'numpy', 'cv2', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "steps"), [("doctor", 10), ("send", 0), ("park", 0)])
def test_who_only_looks_on_leaves_the_processors_to_the_nodes(
    name: str, steps: int, verb: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(cli.os, "nice", asked.append)
    monkeypatch.setattr(cli.sys, "argv", ["vla_ros", name, "--n", "0"])
    assert cli.main() == 0
    assert asked == [steps]
    assert cli.main([name, "--n", "0"]) == 0  # Called by a program: that decides for itself.
    assert asked == [steps]
