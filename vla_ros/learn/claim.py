# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What lies in a folder was made in one way: nobody mixes it with what is made in another."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vla_ros.errors import ConfigError
from vla_ros.learn.whole import write_whole
from vla_ros.policy.spec import PolicyProfile

_LEARNED_FROM = {"images", "state", "state_gripper", "action"}
_LED_BY = {"action": {"posture", "lead_s"}}  # How an arm follows rows, not what they mean.


def claim(path: Path, made_with: Mapping[str, Any]) -> None:
    """Write down what a folder's content is made with, or hold it against what is written there.

    Args:
        path: Where that is written: a file in the folder.
        made_with: Values by name, as JSON has them.

    Raises:
        ConfigError: It was made with something else, the first difference is named; or what is
            written there cannot be read.
    """
    if not path.is_file():
        write_whole(path, json.dumps(made_with, indent=2) + "\n")
        return
    known = _read(path)
    for name in sorted(known.keys() | made_with.keys()):
        if known.get(name) != made_with.get(name):
            raise ConfigError(
                f"{path.parent}: holds what was made with {name} = {known.get(name)}, wanted "
                f"{made_with.get(name)}; use another folder"
            )


def claim_profile(path: Path, profile: PolicyProfile) -> None:
    """Hold a folder to what a policy sees and answers, as `claim` does.

    Model, device, times and thresholds may change, and so may whatever a profile leaves to its
    default. A folder from before this was written down goes on with the profile as it is: nobody
    knows another.

    Args:
        path: Where that is written: a file in the folder.
        profile: Of the policy.

    Raises:
        ConfigError: The folder was made with another one; the first difference is named.
    """
    counts = profile.model_dump(
        mode="json", include=_LEARNED_FROM, exclude=_LED_BY, exclude_defaults=True
    )
    claim(path, dict(flat(counts, "profile")))


def flat(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a tree of dicts and lists with its dotted name."""
    if not isinstance(tree, dict | list):
        yield name, tree
        return
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from flat(value, f"{name}.{key}" if name else str(key))


def _read(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as e:
        raise ConfigError(
            f"{path}: cannot be read as JSON: {e}. It says what {path.parent} was made with; use "
            "another folder, or delete the file if you are sure that this was the same"
        ) from e
    return known
