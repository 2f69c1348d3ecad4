# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros demo` as a user runs it, with the policy that ships."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vla_ros.policy.spec import load_policy_profile

pytestmark = [pytest.mark.ros, pytest.mark.integration, pytest.mark.slow]

TRIES = 3
# A shell lets what it runs in the background ignore Ctrl-C; here it has to be heard.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from vla_ros.cli.main import main
sys.exit(main())
"""


def start(out: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "demo", "--out", str(out), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def children_of(out: Path) -> list[int]:
    """Processes that write their log below a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                target = os.readlink(entry / "fd" / "1")
            except OSError:
                continue
            if target.startswith(str(out)):
                found.append(int(entry.name))
    return found


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    """A folder for results; afterwards no process may be left."""
    yield tmp_path / "out"
    assert children_of(tmp_path) == []


def test_one_sentence_moves_the_arm(out: Path) -> None:
    """The policy is good, not perfect: one scene of three has to end well."""
    for seed in range(1, TRIES + 1):
        demo = start(out, "--seed", str(seed))
        text, _ = demo.communicate(timeout=180)
        summary = json.loads((out / "summary.json").read_text())
        assert (out / "demo.mp4").stat().st_size > 10_000
        assert (out / "demo.png").stat().st_size > 10_000
        assert demo.returncode == (0 if summary["success"] else 1), text
        assert "arming the simulated arm, as its operator" in text
        assert text.splitlines()[-1].startswith(f"success={int(summary['success'])} outcome=")
        if summary["success"]:
            return
    pytest.fail(f"none of {TRIES} scenes was solved; the last:\n{text}")


def test_an_unknown_word_is_said_plainly(out: Path) -> None:
    demo = start(out, "put the banana in the blue bowl")
    text, _ = demo.communicate(timeout=180)
    assert demo.returncode != 0
    assert "does not know the word 'banana'" in text
    log = (out / "log" / "inference_node.log").read_text()
    assert "policy 'tabletop': the model runs on CPUExecutionProvider, threads=1" in log
    assert "Traceback" not in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_ends_everything_it_started(out: Path, number: int) -> None:
    demo = start(out)
    until_s = time.monotonic() + 120.0
    assert demo.stdout is not None
    for line in demo.stdout:
        if "all four nodes are ready" in line:
            break
        assert time.monotonic() < until_s
    assert len(children_of(out)) == 4
    demo.send_signal(number)
    demo.communicate(timeout=60)
    assert demo.returncode == 130


def test_a_missing_policy_is_said_plainly(out: Path) -> None:
    demo = start(out, "--policy", "tabletp")
    text, _ = demo.communicate(timeout=120)
    assert demo.returncode == 2
    assert "'tabletp' does not exist. Did you mean 'tabletop'?" in text


if not load_policy_profile("tabletop").model.is_file():
    pytestmark.append(pytest.mark.skip(reason="config/policies/tabletop.onnx is not there"))
