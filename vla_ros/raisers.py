# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which function says which reason, with which verdict, read from the source of the gate."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vla_ros.gate.tick import Check

_FOLDERS = ("gate", "ros", "nodes")
_APART = (ast.Call, ast.Compare, ast.GeneratorExp)  # Looked at by themselves, or no statement.


@dataclass(frozen=True, slots=True, kw_only=True)
class Raiser:
    """Something that says a reason.

    Attributes:
        check: Number of the check; None if it is not in a check.
        function: Its name.
        path: Of its file, in the package.
        verdicts: With which it is said; empty where it comes with an event only.
    """

    check: int | None
    function: str
    path: str
    verdicts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Function:
    name: str
    path: str
    node: ast.FunctionDef
    constants: dict[str, list[ast.expr]]


def find_raisers(package: Path, checks: tuple[Check, ...]) -> dict[str, tuple[Raiser, ...]]:
    """Return who raises each reason, by its name.

    Args:
        package: Folder of vla_ros.
        checks: The numbered checks.
    """
    functions = [f for folder in _FOLDERS for f in _functions(package, package / folder)]
    found: dict[str, list[Raiser]] = {}
    in_checks: set[int] = set()
    for check in checks:
        name = name_of(check)
        for function in _reached(name, functions):
            in_checks.add(id(function))
            _note(found, function, functions, check.number, name)
    for function in functions:
        if id(function) not in in_checks:
            _note(found, function, functions, None, function.name)
    return {reason: tuple(raisers) for reason, raisers in found.items()}


def name_of(check: Check) -> str:
    """Return the name of the function that judges."""
    name: str = getattr(check.judge, "__name__", type(check.judge).__name__)
    return name


def _functions(package: Path, folder: Path) -> Iterator[_Function]:
    for path in sorted(folder.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        constants = _assignments(module.body)
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                yield _Function(
                    name=node.name,
                    path=path.relative_to(package).as_posix(),
                    node=node,
                    constants={**constants, **_assignments(ast.walk(node))},
                )


def _assignments(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    values: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        values.setdefault(name.id, []).append(node.value)
    return values


def _reached(name: str, functions: list[_Function]) -> list[_Function]:
    """Return the functions of a name and what they call, in the gate."""
    names, reached = [name], []
    while names:
        wanted = names.pop()
        for function in functions:
            if function.name == wanted and function not in reached:
                reached.append(function)
                calls = (n for n in ast.walk(function.node) if isinstance(n, ast.Call))
                names += [n.func.id for n in calls if isinstance(n.func, ast.Name)]
    return reached


def _note(
    found: dict[str, list[Raiser]],
    function: _Function,
    functions: list[_Function],
    check: int | None,
    name: str,
) -> None:
    for reasons, verdicts in _said(function, functions):
        for reason in sorted(reasons):
            raiser = Raiser(check=check, function=name, path=function.path, verdicts=verdicts)
            found.setdefault(reason, []).append(raiser)


def _said(
    function: _Function, functions: list[_Function]
) -> Iterator[tuple[set[str], frozenset[str]]]:
    """Yield reasons and verdicts that a function gives to a call."""
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Call):
            continue
        reasons = _members("Reason", node.args, function)
        if reasons:
            verdicts = _members("Verdict", node.args, function)
            if not verdicts and isinstance(node.func, ast.Name):
                verdicts = _verdicts_of(node.func.id, function.path, functions)
            yield reasons, frozenset(verdicts)


def _verdicts_of(name: str, path: str, functions: list[_Function]) -> set[str]:
    """Return the verdicts that a helper of the same file gives its finding."""
    helpers = (f.node for f in functions if f.name == name and f.path == path)
    nodes = (node for helper in helpers for node in ast.walk(helper))
    return {verdict for node in nodes if (verdict := _member("Verdict", node))}


def _members(enum: str, nodes: Iterable[ast.AST], function: _Function) -> set[str]:
    """Return the members of an enum named in expressions, through names assigned before."""
    found: set[str] = set()
    for node in (part for top in nodes for part in _parts(top)):
        if isinstance(node, ast.Name):
            for value in function.constants.get(node.id, ()):
                found |= {name for part in _parts(value) if (name := _member(enum, part))}
        elif name := _member(enum, node):
            found.add(name)
    return found


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield an expression and what it may have as value."""
    if not isinstance(node, _APART):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _parts(child)


def _member(enum: str, node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == enum else None
    return None
