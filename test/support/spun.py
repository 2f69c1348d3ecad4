# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that lives while a test goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node


@contextmanager
def spun(name: str, threads: int = 2) -> Iterator[Node]:
    """Make a node in a context of its own, and let threads answer for it."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = Node(name, context=context)
    executor = MultiThreadedExecutor(threads, context=context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    try:
        yield node
    finally:
        executor.shutdown()
        thread.join()
        node.destroy_node()
        rclpy.try_shutdown(context=context)
