# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All that differs between the ROS 2 releases: one function each, which says whom it is for.

Everything else uses only what rclpy of Humble has too; a test holds the imports against it. See
docs/reference/distros.md for what differs outside of rclpy. The functions import it themselves:
the first one has to run before.
"""

import inspect
import os
import time
from collections.abc import Callable, MutableMapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

_HUMBLE = "humble"
_MESSAGE_AND_INFO = 2


def stay_on_this_machine(environ: MutableMapping[str, str] = os.environ) -> None:
    """Let ROS discover nobody beyond this machine; call it before ROS begins.

    Humble knows `ROS_LOCALHOST_ONLY` alone, and later releases warn about it.
    """
    if environ.get("ROS_DISTRO") == _HUMBLE:
        environ["ROS_LOCALHOST_ONLY"] = "1"
    environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


def make_qos_events(incompatible_qos: Callable[[object], None]) -> Any:
    """Return what calls back when a publisher turns up that a subscription cannot hear.

    Humble has the class in another module, `rclpy.qos_event`.
    """
    name = "event_handler" if find_spec("rclpy.event_handler") else "qos_event"
    return import_module(f"rclpy.{name}").SubscriptionEventCallbacks(
        incompatible_qos=incompatible_qos
    )


def with_message_info(callback: Callable[..., None]) -> Callable[..., None]:
    """Return a callback for a subscription, of one that may take a message's info as well.

    Humble's rclpy hands over the message alone. There the info is the time of arrival in place of
    the time of sending, and nothing else.
    """
    knows_info = hasattr(import_module("rclpy.subscription").Subscription, "CallbackType")
    if knows_info or _arity(callback) < _MESSAGE_AND_INFO:
        return callback

    def call_with_arrival(message: Any) -> None:
        callback(message, {"source_timestamp": time.time_ns()})

    return call_with_arrival


def _arity(callback: Callable[..., None]) -> int:
    return len(inspect.signature(callback).parameters)
