# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a policy that does not trust itself ends its goal.

It cannot find what was asked for, or has lost it, or has been unsure of its rows for long.
"""

import math
from dataclasses import dataclass, replace

from vla_ros.policy.grounding import Grounding
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.parts import ConfidenceProfile
from vla_ros.types import ActionChunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Weighs what the answers of one goal say of themselves. A value: `observe` returns a new one.

    Attributes:
        grounding: Whether the policy can find what it is asked for.
        confidence: How sure of its rows it has to be; None: it need not be.
        unsure: Answers in a row, since the goal was let go on, that are not.
        newest: The newest confidence; NaN for none.
    """

    grounding: Grounding
    confidence: ConfidenceProfile | None
    unsure: int = 0
    newest: float = math.nan

    def observe(self, answer: ActionChunk) -> "Doubt":
        """Add an answer; one without a confidence counts as unsure."""
        spec, newest = self.confidence, answer.confidence
        low = self.accepted and spec is not None and spec.is_doubtful(newest)
        told = self.hear(answer.grounded_probability)
        return replace(told, unsure=self.unsure + 1 if low else 0, newest=newest)

    def hear(self, grounded_probability: float) -> "Doubt":
        """Add what an answer whose rows are of no use says of the instruction."""
        return replace(self, grounding=self.grounding.observe(grounded_probability))

    @property
    def accepted(self) -> bool:
        """The arm may move."""
        return self.grounding.accepted

    def why(self, instruction: str) -> str:
        """Return why the goal ends, and what to do about it; empty if it goes on.

        Args:
            instruction: What was asked for.
        """
        spec = self.confidence
        if spec is None or self.unsure < spec.in_row:
            return self.grounding.why(instruction)
        return (
            f"the policy is not sure how to go on with '{instruction}': {self.unsure} answers in "
            f"a row with a confidence below {spec.least:g}, the newest {self.newest:.2f} "
            "(confidence of the policy profile); look what is in its way, and say it again"
        )


def make_doubt(profile: PolicyProfile) -> Doubt:
    """Return what a goal begins with."""
    return Doubt(grounding=Grounding(spec=profile.grounding), confidence=profile.confidence)
