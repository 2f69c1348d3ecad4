# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as video, close enough to the originals for things that are a few pixels wide.

H.264 with colours at full resolution: small things keep their colour, which the usual 4:2:0 bleeds
into the table. Every second picture can be decoded alone, as in LeRobot's own videos.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from vla_ros.errors import ConfigError
from vla_ros.types import ImageArray

_CODEC, _PIXELS = "libx264", "yuv444p"
_OPTIONS = {"crf": "14", "g": "2", "preset": "veryfast"}


class VideoWriter:
    """Writes RGB pictures of one size, one after the other; the same ones give the same file."""

    def __init__(self, path: Path, shape: tuple[int, ...], rate_hz: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._part = path, path.with_suffix(".part.mp4")
        self._rate_hz = rate_hz
        self._container = av.open(str(self._part), "w", options={"movflags": "faststart"})
        self._stream = self._container.add_stream(_CODEC, rate=rate_hz, options=_OPTIONS)
        self._stream.height, self._stream.width, _ = shape
        self._stream.pix_fmt = _PIXELS
        self._stream.codec_context.thread_count = 1
        self._written = 0

    def add(self, picture: ImageArray) -> None:
        """Write a picture of the shape (H, W, 3) that was given."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self._written, Fraction(1, self._rate_hz)
        self._container.mux(self._stream.encode(frame))
        self._written += 1

    def close(self) -> None:
        """Finish the file, which has no name before. Without any picture there is no file."""
        if self._written:
            self._container.mux(self._stream.encode())
        self._container.close()
        if self._written:
            self._part.rename(self._path)
        else:
            self._part.unlink(missing_ok=True)


def read_video(path: Path) -> Iterator[tuple[float, ImageArray]]:
    """Yield the time [s] and the RGB picture (H, W, 3) of every frame.

    Raises:
        ConfigError: The file is missing or no video.
    """
    try:
        with av.open(str(path)) as container:
            container.streams.video[0].thread_type = "NONE"
            for frame in container.decode(video=0):
                yield float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24")
    except (OSError, av.FFmpegError, IndexError) as e:
        raise ConfigError(f"{path}: cannot be read as video: {e}") from e


def describe_video(path: Path) -> dict[str, Any]:
    """Return what info.json says of a video."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return {
            "video.height": stream.height,
            "video.width": stream.width,
            "video.codec": stream.codec.canonical_name,
            "video.pix_fmt": stream.pix_fmt,
            "video.fps": int(stream.average_rate),
            "video.channels": 3,
            "is_depth_map": False,
            "has_audio": False,
        }
