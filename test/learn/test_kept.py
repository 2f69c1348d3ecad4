# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures that are decoded once and for all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow")

from made_up_frames import make_frames, write_frames

from vla_ros.learn.kept import KeptPictures, keep_pictures
from vla_ros.learn.lerobot.reader import LeRobotReader
from vla_ros.policy.images import ImageSpec
from vla_ros.policy.spec import load_policy_profile

IMAGES = load_policy_profile("tabletop").images


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    write_frames(tmp_path / "shown", make_frames(side=128))
    return tmp_path / "shown"


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that names each camera whose pictures are decoded."""
    names: list[str] = []
    decode = LeRobotReader.pictures

    def noted(self: LeRobotReader, key: str, keep: object) -> object:
        names.append(key)
        return decode(self, key, keep)  # type: ignore[arg-type]

    monkeypatch.setattr(LeRobotReader, "pictures", noted)
    return names


def keep(dataset: Path, images: tuple[ImageSpec, ...] = IMAGES) -> KeptPictures:
    return keep_pictures(LeRobotReader(dataset), images, dataset / "kept")


def assert_same(one: KeptPictures, other: KeptPictures) -> None:
    assert np.array_equal(one.ends, other.ends)
    assert np.array_equal(one.files, other.files)


def test_pictures_are_decoded_once(dataset: Path, decoded: list[str]) -> None:
    first = keep(dataset)
    assert len(decoded) == 2
    assert_same(keep(dataset), first)
    assert len(decoded) == 2
    assert first.images(5)[1].shape == (128, 128, 3)


def test_who_comes_meanwhile_waits_instead_of_decoding(dataset: Path, decoded: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(keep, [dataset] * 4)
    assert len(decoded) == 2
    for other in others:
        assert_same(other, first)


def test_another_way_to_see_gives_other_pictures(dataset: Path) -> None:
    small = tuple(image.model_copy(update={"width": 64, "height": 64}) for image in IMAGES)
    assert keep(dataset).images(0)[0].shape == (128, 128, 3)
    assert keep(dataset, small).images(0)[0].shape == (64, 64, 3)


def test_a_longer_dataset_is_decoded_again(dataset: Path) -> None:
    assert len(keep(dataset).ends) == 6
    write_frames(dataset, make_frames(4, side=128), part=1)
    assert len(keep(dataset).ends) == 10


def test_what_was_not_written_to_its_end_is_written_again(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(np, "save", fail)
        with pytest.raises(OSError, match="disk full"):
            keep(dataset)
    assert len(keep(dataset).ends) == 6


def fail(*_: object) -> None:
    raise OSError("disk full")


def test_a_cut_is_the_frames_between(dataset: Path) -> None:
    whole = keep(dataset)
    for first, last in ((0, 2), (2, 6)):
        part = whole.cut(first, last)
        assert len(part.ends) == last - first
        for frame in range(last - first):
            for got, wanted in zip(part.images(frame), whole.images(first + frame), strict=True):
                assert np.array_equal(got, wanted)
