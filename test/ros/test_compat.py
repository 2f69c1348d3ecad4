# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What differs between the ROS 2 releases is in one module, and works in its older form too."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from vla_ros.ros import compat

PACKAGE = Path(compat.__file__).parents[1]
# What rclpy 3.3 (Humble) offers of what is in use, as its sources say.
IN_HUMBLE = {
    "rclpy": {"Context", "create_node", "init", "spin", "try_shutdown"},
    "rclpy.action": {"ActionClient", "ActionServer", "CancelResponse", "GoalResponse"},
    "rclpy.action.client": {"ClientGoalHandle"},
    "rclpy.action.graph": {
        "get_action_client_names_and_types_by_node",
        "get_action_server_names_and_types_by_node",
    },
    "rclpy.action.server": {"ServerGoalHandle"},
    "rclpy.callback_groups": {
        *("CallbackGroup", "MutuallyExclusiveCallbackGroup", "ReentrantCallbackGroup"),
    },
    "rclpy.client": {"Client"},
    "rclpy.clock": {"Clock"},
    "rclpy.duration": {"Duration"},
    "rclpy.exceptions": {"InvalidHandle"},
    "rclpy.executors": {
        *("Executor", "ExternalShutdownException", "MultiThreadedExecutor", "ShutdownException"),
        *("SingleThreadedExecutor", "TimeoutException"),
    },
    "rclpy.lifecycle": {
        *("LifecycleNode", "LifecycleNodeMixin", "LifecycleState", "TransitionCallbackReturn"),
    },
    "rclpy.node": {"Node", "NodeNameNonExistentError"},
    "rclpy.parameter": {"Parameter", "parameter_value_to_python"},
    "rclpy.publisher": {"Publisher"},
    "rclpy.qos": {
        *("DurabilityPolicy", "HistoryPolicy", "LivelinessPolicy", "QoSCompatibility"),
        *("QoSProfile", "ReliabilityPolicy", "qos_check_compatible", "qos_profile_sensor_data"),
    },
    "rclpy.serialization": {"deserialize_message"},
    "rclpy.service": {"Service"},
    "rclpy.signals": {"SignalHandlerOptions"},
    "rclpy.subscription": {"Subscription"},
    "rclpy.time": {"Time"},
    "rclpy.topic_endpoint_info": {"TopicEndpointInfo"},
    "rclpy.utilities": {"get_rmw_implementation_identifier", "remove_ros_args"},
}


def uses_of_rclpy(path: Path) -> Iterator[tuple[str, str]]:
    """Yield module and name of everything that a file takes from rclpy."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "rclpy":
            yield from ((str(node.module), alias.name) for alias in node.names)
        if isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from ((name, "") for name in names if name.startswith("rclpy."))
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "rclpy"
        ):
            yield "rclpy", node.attr


def test_everything_else_uses_only_what_humble_has() -> None:
    used = {
        (use, path.name)
        for path in PACKAGE.rglob("*.py")
        if path != Path(compat.__file__)
        for use in uses_of_rclpy(path)
    }
    assert len(used) > 50
    strange = [each for each in used if each[0][1] not in IN_HUMBLE.get(each[0][0], set())]
    assert strange == [], "is it in rclpy of Humble? Then name it here, else go by ros/compat.py"


@pytest.fixture
def humble(monkeypatch: pytest.MonkeyPatch) -> None:
    """An rclpy with the modules of Humble: events elsewhere, and callbacks without an info."""

    class SubscriptionEventCallbacks:
        def __init__(self, *, incompatible_qos: Callable[[object], None]) -> None:
            self.incompatible_qos = incompatible_qos

    rclpy = ModuleType("rclpy")
    rclpy.__path__ = []
    monkeypatch.setitem(sys.modules, "rclpy", rclpy)
    monkeypatch.delitem(sys.modules, "rclpy.event_handler", raising=False)
    for name, item in (
        ("qos_event", SubscriptionEventCallbacks),
        ("subscription", type("Subscription", (), {})),
    ):
        module = ModuleType(f"rclpy.{name}")
        setattr(module, item.__name__, item)
        monkeypatch.setitem(sys.modules, module.__name__, module)


def ignore(_: object) -> None:
    """Do nothing."""


@pytest.mark.usefixtures("humble")
def test_qos_events_are_found_where_humble_has_them() -> None:
    assert compat.make_qos_events(ignore).incompatible_qos is ignore


def test_qos_events_are_found_in_this_rclpy() -> None:
    handler = pytest.importorskip("rclpy.event_handler", reason="ROS is not installed")
    events = compat.make_qos_events(ignore)
    assert isinstance(events, handler.SubscriptionEventCallbacks)
    assert events.incompatible_qos is ignore


@pytest.mark.usefixtures("humble")
def test_humble_tells_when_a_message_arrived_in_place_of_when_it_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(compat, "time", SimpleNamespace(time_ns=lambda: 7))
    compat.with_message_info(lambda message, info: seen.append((message, info)))("hello")
    assert seen == [("hello", {"source_timestamp": 7})]


@pytest.mark.usefixtures("humble")
def test_callback_that_takes_the_message_alone_stays_as_it_is() -> None:
    assert compat.with_message_info(ignore) is ignore


def test_this_rclpy_hands_over_the_info_itself() -> None:
    pytest.importorskip("rclpy", reason="ROS is not installed")

    def callback(message: object, info: object) -> None:
        """Do nothing."""

    assert compat.with_message_info(callback) is callback


@pytest.mark.parametrize(
    ("distro", "local_only"), [("humble", "1"), ("jazzy", None), ("kilted", None), ("", None)]
)
def test_only_humble_needs_the_older_word_for_this_machine_alone(
    distro: str, local_only: str | None
) -> None:
    environ = {"ROS_DISTRO": distro} if distro else {}
    compat.stay_on_this_machine(environ)
    assert environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert environ.get("ROS_LOCALHOST_ONLY") == local_only
