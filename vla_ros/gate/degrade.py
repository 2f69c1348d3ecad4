# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a tick still does when something in it went wrong: stop, see every button, and answer."""

from collections.abc import Sequence

from vla_ros.gate.requests import answer
from vla_ros.gate.state import Answer, Finding
from vla_ros.gate.tick import Tick, TickCheck
from vla_ros.gate.turn import Turn
from vla_ros.gate.vocabulary import Reason, Request, Verdict

_STOPPING = (Request.STOP, Request.ESTOP)


def degrade(turn: Turn, tick: Tick, checks: Sequence[TickCheck], error: Exception) -> None:
    """Turn an internal error into a stop; a second one in a row into a fault.

    Args:
        turn: A new one; nothing of the tick that failed is in it.
        tick: Without a target. Its inputs are seen by nobody else: a press may be in them only.
        checks: Of the situation. Those that fail are passed over.
        error: What went wrong.
    """
    worst = Verdict.HOLD if turn.state.failures < 2 else Verdict.FAULT
    found = [Finding(worst, Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}")]
    for check in checks:
        try:
            finding = check.judge(tick)
        except Exception:  # noqa: BLE001, S112 - perhaps the very error that brought us here.
            continue
        if finding is not None:
            found.append(finding)
    turn.findings += found
    turn.react(found)
    for request in tick.inputs.requests:
        if request in _STOPPING:
            answer(turn, tick, request)
        else:
            text = f"not done: something went wrong inside: {found[0].message}"
            turn.answers.append(Answer(request=request, done=False, message=text))
