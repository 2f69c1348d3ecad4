# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

import onnxruntime
from made_up_frames import make_frames, write_frames
from training_pair import TrainingPair

from vla_ros.errors import ConfigError
from vla_ros.learn.batches import Batches
from vla_ros.learn.checkpoint import load_trained, read_checkpoint
from vla_ros.learn.config import LearnConfig
from vla_ros.learn.dataset import Frames
from vla_ros.learn.export import export
from vla_ros.learn.losses import attention_loss
from vla_ros.learn.train import (
    CHECKPOINT,
    CURVE,
    Round,
    Trainer,
    rate_factor,
)
from vla_ros.learn.workers import work_together
from vla_ros.policy.backends.onnx import OnnxBackend
from vla_ros.policy.language import make_vocabulary
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.tasks import known_words

PROFILE = load_policy_profile("tabletop")
# Of the head `tokens`, 256 up to 0.5 to 5.0 action scales on both sides [m, rad]. Shape (T, A).
BIN = np.linspace(0.5, 5.0, 16)[:, np.newaxis] / 128.0 * (0.1, 0.1, 0.1, 0.4)
WORDS = make_vocabulary(known_words(), length=24)


def batches(frames: Frames, **options: object) -> Batches:
    return Batches([frames, frames], WORDS, PROFILE.state, 7, **options)


def train(config: LearnConfig, shown: Path) -> list[int]:
    saved: list[int] = []
    trainer = Trainer(config, PROFILE, shown.parent, shown)
    trainer.run(lambda _: None, lambda _, step: saved.append(step))
    return saved


def train_in_two_parts(config: LearnConfig, shown: Path) -> None:
    """Interrupt a training after its first checkpoint, and go on."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trainer(config, PROFILE, shown.parent, shown).run(lambda _: None, interrupt)
    train(config, shown)


def with_training(config: LearnConfig, **update: object) -> LearnConfig:
    return config.model_copy(update={"training": config.training.model_copy(update=update)})


def weights(shown: Path) -> dict[str, dict[str, torch.Tensor]]:
    saved = read_checkpoint(shown.parent / CHECKPOINT)
    return {name: saved[name] for name in ("network", "mean")}


def notes(shown: Path) -> list[dict[str, float]]:
    return list(map(json.loads, (shown.parent / CURVE).read_text().splitlines()))


def test_a_batch_has_its_number_and_is_always_the_same(frames: Frames) -> None:
    one, same, other = (batches(frames).draw(n, 4) for n in (3, 3, 4))
    assert torch.equal(one.pictures[0], same.pictures[0])
    assert torch.equal(one.tokens, same.tokens)
    assert not torch.equal(one.pictures[0], other.pictures[0])
    assert one.pictures[1].shape == (4, 3, 32, 32)
    assert one.pictures[1].abs().max() <= 1.0
    assert one.rows.shape == (12, 16, 4)


def test_instructions_of_a_frame_come_one_after_the_other(frames: Frames) -> None:
    drawn = batches(frames).draw(0, 4)
    assert drawn.grounded.tolist() == [1.0, 1.0, 0.0] * 4
    blue = WORDS.words.index("blue")
    assert (drawn.tokens == blue).any(1).tolist() == [True, False, False] * 4


def test_slips_are_put_right_and_unknown_words_left_out(frames: Frames) -> None:
    said = frames.sentences.copy()
    said[:, 0] = "please lfit the shiny red cube"
    drawn = batches(replace(frames, sentences=said)).draw(0, 1).tokens[0]
    assert [WORDS.words[n] for n in drawn if n] == ["please", "lift", "the", "red", "cube"]


def test_a_sentence_is_never_cut(frames: Frames) -> None:
    said = frames.sentences.astype("U200")
    said[3, 0] = "please " * 25
    with pytest.raises(ConfigError, match=r"has 25 words .* network.text_length = 24; set"):
        batches(replace(frames, sentences=said))


def test_corrections_get_their_share(frames: Frames) -> None:
    marked = replace(frames, progress=np.full_like(frames.progress, 9.0))
    drawn = batches(frames, corrections=[marked], share=0.5).draw(0, 200)
    assert 70 < int((drawn.progress == 9.0).sum()) / 3 < 130


def test_each_round_draws_its_own_batches(frames: Frames) -> None:
    """With more to learn from; also of what it had before."""
    first = batches(frames).draw(0, 4)
    later = batches(frames, corrections=[frames]).draw(0, 4)
    assert not torch.equal(first.pictures[0], later.pictures[0])


def test_attention_at_the_right_place_costs_least() -> None:
    pixels = torch.tensor([[[0.3, 0.7], [2.0, 0.5]]])
    right, wrong = torch.zeros(1, 2, 64), torch.zeros(1, 2, 64)
    right[0, 0, 5 * 8 + 2] = 5.0
    wrong[0, 0, 2 * 8 + 5] = 5.0
    assert attention_loss(right, pixels, 8) < attention_loss(wrong, pixels, 8)


def test_attention_to_what_is_out_of_sight_costs_nothing() -> None:
    pixels = torch.full((1, 2, 2), -1.0)
    assert attention_loss(torch.randn(1, 2, 64), pixels, 8) == 0.0


def test_the_learning_rate_rises_stays_and_falls(tiny: LearnConfig) -> None:
    training = tiny.training.model_copy(
        update={"steps": 1000, "warmup_steps": 100, "cooldown": 0.3}
    )
    rates = [rate_factor(step, training) for step in (0, 50, 100, 690, 800, 1000)]
    assert rates[0] < rates[1] < rates[2] == rates[3] == 1.0
    assert 1.0 > rates[4] > rates[5] > 0.0


def test_training_saves_and_resumes(tiny: LearnConfig, shown: Path) -> None:
    assert train(tiny, shown) == [2, 4]
    assert train(with_training(tiny, steps=6), shown) == [6]


@pytest.mark.parametrize("head", ["regression", "flow"])
def test_a_training_that_was_interrupted_ends_with_the_same_weights(
    tiny: LearnConfig, shown: Path, head: str
) -> None:
    config = tiny.model_copy(update={"network": tiny.network.model_copy(update={"head": head})})
    train(config, shown)
    at_once = weights(shown)
    (shown.parent / CHECKPOINT).unlink()
    train_in_two_parts(config, shown)
    for name, tensors in weights(shown).items():
        assert all(torch.equal(tensors[n], at_once[name][n]) for n in tensors), name


@pytest.mark.parametrize(
    ("steps", "reported"), [(4, [1, 2, 3, 4]), (25, [*range(2, 25, 2), 25]), (20, range(2, 21, 2))]
)
def test_a_short_training_is_reported_ten_times_and_at_its_end(
    tiny: LearnConfig, shown: Path, steps: int, reported: list[int]
) -> None:
    told: list[str] = []
    config = with_training(tiny, steps=steps, save_every=steps)
    Trainer(config, PROFILE, shown.parent, shown).run(told.append, lambda *_: None)
    assert [note["step"] for note in notes(shown)] == list(reported)
    assert [line.split()[1] for line in told] == [f"{step}/{steps}" for step in reported]


def test_the_curve_holds_the_mean_of_what_was_trained_since_the_report_before(
    tiny: LearnConfig, shown: Path
) -> None:
    """Also where a training goes on between two reports."""
    config = with_training(tiny, steps=30, save_every=5)
    alone = Trainer(config, PROFILE, shown.parent, shown)
    totals = [float(alone.advance().total.detach()) for _ in range(30)]
    train_in_two_parts(config, shown)
    assert [note["step"] for note in notes(shown)] == list(range(3, 31, 3))
    assert notes(shown)[0]["total"] == pytest.approx(np.mean(totals[:3]), rel=1e-4)
    assert notes(shown)[1]["total"] == pytest.approx(totals[5], rel=1e-4)
    assert notes(shown)[2]["total"] == pytest.approx(np.mean(totals[6:9]), rel=1e-4)


def test_a_training_that_begins_again_begins_its_curve_again(
    tiny: LearnConfig, shown: Path
) -> None:
    """One that ended before its first checkpoint, in the middle of a line."""
    train(tiny, shown)
    (shown.parent / CHECKPOINT).unlink()
    with (shown.parent / CURVE).open("a") as file:
        file.write('{"step"')
    train(tiny, shown)
    assert [note["step"] for note in notes(shown)] == [1, 2, 3, 4]


@pytest.mark.parametrize(("head", "is_same"), [("regression", True), ("flow", False)])
def test_the_noise_of_the_flow_head_follows_the_seed(
    tiny: LearnConfig, shown: Path, head: str, is_same: bool
) -> None:
    """From the same first weights and with the same batch nothing else tells two seeds apart."""
    config = tiny.model_copy(update={"network": tiny.network.model_copy(update={"head": head})})
    one, other = (
        Trainer(config.model_copy(update={"seed": seed}), PROFILE, shown.parent, shown)
        for seed in (1, 2)
    )
    other.network.load_state_dict(one.network.state_dict())
    other._batches = one._batches
    one.advance()
    other.advance()
    learned = other.network.state_dict()
    same = [torch.equal(weight, learned[n]) for n, weight in one.network.state_dict().items()]
    assert all(same) is is_same


@pytest.mark.parametrize("head", ["regression", "tokens", "flow"])
def test_every_head_learns_a_few_frames_by_heart(
    tiny: LearnConfig, shown: Path, head: str
) -> None:
    network = tiny.network.model_copy(update={"head": head, "width": 32})
    training = tiny.training.model_copy(
        update={"steps": 60, "peak_rate": 5e-3, "warmup_steps": 5, "save_every": 60}
    )
    config = tiny.model_copy(update={"network": network, "training": training})
    trainer = Trainer(config, PROFILE, shown.parent, shown)
    wrong = [float(trainer.advance().action.detach()) for _ in range(training.steps)]
    assert np.mean(wrong[-10:]) < 0.9 * np.mean(wrong[:10])


def test_two_processes_end_with_the_same_network(tiny: LearnConfig, shown: Path) -> None:
    work_together(TrainingPair(tiny, PROFILE, shown.parent, shown), 2)
    one, other = (torch.load(shown.parent / f"{rank}.pt", weights_only=True) for rank in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_one_of_two_processes_tells_how_far_they_are(tiny: LearnConfig, shown: Path) -> None:
    work_together(TrainingPair(with_training(tiny, steps=1), PROFILE, shown.parent, shown), 2)
    assert [path.name for path in shown.parent.glob("*.watched")] == ["0.watched"]


def test_a_later_round_starts_from_the_one_before(tiny: LearnConfig, shown: Path) -> None:
    train(tiny, shown)
    folder, corrections = shown.parent, shown.parent / "corrections"
    settings = tiny.corrections[0].model_copy(update={"steps": 1})
    write_frames(corrections, make_frames(side=128))
    later = Round(
        checkpoint=folder / "checkpoint.pt",
        corrections=(corrections,),
        settings=settings,
    )
    trainer = Trainer(tiny, PROFILE, folder / "round_2", shown, later)
    trainer.run(lambda _: None, lambda *_: None)
    assert trainer.step == 1


def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    with pytest.raises(ConfigError, match=r"checkpoint.pt: is not a checkpoint"):
        load_trained(tmp_path / "checkpoint.pt")


@pytest.mark.parametrize("head", ["regression", "tokens", "flow"])
def test_the_exported_file_answers_like_the_network(
    tiny: LearnConfig, shown: Path, head: str
) -> None:
    network = tiny.network.model_copy(update={"head": head})
    train(tiny.model_copy(update={"network": network}), shown)
    path = shown.parent / "policy.onnx"
    assert export([shown.parent / "checkpoint.pt"], PROFILE, path, "a test") < 1e-4
    profile = PROFILE.model_copy(update={"model": path})
    OnnxBackend(profile, load_robot_profile("sim_arm")).warm_up()


@pytest.mark.parametrize(
    ("head", "output", "change", "is_right"),
    [
        ("tokens", 0, lambda rows: rows + BIN, True),
        ("tokens", 0, lambda rows: rows + 2.0 * BIN, False),
        ("tokens", 5, lambda confidence: confidence + 2e-3, False),
        ("tokens", 5, lambda confidence: confidence * np.nan, False),
        ("regression", 0, lambda rows: rows + 2e-3, False),
    ],
)
def test_a_file_that_answers_otherwise_is_refused_but_for_the_neighbouring_token(
    tiny: LearnConfig,
    shown: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    head: str,
    output: int,
    change: Callable[[np.ndarray], np.ndarray],
    is_right: bool,
) -> None:
    class Session(onnxruntime.InferenceSession):
        def run(self, *args: object) -> list[np.ndarray]:
            said = super().run(*args)
            said[output] = change(said[output])
            return said

    network = tiny.network.model_copy(update={"head": head})
    train(with_training(tiny.model_copy(update={"network": network}), steps=1), shown)
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    path = shown.parent / "policy.onnx"
    wrong = pytest.raises(ConfigError, match=r"part.onnx: answers differ .* limit 0.001")
    with nullcontext() if is_right else wrong:
        export([shown.parent / CHECKPOINT], PROFILE, path, "a test")
    assert path.is_file() == is_right


def test_a_checkpoint_for_another_profile_is_not_exported(tiny: LearnConfig, shown: Path) -> None:
    train(tiny, shown)
    action = PROFILE.action.model_copy(update={"horizon": 8})
    other = PROFILE.model_copy(update={"action": action})
    with pytest.raises(ConfigError, match=r"horizon = 8: the model file has 16"):
        export([shown.parent / "checkpoint.pt"], other, shown.parent / "policy.onnx", "a test")
