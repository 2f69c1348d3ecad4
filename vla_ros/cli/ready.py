# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When the graph of a simulated robot is ready for its first instruction."""

import time

from vla_ros.cli.graph import Graph
from vla_ros.gate.vocabulary import GateMode
from vla_ros.ros.station import Station

START_S = 60.0
_SETTLE_NS = 300_000_000
_FRESH_S = 1.0


def wait_until_ready(graph: Graph, station: Station, timeout_s: float = START_S) -> None:
    """Wait until every node does its work.

    Raises:
        GraphError: One does not; with its last words.
    """
    namespace = station.namespace

    def active(node: str) -> bool:
        return station.lifecycle_state(node) == "active"

    graph.wait_until(
        (
            ("sim_node", "become active", lambda: active(station.simulator)),
            ("executor_node", "become active", lambda: active(f"{namespace}/executor_node")),
            (
                "executor_node",
                "publish gate_state",
                lambda: station.mode not in {None, GateMode.INACTIVE},
            ),
            ("perception_node", "become active", lambda: active(f"{namespace}/perception_node")),
            ("perception_node", "publish observations", lambda: observing(station)),
            ("inference_node", "become active", lambda: active(f"{namespace}/inference_node")),
        ),
        timeout_s,
    )
    station.instructions.wait_for_server(5.0)


def observing(station: Station) -> bool:
    """Say whether an observation came within the last second."""
    return time.monotonic() - station.observed_s < _FRESH_S


def lay_out(station: Station, seed: int, instruction: str = "") -> str:
    """Bring the gate to rest, lay out a scene, and wait until it is seen; its task in words.

    Raises:
        VlaRosError: The gate or the simulator refuses, or nothing is seen.
    """
    if station.mode is not GateMode.IDLE:
        station.disarm()
    task = station.reset_scene(seed, instruction)
    laid_ns = station.now_ns() + _SETTLE_NS
    station.wait_for(lambda: station.observed_ns > laid_ns, 5.0, "an observation of the new scene")
    return task


def solved_for_good(station: Station, instruction: str, wait_s: float = 1.0) -> tuple[bool, str]:
    """Say whether the physics calls a task solved, now and a moment later; and why not."""
    solved, message = station.check_task(instruction)
    if not solved:
        return False, message
    time.sleep(wait_s)
    solved, message = station.check_task(instruction)
    return solved, message if solved else f"solved at first, {wait_s:g} s later not: {message}"
