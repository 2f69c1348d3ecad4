# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The reference page of all parameters, made from their declarations.

`python -m vla_ros.params_page docs/reference/parameters.md` writes the committed page again.
"""

import sys
from pathlib import Path

from vla_ros.params import NODE_PARAMS, NodeParams, ParamSpec, Value, specs_of

_HEADER = """# Parameters

<!-- Made by `python -m vla_ros.params_page docs/reference/parameters.md`; do not edit. -->

All parameters are read once, when a node starts, and are read-only afterwards. A name that a node
does not know, a missing value, a value of another type or out of its range ends the node with a
message that names it. What a robot may do is not here but in its profile,
`config/robots/NAME.yaml`; what a policy wants is in `config/policies/NAME.yaml`.
"""
_TABLE = "| Parameter | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|"


def parameters_page() -> str:
    """Return the page as Markdown."""
    sections = [_section(node, params) for node, params in NODE_PARAMS.items()]
    return "\n".join([_HEADER, *sections])


def _section(node: str, params: type[NodeParams]) -> str:
    rows = [_row(spec) for spec in specs_of(params)]
    return "\n".join([f"## {node}\n", _TABLE, *rows, ""])


def _row(spec: ParamSpec) -> str:
    allowed = f"{spec.allowed} {spec.unit}".strip() if spec.allowed else ""
    cells = (f"`{spec.name}`", spec.type_name, _default(spec.default), allowed, spec.doc)
    return f"| {' | '.join(cells)} |"


def _default(value: Value | None) -> str:
    """Return a default as it is written in a parameter file."""
    if value is None:
        return "*required*"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(parameters_page(), encoding="utf-8")
