# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import errno
import os
from pathlib import Path

import pytest

from vla_ros.gate.audit import FORMAT, Gap, Header
from vla_ros.gate.audit_check import AuditCheck, Report
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.audit_files import AuditFiles, Stream, open_new

ROBOT = load_robot_profile("sim_arm")


class Disk:
    """Opens files that write no more than a number of bytes, all of them together."""

    def __init__(self) -> None:
        self.room = 10**9
        self.is_read_only = False

    def open(self, path: Path) -> Stream:
        if self.is_read_only:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        disk, raw = self, open_new(path)

        class Full:
            def write(self, data: bytes, /) -> int | None:
                some = data[: disk.room]
                if data and not some:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                disk.room -= len(some)
                return raw.write(some)

            def fileno(self) -> int:
                return raw.fileno()

            def close(self) -> None:
                raw.close()

        return Full()


@pytest.fixture
def disk() -> Disk:
    return Disk()


def make_files(
    folder: Path,
    disk: Disk,
    name: str = "1",
    *,
    family: str = "audit_arm",
    mb: float = 1.0,
    count: int = 99,
) -> AuditFiles:
    def header(number: int) -> Header:
        return Header(
            format=FORMAT,
            package="0",
            chain=name,
            file=number,
            opened="",
            node="/n",
            config_sha256="",
            dt_s=0.01,
            robot=ROBOT,
            urdf="",
            urdf_sha256="",
        )

    return AuditFiles(
        folder,
        family,
        name,
        header,
        most_bytes=int(mb * 1e6),
        most_files=count,
        open_file=disk.open,
    )


class Nobody:
    def find_breach(self, before: object, command: object) -> None:
        raise AssertionError("there are no commands")


def read(folder: Path) -> Report:
    check = AuditCheck(lambda _: Nobody())
    for path in sorted(folder.iterdir()):
        with path.open("rb") as lines:
            check.read(path.name, lines)
    return check.end()


def gap(number: int) -> Gap:
    return Gap(lost=number, cause="x" * 100)


def test_a_chain_goes_on_from_file_to_file(tmp_path: Path, disk: Disk) -> None:
    files = make_files(tmp_path / "new" / "folder", disk, mb=0.004)
    for number in range(30):
        files.append([gap(number)])
    files.close()
    report = read(tmp_path / "new" / "folder")
    assert report.broken == []
    assert report.logs == 1
    assert report.files > 3
    assert report.lines == 30 + report.files
    assert report.lost == sum(range(30))


def test_the_oldest_files_of_the_same_node_go(tmp_path: Path, disk: Disk) -> None:
    make_files(tmp_path, disk, family="audit_arm_left").append([gap(1)])
    for name in ("1", "2", "3"):
        make_files(tmp_path, disk, name, count=2).append([gap(1)])
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "audit_arm_2_0000.jsonl",
        "audit_arm_3_0000.jsonl",
        "audit_arm_left_1_0000.jsonl",
    ]


def test_what_a_full_disk_cut_is_not_in_the_log(tmp_path: Path, disk: Disk) -> None:
    files = make_files(tmp_path, disk)
    files.append([gap(1)])
    disk.room = 150  # Half of the lines to come.
    link = files.link
    with pytest.raises(OSError, match="No space left"):
        files.append([gap(2), gap(3)])
    assert files.link == link
    disk.room = 10**9
    files.append([gap(4)])
    report = read(tmp_path)
    assert (report.broken, report.files) == ([], 2)
    assert report.lost == 1 + 4
    assert not any("cut" in note.text for note in report.notes)


def test_tries_on_a_full_disk_leave_no_files(tmp_path: Path, disk: Disk) -> None:
    files = make_files(tmp_path, disk)
    disk.room = 100
    for _ in range(5):
        with pytest.raises(OSError, match="No space left"):
            files.append([gap(1)])
    assert list(tmp_path.iterdir()) == []
    disk.room = 10**9
    files.append([gap(1)])
    assert read(tmp_path).broken == []


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, disk: Disk) -> None:
    disk.is_read_only = True
    with pytest.raises(PermissionError, match="Permission denied"):
        make_files(tmp_path, disk).append([gap(1)])


def test_a_file_is_never_overwritten(tmp_path: Path, disk: Disk) -> None:
    make_files(tmp_path, disk).append([gap(1)])
    with pytest.raises(FileExistsError):
        make_files(tmp_path, disk).append([gap(1)])


def test_no_entry_at_all_begins_a_file(tmp_path: Path, disk: Disk) -> None:
    make_files(tmp_path, disk).append([])
    assert read(tmp_path).lines == 1


def test_syncing_before_the_first_entry_does_nothing(tmp_path: Path, disk: Disk) -> None:
    make_files(tmp_path, disk).sync()
    assert list(tmp_path.iterdir()) == []
