# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros train`: demonstrations, training and export of the embedded policy, from a seed."""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError
from vla_ros.policy.spec import PolicyProfile, load_policy_profile

if TYPE_CHECKING:
    from vla_ros.learn.config import LearnConfig
    from vla_ros.learn.demonstrations import DemonstrationOptions


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

    try:
        import torch as torch  # noqa: PLC0415, PLC0414
    except ImportError as e:
        raise ConfigError(f"training needs torch: pip install 'vla_ros[learn]' ({e})") from e
    config = _overridden(load_learn_config(args.config), args)
    profile = load_policy_profile(config.policy)
    began = time.monotonic()
    figures = _collect(config, args.out) | _train(config, profile, args)
    figures["wall_s"] = time.monotonic() - began
    if args.json is not None:
        Path(args.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    say(" ".join(f"{name}={value:.6g}" for name, value in figures.items()))
    return 0


def _overridden(config: "LearnConfig", args: argparse.Namespace) -> "LearnConfig":
    updates: dict[str, object] = {}
    if args.episodes is not None:
        updates["demonstrations"] = config.demonstrations.model_copy(
            update={"episodes": _positive("--episodes", args.episodes)}
        )
    if args.steps is not None:
        updates["training"] = config.training.model_copy(
            update={"steps": _positive("--steps", args.steps)}
        )
    return config.model_copy(update=updates)


def _positive(option: str, value: int) -> int:
    if value < 1:
        raise ConfigError(f"{option} {value}: wanted 1 or more")
    return value


def _collect(config: "LearnConfig", out: Path) -> dict[str, float]:
    from vla_ros.learn.demonstrations import collect  # noqa: PLC0415

    options = _demonstrations(config, out)
    say(f"collecting {options.episodes} demonstrations in {options.folder}")
    began = time.monotonic()
    report = collect(options)
    return {
        "demonstrations": report.episodes,
        "demonstrations_solved": report.solved,
        "collect_s": time.monotonic() - began,
    }


def _demonstrations(config: "LearnConfig", out: Path) -> "DemonstrationOptions":
    from vla_ros.learn.demonstrations import DemonstrationOptions  # noqa: PLC0415

    wanted = config.demonstrations
    options = DemonstrationOptions(
        episodes=wanted.episodes,
        seed=wanted.first_seed,
        folder=out / "demonstrations",
        processes=wanted.processes,
        near_starts=wanted.near_starts,
        far_starts=wanted.far_starts,
        kicks=wanted.kicks,
    )
    return replace(options, shard=min(options.shard, wanted.episodes))


def _train(
    config: "LearnConfig", profile: PolicyProfile, args: argparse.Namespace
) -> dict[str, float]:
    from vla_ros.learn.dataset import read_shards  # noqa: PLC0415
    from vla_ros.learn.export import export  # noqa: PLC0415
    from vla_ros.learn.train import Trainer  # noqa: PLC0415

    trainer = Trainer(config, profile, read_shards([args.out / "demonstrations"]), args.out)
    target = _target(profile, args)
    differences: list[float] = []

    def exported(checkpoint: Path, step: int) -> None:
        trained = (
            f"vla_ros train --config {args.config}: seed {config.seed}, step {step} of "
            f"{config.training.steps}, {config.demonstrations.episodes} demonstrations from seed "
            f"{config.demonstrations.first_seed}"
        )
        differences.append(export(checkpoint, profile, target, trained))
        say(f"wrote {target} after step {step}")

    say(
        f"training {trainer.parameters} weights, {trainer.frames} frames, from step {trainer.step}"
    )
    report = trainer.run(say, exported)
    if not differences:
        exported(trainer.checkpoint, report.steps)
    return {
        "parameters": trainer.parameters,
        "frames": trainer.frames,
        "steps": report.steps,
        "train_s": report.wall_s,
        "export_difference": differences[-1],
        "model_mb": target.stat().st_size / 1e6,
    }


def _target(profile: PolicyProfile, args: argparse.Namespace) -> Path:
    if not args.install:
        return Path(args.out) / f"{profile.name}.onnx"
    if profile.model is None:
        raise ConfigError(f"policy '{profile.name}' has no model file to install")
    return profile.model
