# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The model card, written from measured figures only.

`python -m vla_ros.evaluate.card --training T.json --simulated S.json --ros R.json` writes
docs/model-card.md from what `vla_ros train --json` and `vla_ros eval --json` have written.
"""

import argparse
import json
import os
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vla_ros.errors import ConfigError
from vla_ros.evaluate.cases import MAIN
from vla_ros.evaluate.latency import time_model
from vla_ros.evaluate.page import families, sections
from vla_ros.evaluate.plots import write_plots
from vla_ros.policy.model_file import sha256_of
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.resources import config_path
from vla_ros.sim.tasks import FAMILIES

Figures = Mapping[str, Any]

_PAGE = """# Model card: the embedded policy `{name}`

Written by `python -m vla_ros.evaluate.card` from measured figures; do not edit.

## What it is

A small vision-language-action model: {parameters} weights, one ONNX file of {size_mb:.1f} MB.
It sees {images}, reads the instruction, and is given the measured
tool pose and gripper opening. It answers {horizon} rows of {rows} every {step_s:g} s, relative to
the measured tool pose, and says how far the task is and whether it is done{also}.
It never sees the simulator's state.

- One chunk takes {latency_ms:.1f} ms (median) and {latency_p95_ms:.1f} ms (95 %) on one thread
  of the machine that wrote this page.
- It knows {words} words: {vocabulary}.
- A word that it does not know is refused before anything moves. One slip of the fingers (a letter
  of the key beside the right one, a letter missing or too many, or two swapped) is put right where
  it can only be one known word, and the person is told.

## What it learned from

Episodes in our own MuJoCo world, moved by a scripted expert that is now and then pushed off its
way, and in rounds after the first by the policy itself; the expert labels every frame, for the
instruction being carried out and for others. Everything ran through the same chunk schedule and
safety gate as on the robot, late answers included.

How this file was made: {trained}.

| | |
|---|---|
{training}

{again}

## How well it does

An episode counts only if the policy itself reports success and the physics check still holds one
second later. The interval is Wilson's, 95 %.

| measured | scenes | success | interval | mean time | the same scenes in simulated time |
|---|---|---|---|---|---|
{results}

Failures: {failures}.
{details}
## Limits

{limits}
"""
_LIMITS = """\
- The simulator's task families, things and colours (`docs/reference/tasks.md`), on its table, with
  its arm. Real pictures were never seen.
- Words it was not taught are refused; known words in a sentence of a form that it never saw may
  be misread. Whether an instruction can be carried out is learned, and wrong as often as stated.
- Where an instruction that may mean several things ("the cube" where three lie) is not refused,
  the arm moves, to one of them or to and fro between them.
- Cameras within a few centimetres and degrees of where they are in `vla_ros/sim`; light from a
  third to a third more than usual; shadows of one lamp."""
_COSTS = {
    "more things": "- Two more things on the table than usual cost {points:.0f} points.",
    "new things": "- Two things of shapes and colours that no sentence names cost {points:.0f} "
    "points.",
}
_CHOSEN = """\
- Where the profile's threshold for confidence was chosen on scenes of this page (its comment says
  so), its figures are no independent test."""
_MEASURED_IN_WORDS = {
    "grounded": "whether the instruction can be carried out",
    "confidence": "how sure it is",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description="Write the model card from measured figures.")
    parser.add_argument("--policy", default="tabletop", help="name or path of a policy profile")
    parser.add_argument("--training", type=Path, help="JSON of `vla_ros train`")
    parser.add_argument(
        "--simulated", type=Path, action="append", default=[], help="JSON of `vla_ros eval`"
    )
    parser.add_argument(
        "--ros", type=Path, action="append", default=[], help="JSON of `... --through-ros`"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/model-card.md"))
    parser.add_argument(
        "--images", type=Path, help="folder for plots of the first --simulated, beside the page"
    )
    args = parser.parse_args(argv)
    simulated, ros = (
        [_read_evaluation(path, args.policy) for path in paths]
        for paths in (args.simulated, args.ros)
    )
    training = {} if args.training is None else _read(args.training)
    plots: list[str] = []
    if args.images is not None and simulated:
        args.images.mkdir(parents=True, exist_ok=True)
        written = write_plots(
            args.images, simulated[0], f"{load_policy_profile(args.policy).name}-"
        )
        plots = [os.path.relpath(path, args.out.parent) for path in written]
    page = make_page(args.policy, training, simulated, ros, plots)
    args.out.write_text(page, encoding="utf-8")


def make_page(
    policy: str,
    training: Figures,
    simulated: Sequence[Figures],
    ros: Sequence[Figures],
    plots: Sequence[str] = (),
) -> str:
    """Return the page.

    Args:
        policy: Name or path of the profile.
        training: Figures of the training.
        simulated: Of evaluations in simulated time.
        ros: Of evaluations through the nodes.
        plots: Pictures of the first simulated one, relative to the page.

    Raises:
        ConfigError: The policy has no readable model file.
    """
    profile = load_policy_profile(policy)
    if profile.model is None:
        raise ConfigError(f"policy '{policy}' has no model file; a card is written from one")
    timed = time_model(profile.model)
    described = timed.described
    measured = [
        *(f"{_row('simulated time, no ROS', f)} |" for f in simulated if main_episodes(f)),
        *(
            f"{_row('all nodes over DDS, real time', f)} {_same_scenes(f, simulated)}|"
            for f in ros
            if main_episodes(f)
        ),
    ]
    return _PAGE.format(
        name=profile.name,
        parameters=f"{described.parameters:,}",
        size_mb=profile.model.stat().st_size / 1e6,
        images=" and ".join(f"{i.key} ({i.width}x{i.height})" for i in described.images),
        horizon=described.horizon,
        rows=", ".join(described.rows),
        step_s=described.step_s,
        latency_ms=statistics.median(timed.taken_ms),
        latency_p95_ms=float(np.quantile(timed.taken_ms, 0.95)),
        words=len(described.words) - 1,
        vocabulary=", ".join(described.words[1:]),
        trained=described.trained,
        again=_again(profile.name),
        training="\n".join(_training_rows(training)) or "| | |",
        results="\n".join(measured) or "| not yet measured | | | | | |",
        failures=_failures([*simulated, *ros]),
        also="".join(
            f", {text}" for name, text in _MEASURED_IN_WORDS.items() if name in timed.outputs
        ),
        details=_details(simulated, plots),
        limits="\n".join(_limits(profile, simulated)),
    )


def _training_rows(training: Figures) -> Iterator[str]:
    """Yield what training took; where it put the file is of no use to a reader."""
    for name, value in training.items():
        if name != "model":
            yield f"| {name} | {_number(value)} |"


def _again(policy: str) -> str:
    """Say how to make such a file, if the package can."""
    try:
        config_path("learn", policy)
    except ConfigError:
        return "This version of the package has no config that makes it again."
    return f"`vla_ros train --config {policy} --install` makes one as that config says today."


def _command(figures: Figures) -> str:
    """Return what measured these figures."""
    suites = [suite["episodes"] for name, suite in figures["suites"].items() if name != MAIN]
    counts = {
        "--swap": figures.get("swaps", {}).get("trials"),
        "--ungroundable": figures.get("ungroundable", {}).get("trials"),
        "--groundable": figures.get("groundable_refused", {}).get("trials"),
        "--report": max(suites, default=None),
    }
    return " ".join(
        [
            f"vla_ros eval --policy {figures['policy']}",
            f"--episodes {figures['episodes']} --seed {figures['first_seed']}",
            *_deviations(figures),
            *(f"{name} {count}" for name, count in counts.items() if count),
        ]
    )


def _deviations(figures: Figures) -> Iterator[str]:
    """Yield the options that made something else of each episode than usual."""
    tasks = tuple(figures.get("tasks", figures.get("families", ())))
    if tasks and tasks != tuple(FAMILIES):
        yield f"--tasks {','.join(tasks)}"
    for name, usual in (("split", "held_out"), ("shift", "none")):
        if figures.get(name, usual) != usual:
            yield f"--{name} {figures[name]}"
    if not figures.get("may_refuse", True):
        yield "--never-refuse"


def _read(path: Path) -> Figures:
    try:
        figures: Figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: cannot be read as JSON: {e}") from e
    return figures


def _read_evaluation(path: Path, policy: str) -> Figures:
    """Return what `vla_ros eval` wrote of the policy as it is installed, and refuse all else."""
    figures = _read(path)
    wanted = (policy, sha256_of(load_policy_profile(policy).model))
    measured = (figures.get("policy"), figures.get("model_sha256", ""))
    if measured != wanted:
        of, is_of = (
            f"policy '{name}', model {sha[:12] or 'unknown'}" for name, sha in (measured, wanted)
        )
        raise ConfigError(
            f"{path}: was measured of {of}; the card is of {is_of} (SHA-256). "
            "Measure that with `vla_ros eval`, without --model"
        )
    return figures


def _details(simulated: Sequence[Figures], plots: Sequence[str]) -> str:
    """Return families, splits and refusals of each evaluation that has them."""
    parts: list[str] = []
    for number, figures in enumerate(simulated):
        if "families" not in figures:
            continue
        parts += [
            f"`{_command(figures)}`:",
            *([families(figures)] if figures["families"] else []),
        ]
        parts += [f"![{Path(name).stem}]({name})" for name in plots] if number == 0 else []
        parts += [part.replace("## ", "### ", 1) for part in sections(figures)]
    return "\n" + "\n\n".join(parts) + "\n" if parts else ""


def _row(what: str, figures: Figures) -> str:
    """Return the row of an evaluation that has main episodes, but for its last cell."""
    what = ", ".join([what, *(f"`{option}`" for option in _deviations(figures))])
    seeds = [episode["seed"] for episode in main_episodes(figures)]
    return (
        f"| {what} | {figures['episodes']}, seeds {min(seeds)} to {max(seeds)} "
        f"| {figures['successes']}/{figures['episodes']} = {figures['success_rate']:.1%} "
        f"| {figures['wilson_low']:.1%} to {figures['wilson_high']:.1%} "
        f"| {figures['mean_duration_s'] or float('nan'):.1f} s |"
    )


def _same_scenes(ros: Figures, simulated: Sequence[Figures]) -> str:
    """Return how many of some episodes through the nodes succeed in simulated time, if known."""
    scenes = [_scene(episode) for episode in main_episodes(ros)]
    for figures in simulated:
        won = {_scene(e): e["failure"] == "none" for e in main_episodes(figures)}
        is_same = (figures["split"], figures["shift"]) == (ros["split"], "none")
        is_same &= figures.get("may_refuse", True)
        if is_same and scenes and won.keys() >= set(scenes):
            wins = sum(won[scene] for scene in scenes)
            return f"{wins}/{len(scenes)} = {wins / len(scenes):.1%} "
    return ""


def _scene(episode: Figures) -> tuple[int, str]:
    """Return what makes a scene, but for the split of its sentence and its look."""
    return episode["seed"], episode["family"]


def _limits(profile: PolicyProfile, simulated: Sequence[Figures]) -> Iterator[str]:
    yield _LIMITS
    for suite, text in _COSTS.items():
        points = [s["points"] for f in simulated if (s := f.get("suites", {}).get(suite))]
        if points and points[0] < 0.0:
            yield text.format(points=-points[0])
    if profile.confidence is not None:
        yield _CHOSEN


def _failures(all_figures: Sequence[Figures]) -> str:
    kinds: Counter[str] = Counter()
    for figures in all_figures:
        for episode in main_episodes(figures):
            if "failure" in episode:
                kinds[episode["failure"]] += 1
            elif not episode["success"]:
                kinds[episode["outcome"]] += 1
    del kinds["none"]
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()) or "none"


def main_episodes(figures: Figures) -> list[Figures]:
    """Return the episodes that the figures of all count."""
    return [e for e in figures["episode"] if e.get("suite", MAIN) == MAIN]


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
