# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

MS = 1_000_000
SEEN = {1000 * MS: 1005 * MS}


@pytest.fixture
def passages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return pytest.importorskip("end_to_end_passages")


def chunk(passages: ModuleType, at_ms: int, gripper: float, *, seen_ms: int = 0) -> object:
    return passages.Chunk(
        observed_ns=at_ms * MS,
        published_ns=(at_ms + 20) * MS,
        seen_ns=(seen_ms or at_ms + 22) * MS,
        model_ms=8.0,
        gripper=gripper,
    )


def commands(first_ms: int, last_ms: int) -> list[int]:
    return [at_ms * MS for at_ms in range(first_ms, last_ms, 10)]


def test_time_is_divided_into_pipeline_model_and_tick_wait(passages: ModuleType) -> None:
    chunks = [chunk(passages, 900, 1.0), chunk(passages, 1000, 0.0)]
    (found,) = passages.match(chunks, SEEN, commands(905, 1205), [(1025 * MS + 1000, 0.0)])
    assert found.total_ms == pytest.approx(25.0)
    assert found.wait_ms == pytest.approx(3.0)
    assert found.observation_ms == pytest.approx(5.0)
    assert found.chunk_ms == pytest.approx(12.0)
    assert found.net_ms == pytest.approx(14.0)


def test_a_wait_is_never_longer_than_since_the_tick_before(passages: ModuleType) -> None:
    chunks = [chunk(passages, 900, 1.0), chunk(passages, 1000, 0.0)]
    (found,) = passages.match(chunks, SEEN, commands(905, 1205), [(1045 * MS + 1000, 0.0)])
    assert found.wait_ms == pytest.approx(10.0)


def test_a_command_before_the_chunk_was_seen_here_has_not_waited(passages: ModuleType) -> None:
    chunks = [chunk(passages, 900, 1.0), chunk(passages, 1000, 0.0, seen_ms=1027)]
    (found,) = passages.match(chunks, SEEN, commands(905, 1205), [(1025 * MS + 1000, 0.0)])
    assert found.wait_ms == 0.0


def test_chunks_that_do_not_switch_the_gripper_are_left_out(passages: ModuleType) -> None:
    chunks = [chunk(passages, at_ms, 1.0) for at_ms in (900, 1000, 1100)]
    assert passages.match(chunks, SEEN, commands(905, 1205), []) == []


def test_a_switch_that_comes_much_later_belongs_to_another_chunk(passages: ModuleType) -> None:
    chunks = [chunk(passages, 900, 1.0), chunk(passages, 1000, 0.0)]
    assert passages.match(chunks, SEEN, commands(905, 1805), [(1705 * MS + 1000, 0.0)]) == []


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return importlib.import_module("end_to_end_costs")


def test_a_process_is_told_what_part_of_a_core_it_took(
    costs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 50.0
    monkeypatch.setattr(costs, "time", SimpleNamespace(monotonic=lambda: now_s))
    folder = tmp_path / "7"
    folder.mkdir()
    ticks = costs._TICKS_HZ

    def used(user_s: float, system_s: float) -> None:
        words = [*"S1234567890"[:11], str(round(user_s * ticks)), str(round(system_s * ticks))]
        (folder / "stat").write_text(f"7 (a (strange) name) {' '.join(words)} 0 0\n")

    used(1.0, 2.0)
    processes = costs.Processes({"perception_node": 7}, tmp_path)
    now_s = 60.0
    used(3.0, 3.0)
    assert processes.shares() == {"perception_node": pytest.approx(0.3)}
    (folder / "smaps_rollup").write_text("Rss: 4096 kB\nPss:   2048 kB\nPss_Dirty: 1 kB\n")
    assert processes.memory_mb() == {"perception_node": 2.0}


@pytest.mark.parametrize(
    ("shared", "watched", "times"),
    [(False, False, 4), (False, True, 4), (True, False, 0), (True, True, 2)],
)
def test_copies_between_the_nodes_are_counted(
    costs: ModuleType, shared: bool, watched: bool, times: int
) -> None:
    views = [costs.ImageSpec(key="a", camera="a", width=96, height=96, letterbox=False)] * 2
    copies = costs.count_copies((640, 480), views, shared=shared, watched=watched)
    policy = 2 * 96 * 96 * 3
    assert copies.handed == times * policy
    assert copies.received == 2 * 2 * 640 * 480 * 3
    # Halved twice, and then to the size that is wanted.
    assert copies.resized == 2 * 3 * (320 * 240 + 160 * 120) + policy
