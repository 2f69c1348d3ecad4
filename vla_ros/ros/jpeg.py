# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tells damaged JPEG files; OpenCV makes a picture of them, which is wrong from there on."""

import re

_SCAN, _INTERVAL = 0xDA, 0xDD
# A mark (0xFF, any number of times) and a code: frames and tables, scans, what programs say, text.
_SEGMENT = re.compile(rb"\xff+([\xc0-\xcf\xda-\xdd\xe0-\xef\xfe])(..)", re.DOTALL)
# In the picture data a mark is followed by 0, or by a restart if the file says their interval.
_STOP = re.compile(rb"\xff[^\x00\xff]")
_STOP_OR_RESTART = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# Behind the last part some cameras write one restart too many, with any number.
_RESTART = re.compile(rb"\xff([\xd0-\xd7])(?=.)", re.DOTALL)
_END = re.compile(rb"(?:\xff[\xd0-\xd7])?\xff+\xd9")
_PADDING = 64  # Bytes; some cameras pad, with anything; with zeros as much as they like.
_BEHIND = (b"\0", b"\xff\xd8")  # Or another picture follows.


def fault_of_jpeg(data: memoryview) -> str:
    """Return what a file has that no JPEG file has; or empty.

    Foreign bytes among the picture data show by their marks: one of 256 is one, and few codes may
    follow it. Of 1000 foreign bytes hardly any lot passes, of 100 two lots of three; a few wrong
    bits do, and so does a part that is missing, unless the file has restarts. It takes a tenth of
    a millisecond for 640x480 pixels.

    Args:
        data: The file, from its first two bytes on.
    """
    at, interval = 2, 0
    find = _SEGMENT.search  # Up to the pictures decoders skip what they do not know, as we do.
    while segment := find(data, at):
        code, begin = segment[1][0], segment.start(2)
        at = begin + int.from_bytes(segment[2], "big")
        if code == _INTERVAL:
            interval = int.from_bytes(data[begin + 2 : begin + 4], "big")
        if code == _SCAN:
            find = _SEGMENT.match
            stop = (_STOP_OR_RESTART if interval else _STOP).search(data, at)
            if stop is None:
                return f"its picture data from byte {at} have no end"
            if interval and not _in_order(data[at : stop.start()]):
                return f"its picture data from byte {at} lack a part between two restarts"
            at = stop.start()
    end = _END.match(data, at)
    if end is None:
        return f"byte {at} of {len(data)} should be the first of a segment, and begins none"
    behind = data[end.end() :]
    if len(behind) > _PADDING and not behind[:2].tobytes().startswith(_BEHIND):
        return f"its end is at byte {at} of {len(data)}, wanted at most {_PADDING} behind it"
    return ""


def _in_order(scan: memoryview) -> bool:
    """Tell whether the restarts of a scan count from 0 to 7, again and again."""
    return all(code[0] & 7 == k % 8 for k, code in enumerate(_RESTART.findall(scan)))
