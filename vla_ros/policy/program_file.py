# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rewrites the archive of an exported program before torch gets to see it.

`torch.export.load` unpickles weights, constants and example inputs, and runs Python that it makes
from texts in the file. So torch is given another archive, made here: of the tensors and of the
graph, in which each text is what belongs at its place (`program_texts`). What a program does not
need to run is left out: example inputs, guards, and where its operators come from.
"""

import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vla_ros.errors import ConfigError
from vla_ros.policy.model_file import METADATA_KEY
from vla_ros.policy.program_texts import find_strange, find_strange_weights

_GRAPH = "models/model.json"
_SAMPLES = "data/sample_inputs/model.pt"
_WEIGHTS = "data/weights/model_weights_config.json"
_CONSTANTS = "data/constants/model_constants_config.json"
_ABOUT = f"extra/{METADATA_KEY}"
_ENTRY = re.compile(
    r"models/model\.json|data/weights/(weight_\d+|model_weights_config\.json)"
    r"|data/constants/(tensor_\d+|model_constants_config\.json)|data/sample_inputs/model\.pt"
    r"|extra/.+|archive_format|archive_version|byteorder|\.data/(version|serialization_id)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFile:
    """What was in an archive.

    Attributes:
        metadata: What it says about itself; None if it says nothing.
        program: An archive of the program alone, for `torch.export.load`.
    """

    metadata: str | None
    program: bytes


def look_into(path: Path, content: bytes) -> ProgramFile:
    """Return a program that cannot run anything of its own when it is loaded.

    Args:
        path: Of the file, for messages.
        content: Of the file.

    Raises:
        ConfigError: It is no such archive, or it holds a pickle, compiled code, or a text that is
            not what belongs at its place: an operator or a size that is none, for example.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _find(path, archive)
            about = archive.read(entries[_ABOUT]).decode() if _ABOUT in entries else None
            return ProgramFile(metadata=about, program=_rewrite(path, archive, entries))
    # A RuntimeError: encrypted, compressed in an unknown way, or nested too deeply.
    except (
        zipfile.BadZipFile,
        zlib.error,
        AttributeError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as e:
        raise ConfigError(
            f"{path}: is not an exported program that can be read ({len(content)} bytes): {e!r}. "
            "Write it with torch.export.save"
        ) from e


def _find(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name, without the folder that all of them share."""
    entries: dict[str, zipfile.ZipInfo] = {}
    roots = set()
    for info in archive.infolist():
        root, _, name = info.filename.partition("/")
        roots.add(root)
        if not _ENTRY.fullmatch(name) or name in entries or len(roots) > 1:
            raise _refusal(path, f"the entry '{info.filename}'")
        entries[name] = info
    return entries


def _rewrite(path: Path, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> bytes:
    made = {
        _GRAPH: _plain_graph(path, archive.read(entries[_GRAPH])),
        **{
            name: _plain_index(path, archive.read(entries[name]))
            for name in (_WEIGHTS, _CONSTANTS)
        },
        _SAMPLES: b"",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as program:
        for name, info in entries.items():
            if not name.startswith("extra/"):
                content = made[name] if name in made else archive.read(info)
                program.writestr(f"program/{name}", content)
    return buffer.getvalue()


def _plain_index(path: Path, content: bytes) -> bytes:
    index = json.loads(content)
    for name, meta in index["config"].items():
        if meta["use_pickle"]:
            raise _refusal(path, f"the pickled object {name!r}")
    if strange := find_strange_weights(index):
        raise _refusal(path, strange)
    return json.dumps(index).encode()


def _plain_graph(path: Path, content: bytes) -> bytes:
    program = json.loads(content, object_hook=_without_origin)
    program["guards_code"] = []
    program["graph_module"] |= {"metadata": {}, "treespec_namedtuple_fields": {}}
    if strange := find_strange(program):
        raise _refusal(path, strange)
    return json.dumps(program).encode()


def _without_origin(part: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an operator where it comes from: lines of source, with anything in them."""
    return part | {"metadata": {}} if isinstance(part.get("target"), str) else part


def _refusal(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{path}: holds {what}, which could run anything when it is loaded. Export the network "
        "alone, as plain tensors and operators, with torch.export.save"
    )
