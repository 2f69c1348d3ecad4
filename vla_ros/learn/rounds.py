# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way to a policy: the expert shows, the network learns, tries, is corrected, learns on.

Everything lies in one folder, and whatever is there already is not done again: an interrupted run
goes on where it was.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vla_ros.learn.checkpoint import read_checkpoint
from vla_ros.learn.claim import claim, claim_profile, flat
from vla_ros.learn.config import DemonstrationConfig, LearnConfig
from vla_ros.learn.curve import plot_curve
from vla_ros.learn.demonstrations import DemonstrationOptions, collect
from vla_ros.learn.export import export
from vla_ros.learn.fast import precision_of
from vla_ros.learn.fit import check_fit
from vla_ros.learn.progress import Show, Watch, unseen
from vla_ros.learn.train import CHECKPOINT, CURVE, Round, Trainer
from vla_ros.learn.whole import write_whole
from vla_ros.learn.workers import work_together
from vla_ros.policy.spec import load_policy_profile

# In the folder of a round.
MODEL = "policy.onnx"
_SPENT = "spent.json"
_COLLECTING, _TRAINING = "collecting_s", "training_s"
_MAY_CHANGE = ("demonstrations.processes", "training.compiled", "training.save_every")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnReport:
    """What a run came to.

    Attributes:
        model: The model file of the last round.
        rounds: How many there were.
        episodes: Demonstrations and corrections of all rounds, whenever they were recorded.
        collecting_s: Wall time of all rounds, also of what was done before an interruption [s].
        training_s: The same [s].
    """

    model: Path
    rounds: int
    episodes: int
    collecting_s: float
    training_s: float


def learn(config: LearnConfig, folder: Path, tell: Tell, show: Show = unseen) -> LearnReport:
    """Collect, train and export, round after round.

    Args:
        config: How.
        folder: Of this run.
        tell: Gets lines of progress; can be pickled if several processes train.
        show: Gets how far each stage is, episodes and then steps of each round.

    Raises:
        ConfigError: The policy profile does not fit the config, or the folder holds another run,
            or one for another form of the profile.
    """
    check_fit(config, load_policy_profile(config.policy))
    places = [folder, *(folder / f"round_{n + 2}" for n in range(len(config.corrections)))]
    episodes = 0
    for number, place in enumerate(places):
        _claim_round(place / "config.json", config, number)
        claim_profile(folder / "profile.json", load_policy_profile(config.policy))
        stage = f"round {number + 1}/{len(places)}"
        if config.demonstrations is not None:
            options = _collection(config, config.demonstrations, places, number)
            tell(f"round {number + 1}: {options.episodes} episodes in {options.folder}")
            with _clocked(place, _COLLECTING):
                collect(options, tell, partial(show, f"{stage}, episodes"))
            episodes += options.episodes
        with _clocked(place, _TRAINING):
            for index in range(config.networks):
                if not _is_trained(_network_place(place, index), _steps(config, number)):
                    which = f", network {index + 1}/{config.networks}"
                    whose = which if config.networks > 1 else ""
                    watch = partial(show, f"{stage}{whose}, steps")
                    work = _Work(config, tuple(places), number, index, tell, watch)
                    work_together(work, config.training.processes)
            _export(config, place, number, tell)
    spent = [_spent(place) for place in places]
    return LearnReport(
        model=places[-1] / MODEL,
        rounds=len(places),
        episodes=episodes,
        collecting_s=sum(each[_COLLECTING] for each in spent),
        training_s=sum(each[_TRAINING] for each in spent),
    )


def _claim_round(path: Path, config: LearnConfig, number: int) -> None:
    """Keep the folder of a round to all that it is made with; raises as `claim`."""
    made_with = config.model_copy(update={"corrections": config.corrections[:number]})
    values = flat(made_with.model_dump(mode="json"))
    claim(path, {name: value for name, value in values if name not in _MAY_CHANGE})


def _collection(
    config: LearnConfig, shown: DemonstrationConfig, places: list[Path], number: int
) -> DemonstrationOptions:
    """Return what is collected in a round: the expert acts in the first, the policy later."""
    again = config.corrections[number - 1] if number else None
    shares = shown.families if again is None else again.families or shown.families
    families = (name for name, count in shares.items() for _ in range(count))
    return DemonstrationOptions(
        episodes=shown.episodes if again is None else again.episodes,
        seed=shown.first_seed if again is None else again.first_seed,
        folder=places[number] / ("demonstrations" if again is None else "corrections"),
        families=tuple(families),
        every_s=shown.every_s,
        processes=shown.processes,
        near_starts=shown.near_starts if again is None else again.near_starts,
        far_starts=shown.far_starts if again is None else 0.0,
        others=0.0 if again is None else again.others,
        kicks=shown.kicks,
        policy=config.policy,
        driver=None if again is None else places[number - 1] / MODEL,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """The training of a network in one round, as each of its processes does it."""

    config: LearnConfig
    places: tuple[Path, ...]
    number: int
    index: int
    tell: Tell
    watch: Watch

    def __call__(self) -> None:
        profile = load_policy_profile(self.config.policy)
        place = _network_place(self.places[self.number], self.index)
        config = self.config.model_copy(update={"seed": self.config.seed + self.index})
        later = None
        if self.number:
            before = _network_place(self.places[self.number - 1], self.index)
            later = Round(
                checkpoint=before / CHECKPOINT,
                corrections=tuple(p / "corrections" for p in self.places[1 : self.number + 1]),
                settings=config.corrections[self.number - 1],
            )
        trainer = Trainer(config, profile, place, self.places[0] / "demonstrations", later)
        if trainer.leads:
            weights, frames = trainer.parameters, trainer.frames
            precision = precision_of(config.training)
            self.tell(
                f"training: {weights} weights, {frames} frames, in {precision}, "
                f"from step {trainer.step}"
            )

        def saved(*_: object) -> None:
            plot_curve(place / CURVE, place / "curve.png")

        trainer.run(self.tell, saved, self.watch)


def _network_place(place: Path, index: int) -> Path:
    """Return the folder of one of the networks in the folder of a round."""
    return place / f"network_{index + 1}" if index else place


def _export(config: LearnConfig, place: Path, number: int, tell: Tell) -> None:
    """Write the model file of a round, if it is not written or older than what was trained."""
    checkpoints = [_network_place(place, i) / CHECKPOINT for i in range(config.networks)]
    target = place / MODEL
    newest = max(checkpoint.stat().st_mtime for checkpoint in checkpoints)
    if target.is_file() and target.stat().st_mtime >= newest:
        return
    seeds = " and ".join(str(config.seed + index) for index in range(config.networks))
    trained = (
        f"vla_ros train: seed {seeds}, {_source(config)}, round {number + 1}, "
        f"step {_steps(config, number)}"
    )
    difference = export(checkpoints, load_policy_profile(config.policy), target, trained)
    tell(f"wrote {target}; differs by {difference:.1g}")


@contextmanager
def _clocked(place: Path, what: str) -> Iterator[None]:
    """Add the wall time of a piece of work to what its round has taken so far."""
    began = time.monotonic()
    try:
        yield
    finally:
        spent = _spent(place)
        spent[what] += time.monotonic() - began
        write_whole(place / _SPENT, json.dumps(spent))


def _spent(place: Path) -> dict[str, float]:
    """Return how long each kind of work in a round took [s]; 0 of what nobody clocked."""
    path = place / _SPENT
    nothing = {_COLLECTING: 0.0, _TRAINING: 0.0}
    return nothing | json.loads(path.read_text(encoding="utf-8")) if path.is_file() else nothing


def _steps(config: LearnConfig, number: int) -> int:
    return config.corrections[number - 1].steps if number else config.training.steps


def _is_trained(place: Path, steps: int) -> bool:
    """Tell whether a network is trained, so that its pictures need not be read again."""
    checkpoint = place / CHECKPOINT
    return checkpoint.is_file() and int(read_checkpoint(checkpoint)["step"]) >= steps


def _source(config: LearnConfig) -> str:
    if config.demonstrations is not None:
        shown = config.demonstrations
        return f"{shown.episodes} demonstrations from seed {shown.first_seed}"
    return f"dataset {config.dataset.path.name}" if config.dataset else ""
