# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros train`: demonstrations, training and export of the embedded policy, from a seed."""

import argparse
import importlib.util
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError
from vla_ros.policy.spec import PolicyProfile, load_policy_profile

if TYPE_CHECKING:
    from vla_ros.learn.config import LearnConfig
    from vla_ros.learn.demonstrations import DemonstrationOptions
    from vla_ros.learn.train import Trainer

_MODEL = "policy.onnx"  # In the folder of a round.


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vla_ros train`."""
    parser.add_argument("--config", default="native", help="name or path of config/learn/*.yaml")
    parser.add_argument(
        "--out", type=Path, default=Path("out/train"), help="folder of this run; continues there"
    )
    parser.add_argument("--episodes", type=int, help="demonstrations, instead of the config's")
    parser.add_argument("--steps", type=int, help="batches, instead of the config's")
    parser.add_argument(
        "--install", action="store_true", help="put the result where the policy profile looks"
    )
    parser.add_argument("--json", help="write the figures to this file")


def run(args: argparse.Namespace) -> int:
    """Train; 0 when the model file is written."""
    from vla_ros.learn.config import load_learn_config  # noqa: PLC0415

    if importlib.util.find_spec("torch") is None:
        raise ConfigError("training needs torch: pip install 'vla_ros[learn]'")
    config = _overridden(load_learn_config(args.config), args)
    profile = load_policy_profile(config.policy)
    began = time.monotonic()
    figures = _first_round(config, profile, args.out)
    model = args.out / _MODEL
    if config.corrections is not None:
        figures |= _second_round(config, profile, args.out)
        model = args.out / "corrected" / _MODEL
    target = _target(profile, args)
    target.write_bytes(model.read_bytes())
    say(f"wrote {target}")
    figures |= {"model_mb": target.stat().st_size / 1e6, "wall_s": time.monotonic() - began}
    if args.json is not None:
        Path(args.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    say(" ".join(f"{name}={value:.6g}" for name, value in figures.items()))
    return 0


def _overridden(config: "LearnConfig", args: argparse.Namespace) -> "LearnConfig":
    """Return the config with a smaller budget; the second round never gets more than the first."""
    first, training, second = config.demonstrations, config.training, config.corrections
    if args.episodes is not None:
        episodes = _positive("--episodes", args.episodes)
        first = first.model_copy(update={"episodes": episodes})
        if second is not None:
            second = second.model_copy(update={"episodes": min(second.episodes, episodes)})
    if args.steps is not None:
        steps = _positive("--steps", args.steps)
        training = training.model_copy(update={"steps": steps})
        if second is not None:
            second = second.model_copy(update={"steps": min(second.steps, steps)})
    return config.model_copy(
        update={"demonstrations": first, "training": training, "corrections": second}
    )


def _positive(option: str, value: int) -> int:
    if value < 1:
        raise ConfigError(f"{option} {value}: wanted 1 or more")
    return value


def _first_round(config: "LearnConfig", profile: PolicyProfile, out: Path) -> dict[str, float]:
    """Let the expert show, and learn from it."""
    from vla_ros.learn.dataset import read_shards  # noqa: PLC0415
    from vla_ros.learn.demonstrations import DemonstrationOptions  # noqa: PLC0415
    from vla_ros.learn.train import Trainer  # noqa: PLC0415

    wanted = config.demonstrations
    options = DemonstrationOptions(
        episodes=wanted.episodes,
        seed=wanted.first_seed,
        folder=out / "demonstrations",
        processes=wanted.processes,
        near_starts=wanted.near_starts,
        far_starts=wanted.far_starts,
        kicks=wanted.kicks,
        policy=config.policy,
    )
    figures = _collect(options, "demonstrations")
    trainer = Trainer(config, profile, out, read_shards([options.folder]))
    return figures | _train(trainer, config, profile, out, "training")


def _second_round(config: "LearnConfig", profile: PolicyProfile, out: Path) -> dict[str, float]:
    """Let the policy try, have the expert correct it, and go on learning."""
    from vla_ros.learn.dataset import read_shards  # noqa: PLC0415
    from vla_ros.learn.demonstrations import DemonstrationOptions  # noqa: PLC0415
    from vla_ros.learn.train import CHECKPOINT, RoundTwo, Trainer  # noqa: PLC0415

    wanted = config.corrections
    if wanted is None:
        raise ValueError("a second round needs 'corrections' in the config")
    options = DemonstrationOptions(
        episodes=wanted.episodes,
        seed=wanted.first_seed,
        folder=out / "corrections",
        processes=config.demonstrations.processes,
        near_starts=wanted.near_starts,
        policy=config.policy,
        driver=out / _MODEL,
        timeout_s=wanted.timeout_s,
    )
    figures = _collect(options, "corrections")
    round_two = RoundTwo(checkpoint=out / CHECKPOINT, corrections=read_shards([options.folder]))
    shards = read_shards([out / "demonstrations"])
    trainer = Trainer(config, profile, out / "corrected", shards, round_two)
    return figures | _train(trainer, config, profile, out / "corrected", "second_training")


def _collect(options: "DemonstrationOptions", what: str) -> dict[str, float]:
    from vla_ros.learn.demonstrations import collect  # noqa: PLC0415

    say(f"collecting {options.episodes} {what} in {options.folder}")
    began = time.monotonic()
    report = collect(options)
    return {
        what: report.episodes,
        f"{what}_solved": report.solved,
        f"{what}_s": time.monotonic() - began,
    }


def _train(
    trainer: "Trainer", config: "LearnConfig", profile: PolicyProfile, out: Path, what: str
) -> dict[str, float]:
    from vla_ros.learn.export import export  # noqa: PLC0415

    def exported(checkpoint: Path, step: int) -> None:
        trained = (
            f"vla_ros train: seed {config.seed}, {config.demonstrations.episodes} demonstrations "
            f"from seed {config.demonstrations.first_seed}, {what} step {step}"
        )
        difference = export(checkpoint, profile, out / _MODEL, trained)
        say(f"wrote {out / _MODEL} after step {step}; differs by {difference:.1g}")

    say(f"{what}: {trainer.parameters} weights, {trainer.frames} frames, from step {trainer.step}")
    report = trainer.run(say, exported)
    if not (out / _MODEL).is_file():
        exported(trainer.checkpoint, report.steps)
    return {
        "parameters": trainer.parameters,
        f"{what}_frames": trainer.frames,
        f"{what}_steps": report.steps,
        f"{what}_s": report.wall_s,
    }


def _target(profile: PolicyProfile, args: argparse.Namespace) -> Path:
    if not args.install:
        return Path(args.out) / f"{profile.name}.onnx"
    if profile.model is None:
        raise ConfigError(f"policy '{profile.name}' has no model file to install")
    return profile.model
