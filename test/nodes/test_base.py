# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter

from vla_ros.errors import ConfigError
from vla_ros.nodes.base import BaseNode
from vla_ros.params import NodeParams

pytestmark = pytest.mark.ros

ROOT = Path(__file__).parents[2]


class Recorder(BaseNode[NodeParams]):
    """Notes which hooks run; raises where told to."""

    def __init__(
        self, error: Exception | None = None, where: str = "", *, autostart: bool = True
    ) -> None:
        overrides = [Parameter("autostart", value=autostart)]
        super().__init__("recorder", NodeParams, overrides=overrides)
        self.hooks: list[str] = []
        self.error = error
        self.where = where

    def configure(self) -> None:
        self.note("configure")

    def activate(self) -> None:
        self.note("activate")

    def deactivate(self) -> None:
        self.note("deactivate")

    def cleanup(self) -> None:
        self.note("cleanup")

    def note(self, hook: str) -> None:
        self.hooks.append(hook)
        if self.error is not None and hook == self.where:
            raise self.error


@pytest.fixture(scope="module", autouse=True)
def ros() -> Iterator[None]:
    """Start ROS for this module."""
    rclpy.init()
    yield
    rclpy.shutdown()


def test_a_node_drives_itself_to_active_and_ends_in_order() -> None:
    node = Recorder()
    node.start()
    node.stop()
    node.stop()
    assert node.hooks == ["configure", "activate", "deactivate", "cleanup"]
    node.destroy_node()


def test_a_node_without_autostart_waits_for_the_lifecycle() -> None:
    node = Recorder(autostart=False)
    node.start()
    assert node.hooks == []
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
    assert node.trigger_cleanup() == TransitionCallbackReturn.SUCCESS
    node.stop()
    assert node.hooks == ["configure", "activate", "deactivate", "cleanup"]
    node.destroy_node()


def test_a_signal_waits_for_a_change_of_state_that_is_under_way() -> None:
    node = Recorder()
    node.start()
    ended: list[threading.Thread] = []

    def deactivate() -> None:
        ended.append(threading.Thread(target=node.stop))
        ended[0].start()
        ended[0].join(0.3)  # The time that it has to end too early.
        node.note("deactivated")

    node.deactivate = deactivate  # type: ignore[method-assign]
    assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
    ended[0].join()
    assert node.hooks[2:] == ["deactivated", "cleanup"]
    node.destroy_node()


@pytest.mark.parametrize("where", ["configure", "activate"])
@pytest.mark.parametrize("error", [ConfigError("no such arm"), KeyError("surprise")])
def test_what_a_hook_raises_at_start_reaches_the_caller(where: str, error: Exception) -> None:
    node = Recorder(error, where)
    with pytest.raises(type(error), match=r"no such arm|surprise"):
        node.start()
    node.stop()
    node.destroy_node()


def test_an_exception_in_a_lifecycle_callback_is_logged_with_its_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    node = Recorder(KeyError("surprise"), "configure", autostart=False)
    assert node.trigger_configure() == TransitionCallbackReturn.ERROR
    seen = capfd.readouterr().err
    assert "cannot configure:" in seen
    assert "Traceback" in seen
    assert "KeyError: 'surprise'" in seen
    node.error = None
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    node.stop()
    node.destroy_node()


def test_a_wrong_configuration_is_logged_as_its_message(
    capfd: pytest.CaptureFixture[str],
) -> None:
    node = Recorder(ConfigError("no such arm"), "configure", autostart=False)
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    seen = capfd.readouterr().err
    assert "cannot configure: no such arm" in seen
    assert "Traceback" not in seen
    node.destroy_node()


PROGRAM = """
import os, signal, sys
from vla_ros.errors import ConfigError
from vla_ros.nodes.base import BaseNode, Part, run_node, run_nodes
from vla_ros.params import NodeParams

class Probe(BaseNode[NodeParams]):
    def __init__(self, name="probe"):
        super().__init__(name, NodeParams)

    def configure(self):
        if "wrong" in sys.argv:
            raise ConfigError("robot 'x' does not exist")

    def activate(self):
        self.create_timer(0.01, self.work)
        print("active", flush=True)

    def work(self):
        if "bug" in sys.argv:
            raise ZeroDivisionError("of a callback")

    def deactivate(self):
        self.get_clock().now()
        print("rests", self.context.ok(), flush=True)

class Late:
    # Called when Python has taken its signal handlers down.
    def __del__(self, kill=os.kill, pid=os.getpid(), number=signal.SIGINT):
        kill(pid, number)

class Quiet(Probe):
    def __init__(self):
        super().__init__("quiet")

    def activate(self):
        print("quiet is active", flush=True)

    def deactivate(self):
        print("quiet rests", flush=True)

late = Late() if "late" in sys.argv else None
if "pair" in sys.argv:
    sys.exit(run_nodes([Part(make_node=Quiet), Part(make_node=Probe)]))
sys.exit(run_node(Probe))
"""


def start_probe(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_node_come_to_rest_before_ros_ends(number: signal.Signals) -> None:
    with start_probe() as probe:
        assert probe.stdout is not None
        assert probe.stdout.readline() == "active\n"
        probe.send_signal(number)
        seen, errors = probe.communicate(timeout=20)
    assert seen == "rests True\n"
    assert (probe.returncode, errors) == (0, "")


def test_ctrl_c_that_comes_a_second_time_does_no_harm_at_the_very_end() -> None:
    with start_probe("late") as probe:
        assert probe.stdout is not None
        assert probe.stdout.readline() == "active\n"
        probe.send_signal(signal.SIGINT)
        seen, errors = probe.communicate(timeout=20)
    assert seen == "rests True\n"
    assert (probe.returncode, errors) == (0, "")


def test_a_wrong_configuration_is_one_line_and_exit_code_2() -> None:
    with start_probe("wrong") as probe:
        _, errors = probe.communicate(timeout=20)
    assert (probe.returncode, errors) == (2, "robot 'x' does not exist\n")


def test_an_unknown_parameter_ends_the_node_with_exit_code_2() -> None:
    with start_probe("--ros-args", "-p", "autostrat:=false") as probe:
        _, errors = probe.communicate(timeout=20)
    assert probe.returncode == 2
    assert "autostrat is not a parameter of this node. Did you mean 'autostart'?" in errors
    assert "Traceback" not in errors


def test_an_exception_in_a_callback_ends_the_node_and_lets_it_come_to_rest() -> None:
    with start_probe("bug") as probe:
        seen, errors = probe.communicate(timeout=20)
    assert probe.returncode == 1
    assert seen == "active\nrests True\n"
    assert "ZeroDivisionError: of a callback" in errors


def test_nodes_of_one_process_start_in_order_and_rest_in_the_opposite_one() -> None:
    with start_probe("pair") as probe:
        assert probe.stdout is not None
        assert [probe.stdout.readline() for _ in range(2)] == ["quiet is active\n", "active\n"]
        probe.send_signal(signal.SIGINT)
        seen, errors = probe.communicate(timeout=20)
    assert seen == "rests True\nquiet rests\n"
    assert (probe.returncode, errors) == (0, "")


def test_what_a_callback_of_one_raises_ends_both_nodes_of_a_process() -> None:
    with start_probe("pair", "bug") as probe:
        seen, errors = probe.communicate(timeout=20)
    assert seen.splitlines()[-1] == "quiet rests"
    assert probe.returncode == 1
    assert errors.rstrip().endswith("ZeroDivisionError: of a callback")


def test_two_nodes_of_one_process_with_one_name_are_refused() -> None:
    with start_probe("pair", "--ros-args", "-r", "__node:=same") as probe:
        _, errors = probe.communicate(timeout=20)
    assert probe.returncode == 2
    assert "2 nodes of this process are called /same" in errors
    assert "say whose it is: -r OLD:__node:=NEW" in errors
