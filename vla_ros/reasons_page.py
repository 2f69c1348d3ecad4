# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The reference page of all reasons: words of the message, and what the code does with each.

`python -m vla_ros.reasons_page docs/reference/reasons.md` writes the committed page again. Who
raises a reason is read from the source, so it cannot differ from it.
"""

import re
import sys
from pathlib import Path

from vla_ros.gate.checks import ALL_CHECKS
from vla_ros.gate.remedies import REMEDIES
from vla_ros.gate.vocabulary import Reason, Verdict
from vla_ros.raisers import Raiser, find_raisers

_PACKAGE = Path(__file__).parent
_MESSAGE = _PACKAGE.parent / "msg" / "GateState.msg"
_HEADER = """# Reasons of the gate

<!-- Made by `python -m vla_ros.reasons_page docs/reference/reasons.md`; do not edit. -->

What `executor_node` objects to. `/vla/gate_state` carries the numbers (`REASON_*` of
[GateState](../../msg/GateState.msg)) and the newest event in words; numbers never change their
meaning. How severe each is:

| Verdict | What happens |
|---|---|
| `SCALE` | the plan is followed more slowly along the same path |
| `CLAMP` | a target is changed to respect a limit |
| `DROP` | a chunk is refused; the plan before it goes on |
| `HOLD` | the arm follows its verified stop; a new chunk may resume within 2 s |
| `STOP` | protective stop: verified stop, latched until `~/reset` and `~/arm` |
| `ESTOP` | emergency stop: as fast as the hard limits allow, latched until `~/reset` and `~/arm` |
| `FAULT` | verified stop, then silence until the node is cleaned up and configured |

"Raised by" names the numbered check and its function, or the file, that says so. Three chunks in a
row that are refused for their form (`BAD_DIM` to `BAD_CHUNK`) hold, three in a row that start away
from the arm latch. More about the gate: [safety](../explanation/safety.md).
"""
# It names an invariant by its number, and has no other verdict.
_FINAL = Raiser(
    check=34, function="find_breach", path="gate/final.py", verdicts=frozenset({"FAULT"})
)
_TABLE = (
    "| Number | Reason | Meaning | Verdict | Raised by | What to do |\n|---|---|---|---|---|---|"
)


def reasons_page() -> str:
    """Return the page as Markdown."""
    meanings = dict(re.findall(r"REASON_(\w+) += \d+ +# (.+)", _MESSAGE.read_text("utf-8")))
    raisers = find_raisers(_PACKAGE, ALL_CHECKS)
    rows = []
    for reason in Reason:
        final = reason.name.startswith("INVARIANT_")
        by = (_FINAL,) if final else raisers.get(reason.name, ())
        rows.append(_row(reason, meanings[reason.name], by))
    return "\n".join([_HEADER, _TABLE, *rows, ""])


def _row(reason: Reason, meaning: str, raisers: tuple[Raiser, ...]) -> str:
    verdicts = sorted({Verdict[name] for raiser in raisers for name in raiser.verdicts})
    cells = (
        str(reason.value),
        f"`{reason.name}`",
        meaning,
        ", ".join(f"`{verdict.name}`" for verdict in verdicts),
        ", ".join(dict.fromkeys(map(_words, raisers))) or "not yet",
        REMEDIES[reason],
    )
    return f"| {' | '.join(cells)} |"


def _words(raiser: Raiser) -> str:
    if raiser.check is None:
        return f"`{raiser.path}`"
    return f"check {raiser.check}, `{raiser.function}`"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reasons_page(), encoding="utf-8")
