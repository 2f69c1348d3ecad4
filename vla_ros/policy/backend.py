# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of policy offers to the inference node."""

from typing import Protocol, runtime_checkable

from vla_ros.policy.model_file import Normalisation
from vla_ros.policy.prefix import Prefix
from vla_ros.policy.spec import PolicyProfile
from vla_ros.types import Observation, PolicyOutput


class PolicyBackend(Protocol):
    """A policy that is ready to answer.

    `infer`, `warm_up` and `close` are called from one thread at a time and may block;
    `check_instruction` returns at once and may be called from any thread.
    """

    @property
    def profile(self) -> PolicyProfile:
        """The contract it keeps."""

    def check_instruction(self, text: str) -> str:
        """Return how the policy reads an instruction; refuse what it cannot understand.

        Raises:
            UnknownWordError: The message names the words that it does not know, and what it does.
            InstructionError: There is nothing to understand, or too much.
        """

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        """Return the next rows in the policy's action space.

        Raises:
            PolicyError: It cannot answer.
            InstructionError: As `check_instruction`.
            ObservationError: The observation lacks an image of the profile. That it has the point
                cloud of the profile was checked before.
        """

    def warm_up(self) -> None:
        """Answer once for nothing, because the first answer is slow.

        Raises:
            PolicyError: It cannot answer.
        """

    def close(self) -> None:
        """Free what it holds; nothing may be called afterwards."""


@runtime_checkable
class SaysNotes(Protocol):
    """A policy that has something to say once it is loaded."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines for the log: where it runs, and why not elsewhere."""


@runtime_checkable
class SaysStatistics(Protocol):
    """A policy that says with which statistics it normalises inside."""

    @property
    def normalisation(self) -> Normalisation:
        """Those of its training data."""


@runtime_checkable
class TakesPrefix(Protocol):
    """A policy whose answer can go on from what the arm does while it thinks.

    It is a `PolicyBackend`, and is asked in this way where its profile says
    `joining: real_time_chunking` and a plan runs.
    """

    def infer_after(
        self, observation: Observation, instruction: str, prefix: Prefix
    ) -> PolicyOutput:
        """Return the next rows, the first `prefix.frozen` of which are those of the prefix.

        The rows of the prefix after those are a wish, the less the later they are due
        (arXiv 2506.07339). Threads, blocking and errors are those of `PolicyBackend.infer`.
        """
