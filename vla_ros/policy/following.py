# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the arm does with the chunks of a goal, as far as the goal can know."""

from vla_ros.chunk.begin import begin_from_rest
from vla_ros.chunk.schedule import ChunkSchedule
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.admission import GateFacts
from vla_ros.types import ActionChunk


class Following:
    """The plan that the gate follows, whether the arm rests, and what it was seen too early for.

    Args:
        speed: Speed along the path, 0 < s <= 1.
        since_ns: When the goal was accepted, node clock.
    """

    def __init__(self, speed: float, since_ns: int) -> None:
        self.resting = True
        self._since_ns = since_ns
        self._held = False  # And at rest.
        self._plan = ChunkSchedule().at_scale(speed, since_ns)

    @property
    def running(self) -> ChunkSchedule:
        """The plan that moves the arm; an empty one while it rests."""
        return self._plan.flush() if self.resting else self._plan

    def hear(self, now_ns: int, gate: GateFacts | None) -> None:
        """Take note of what the gate does.

        Args:
            now_ns: Node clock.
            gate: None where it does not follow the goal, as in a dry run.
        """
        self.resting = gate is None or gate.mode is not GateMode.RUN
        if gate is None or gate.mode is not GateMode.HOLD:
            self._held = False
        elif not self._held:
            self._since_ns = now_ns
            self._plan = self._plan.flush()
            self._held = not gate.stopping

    def is_of_use(self, seen_ns: int) -> bool:
        """Say whether the policy may be shown what was seen then, or its answer be followed.

        Nothing from before the goal: the instruction is about the world as it is now. Nor from
        before the gate held the arm and it came to rest: it goes on from there, with what was seen
        there.
        """
        return seen_ns >= self._since_ns

    def follow(self, chunk: ActionChunk, now_ns: int) -> ActionChunk:
        """Make a chunk part of the plan; return it as it has to be published.

        A moving arm needs the chunk's own times: its rows are due where the arm is by then, and
        what it has passed must not come again. Only one that rests begins with row 0.
        """
        if self.resting:
            chunk = begin_from_rest(chunk, now_ns)
        self._plan = self.running.admit(chunk, now_ns)
        return chunk

    def queue_s(self, now_ns: int) -> float:
        """Return how much of the plan is left [s], at the speed of the goal."""
        return self._plan.queue_s(now_ns)
