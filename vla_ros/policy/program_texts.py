# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which texts the description of an exported program may have, and where.

torch writes Python from the names in a program and runs it, evaluates the expressions of sizes,
finds operators by their dotted names, wherever those lead, and imports what the structures of
inputs and outputs name. So each text has to be what belongs at its place; any other is refused.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PATH = re.compile(r"(?!__)[\w/-]+(\.(?!__)[\w/-]+)*", re.ASCII)
_KEY = re.compile(r"[\w/. -]*", re.ASCII)
# `from_file` and `save` open files. `name`, `_dir`, `op` and `overloads` are no operators.
_TARGET = re.compile(
    r"torch\.ops\.(aten|prims)\.(?!(from_file|save|name|_dir)\.)"
    r"(_?[A-Za-z0-9]\w*|__i?(and|or|xor|lshift|rshift)__)\.(?!op\b|op_overloads\b|overloads\b)[A-Za-z]\w*"
    r"|torch\.ops\.prim\.device\.default"
    r"|torch\.ops\.higher_order\.(cond|wrap_with_autocast|wrap_with_set_grad_enabled)"
    r"|torch\.sym_[a-z]+"
    r"|_operator\.(add|sub|mul|neg|floordiv|truediv|mod|pow|eq|ne|lt|le|gt|ge|getitem)",
    re.ASCII,
)
_SYMBOL = re.compile(r"Symbol\('\w+'(, \w+=(True|False))*\)", re.ASCII)
_SIZE = re.compile(
    r"([\d\s+\-*/%(),<>=]|\d\.\d"
    r"|\b(Integer|Rational|Add|Mul|Pow|Mod|FloorDiv|Max|Min|Eq|Ne|Lt|Le|Gt|Ge)\b)*",
    re.ASCII,
)
_PRINTABLE = re.compile(r"[ -~]*")
_NUMBER = re.compile(r"-?Infinity|NaN")
_CONTAINERS = ("builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict")

# The place of a text that is itself the key of something.
_AS_KEY = "a key"


def find_strange(document: Any, key: re.Pattern[str] = _NAME) -> str | None:
    """Return in words the first text that does not belong where it is; None if all do.

    Args:
        document: As read from JSON.
        key: What keys may be.
    """
    for place, text in _texts(document):
        if place == _AS_KEY:
            what, fits = "name", bool(key.fullmatch(text))
        elif place in _PLACES:
            what, allowed = _PLACES[place]
            fits = allowed(text)
        else:
            what, fits = f"text at {place!r}", False
        if not fits:
            return f"the {what} {text[:200]!r}"
    return None


def find_strange_weights(config: Any) -> str | None:
    """The same of an index of weights or constants; its keys are dotted names."""
    return find_strange(config, _PATH)


def _texts(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a document: keys, and values with the key that they stand under."""
    if isinstance(node, str):
        yield place, node
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, place)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield _AS_KEY, key
            yield from _texts(value, key)


def _is_size(text: str) -> bool:
    return bool(_SIZE.fullmatch(_SYMBOL.sub("0", text)))


def _is_structure(text: str, key: re.Pattern[str]) -> bool:
    """Whether nothing but plain containers is built from a structure (`torch.utils._pytree`)."""
    try:
        protocol, tree = json.loads(text)
        return protocol == 1 and _is_container(tree, key)
    except (LookupError, TypeError, ValueError):
        return False


def _is_container(tree: Any, key: re.Pattern[str]) -> bool:
    if tree["type"] is None:
        return tree["context"] is None and not tree["children_spec"]
    keys = json.loads(tree["context"]) or []
    return (
        tree["type"] in _CONTAINERS
        and isinstance(keys, list)
        and all(isinstance(name, str) and key.fullmatch(name) for name in keys)
        and all(_is_container(child, key) for child in tree["children_spec"])
    )


def _matches(pattern: re.Pattern[str], *, empty: bool = False) -> Callable[[str], bool]:
    return lambda text: bool(pattern.fullmatch(text)) or (empty and not text)


# A text under any other key is refused. Keys of inputs become arguments in Python, those of
# outputs do not.
_PLACES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "target": ("operator", _matches(_TARGET)),
    "expr_str": ("size", _is_size),
    "in_spec": ("structure", lambda text: _is_structure(text, _NAME)),
    "out_spec": ("structure", lambda text: _is_structure(text, _KEY)),
    "type": ("device", _matches(_NAME)),
    "path_name": ("file", _matches(re.compile(r"(weight|tensor)_\d+", re.ASCII))),
    "torch_version": ("version", _matches(re.compile(r"[\w.+-]+", re.ASCII))),
    "verifiers": ("name", _matches(_NAME)),
    "forward_arg_names": ("name", _matches(_NAME)),
    **dict.fromkeys(("name", "as_name", "user_input_name"), ("name", _matches(_NAME, empty=True))),
    **dict.fromkeys(
        ("parameter_name", "buffer_name", "tensor_constant_name", "fqn"),
        ("name", _matches(_PATH, empty=True)),
    ),
    **dict.fromkeys(("as_string", "as_strings"), ("text", _matches(_PRINTABLE))),
    **dict.fromkeys(
        ("as_float", "as_floats", "as_float_lists", "real", "imag"), ("number", _matches(_NUMBER))
    ),
}
