# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the nodes cost beside time: processor, memory, and copies of pixels."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import cv2
import numpy as np

from vla_ros.observe.image import fit_image
from vla_ros.policy.images import ImageSpec

PROC = Path("/proc")
# rclpy copies what comes out of the middleware's buffer into a C message, and that into Python's;
# what is sent goes into Python's message and from there into a C message.
TAKE_COPIES = 2
SEND_COPIES = 2
_TICKS_HZ = os.sysconf("SC_CLK_TCK")


class Processes:
    """How much of a core each process takes, threads and all.

    Args:
        pids: Process id by the name to tell it by.
        proc: Where Linux tells of processes.
    """

    def __init__(self, pids: Mapping[str, int], proc: Path = PROC) -> None:
        self._folders = {name: proc / str(pid) for name, pid in pids.items()}
        self._began_s = 0.0
        self._used_s: dict[str, float] = {}
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._began_s = time.monotonic()
        self._used_s = {name: _used_s(folder) for name, folder in self._folders.items()}

    def shares(self) -> dict[str, float]:
        """Return what part of one core each took since `begin`, by name."""
        lasted_s = time.monotonic() - self._began_s
        return {
            name: (_used_s(folder) - self._used_s[name]) / lasted_s
            for name, folder in self._folders.items()
        }

    def memory_mb(self) -> dict[str, float]:
        """Return how much memory each takes, what it shares with others counted in parts."""
        return {name: _memory_mb(folder) for name, folder in self._folders.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Bytes of pixels written for one observation by rclpy, by OpenCV and by us.

    What the middleware copies itself is not among them.

    Attributes:
        received: From the cameras' messages to Python.
        resized: For the size that the policy wants.
        handed: From perception_node to inference_node.
    """

    received: int
    resized: int
    handed: int


def count_copies(
    size: tuple[int, int], images: Sequence[ImageSpec], *, shared: bool, watched: bool
) -> Copies:
    """Return what one observation costs in copies.

    Args:
        size: Width and height of the cameras' rgb8 images [pixels].
        images: What the policy sees, one for each camera.
        shared: Both nodes are in one process.
        watched: Somebody else listens; what he copies does not count.
    """
    width, height = size
    image = np.zeros((height, width, 3), dtype=np.uint8)
    made: list[int] = []
    resize = cv2.resize

    def counting(*args: object, **options: object) -> object:
        result = resize(*args, **options)  # type: ignore[call-overload]
        made.append(result.nbytes)
        return result

    with mock.patch.object(cv2, "resize", counting):
        seen = [fit_image(image, i.width, i.height, letterbox=i.letterbox) for i in images]
    sent = SEND_COPIES if watched or not shared else 0
    taken = 0 if shared else TAKE_COPIES
    return Copies(
        received=TAKE_COPIES * image.nbytes * len(images),
        resized=sum(made),
        handed=(sent + taken) * sum(each.nbytes for each in seen),
    )


def _used_s(folder: Path) -> float:
    """Return the processor time of a process so far [s]."""
    # The second word is a name in brackets that may hold anything.
    words = (folder / "stat").read_text().rpartition(")")[2].split()
    user, system = words[11:13]
    return (int(user) + int(system)) / _TICKS_HZ


def _memory_mb(folder: Path) -> float:
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return float("nan")
