# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Benches with executor_node on them; whoever wants one is skipped without ROS."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from noise import run_again, tell_void

TIMED = {"test_stand_ins.py", "test_preflight.py"}  # Arms and streams, on whatever machine.


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    return run_again(item, nextitem) if item.path.name in TIMED else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tell_void(terminalreporter)


@pytest.fixture
def ros() -> Iterator[None]:
    rclpy = pytest.importorskip("rclpy")
    interval_s = sys.getswitchinterval()
    pytest.importorskip("vla_ros.nodes.base").hurry_threads()  # As outside of tests.
    rclpy.init()
    yield
    rclpy.shutdown()
    sys.setswitchinterval(interval_s)


@pytest.fixture
def make_bench(ros: None, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return a maker of benches: parameters, and changes to the profile as old=new text."""
    support = pytest.importorskip("executor_bench")
    benches: list[Any] = []

    def make(*overrides: Any, make_driver: Any = None, **changes: str) -> Any:
        robot = support.edit_profile(tmp_path, **changes)
        driver = make_driver or support.Driver
        benches.append(support.Bench(robot, *overrides, make_driver=driver))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(make_bench: Callable[..., Any]) -> Any:
    return make_bench()
