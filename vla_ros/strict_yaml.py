# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a YAML file into a strict model; every mistake is named with its file and line.

YAML itself forgives typing errors (a key given twice, a misspelt key); a file that says how a
robot may move must not.
"""

import difflib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from vla_ros.errors import ConfigError

_Key = str | int
_Path = tuple[_Key, ...]


class StrictModel(BaseModel):
    """Base of all profile models: no unknown key, no coercion, no NaN, no change afterwards."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        str_min_length=1,
        protected_namespaces=(),
    )


_Model = TypeVar("_Model", bound=StrictModel)


def mistake(text: str, *at: _Key) -> PydanticCustomError:
    """Return the error a model validator raises about one of its own keys.

    Args:
        text: What is allowed.
        at: Path of the key below the model, so that the message names its line.
    """
    return PydanticCustomError("mistake", "{text}", {"text": text, "at": at})


def load_strict_yaml(path: Path, model: type[_Model]) -> _Model:
    """Read one YAML file into `model`.

    Raises:
        ConfigError: The file cannot be read, or does not fit the model. The message has one
            line per mistake: file, line, key, value and what is allowed.
    """
    data, lines = _read(path)
    try:
        return model.model_validate(data)
    except ValidationError as e:
        found = [_describe(path, model, data, lines, error) for error in e.errors()]
        raise ConfigError("\n".join(found)) from e


def _read(path: Path) -> tuple[object, dict[_Path, int]]:
    """Return the content (sequences as tuples) and the line of each key path."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as e:
        raise ConfigError(f"{path}: cannot be read: {e.strerror}") from e
    except (UnicodeDecodeError, yaml.YAMLError) as e:
        raise ConfigError(f"{path}: is not YAML: {e}") from e
    if node is None:
        raise ConfigError(f"{path}: is empty")
    lines: dict[_Path, int] = {}
    return _construct(path, node, (), lines), lines


def _construct(path: Path, node: yaml.Node, at: _Path, lines: dict[_Path, int]) -> object:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return dict(_items(path, node, at, lines))
    if isinstance(node, yaml.SequenceNode):
        return tuple(_construct(path, n, (*at, i), lines) for i, n in enumerate(node.value))
    return yaml.SafeLoader("").construct_object(node)


def _items(
    path: Path, node: yaml.MappingNode, at: _Path, lines: dict[_Path, int]
) -> Iterator[tuple[str, object]]:
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in seen:
            raise ConfigError(
                f"{path}:{line}: key '{key}' is given twice, first on line {seen[key]}; keep one"
            )
        seen[key] = line
        here = (*at, key)
        lines[here] = line
        yield key, _construct(path, value_node, here, lines)


def _describe(
    path: Path,
    model: type[BaseModel],
    data: object,
    lines: Mapping[_Path, int],
    error: ErrorDetails,
) -> str:
    """Turn one finding into `file:line: key = value: what is allowed`."""
    missing = error["type"] == "missing"
    inner: _Path = error.get("ctx", {}).get("at", ())
    at = _real_path((*error["loc"], *inner), data, keep_last=missing)
    line = next(lines[at[:n]] for n in range(len(at), -1, -1) if at[:n] in lines)
    where = f"{path}:{line}: {_dotted(at)}"
    if missing:
        return f"{where}: this key is missing and has no default; add it"
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key. {_suggest(str(at[-1]), _keys_at(model, at[:-1]))}"
    value, message = _value_at(data, at), error["msg"]
    if error["type"] in {"model_type", "dict_type"}:
        message = f"should be a mapping with the keys {', '.join(_keys_at(model, at))}"
    if isinstance(value, Mapping):
        return f"{where}: {message}"
    return f"{where} = {value!r}: {message[0].lower()}{message[1:]}"


def _real_path(loc: tuple[_Key, ...], data: object, *, keep_last: bool) -> _Path:
    """Drop the parts of a location which name a branch of a union and not a key of the file."""
    at: list[_Key] = []
    for n, part in enumerate(loc):
        keys: object = range(len(data)) if isinstance(data, tuple) else data
        if isinstance(keys, Mapping | range) and part in keys:
            data = data[part]  # type: ignore[index]
        elif not (keep_last and n == len(loc) - 1):
            continue
        at.append(part)
    return tuple(at)


def _value_at(data: object, at: _Path) -> object:
    for part in at:
        data = data[part]  # type: ignore[index]
    return data


def _dotted(at: _Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at)
    return text.removeprefix(".") or "the file"


def _keys_at(model: type[BaseModel], at: _Path) -> list[str]:
    """Return the keys allowed at a path."""
    for part in at:
        if isinstance(part, str):
            inner = list(_models_in(model.model_fields[part].annotation))
            model = inner[0] if inner else model
    return list(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def _suggest(got: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(got, allowed, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    return f"{hint}Allowed: {', '.join(allowed)}"
