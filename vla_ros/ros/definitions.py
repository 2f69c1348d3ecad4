# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The text of message definitions, as a recording carries it: readable without our package."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from vla_ros.errors import ConfigError
from vla_ros.resources import PACKAGE, share_dir

_FIELD = re.compile(r"^\s*(?P<type>[A-Za-z][\w/]*)(?:<=\d+)?(?:\[[^\]]*\])?\s+[a-z]\w*\b(?!\s*=)")
_LINE = "=" * 80
_PRIMITIVES = frozenset(
    ["bool", "byte", "char", "float32", "float64", "string", "wstring"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)


def type_name(message: type) -> str:
    """Return the name of a generated message class, for example `std_msgs/msg/Bool`."""
    package, kind = message.__module__.split(".")[:2]
    return f"{package}/{kind}/{message.__name__}"


def definition_text(name: str) -> str:
    """Return a message's definition, followed by those of all messages it contains.

    Args:
        name: For example `std_msgs/msg/Bool`.

    Raises:
        ConfigError: A definition is not installed.
    """
    package, _, short = name.split("/")
    parts = [_read(package, short)]
    seen = {(package, short)}
    waiting = list(_contained(package, parts[0]))
    while waiting:
        found = waiting.pop(0)
        if found in seen:
            continue
        seen.add(found)
        text = _read(*found)
        parts.append(f"{_LINE}\nMSG: {found[0]}/{found[1]}\n{text}")
        waiting += _contained(found[0], text)
    return "\n".join(parts)


def _contained(package: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield package and name of each message that a definition refers to."""
    for line in text.splitlines():
        match = _FIELD.match(line)
        if match is None or match["type"] in _PRIMITIVES:
            continue
        *owner, short = match["type"].split("/")
        yield (owner[0] if owner else package), short


def _read(package: str, short: str) -> str:
    tried = [folder / "msg" / f"{short}.msg" for folder in _share_dirs(package)]
    for path in tried:
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise ConfigError(
        f"the definition of {package}/msg/{short} is in none of: {', '.join(map(str, tried))}. "
        f"Install the package {package}, with its msg folder"
    )


def _share_dirs(package: str) -> Iterator[Path]:
    if package == PACKAGE:
        yield share_dir()
    for prefix in filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)):
        yield Path(prefix, "share", package)
