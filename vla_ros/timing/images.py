# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long an image is under way before it is part of an observation."""

from collections import Counter, deque
from typing import NamedTuple

from vla_ros.timing.hops import HopTimes
from vla_ros.timing.window import MOST
from vla_ros.types import CameraFrame


class _Times(NamedTuple):
    """When one image got how far, node clock [ns]; and how long it was under way, if known."""

    stamp_ns: int
    arrived_ns: int
    ready_ns: int
    transport_ms: float | None


class NewestImages:
    """The times of each camera's newest image. Not for two threads at once."""

    def __init__(self) -> None:
        self._newest: dict[str, _Times] = {}
        self._last: deque[str] = deque(maxlen=MOST)

    def note(
        self, camera: str, frame: CameraFrame, ready_ns: int, transport_ms: float | None
    ) -> None:
        """Take the times of an image that is now the newest of its camera.

        Args:
            camera: Name of the camera.
            frame: The image.
            ready_ns: When it was decoded and resized, node clock.
            transport_ms: Time from its driver's sending to its arrival [ms]; None if not known.
        """
        times = _Times(frame.stamp_ns, frame.arrival_ns, ready_ns, transport_ms)
        self._newest[camera] = times

    def hops(self, stamp_ns: int, complete_ns: int) -> HopTimes:
        """Return the way so far of the image that an observation has its stamp from.

        Where it is not known when the driver published it, `camera` tells both: from the stamp to
        the arrival.

        Args:
            stamp_ns: Of the observation.
            complete_ns: When the last of the images was there.

        Returns:
            Nothing if no such image was noted.
        """
        times = next((t for t in self._newest.values() if t.stamp_ns == stamp_ns), None)
        if times is None:
            return ()
        self._last.append(max(self._newest, key=lambda camera: self._newest[camera].ready_ns))
        arrived_ms = (times.arrived_ns - stamp_ns) * 1e-6
        under_way: HopTimes = (("camera", arrived_ms),)
        if times.transport_ms is not None:
            under_way = (
                ("camera", arrived_ms - times.transport_ms),
                ("image_transport", times.transport_ms),
            )
        return (
            *under_way,
            ("decode", (times.ready_ns - times.arrived_ns) * 1e-6),
            ("camera_wait", (complete_ns - times.ready_ns) * 1e-6),
        )

    def tell_last(self) -> str:
        """Return in words how often each camera was the last of a set, which the others wait for.

        Empty where there is only one camera.
        """
        if len(self._newest) < 2:
            return ""
        counts = Counter(self._last).most_common()
        return ", ".join(f"{camera} {count / len(self._last):.0%}" for camera, count in counts)
