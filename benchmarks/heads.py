# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The action heads side by side: the same demonstrations, the same number of steps, one seed.

Without corrections, so that every head learns from the same frames: each does better with them.

    python benchmarks/heads.py --steps 6000 --episodes 200 --out out/heads
"""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from vla_ros.evaluate.cases import Plan, make_cases
from vla_ros.evaluate.doubts import doubts
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import summarise
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
    parser.add_argument("--out", type=Path, required=True, help="folder; what is there is kept")
    args = parser.parse_args()
    rows = []
    for head in args.heads.split(","):
        config = of_head(load_learn_config(args.config), head, args.steps)
        model = train(config, args.out, head)
        subject = Subject(policy=config.policy, model=model)
        plan = Plan(families=families_known(subject), episodes=args.episodes, seed=args.seed)
        rows.append(row_of(head, model, play_all(subject, make_cases(plan), args.processes)))
    (args.out / "heads.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print("| " + " | ".join(rows[0]) + " |\n" + "|---" * len(rows[0]) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row.values())) + " |")
    return 0


def of_head(config: LearnConfig, head: str, steps: int) -> LearnConfig:
    """Return a config that differs in the head only from that of the other heads."""
    network = config.network.model_copy(update={"head": head})
    training = config.training.model_copy(update={"steps": steps})
    update = {"network": network, "training": training, "corrections": ()}
    return config.model_copy(update=update)


def train(config: LearnConfig, out: Path, head: str) -> Path:
    """Return the model file of a head; all learn from the demonstrations that the first makes."""
    folder, shared = out / head, out / DEMONSTRATIONS
    folder.mkdir(parents=True, exist_ok=True)
    shared.mkdir(exist_ok=True)
    if not (folder / DEMONSTRATIONS).exists():
        (folder / DEMONSTRATIONS).symlink_to(shared.absolute())
    return learn(config, folder, partial(print, f"{head}:", flush=True)).model


def row_of(head: str, model: Path, results: Sequence[EpisodeResult]) -> dict[str, object]:
    """Return a row of the table."""
    told = doubts(results)
    return {
        "head": head,
        "success": str(summarise(results).success),
        "AUROC": "none" if told is None else f"{told.auroc_of_mean:.3f}",
        "chunk [ms]": f"{np.median([r.infer_ms for r in results]):.1f}",
        "file [MB]": f"{model.stat().st_size / 1e6:.1f}",
    }


if __name__ == "__main__":
    sys.exit(main())
