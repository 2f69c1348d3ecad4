# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way of an observation within one process: as the object that it is, without a copy."""

from collections.abc import Callable

from vla_ros.types import Observation

Take = Callable[[Observation], None]


class Handover:
    """Gives each observation to the one who takes them; nothing is kept for later.

    Both ends may be in threads of their own.
    """

    def __init__(self) -> None:
        self._take: Take | None = None

    def connect(self, take: Take | None) -> None:
        """Choose who gets the observations from now on.

        Args:
            take: Called in the thread that gives, which waits for it; None for nobody.
        """
        self._take = take

    def give(self, observation: Observation) -> None:
        """Hand over an observation; without a taker nothing happens."""
        take = self._take
        if take is not None:
            take(observation)
