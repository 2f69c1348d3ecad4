# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns a recording into an MP4: an onlooker's view, what the policy saw, and the gate's state."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from vla_ros.cli.recorded import GateNote, Recording
from vla_ros.errors import VlaRosError
from vla_ros.gate.vocabulary import GateMode
from vla_ros.types import Gaze, ImageArray
from vla_ros.view.gaze import draw_gaze

RATE_HZ = 10
_HEIGHT, _WIDTH, _VIEW, _BAND, _LABEL = 480, 640, 240, 56, 24
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_INK, _PAPER = (235, 235, 235), 24
_COLORS = {
    GateMode.ARMED: (120, 190, 255),
    GateMode.RUN: (110, 220, 120),
    GateMode.HOLD: (255, 200, 80),
    GateMode.PSTOP: (255, 90, 80),
    GateMode.ESTOP: (255, 90, 80),
    GateMode.FAULT: (255, 90, 80),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What the policy saw at one instant, by camera name.

    Attributes:
        views: Its images, RGB.
        gazes: Where it looked; empty if it does not say, or has no goal.
    """

    views: dict[str, ImageArray]
    gazes: dict[str, Gaze]


def write_video(path: Path, recording: Recording, instruction: str, remark: str = "") -> int:
    """Write the video; the number of its frames.

    Args:
        path: Where to.
        recording: What to show.
        instruction: What was said.
        remark: A line below it, as long as the gate has nothing to say.

    Raises:
        VlaRosError: No picture was recorded.
    """
    if not recording.overview:
        raise VlaRosError(
            "no picture of the simulator's onlooker arrived, so there is no video; "
            "look into sim_node.log"
        )
    count = 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE_HZ)
        stream.width, stream.height = _WIDTH + _VIEW, _HEIGHT + _BAND
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "20"}
        for picture in frames(recording, instruction, remark):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = count, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode())
    return count


def frames(recording: Recording, instruction: str, remark: str = "") -> Iterator[ImageArray]:
    """Yield the pictures of the video at `RATE_HZ`, RGB, shape (536, 880, 3)."""
    began_s, ended_s = recording.overview[0][0], recording.overview[-1][0]
    times = [time_s for time_s, _ in recording.overview]
    view_times = [time_s for time_s, _ in recording.views]
    gaze_times = [time_s for time_s, _ in recording.gazes]
    gate_times = [note.time_s for note in recording.gate]
    for now_s in np.arange(began_s, ended_s + 1e-9, 1.0 / RATE_HZ).tolist():
        overview = _newest(times, recording.overview, now_s)
        views = _newest(view_times, recording.views, now_s)
        gazes = _newest(gaze_times, recording.gazes, now_s)
        note = _newest(gate_times, recording.gate, now_s)
        seen = Seen(
            views={} if views is None else views[1], gazes={} if gazes is None else gazes[1]
        )
        picture = _compose(overview[1], seen, note, instruction, now_s - began_s)
        if note is None:
            _write(picture, remark, (12, _HEIGHT + 46), 0.5)
        yield picture


def _newest(times: list[float], entries: list[Any], now_s: float) -> Any:
    """Return the newest entry at a time; None before the first."""
    k = bisect_right(times, now_s)
    return entries[k - 1] if k else None


def _compose(
    jpeg: bytes,
    seen: Seen,
    note: GateNote | None,
    instruction: str,
    time_s: float,
) -> ImageArray:
    canvas = np.full((_HEIGHT + _BAND, _WIDTH + _VIEW, 3), _PAPER, np.uint8)
    overview = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    overview = cv2.cvtColor(overview, cv2.COLOR_BGR2RGB)
    canvas[:_HEIGHT, :_WIDTH] = cv2.resize(overview, (_WIDTH, _HEIGHT))
    for k, (camera, image) in enumerate(list(seen.views.items())[:2]):
        top = k * _VIEW
        enlarged = np.array(cv2.resize(image, (_VIEW, _VIEW), interpolation=cv2.INTER_CUBIC))
        if camera in seen.gazes:
            draw_gaze(enlarged, seen.gazes[camera])
        canvas[top : top + _VIEW, _WIDTH:] = enlarged
        canvas[top : top + _LABEL, _WIDTH:] //= 3
        _write(canvas, f"policy sees: {camera}", (_WIDTH + 8, top + 17), 0.45)
    _write(canvas, f'"{instruction}"', (12, _HEIGHT + 24), 0.62)
    if note is not None:
        # Elsewhere the mode says how severe it is: no "HOLD  HOLD".
        words = [note.verdict.name] if note.mode is GateMode.RUN else []
        words.append(", ".join(getattr(r, "name", str(r)) for r in note.reasons))
        text = "  ".join([f"gate {note.mode.name}", *words])
        _write(canvas, text, (12, _HEIGHT + 46), 0.5, _COLORS.get(note.mode, _INK))
    _write(canvas, f"{time_s:5.1f} s", (_WIDTH + _VIEW - 80, _HEIGHT + 46), 0.5)
    return canvas


def _write(
    canvas: ImageArray,
    text: str,
    at: tuple[int, int],
    size: float,
    color: tuple[int, int, int] = _INK,
) -> None:
    cv2.putText(canvas, text, at, _FONT, size, color, 1, cv2.LINE_AA)
