# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
from typing import Any

import pytest

from vla_ros.errors import ConfigError
from vla_ros.learn.claim import claim, claim_profile
from vla_ros.policy.images import CropSpec
from vla_ros.policy.spec import DeltaStart, GripperForm, load_policy_profile

PROFILE = load_policy_profile("tabletop")


@pytest.mark.parametrize("written", ['{"seed": 4', "", "\0\0"])
def test_what_cannot_be_read_is_named(tmp_path: Path, written: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(written)
    with pytest.raises(ConfigError, match=r"config.json: cannot be read as JSON: .*use another"):
        claim(path, {"seed": 4})


def test_an_interruption_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = tmp_path / "run" / "config.json", Path.write_text

    def interrupt(self: Path, text: str, encoding: str) -> None:
        write(self, text[:3], encoding=encoding)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(Path, "write_text", interrupt)
        with pytest.raises(KeyboardInterrupt):
            claim(path, {"seed": 4})
    claim(path, {"seed": 4})
    with pytest.raises(ConfigError, match=r"made with seed = 4, wanted 5"):
        claim(path, {"seed": 5})


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"state": (*PROFILE.state[:-1], "joint_1")}, r"state.5 = gripper, wanted joint_1"),
        ({"state_gripper": GripperForm(open=0.08)}, r"state_gripper.open = None, wanted 0.08"),
        ({"images": PROFILE.images[::-1]}, r"images.0.camera = front, wanted wrist"),
        (
            {"images": (PROFILE.images[0].model_copy(update={"crop": CropSpec(left=0.2)}),)},
            r"images.0.crop.left = None, wanted 0.2",
        ),
        (
            {"action": PROFILE.action.model_copy(update={"step_s": 0.2})},
            r"action.step_s = 0.1, wanted 0.2",
        ),
        (
            {"action": PROFILE.action.model_copy(update={"deltas": DeltaStart.PREVIOUS})},
            r"action.deltas = None, wanted previous",
        ),
    ],
)
def test_what_a_policy_sees_and_answers_stays(
    tmp_path: Path, update: dict[str, Any], message: str
) -> None:
    path = tmp_path / "profile.json"
    claim_profile(path, PROFILE)
    with pytest.raises(ConfigError, match=f"made with profile.{message}; use another folder"):
        claim_profile(path, PROFILE.model_copy(update=update))


def test_how_a_policy_is_run_may_change(tmp_path: Path) -> None:
    claim_profile(tmp_path / "profile.json", PROFILE)
    run = {"model": tmp_path, "device": "auto", "threads": 4, "done": None, "replan_s": 0.4}
    action = PROFILE.action.model_copy(update={"lead_s": 0.1})
    claim_profile(tmp_path / "profile.json", PROFILE.model_copy(update=run | {"action": action}))
