# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Listens to what a running graph tells of its hops; see `timing/tally.py`."""

import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray

from vla_ros.msg import ActionChunk, Observation
from vla_ros.ros.qos import DIAGNOSTICS, RECORDED
from vla_ros.ros.station import Station
from vla_ros.ros.timing import NAME, decode_firsts, decode_last_camera, read_hops
from vla_ros.timing.hops import NODES
from vla_ros.timing.tally import Tally, Way


class HopListening:
    """Fills a tally in the station's thread.

    Args:
        station: Its place in the graph.

    Attributes:
        tally: What was heard.
    """

    def __init__(self, station: Station) -> None:
        self.tally = Tally()
        self._station = station
        self._began_s = time.monotonic()
        self._open = True
        station.watch(
            Observation, f"{station.namespace}/observation", self._on_observation, RECORDED
        )
        station.watch(ActionChunk, f"{station.namespace}/action_chunk", self._on_chunk, RECORDED)
        station.watch(DiagnosticArray, "/diagnostics", self._on_diagnostics, DIAGNOSTICS)

    def close_intake(self) -> None:
        """Take no more observations and chunks; executor_node still tells of those heard."""
        self._open = False

    def _on_observation(self, message: Any) -> None:
        if self._open:
            self.tally.observations.append(read_hops(message))

    def _on_chunk(self, message: Any) -> None:
        if self._open and message.positions:
            self.tally.chunks[message.session, message.sequence] = Way(
                heard_s=time.monotonic() - self._began_s, hops=read_hops(message)
            )

    def _on_diagnostics(self, message: Any) -> None:
        names = {status.name for status in message.status}
        self.tally.telling.update(node for node in NODES if f"{NAME}{node}" in names)
        self.tally.last_camera = decode_last_camera(message.status) or self.tally.last_camera
        for first in decode_firsts(message.status):
            self.tally.firsts[first.session, first.sequence] = first.hops
