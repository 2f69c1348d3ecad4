# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros eval`: how often a policy solves its tasks, in simulated time or through ROS."""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.json_file import make_room, write_json
from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vla_ros.evaluate.cases import Case, Plan
    from vla_ros.evaluate.document import Evaluation
    from vla_ros.evaluate.episode import EpisodeResult
    from vla_ros.evaluate.run import Subject

_SPLITS = ("held_out", "train")
_COUNTS = ("swap", "ungroundable", "groundable")
_ALL = sys.maxsize


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vla_ros eval`."""
    parser.add_argument(
        "--policy", default="tabletop", help="name or path of a policy profile, or 'expert'"
    )
    parser.add_argument("--model", type=Path, help="model file instead of the profile's")
    parser.add_argument("--tasks", default="all", help="task families, with commas (all)")
    parser.add_argument("--episodes", type=int, default=50, help="spread over the families (50)")
    parser.add_argument("--seed", type=int, default=5000, help="of the first scene (5000)")
    parser.add_argument(
        "--split", default=_SPLITS[0], choices=_SPLITS, help="which sentences (held_out)"
    )
    parser.add_argument("--shift", default="none", help="light, camera, ... see the docs (none)")
    parser.add_argument("--swap", type=int, default=0, help="pairs of instructions (0)")
    parser.add_argument("--ungroundable", type=int, default=0, help="to be refused (0)")
    parser.add_argument("--groundable", type=int, default=0, help="not to be refused (0)")
    parser.add_argument(
        "--report",
        type=int,
        nargs="?",
        const=_ALL,
        metavar="N",
        help="measure every generalisation split too, in the first N scenes (all)",
    )
    parser.add_argument(
        "--never-refuse", action="store_true", help="play on where the policy says it cannot"
    )
    parser.add_argument("--bar", type=float, help="success rate wanted of all (0.9)")
    parser.add_argument("--processes", type=int, default=1, help="at a time, without ROS (1)")
    parser.add_argument("--json", type=Path, help="write figures and episodes to this file")
    parser.add_argument(
        "--out", type=Path, help="folder for the page with plots, the figures and the videos"
    )
    parser.add_argument(
        "--videos", type=int, default=6, help="of failures, at most, with --out (6)"
    )
    parser.add_argument(
        "--through-ros", action="store_true", help="measure through all running nodes"
    )


def run(args: argparse.Namespace) -> int:
    """Evaluate; 0 if every bar is met."""
    _check_options(args)
    make_room(args.json)
    if args.out is not None:  # What fails here would fail after an hour.
        args.out.mkdir(parents=True, exist_ok=True)
    if args.through_ros:
        from vla_ros.cli import eval_ros  # noqa: PLC0415  Needs ROS.

        return eval_ros.run(args)
    return _run_simulated(args)


def _check_options(args: argparse.Namespace) -> None:
    if args.processes < 1:
        raise ConfigError(f"--processes {args.processes}: wanted 1 or more")
    for name in ("episodes", *_COUNTS, "seed", "videos"):
        if getattr(args, name) < 0:
            raise ConfigError(f"--{name} {getattr(args, name)}: wanted 0 or more")
    if not args.episodes and not any(getattr(args, name) for name in _COUNTS):
        raise ConfigError("--episodes 0: nothing to measure, wanted 1 or more")
    if args.report is None:
        return
    if args.report < 1:
        raise ConfigError(f"--report {args.report}: wanted 1 or more, or no number for all")
    if not args.episodes:
        raise ConfigError("--episodes 0: no scenes for --report, wanted 1 or more")


def _run_simulated(args: argparse.Namespace) -> int:
    from vla_ros.evaluate.cases import make_cases, make_suites  # noqa: PLC0415  The simulator.
    from vla_ros.evaluate.document import Evaluation  # noqa: PLC0415
    from vla_ros.evaluate.run import Subject, families_known  # noqa: PLC0415

    subject = Subject(policy=args.policy, model=args.model, may_refuse=not args.never_refuse)
    plan, threshold = make_plan(args, families_known(subject)), subject.profile().confidence
    cases = make_cases(plan)
    if args.report is not None:
        cases += make_suites(replace(plan, episodes=min(args.report, args.episodes)))
    model_sha256 = subject.model_sha256()  # Now: the file may be another one when all is played.
    say(f"{len(cases)} episodes of {', '.join(plan.families)}")
    results: list[EpisodeResult] = []
    began_s, code = time.monotonic(), 1
    try:
        _play(subject, cases, args.processes, results)
    finally:  # Whatever ended it, also Ctrl-C: what was played is told.
        if results:
            evaluation = Evaluation(
                policy=args.policy,
                model="" if args.model is None else str(args.model),
                model_sha256=model_sha256,
                plan=plan,
                results=results,
                wall_s=time.monotonic() - began_s,
                bar=args.bar,
                threshold=threshold,
                may_refuse=subject.may_refuse,
            )
            code = _report(args, subject, cases, evaluation)
    return code


def make_plan(args: argparse.Namespace, known: tuple[str, ...]) -> "Plan":
    """Return what the options ask for of the task families that a policy knows."""
    from vla_ros.evaluate.cases import Plan, families_of  # noqa: PLC0415
    from vla_ros.sim.language.grammar import Split  # noqa: PLC0415

    return Plan(
        families=families_of(args.tasks, known),
        episodes=args.episodes,
        seed=args.seed,
        split=Split(args.split),
        shift=args.shift,
        swaps=args.swap,
        ungroundable=args.ungroundable,
        groundable=args.groundable,
    )


def _play(
    subject: "Subject", cases: "list[Case]", processes: int, results: "list[EpisodeResult]"
) -> None:
    """Play the cases; each result is there as soon as it is known."""
    from vla_ros.cli.tally import Tally  # noqa: PLC0415
    from vla_ros.evaluate.run import play_all  # noqa: PLC0415

    tally = Tally(len(cases))

    def keep(result: "EpisodeResult") -> None:
        results.append(result)
        tally.show(result)

    try:
        play_all(subject, cases, processes, keep)
    finally:
        tally.close()


def _report(
    args: argparse.Namespace, subject: "Subject", cases: "list[Case]", evaluation: "Evaluation"
) -> int:
    """Say and write what was measured; the exit code."""
    from vla_ros.evaluate.document import make_document  # noqa: PLC0415

    results = evaluation.results
    code = _conclude(args, evaluation)
    is_cut = len(results) < len(cases)
    if is_cut:
        say(f"only {len(results)} of {len(cases)} episodes were played")
    document = make_document(evaluation)
    write_json(args.json, document)
    if args.out is not None:
        write_json(args.out / "figures.json", document)
        films = [] if is_cut else _write_films(args, subject, cases, results)
        _write_page(args, document, films)
    return code


def _conclude(args: argparse.Namespace, evaluation: "Evaluation") -> int:
    """Say what was measured; the exit code."""
    from vla_ros.evaluate.bars import below_bar  # noqa: PLC0415
    from vla_ros.evaluate.tables import headline, lines  # noqa: PLC0415

    for line in lines(evaluation):
        say(line)
    missed = below_bar(evaluation.results, args.bar)
    if missed:
        say(f"below the bar: {'; '.join(missed)}")
    say(headline(evaluation.results))
    return 1 if missed else 0


def _write_films(
    args: argparse.Namespace,
    subject: "Subject",
    cases: "Sequence[Case]",
    results: "Sequence[EpisodeResult]",
) -> list[str]:
    from vla_ros.cli.eval_film import choose, write_films  # noqa: PLC0415

    names = []
    for path in write_films(args.out, subject, choose(cases, results, args.videos)):
        say(f"wrote {path}")
        names.append(path.name)
    return names


def _write_page(
    args: argparse.Namespace, document: "Mapping[str, object]", videos: "Sequence[str]"
) -> None:
    from vla_ros.evaluate.page import make_page  # noqa: PLC0415
    from vla_ros.evaluate.plots import write_plots  # noqa: PLC0415

    plots = [path.name for path in write_plots(args.out, document)]
    page = args.out / "evaluation.md"
    page.write_text(make_page(document, plots, videos), encoding="utf-8")
    say(f"wrote {page}")
