# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The future that a gate would command if it heard nothing more."""

from dataclasses import replace
from typing import Any

from vla_ros.gate.gate import Gate
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode

_AGING = ("estop", "driver", "deadman", "human", "obstacles")


def foresee(
    gate: Gate, state: GateState, inputs: GateInputs, now_ns: int, ticks: int
) -> tuple[GateState, ...]:
    """Return the states after the coming ticks, as long as the gate would go on with its plan.

    Each is what `Gate.step` itself would return: checked as every command is, with a stop stored
    behind it. Silence ages what was heard, so the future is never longer than what a check allows
    to be silent. Whatever ends the plan, or objects to it, ends the future.

    Args:
        gate: Decides.
        state: After the tick of `now_ns`; empty-handed in every mode but RUN.
        inputs: Of that tick.
        now_ns: Control clock.
        ticks: At most so many.
    """
    dt_s = gate.config.dt_s
    states: list[GateState] = []
    while state.mode is GateMode.RUN and len(states) < ticks:
        ahead = len(states) + 1
        silence = hear_nothing(inputs, ahead * dt_s)
        state, decision = gate.step(state, silence, now_ns + round(ahead * dt_s * 1e9))
        if state.mode is not GateMode.RUN or decision.error is not None:
            break
        states.append(state)
    return tuple(states)


def hear_nothing(inputs: GateInputs, elapsed_s: float) -> GateInputs:
    """Return what a tick is told when nothing came since another one.

    Args:
        inputs: Of that other one.
        elapsed_s: Time since then [s].
    """
    aged: dict[str, Any] = {name: _older(getattr(inputs, name), elapsed_s) for name in _AGING}
    return replace(inputs, chunks=(), requests=(), clock_step_s=0.0, **aged)


def _older(said: Any, elapsed_s: float) -> Any:
    return None if said is None else replace(said, age_s=said.age_s + elapsed_s)
