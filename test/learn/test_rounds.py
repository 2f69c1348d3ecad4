# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way to a policy, on a budget of seconds."""

import itertools
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from lerobot_dataset import write_lerobot

from vla_ros.errors import ConfigError, InstructionError
from vla_ros.learn import rounds
from vla_ros.learn.checkpoint import load_trained
from vla_ros.learn.config import DatasetConfig, LearnConfig
from vla_ros.learn.dataset import read_demonstrations
from vla_ros.learn.rounds import learn
from vla_ros.policy.backends.onnx import OnnxBackend, OnnxModel
from vla_ros.policy.spec import load_policy_profile
from vla_ros.resources import config_path
from vla_ros.robot.profile import load_robot_profile


@pytest.fixture
def short(tiny: LearnConfig) -> LearnConfig:
    shown = tiny.demonstrations.model_copy(
        update={"episodes": 2, "processes": 1, "families": {"close": 1}}
    )
    again = tiny.corrections[0].model_copy(
        update={"episodes": 1, "steps": 2, "families": {"open": 1}}
    )
    return tiny.model_copy(update={"demonstrations": shown, "corrections": (again,)})


def test_two_rounds_end_with_a_policy_that_runs(short: LearnConfig, tmp_path: Path) -> None:
    told: list[str] = []
    shown: list[tuple[str, int, int]] = []
    report = learn(short, tmp_path, told.append, lambda *stage: shown.append(stage))
    assert report.rounds == 2
    assert shown == [
        *(("round 1/2, episodes", done, 2) for done in range(3)),
        *(("round 1/2, steps", done, 4) for done in range(5)),
        *(("round 2/2, episodes", done, 1) for done in range(2)),
        *(("round 2/2, steps", done, 2) for done in range(3)),
    ]
    assert report.episodes == 3
    assert report.model == tmp_path / "round_2" / "policy.onnx"
    assert (tmp_path / "round_2" / "curve.png").is_file()
    profile = load_policy_profile("tabletop").model_copy(update={"model": report.model})
    OnnxBackend(profile, load_robot_profile("sim_arm")).warm_up()
    assert any("1 episodes in" in line for line in told)
    demonstrated, corrected = (
        read_demonstrations([tmp_path / folder], load_policy_profile("tabletop"))[0]
        for folder in ("demonstrations", "round_2/corrections")
    )
    assert set(demonstrated.families[:, 0]) == {"close"}
    assert set(corrected.families[:, 0]) == {"open"}


def test_several_networks_learn_the_same_and_answer_together(
    short: LearnConfig, tmp_path: Path
) -> None:
    shown: list[str] = []
    both = short.model_copy(update={"networks": 2})
    report = learn(both, tmp_path, lambda _: None, lambda stage, *_: shown.append(stage))
    assert list(dict.fromkeys(shown)) == [
        "round 1/2, episodes",
        "round 1/2, network 1/2, steps",
        "round 1/2, network 2/2, steps",
        "round 2/2, episodes",
        "round 2/2, network 1/2, steps",
        "round 2/2, network 2/2, steps",
    ]
    profile = load_policy_profile("tabletop").model_copy(update={"model": report.model})
    described = OnnxModel(profile).description
    places = [tmp_path / "round_2", tmp_path / "round_2" / "network_2"]
    networks = [load_trained(place / "checkpoint.pt")[0] for place in places]
    assert described.parameters == 2 * sum(p.numel() for p in networks[0].parameters())
    assert "seed 1 and 2" in described.trained
    assert not torch.equal(networks[0].answers, networks[1].answers)
    assert (places[1] / "curve.png").is_file()
    alone = learn(short.model_copy(update={"seed": 2}), tmp_path / "alone", lambda _: None).model
    second, same = (
        load_trained(place / "checkpoint.pt")[0].state_dict()
        for place in (tmp_path / "network_2", alone.parent.parent)
    )
    assert all(torch.equal(value, same[name]) for name, value in second.items())


def test_a_run_that_is_complete_does_nothing_more(short: LearnConfig, tmp_path: Path) -> None:
    first = learn(short, tmp_path, lambda _: None)
    written = first.model.stat().st_mtime_ns
    told: list[str] = []
    again = learn(short, tmp_path, told.append)
    assert not any("training" in line for line in told)
    assert again.episodes == 3
    assert first.collecting_s <= again.collecting_s < first.collecting_s + 1.0
    assert first.training_s <= again.training_s < first.training_s + 1.0
    assert again.model.stat().st_mtime_ns == written


def test_the_curve_is_drawn_with_every_checkpoint(
    short: LearnConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rounds, "export", interrupt)
    with pytest.raises(KeyboardInterrupt):
        learn(short, tmp_path, lambda _: None)
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_what_was_done_before_an_interruption_counts_as_time_of_the_run(
    short: LearnConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    now = itertools.count(step=100.0)
    monkeypatch.setattr(rounds, "time", SimpleNamespace(monotonic=lambda: next(now)))
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "work_together", interrupt)
        with pytest.raises(KeyboardInterrupt):
            learn(short, tmp_path, lambda _: None)
    told = json.loads((tmp_path / "spent.json").read_text())
    assert told["collecting_s"] >= 100.0
    assert told["training_s"] >= 100.0
    report = learn(short, tmp_path, lambda _: None)
    assert report.collecting_s >= told["collecting_s"] + 200.0  # Again, and of the second round.
    assert report.training_s >= told["training_s"] + 200.0


def test_a_folder_belongs_to_one_run(short: LearnConfig, tmp_path: Path) -> None:
    """Otherwise a trial on a small budget would be taken for a round of the real run."""
    learn(short, tmp_path, lambda _: None)
    training = short.training.model_copy(update={"steps": 6, "save_every": 3})
    longer = short.model_copy(update={"training": training})
    with pytest.raises(ConfigError, match=r"made with training.steps = 4, wanted 6; use another"):
        learn(longer, tmp_path, lambda _: None)


def test_a_profile_that_changed_is_noticed(short: LearnConfig, tmp_path: Path) -> None:
    """A folder from before the profile was written down goes on."""
    profile, folder = tmp_path / "own.yaml", tmp_path / "run"
    text = config_path("policies", "tabletop").read_text().replace("name: tabletop", "name: own")
    profile.write_text(text)
    config = short.model_copy(update={"policy": str(profile), "corrections": ()})
    learn(config, folder, lambda _: None)
    (folder / "profile.json").unlink()
    (folder / "demonstrations" / "parts" / "profile.json").unlink()
    learn(config, folder, lambda _: None)
    profile.write_text(text.replace("step_s: 0.1", "step_s: 0.2"))
    further = config.model_copy(update={"corrections": short.corrections})
    with pytest.raises(ConfigError, match=r"run: .*profile.action.step_s = 0.1, wanted 0.2"):
        learn(further, folder, lambda _: None)
    (folder / "profile.json").unlink()
    with pytest.raises(ConfigError, match=r"demonstrations/parts: .*action.step_s = 0.1"):
        learn(further, folder, lambda _: None)


def test_a_further_round_may_be_added(short: LearnConfig, tmp_path: Path) -> None:
    learn(short, tmp_path, lambda _: None)
    further = short.model_copy(update={"corrections": short.corrections * 2})
    assert learn(further, tmp_path, lambda _: None).rounds == 3


def test_a_checkpoint_that_was_not_exported_is_exported(
    short: LearnConfig, tmp_path: Path
) -> None:
    first = learn(short, tmp_path, lambda _: None)
    os.utime(first.model, ns=(0, 0))
    learn(short, tmp_path, lambda _: None)
    assert first.model.stat().st_mtime_ns > 0


def test_a_dataset_of_others_ends_with_a_policy_that_runs(
    tiny: LearnConfig, tmp_path: Path
) -> None:
    write_lerobot(tmp_path / "theirs")
    lines = config_path("policies", "tabletop").read_text().splitlines()
    profile = tmp_path / "drawer.yaml"
    kept = [line for line in lines if not line.startswith("done:")]
    profile.write_text("\n".join(kept).replace("name: tabletop", "name: drawer") + "\n")
    source = {
        "policy": str(profile),
        "demonstrations": None,
        "corrections": (),
        "dataset": DatasetConfig(path=tmp_path / "theirs"),
    }
    report = learn(tiny.model_copy(update=source), tmp_path / "run", lambda _: None)
    assert (report.rounds, report.episodes) == (1, 0)
    loaded = load_policy_profile(profile).model_copy(update={"model": report.model})
    backend = OnnxBackend(loaded, load_robot_profile("sim_arm"))
    backend.warm_up()
    backend.check_instruction("open the drawer")
    with pytest.raises(InstructionError, match="tray"):
        backend.check_instruction("open the tray")


def test_a_profile_with_points_is_refused_before_anything_is_collected(
    short: LearnConfig, tmp_path: Path
) -> None:
    text = config_path("policies", "tabletop").read_text().replace("name: tabletop", "name: deep")
    profile = tmp_path / "deep.yaml"
    profile.write_text(f"{text}\npoint_cloud: {{source: lidar, points: 64}}\n")
    wrong = short.model_copy(update={"policy": str(profile)})
    with pytest.raises(ConfigError, match="'deep' wants what a trained network does not see"):
        learn(wrong, tmp_path / "run", lambda _: None)
    assert not (tmp_path / "run").exists()
