# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The action heads side by side: the same demonstrations, the same number of steps.

Without corrections, so that every head learns from the same frames: each does better with them.
With `--seeds 1,2` each is trained twice, with other first weights and samples in another order:
what such a pair differs by is luck, and no reason to prefer a head. With `--networks 2` two are
trained, with a seed and the next, and measured as the ensemble that they make. The time of a
chunk is measured after the episodes, on one thread: let nothing else run then. A row is written at
once.

    python benchmarks/heads.py --steps 6000 --episodes 200 --out out/heads
"""

import argparse
import itertools
import json
import statistics
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from vla_ros.evaluate.cases import Plan, make_cases
from vla_ros.evaluate.doubts import doubts
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import summarise
from vla_ros.evaluate.latency import time_model
from vla_ros.evaluate.run import Subject, families_known, play_all
from vla_ros.learn.config import LearnConfig, load_learn_config
from vla_ros.learn.rounds import learn
from vla_ros.model.heads import HEADS

DEMONSTRATIONS = "demonstrations"


def main() -> int:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="tabletop", help="training config (default: tabletop)")
    parser.add_argument("--steps", type=int, default=6000, help="batches (default: 6000)")
    parser.add_argument("--episodes", type=int, default=200, help="to measure (default: 200)")
    parser.add_argument("--seed", type=int, default=12000, help="of the first (default: 12000)")
    parser.add_argument("--processes", type=int, default=2, help="default: 2")
    parser.add_argument("--heads", default=",".join(HEADS), help="default: all")
    parser.add_argument("--seeds", default="1", help="of the trainings (default: 1)")
    parser.add_argument("--networks", type=int, default=1, help="answering as one (default: 1)")
    parser.add_argument("--out", type=Path, required=True, help="folder; what is there is kept")
    args = parser.parse_args()
    rows: list[dict[str, object]] = []
    for head, seed in itertools.product(args.heads.split(","), map(int, args.seeds.split(","))):
        config = variant_of(load_learn_config(args.config), head, args.steps, seed, args.networks)
        model = train(config, args.out)
        subject = Subject(policy=config.policy, model=model)
        plan = Plan(families=families_known(subject), episodes=args.episodes, seed=args.seed)
        results = play_all(subject, make_cases(plan), args.processes)
        chunk_ms = statistics.median(time_model(model).taken_ms)
        made = {"head": head, "seed": seed, "networks": args.networks}
        rows.append({**made, **figures_of(model, results, chunk_ms)})
        (args.out / "heads.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print("| " + " | ".join(rows[0]) + " |\n" + "|---" * len(rows[0]) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row.values())) + " |")
    return 0


def variant_of(
    config: LearnConfig, head: str, steps: int, seed: int, networks: int = 1
) -> LearnConfig:
    """Return a config that differs from the others in head, seed and networks only."""
    network = config.network.model_copy(update={"head": head})
    training = config.training.model_copy(update={"steps": steps})
    update = {"network": network, "training": training, "corrections": (), "seed": seed}
    return config.model_copy(update=update | {"networks": networks})


def train(config: LearnConfig, out: Path) -> Path:
    """Return the model file; all learn from the demonstrations that the first makes."""
    name = f"{config.network.head}_{config.seed}"
    if config.networks > 1:
        name += f"_{config.networks}_networks"
    folder, shared = out / name, out / DEMONSTRATIONS
    folder.mkdir(parents=True, exist_ok=True)
    shared.mkdir(exist_ok=True)
    if not (folder / DEMONSTRATIONS).exists():
        (folder / DEMONSTRATIONS).symlink_to(shared.absolute())
    return learn(config, folder, partial(print, f"{name}:", flush=True)).model


def figures_of(
    model: Path, results: Sequence[EpisodeResult], chunk_ms: float
) -> dict[str, object]:
    """Return what a row of the table says of a model whose answer takes a time [ms]."""
    told = doubts(results)
    return {
        "success": str(summarise(results).success),
        "AUROC": "none" if told is None else f"{told.auroc_of_mean:.3f}",
        "chunk [ms]": f"{chunk_ms:.1f}",
        "file [MB]": f"{model.stat().st_size / 1e6:.1f}",
    }


if __name__ == "__main__":
    sys.exit(main())
