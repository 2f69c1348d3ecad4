# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One command as it was published, with what its invariants speak about."""

from dataclasses import dataclass

from vla_ros.gate.limits import Vector
from vla_ros.gate.vocabulary import GateMode


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCommand:
    """A command and where it came from: what the final checker judges and the audit log keeps.

    Attributes:
        stamp_ns: Of the tick, control clock.
        names: Joint names, in the order of the vectors.
        position: Commanded [rad]. Length J.
        velocity: At `position` [rad/s]. Length J.
        acceleration: At `position` [rad/s^2]. Length J.
        gripper: Opening commanded, 0 closed to 1 open; None for none.
        mode: In which the command was made.
        emergency: It belongs to an emergency stop, which may use the hard limits.
        epoch: Of arming.
        armed_ns: When the epoch began, control clock.
        measured: Where the joints were when the epoch began [rad]. Length J.
        source_epoch: Epoch of the chunk being followed; None for a command of a stop.
        observed_ns: Of the observation behind that chunk, control clock; None as well.
    """

    stamp_ns: int
    names: tuple[str, ...]
    position: Vector
    velocity: Vector
    acceleration: Vector
    gripper: float | None
    mode: GateMode
    emergency: bool
    epoch: int
    armed_ns: int
    measured: Vector
    source_epoch: int | None
    observed_ns: int | None
