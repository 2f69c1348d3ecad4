# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every error that vla_ros raises on purpose, in one tree.

A message says what (the name), got (the value with its unit), wanted (the limit or the
choices) and where to fix it (a parameter, a file or a command).
"""


class VlaRosError(Exception):
    """Root of all errors a caller of vla_ros may want to catch."""


class ConfigError(VlaRosError):
    """A file or a parameter is wrong; a person has to edit it."""


class ObservationError(VlaRosError):
    """No trustworthy observation can be assembled right now; it may become possible later."""


class PolicyError(VlaRosError):
    """The policy cannot answer: it failed, timed out, or cannot ground the instruction."""


class InstructionError(PolicyError):
    """The policy does not understand the instruction; nothing moved because of it."""


class UnknownWordError(InstructionError):
    """The instruction has a word that the policy was never taught."""


class UnreachableError(PolicyError):
    """The arm cannot bring its tool to a pose, or only by a swing."""


class SimulationError(VlaRosError):
    """The simulator cannot do what was asked, for example build a scene."""


class TrainingError(VlaRosError):
    """Training ended before it was done; started again, it goes on from its last checkpoint."""
