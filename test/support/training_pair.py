# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One of several processes that train together, and leaves its weights for comparison."""

from dataclasses import dataclass
from pathlib import Path

import torch

from vla_ros.learn.config import LearnConfig
from vla_ros.learn.train import Trainer
from vla_ros.policy.spec import PolicyProfile


@dataclass(frozen=True)
class TrainingPair:
    """What each process does."""

    config: LearnConfig
    profile: PolicyProfile
    folder: Path
    shown: Path

    def __call__(self) -> None:
        rank = torch.distributed.get_rank()
        trainer = Trainer(self.config, self.profile, self.folder, self.shown)
        watched = self.folder / f"{rank}.watched"
        trainer.run(lambda _: None, lambda *_: None, lambda *_: watched.touch())
        torch.save(trainer.network.state_dict(), self.folder / f"{rank}.pt")
