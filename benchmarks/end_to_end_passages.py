# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which command was the first to follow from a chunk, and where the time went until then."""

import itertools
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST_MS = 500.0  # Later, the command follows from another chunk.


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A chunk as it went by.

    Attributes:
        observed_ns: Stamp of the images behind it.
        published_ns: When inference_node published it.
        seen_ns: When this process had decoded it.
        model_ms: How long the model took [ms].
        gripper: Opening of its first row.
    """

    observed_ns: int
    published_ns: int
    seen_ns: int
    model_ms: float
    gripper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One chunk's way from the images to the first command.

    Attributes:
        total_ms: Stamp of the images to the publication of the command [ms].
        model_ms: Part of it in the model [ms].
        wait_ms: Part of it between the chunk's arrival and the tick that took it up [ms].
        observation_ms: Stamp of the images to the publication of the observation [ms]; NaN if
            that was not seen.
        chunk_ms: Stamp of the images to the publication of the chunk, less the model [ms].
    """

    total_ms: float
    model_ms: float
    wait_ms: float
    observation_ms: float
    chunk_ms: float

    @property
    def net_ms(self) -> float:
        """What the pipeline itself costs [ms]."""
        return self.total_ms - self.model_ms - self.wait_ms


def match(
    chunks: Sequence[Chunk],
    observations_ns: Mapping[int, int],
    commands_ns: Sequence[int],
    switches: Sequence[tuple[int, float]],
) -> list[Passage]:
    """Find the first command of every chunk that changed its mind about the gripper.

    The arm's command of a tick is published just before the gripper's, so it is the newest one
    then. The wait begins when the chunk has arrived, which another process than executor_node
    sees; it never begins before the command of the tick before.

    Args:
        chunks: In order of publication.
        observations_ns: When each observation was published, by its stamp.
        commands_ns: When each arm command was published.
        switches: When the gripper was commanded to move, and where to.
    """
    passages = []
    for before, chunk in itertools.pairwise(chunks):
        if chunk.gripper == before.gripper:
            continue
        later = [at_ns for at_ns, _ in switches if at_ns > chunk.published_ns]
        newest = bisect_right(commands_ns, later[0]) - 1 if later else 0
        if newest < 1:
            continue
        command_ns = commands_ns[newest]
        passage = Passage(
            total_ms=(command_ns - chunk.observed_ns) * 1e-6,
            model_ms=chunk.model_ms,
            wait_ms=max(0, command_ns - max(chunk.seen_ns, commands_ns[newest - 1])) * 1e-6,
            observation_ms=(observations_ns.get(chunk.observed_ns, math.nan) - chunk.observed_ns)
            * 1e-6,
            chunk_ms=(chunk.published_ns - chunk.observed_ns) * 1e-6 - chunk.model_ms,
        )
        if passage.total_ms <= LONGEST_MS:
            passages.append(passage)
    return passages
