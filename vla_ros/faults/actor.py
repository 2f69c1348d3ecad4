# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs that play a part in a fault: each obeys words on its standard input."""

import sys
import threading
from collections.abc import Callable

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from vla_ros.resources import ensure_fastdds_profile


class Actor(Node):
    """A node that is told what to do.

    Attributes:
        words: What it was last told; empty plays fair.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.words: list[str] = []

    def now_ns(self) -> int:
        """Return the time on the clock of the node [ns]."""
        return int(self.get_clock().now().nanoseconds)


def run_actor(make: Callable[[], Actor]) -> int:
    """Play until the standard input ends."""
    ensure_fastdds_profile()
    rclpy.init(args=sys.argv)
    actor = make()
    threading.Thread(target=_listen, args=(actor,), daemon=True).start()
    try:
        rclpy.spin(actor)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        actor.destroy_node()
        rclpy.try_shutdown()
    return 0


def _listen(actor: Actor) -> None:
    for line in sys.stdin:
        actor.words = line.split()
    rclpy.try_shutdown()
