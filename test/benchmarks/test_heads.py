# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch")
pytest.importorskip("pyarrow", reason="datasets need pyarrow")
pytest.importorskip("vla_ros.sim.world", reason="mujoco is not installed")

import heads
from episodes import make_result

from vla_ros.evaluate.failure import Failure
from vla_ros.learn.config import load_learn_config


def test_heads_differ_in_nothing_else() -> None:
    config = load_learn_config("tabletop")
    one, other = (heads.of_head(config, head, 50) for head in ("tokens", "flow"))
    assert (one.network.head, other.network.head) == ("tokens", "flow")
    assert one.training.steps == other.training.steps == 50
    same = one.network.model_copy(update={"head": "flow"})
    assert one.model_copy(update={"network": same}) == other


def test_all_heads_learn_from_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Report:
        model = tmp_path / "policy.onnx"

    monkeypatch.setattr(heads, "learn", lambda _, folder, __: seen.append(folder) or Report)
    for head in ("tokens", "flow"):
        heads.train(load_learn_config("tabletop"), tmp_path, head)
    assert [folder.name for folder in seen] == ["tokens", "flow"]
    assert {(f / "demonstrations").resolve() for f in seen} == {tmp_path / "demonstrations"}


def test_a_row_tells_success_time_and_size(tmp_path: Path) -> None:
    model = tmp_path / "policy.onnx"
    model.write_bytes(b"x" * 2_500_000)
    results = [
        make_result(confidence=(0.9,), infer_ms=4.0),
        make_result(Failure.TIMEOUT, confidence=(0.2,), infer_ms=6.0),
    ]
    assert heads.row_of("flow", model, results) == {
        "head": "flow",
        "success": "1/2 = 50.0% (9.5% to 90.5%)",
        "AUROC": "1.000",
        "chunk [ms]": "5.0",
        "file [MB]": "2.5",
    }
