# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Looks into the archive of an exported program before anything in it is run.

`torch.export.load` unpickles weights and objects that say so, evaluates the expressions of sizes,
and finds operators by their dotted names, wherever those lead. A file gets that far only if it has
none of the first and nothing but plain sizes and plain operators.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vla_ros.errors import ConfigError
from vla_ros.policy.model_file import METADATA_KEY

_GRAPH = "models/model.json"
_SAMPLES = "data/sample_inputs/model.pt"
_WEIGHTS = "data/weights/model_weights_config.json"
_CONSTANTS = "data/constants/model_constants_config.json"
_ENTRY = re.compile(
    r"models/model\.json|data/weights/(weight_\d+|model_weights_config\.json)"
    r"|data/constants/(tensor_\d+|model_constants_config\.json)|data/sample_inputs/model\.pt"
    r"|extra/.+|archive_format|archive_version|byteorder|\.data/(version|serialization_id)"
)
_TARGET = re.compile(
    r"torch\.ops\.(aten|prim|prims|higher_order)\.\w+(\.\w+)?|torch\.sym_\w+"
    r"|_operator\.(add|sub|mul|neg|floordiv|truediv|mod|pow|eq|ne|lt|le|gt|ge|getitem)"
)
_SYMBOL = re.compile(r"Symbol\('\w+'(, \w+=(True|False))*\)")
_SIZE = re.compile(
    r"([\d\s+\-*/%(),<>=]|\d\.\d|\b(Integer|Rational|Add|Mul|Pow|Mod|FloorDiv|Max|Min|Eq|Ne|Lt|Le|Gt|Ge)\b)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFile:
    """What an archive holds beside the program.

    Attributes:
        metadata: What it says about itself; None if it says nothing.
        samples: Its example inputs, which are pickled: only to be loaded as plain tensors.
    """

    metadata: str | None
    samples: bytes


def look_into(path: Path, content: bytes) -> ProgramFile:
    """Return what a program's archive says about itself, if nothing in it could run by itself.

    Args:
        path: Of the file, for messages.
        content: Of the file.

    Raises:
        ConfigError: It is no such archive, or it holds a pickle, compiled code, or an operator
            or a size that is none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _read(path, archive)
            for name in (_WEIGHTS, _CONSTANTS):
                _check_payload(path, json.loads(entries[name]))
            _check_graph(path, json.loads(entries[_GRAPH]))
            extra = entries.get(f"extra/{METADATA_KEY}")
            metadata = None if extra is None else extra.decode()
            return ProgramFile(metadata=metadata, samples=entries[_SAMPLES])
    except (zipfile.BadZipFile, AttributeError, LookupError, TypeError, ValueError) as e:
        raise ConfigError(
            f"{path}: is not an exported program that can be read ({len(content)} bytes): {e!r}. "
            "Write it with torch.export.save"
        ) from e


def _read(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the entries by name, without the folder that all of them share."""
    entries: dict[str, bytes] = {}
    roots = set()
    for info in archive.infolist():
        root, _, name = info.filename.partition("/")
        roots.add(root)
        if not _ENTRY.fullmatch(name) or name in entries or len(roots) > 1:
            raise _refusal(path, f"the entry '{info.filename}'")
        entries[name] = archive.read(info)
    return entries


def _check_payload(path: Path, payload: Any) -> None:
    for name, meta in payload["config"].items():
        file = str(meta["path_name"])
        if meta["use_pickle"] or not re.fullmatch(r"(weight|tensor)_\d+", file):
            raise _refusal(path, f"the pickled object '{name}'")


def _check_graph(path: Path, graph: Any) -> None:
    for key, value in _strings(graph):
        if key == "target" and not _TARGET.fullmatch(value):
            raise _refusal(path, f"the operator '{value}'")
        if key == "expr_str" and not _SIZE.fullmatch(_SYMBOL.sub("0", value)):
            raise _refusal(path, f"the size '{value}'")


def _strings(node: Any) -> Iterator[tuple[str, str]]:
    """Yield every text in a JSON document with its key."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                yield key, value
            else:
                yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _refusal(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{path}: holds {what}, which could run anything when it is loaded. Export the network "
        "alone, as plain tensors and operators, with torch.export.save"
    )
