# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what people say and where they are."""

from vla_ros.gate.state import Finding
from vla_ros.gate.tick import Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict


def check_estop(tick: Tick) -> Finding | None:
    """Object to a pressed or silent emergency stop."""
    if tick.config.estop_topic is None:
        return None
    heartbeat = tick.inputs.estop
    if heartbeat is not None and heartbeat.pressed:
        return Finding(Verdict.ESTOP, Reason.ESTOP_PRESSED, "the emergency stop is pressed")
    if heartbeat is None and not tick.state.estop_heard:
        return None  # Nothing can be armed before the first heartbeat.
    timeout_s = tick.config.estop_timeout_s
    if heartbeat is not None and heartbeat.age_s <= timeout_s:
        return None
    return Finding(
        Verdict.ESTOP,
        Reason.ESTOP_LOST,
        f"no heartbeat on {tick.config.estop_topic} for {timeout_s} s",
    )


PEOPLE_CHECKS = (TickCheck(2, check_estop),)
