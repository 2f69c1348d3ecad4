# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When the policy's own word that it is done ends a goal as a success."""

from dataclasses import dataclass

from vla_ros.policy.spec import DoneSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Counts answers in a row that say done. A value: `observe` returns a new one.

    Attributes:
        spec: The rule; None never completes.
        streak: Answers in a row so far that said done.
    """

    spec: DoneSpec | None
    streak: int = 0

    def observe(self, done_probability: float) -> "Completion":
        """Add one answer; NaN and anything below the threshold start over."""
        if self.spec is None:
            return self
        said_done = self.spec.probability <= done_probability <= 1.0
        return Completion(spec=self.spec, streak=self.streak + 1 if said_done else 0)

    @property
    def complete(self) -> bool:
        """The goal has succeeded."""
        return self.spec is not None and self.streak >= self.spec.count
