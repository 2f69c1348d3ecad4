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


def test_variants_differ_in_head_and_seed_only() -> None:
    config = load_learn_config("tabletop")
    one, other = (heads.variant_of(config, head, 50, seed=3) for head in ("tokens", "flow"))
    assert (one.network.head, other.network.head) == ("tokens", "flow")
    assert one.seed == other.seed == 3
    assert one.training.steps == other.training.steps == 50
    same = one.network.model_copy(update={"head": "flow"})
    assert one.model_copy(update={"network": same}) == other


def test_all_learn_from_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Report:
        model = tmp_path / "policy.onnx"

    monkeypatch.setattr(heads, "learn", lambda _, folder, __: seen.append(folder) or Report)
    config = load_learn_config("tabletop")
    for head, seed in (("tokens", 1), ("flow", 1), ("flow", 2)):
        heads.train(heads.variant_of(config, head, 50, seed), tmp_path)
    assert [folder.name for folder in seen] == ["tokens_1", "flow_1", "flow_2"]
    assert {(f / "demonstrations").resolve() for f in seen} == {tmp_path / "demonstrations"}


def test_a_row_tells_success_time_and_size(tmp_path: Path) -> None:
    model = tmp_path / "policy.onnx"
    model.write_bytes(b"x" * 2_500_000)
    results = [
        make_result(confidence=(0.9,), infer_ms=4.0),
        make_result(Failure.TIMEOUT, confidence=(0.2,), infer_ms=6.0),
    ]
    assert heads.figures_of(model, results) == {
        "success": "1/2 = 50.0% (9.5% to 90.5%)",
        "AUROC": "1.000",
        "chunk [ms]": "5.0",
        "file [MB]": "2.5",
    }
