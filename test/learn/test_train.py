# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from vla_ros.errors import ConfigError, InstructionError
from vla_ros.learn.batches import Batches, known_words, vary
from vla_ros.learn.config import LearnConfig
from vla_ros.learn.dataset import Frames
from vla_ros.learn.export import export
from vla_ros.learn.losses import attention_loss
from vla_ros.learn.train import (
    RoundTwo,
    Trainer,
    load_trained,
    rate_factor,
)
from vla_ros.policy.backends.onnx import OnnxBackend
from vla_ros.policy.language import make_vocabulary
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.basic import phrase, put_task

PROFILE = load_policy_profile("native")
WORDS = make_vocabulary(known_words(), length=20)


def big(frames: Frames) -> Frames:
    images = np.repeat(np.repeat(frames.images, 3, axis=2), 3, axis=3)
    return replace(frames, images=images)


def batches(frames: Frames, **options: object) -> Batches:
    return Batches([frames, frames], WORDS, PROFILE.state, 7, **options)


def train(config: LearnConfig, folder: Path, frames: Frames) -> list[int]:
    saved: list[int] = []
    trainer = Trainer(config, PROFILE, folder, [big(frames)])
    trainer.run(lambda _: None, lambda _, step: saved.append(step))
    return saved


def test_a_batch_has_its_number_and_is_always_the_same(frames: Frames) -> None:
    one, same, other = (batches(frames).draw(n, 4, 0.5) for n in (3, 3, 4))
    assert torch.equal(one.pictures[0], same.pictures[0])
    assert torch.equal(one.tokens, same.tokens)
    assert not torch.equal(one.pictures[0], other.pictures[0])
    assert one.pictures[1].shape == (4, 3, 32, 32)
    assert one.pictures[1].abs().max() <= 1.0
    assert one.rows.shape == (4, 16, 4)


def test_what_ifs_come_only_when_asked_for(frames: Frames) -> None:
    drawn = batches(frames).draw(0, 32, 0.0)
    green = WORDS.words.index("green")
    assert not (drawn.tokens == green).any()
    assert (batches(frames).draw(0, 32, 1.0).tokens == green).any(1).all()


def test_corrections_get_their_share(frames: Frames) -> None:
    marked = replace(frames, progress=np.full_like(frames.progress, 9.0))
    drawn = batches(frames, corrections=[marked], share=0.5).draw(0, 200, 0.0)
    assert 70 < int((drawn.progress == 9.0).sum()) < 130


def test_every_variant_of_a_sentence_is_understood() -> None:
    rng = np.random.default_rng(0)
    for variant in range(60):
        WORDS.check(vary(phrase(put_task("red", "blue"), variant), rng))
    with pytest.raises(InstructionError, match="banana"):
        WORDS.check("put the banana in the blue bowl")


def test_attention_at_the_right_place_costs_least() -> None:
    pixels = torch.tensor([[[0.3, 0.7], [2.0, 0.5]]])
    right, wrong = torch.zeros(1, 2, 64), torch.zeros(1, 2, 64)
    right[0, 0, 5 * 8 + 2] = 5.0
    wrong[0, 0, 2 * 8 + 5] = 5.0
    assert attention_loss(right, pixels, 8) < attention_loss(wrong, pixels, 8)


def test_attention_to_what_is_out_of_sight_costs_nothing() -> None:
    pixels = torch.full((1, 2, 2), -1.0)
    assert attention_loss(torch.randn(1, 2, 64), pixels, 8) == 0.0


def test_the_learning_rate_rises_and_falls() -> None:
    rates = [rate_factor(step, 1000, 100) for step in (0, 50, 100, 500, 1000)]
    assert rates[0] < rates[1] < rates[2] > rates[3] > rates[4] > 0.0


def test_training_saves_and_resumes(tiny: LearnConfig, folder: Path, frames: Frames) -> None:
    assert train(tiny, folder, frames) == [2, 4]
    longer = tiny.training.model_copy(update={"steps": 6})
    assert train(tiny.model_copy(update={"training": longer}), folder, frames) == [6]


def test_a_second_round_starts_from_the_first(
    tiny: LearnConfig, folder: Path, frames: Frames
) -> None:
    train(tiny, folder, frames)
    corrections = tiny.corrections
    assert corrections is not None
    config = tiny.model_copy(update={"corrections": corrections.model_copy(update={"steps": 1})})
    start = RoundTwo(checkpoint=folder / "checkpoint.pt", corrections=[big(frames)])
    trainer = Trainer(config, PROFILE, folder / "corrected", [big(frames)], start)
    assert trainer.run(lambda _: None, lambda *_: None).steps == 1


def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    with pytest.raises(ConfigError, match=r"checkpoint.pt: is not a checkpoint"):
        load_trained(tmp_path / "checkpoint.pt")


def test_the_exported_file_answers_like_the_network(
    tiny: LearnConfig, folder: Path, frames: Frames
) -> None:
    train(tiny, folder, frames)
    path = folder / "policy.onnx"
    assert export(folder / "checkpoint.pt", PROFILE, path, "a test") < 1e-4
    profile = PROFILE.model_copy(update={"model": path})
    OnnxBackend(profile, load_robot_profile("sim_arm")).warm_up()


def test_a_checkpoint_for_another_profile_is_not_exported(
    tiny: LearnConfig, folder: Path, frames: Frames
) -> None:
    train(tiny, folder, frames)
    action = PROFILE.action.model_copy(update={"horizon": 8})
    other = PROFILE.model_copy(update={"action": action})
    with pytest.raises(ConfigError, match=r"horizon = 8: the model file has 16"):
        export(folder / "checkpoint.pt", other, folder / "policy.onnx", "a test")
