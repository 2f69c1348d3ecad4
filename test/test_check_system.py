# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the system lacks is named before an installation begins, with the package that has it."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

PATH = Path(__file__).parents[1] / "requirements" / "check_system.py"


@pytest.fixture
def check() -> ModuleType:
    """The script, freshly loaded."""
    spec = importlib.util.spec_from_file_location("check_system", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def complete(check: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script on a machine that has everything."""
    (tmp_path / "Python.h").touch()
    monkeypatch.setattr(check.sys, "version_info", (3, 12, 1))
    monkeypatch.setattr(check.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(check.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(check.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(check, "loads", lambda _: True)
    report_cmake(check, monkeypatch, "cmake version 3.25.1")
    return check


def report_cmake(check: ModuleType, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    answer = SimpleNamespace(stdout=text)
    monkeypatch.setattr(check.subprocess, "run", lambda *_, **__: answer)


def test_complete_machine_passes_in_silence(
    complete: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert complete.main() == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("absent", "package"),
    [("cc", "build-essential"), ("c++", "build-essential"), ("cmake", "cmake")],
)
def test_missing_program_is_named_with_its_package(
    complete: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    absent: str,
    package: str,
) -> None:
    monkeypatch.setattr(complete.shutil, "which", lambda name: None if name == absent else name)
    assert complete.main() == 1
    assert f"apt-get install {package}\n" in capsys.readouterr().err


def test_ninja_alone_is_enough(complete: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete.shutil, "which", lambda name: None if name == "make" else name)
    assert complete.main() == 0


def test_python_without_venv_is_named(
    complete: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete.importlib.util, "find_spec", lambda _: None)
    assert [package for _, package in complete.missing()] == ["python3-venv"]


def test_python_without_headers_is_named(
    complete: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete.sysconfig, "get_path", lambda _: "/nowhere")
    assert [package for _, package in complete.missing()] == ["python3-dev"]


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 14, 0)])
def test_python_out_of_range_is_refused(
    complete: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(complete.sys, "version_info", version)
    ((what, _),) = complete.missing()
    assert f"Python 3.{version[1]} at" in what
    assert "3.10 to 3.13 is needed" in what


@pytest.mark.parametrize("text", ["cmake version 3.16.3", "no version at all", ""])
def test_old_or_strange_cmake_is_refused(
    complete: ModuleType, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    report_cmake(complete, monkeypatch, text)
    assert [package for _, package in complete.missing()] == ["cmake"]


@pytest.mark.parametrize(
    ("present", "renders"),
    [
        ({"libEGL.so.1", "libOpenGL.so.0"}, True),
        ({"libEGL.so.1", "libGL.so.1"}, True),
        ({"libOSMesa.so.8"}, True),
        ({"libEGL.so.1"}, False),
        (set(), False),
    ],
)
def test_rendering_needs_egl_or_osmesa(
    complete: ModuleType, monkeypatch: pytest.MonkeyPatch, present: set[str], renders: bool
) -> None:
    monkeypatch.setattr(complete, "loads", lambda library: library in present)
    assert complete.can_render() is renders
    packages = [package for _, package in complete.missing()]
    assert packages == (
        [] if renders else ["libegl1 libegl-mesa0 libgl1-mesa-dri libgl1 libopengl0"]
    )


def test_everything_missing_is_one_command(
    complete: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(complete.shutil, "which", lambda _: None)
    monkeypatch.setattr(complete.importlib.util, "find_spec", lambda _: None)
    complete.main()
    commands = [line for line in capsys.readouterr().err.splitlines() if "apt-get" in line]
    assert commands == [
        "  sudo apt-get update && sudo apt-get install python3-venv build-essential cmake"
    ]


def test_script_needs_nothing_but_python() -> None:
    command = [sys.executable, "-I", "-S", str(PATH)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr
