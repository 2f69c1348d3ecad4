# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros train`: demonstrations, training and export of the embedded policy, from a seed."""

import argparse
import importlib.util
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.json_file import make_room, write_json
from vla_ros.cli.screen import StageLine, say
from vla_ros.errors import ConfigError
from vla_ros.policy.spec import PolicyProfile, load_policy_profile

if TYPE_CHECKING:
    from vla_ros.learn.config import LearnConfig, OptimiserConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vla_ros train`."""
    parser.add_argument("--config", default="tabletop", help="name or path of config/learn/*.yaml")
    parser.add_argument(
        "--out", type=Path, default=Path("out/train"), help="folder of this run; continues there"
    )
    parser.add_argument(
        "--episodes", type=int, help="most episodes a round, instead of the config's"
    )
    parser.add_argument("--steps", type=int, help="most batches a round, instead of the config's")
    parser.add_argument(
        "--seed",
        type=int,
        help="of first weights, batches and noise, instead of the config's; scenes stay the same",
    )
    parser.add_argument(
        "--install", action="store_true", help="put the result where the policy profile looks"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")


def run(args: argparse.Namespace) -> int:
    """Train; 0 when the model file is written."""
    for library in ("torch", "pyarrow"):
        if importlib.util.find_spec(library) is None:
            raise ConfigError(f"training needs {library}: pip install 'vla_ros[learn]'")
    from vla_ros.learn.config import load_learn_config  # noqa: PLC0415
    from vla_ros.learn.rounds import learn  # noqa: PLC0415

    config = _overridden(load_learn_config(args.config), args)
    target = _target(load_policy_profile(config.policy), args)
    make_room(args.json)
    line = StageLine()
    try:
        report = learn(config, args.out, line.say, line.show)
    finally:
        line.close()
    target.write_bytes(report.model.read_bytes())
    say(f"wrote {target}")
    figures = asdict(report) | {
        "model": str(target),
        "model_mb": target.stat().st_size / 1e6,
        "wall_s": report.collecting_s + report.training_s,
        **_machine(config.training),
    }
    write_json(args.json, figures)
    say(" ".join(f"{name}={value}" for name, value in figures.items()))
    return 0


def _overridden(config: "LearnConfig", args: argparse.Namespace) -> "LearnConfig":
    """Return the config with a smaller budget, and another seed."""
    seed = config.seed if args.seed is None else args.seed
    if seed < 0:
        raise ConfigError(f"--seed {seed}: wanted 0 or more")
    episodes = _positive("--episodes", args.episodes)
    steps = _positive("--steps", args.steps)
    shown, training = config.demonstrations, config.training
    if shown is not None:
        shown = shown.model_copy(update={"episodes": min(shown.episodes, episodes)})
    training = training.model_copy(update={"steps": min(training.steps, steps)})
    corrections = tuple(
        each.model_copy(
            update={"episodes": min(each.episodes, episodes), "steps": min(each.steps, steps)}
        )
        for each in config.corrections
    )
    update = {"demonstrations": shown, "training": training, "corrections": corrections}
    return config.model_copy(update=update | {"seed": seed})


def _machine(training: "OptimiserConfig") -> dict[str, object]:
    """Return what the wall time depends on: the CPU, and what of it the training used."""
    from vla_ros.learn.fast import precision_of  # noqa: PLC0415

    return {
        "cpu": cpu_name(),
        "cores": min(training.processes, len(os.sched_getaffinity(0))),
        "precision": precision_of(training),
    }


def cpu_name(told: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the CPU, or what kind it is where the system does not tell (on ARM)."""
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def _positive(option: str, value: int | None) -> float:
    if value is None:
        return float("inf")
    if value < 1:
        raise ConfigError(f"{option} {value}: wanted 1 or more")
    return value


def _target(profile: PolicyProfile, args: argparse.Namespace) -> Path:
    if not args.install:
        return Path(args.out) / f"{profile.name}.onnx"
    if profile.model is None or profile.model.suffix != ".onnx":
        has = profile.address if profile.model is None else profile.model
        raise ConfigError(
            f"--install: policy profile '{profile.name}' looks for its policy at {has}, wanted an "
            ".onnx file; set 'model' and 'backend: onnx' there, or leave out --install"
        )
    return profile.model
