# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a policy that cannot find what an instruction asks for ends its goal, before any motion.

The first answers of a goal decide, all together; until then nothing may move. A policy that does
not tell whether it can carry out an instruction is never stopped by this.
"""

import math
from dataclasses import dataclass, replace

from vla_ros.policy.spec import GroundingSpec

_REMEDY = (
    "say it in other words, or look whether what you named is on the table, the cameras see it, "
    "and only one thing can be meant"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """Weighs the `grounded` output of one goal's answers. A value: `observe` returns a new one.

    Attributes:
        spec: The rule; None lets every goal go on.
        count: Answers so far that decide.
        total: Sum of their probabilities.
        silent: The policy does not tell.
        low: Answers in a row, since the goal was let go on, that say it is lost.
        newest: What the newest answer said; NaN before the first.
    """

    spec: GroundingSpec | None
    count: int = 0
    total: float = 0.0
    silent: bool = False
    low: int = 0
    newest: float = math.nan

    def observe(self, probability: float) -> "Grounding":
        """Add one answer; after a first one without a probability nothing counts any more.

        Once a policy has told, NaN and anything that is no probability count as 0.
        """
        if self.spec is None or self.silent or self.refused:
            return self
        if self.count == 0 and math.isnan(probability):
            return replace(self, silent=True)
        sure = probability if 0.0 <= probability <= 1.0 else 0.0
        if self.count < self.spec.count:
            return replace(self, count=self.count + 1, total=self.total + sure, newest=sure)
        lost = self.spec.lost
        low = self.low + 1 if lost is not None and sure < lost.probability else 0
        return replace(self, low=low, newest=sure)

    @property
    def accepted(self) -> bool:
        """The arm may move."""
        return self.spec is None or self.silent or (self._decided and not self.refused)

    @property
    def refused(self) -> bool:
        """The policy cannot find what was asked for; nothing has moved."""
        spec = self.spec
        return spec is not None and self._decided and not self.mean >= spec.probability

    @property
    def lost(self) -> bool:
        """The policy found it at first and has lost it."""
        lost = None if self.spec is None else self.spec.lost
        return lost is not None and self.low >= lost.count

    @property
    def mean(self) -> float:
        """What the answers that decide say together; NaN before the first."""
        return self.total / self.count if self.count else math.nan

    def why(self, instruction: str) -> str:
        """Return why the goal ends, and what to do about it.

        Args:
            instruction: What was asked for; empty if nobody knows here.
        """
        asked = f"what '{instruction}' asks for" if instruction else "what it was asked for"
        spec = self.spec
        if self.refused and spec is not None:
            return (
                f"the policy cannot find {asked}: it is sure to {_percent(self.mean)}, wanted "
                f"{_percent(spec.probability)} (grounding.probability of the policy profile). "
                f"Nothing moved; {_REMEDY}"
            )
        if self.lost:
            return (
                f"the policy has lost {asked}: {self.low} answers in a row, the newest sure to "
                f"{_percent(self.newest)} (grounding.lost of the policy profile); {_REMEDY}"
            )
        return ""

    @property
    def _decided(self) -> bool:
        return self.spec is not None and self.count >= self.spec.count


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"
