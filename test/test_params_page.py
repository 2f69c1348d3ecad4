# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from vla_ros.params import NODE_PARAMS, specs_of
from vla_ros.params_page import parameters_page

PAGE = Path(__file__).parents[1] / "docs/reference/parameters.md"


def test_the_committed_page_is_what_the_declarations_say() -> None:
    # If this fails: python -m vla_ros.params_page docs/reference/parameters.md
    assert PAGE.read_text(encoding="utf-8") == parameters_page()


def test_every_parameter_of_every_node_is_on_the_page() -> None:
    for node, params in NODE_PARAMS.items():
        section = parameters_page().partition(f"## {node}\n")[2].partition("## ")[0]
        for spec in specs_of(params):
            assert f"| `{spec.name}` | {spec.type_name} |" in section
