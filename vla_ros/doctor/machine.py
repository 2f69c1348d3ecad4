# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the machine and the shell that the examination runs in."""

from collections.abc import Iterator

from vla_ros.doctor.facts import MachineSeen
from vla_ros.doctor.line import Line, failed, passed, told, warned

_SMALL_BYTES = 500_000  # What fits into the default shared-memory segment of Fast DDS.
_FASTDDS = "fastrtps"
_FILE = "config/fastdds.xml"
_SPARE_MB = 100.0  # With less the machine itself is in trouble.


def check_machine(seen: MachineSeen, image_bytes: int) -> Iterator[Line]:
    """Yield the lines of the machine.

    Args:
        seen: What was seen of it.
        image_bytes: Size of the largest camera image.
    """
    words = ", ".join(f"{key}={value}" for key, value in sorted(seen.environment.items()))
    yield told("machine.ros", f"{seen.rmw}; {words or 'no variable of ROS is set'}")
    if _FASTDDS in seen.rmw:
        yield check_fastdds(seen, image_bytes)
    yield check_disk(seen)


def check_fastdds(seen: MachineSeen, image_bytes: int) -> Line:
    """Object to a shell whose drivers would lose large images."""
    check = "machine.fastdds"
    if seen.fastdds_file is not None and not seen.fastdds_readable:
        return failed(
            check,
            f"this shell names the Fast DDS profile {seen.fastdds_file}, which is not a file",
            f"Correct FASTDDS_DEFAULT_PROFILES_FILE; vla_ros ships {_FILE}",
        )
    if seen.fastdds_file is not None:
        return passed(check, f"this shell uses {seen.fastdds_file}")
    found = f"this shell sets no Fast DDS profile; nodes of vla_ros take {_FILE} by themselves"
    if image_bytes > _SMALL_BYTES:
        return warned(
            check,
            f"{found}, camera drivers do not, and an image has {image_bytes / 1e6:.1f} MB",
            "Start the drivers with FASTDDS_DEFAULT_PROFILES_FILE set to that file, or images "
            "get lost",
        )
    return passed(check, found)


def check_disk(seen: MachineSeen) -> Line:
    """Object to a disk that has no room for the audit log."""
    check = "machine.disk"
    if seen.audit_folder is None:
        return warned(
            check,
            "executor_node writes no audit log (audit_folder: none)",
            "Give it a folder: without the log nobody can say afterwards what was commanded",
        )
    found = f"{seen.free_mb:.0f} MB are free for the audit log in {seen.audit_folder}"
    if not seen.free_mb >= _SPARE_MB:
        return failed(check, found, "Make room, or give executor_node another audit_folder")
    if not seen.free_mb >= seen.audit_mb:
        return warned(
            check,
            f"{found}, which may take {seen.audit_mb:.0f}",
            "Make room, or lower audit_files of executor_node",
        )
    return passed(check, found)
