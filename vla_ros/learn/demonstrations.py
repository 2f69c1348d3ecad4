# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Demonstrations: episodes whose every frame the expert labels, whoever moves the arm.

The arm is moved by the expert, now and then pushed off its way, or by the policy in training,
whose own mistakes are then corrected. All from one seed, in parallel processes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.learn.claim import claim, claim_profile
from vla_ros.learn.dataset import frame_values, make_schema, next_target
from vla_ros.learn.kick import kicked
from vla_ros.learn.labels import frame_rate_hz, make_label, no_label
from vla_ros.learn.lerobot.finish import finish
from vla_ros.learn.lerobot.writer import PARTS, PartWriter, Schema, recorded_episodes
from vla_ros.learn.parallel import in_parallel
from vla_ros.learn.progress import Watch, shared_counts, unseen
from vla_ros.learn.rollout import Act, Ending, Rollout, RolloutOptions
from vla_ros.policy.registry import make_backend, with_model
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.present import draw_other
from vla_ros.sim.sample import Wishes, pair_split, renamed, sample_task_scene, table_of
from vla_ros.sim.scene import Scene, StartPose
from vla_ros.sim.shift import WIDE
from vla_ros.sim.table import Table
from vla_ros.sim.tasks import FAMILIES, MULTI_STEP, Task, check, phrase
from vla_ros.sim.ungroundable import Reason, make_ungroundable
from vla_ros.sim.world import World
from vla_ros.types import Observation, PolicyOutput

_MAX_YAW_RAD = 1.1
_WHAT_IFS = 2
_TRIES = 20
# Shares of what cannot be carried out. Other words are unknown, which no policy is asked about.
_WHY_NOT = {Reason.ABSENT: 0.42, Reason.AMBIGUOUS: 0.3, Reason.NONSENSE: 0.28}
_ROBOT = "sim_arm"
_MAY_CHANGE = ("episodes", "folder", "processes", "driver")
_SLACK = 1.4  # Times the longest that an expert needs.


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationOptions:
    """What to collect.

    Attributes:
        episodes: How many.
        seed: First scene; every episode takes the next one.
        folder: Where the dataset goes.
        processes: How many work at a time.
        part: Episodes per part of it, which one process collects.
        families: Task families to draw from; one that is named twice comes twice as often.
        every_s: Time between recorded frames [s].
        near_starts: Share of episodes that start near a thing with a wrong yaw or offset.
        far_starts: Share of episodes that start anywhere over the table.
        others: Share of episodes that are told something else than what the scene was laid out
            for: things are then close together, or stand on what carries little.
        kicks: Chance that a chunk pushes the arm off its way.
        policy: Policy profile that the frames are for.
        driver: Model file of that policy whose answers move the arm; None: the expert does.
    """

    episodes: int
    seed: int
    folder: Path
    families: tuple[str, ...] = tuple(FAMILIES)
    every_s: float = 0.2
    processes: int = 2
    part: int = 50
    near_starts: float = 0.4
    far_starts: float = 0.15
    others: float = 0.0
    kicks: float = 0.12
    policy: str = "tabletop"
    driver: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionReport:
    """What was collected now: episodes, those that solved their task, frames."""

    episodes: int
    solved: int
    frames: int


_Part = tuple[DemonstrationOptions, int, int]  # Its number, and how many episodes it has.


def collect(
    options: DemonstrationOptions,
    tell: Callable[[str], None] = lambda _: None,
    watch: Watch = unseen,
) -> CollectionReport:
    """Collect demonstrations; the same options always give the same frames.

    Parts that are there already are kept, so that an interrupted collection goes on.

    Args:
        options: What to collect.
        tell: Gets a line for each part.
        watch: Gets how many of the episodes that are still to be collected are done.

    Raises:
        ConfigError: The folder holds what was collected with other options.
        SimulationError: The processes that collect die again and again.
    """
    _check_options(options)
    counts = [
        min(options.part, options.episodes - start)
        for start in range(0, options.episodes, options.part)
    ]
    jobs = [
        (options, part, count)
        for part, count in enumerate(counts)
        if recorded_episodes(options.folder, part) != count
    ]
    reports: list[CollectionReport] = []
    alone = options.processes == 1 or len(jobs) <= 1
    parts = _one_by_one(jobs, watch) if alone else _together(jobs, options.processes, watch)
    for report in parts:
        reports.append(report)
        tell(f"part {len(reports)}/{len(jobs)}: {report.solved}/{report.episodes} solved")
    finish(options.folder, _schema(options, load_policy_profile(options.policy)), len(counts))
    return CollectionReport(
        episodes=sum(r.episodes for r in reports),
        solved=sum(r.solved for r in reports),
        frames=sum(r.frames for r in reports),
    )


def _one_by_one(parts: Sequence[_Part], watch: Watch) -> Iterator[CollectionReport]:
    before, episodes = 0, sum(count for *_, count in parts)

    def note(done: int) -> None:
        watch(before + done, episodes)

    for part in parts:
        yield _collect_part(part, note)
        before += part[2]


def _together(parts: Sequence[_Part], processes: int, watch: Watch) -> Iterator[CollectionReport]:
    episodes = sum(count for *_, count in parts)
    watch(0, episodes)
    with shared_counts(len(parts)) as counts:
        jobs = [(part, partial(counts.write, number)) for number, part in enumerate(parts)]
        yield from in_parallel(
            _collect_job, jobs, processes, meanwhile=lambda: watch(counts.read(), episodes)
        )
        watch(counts.read(), episodes)


def _collect_job(job: tuple[_Part, Callable[[int], None]]) -> CollectionReport:
    return _collect_part(*job)


def _schema(options: DemonstrationOptions, profile: PolicyProfile) -> Schema:
    rate_hz = frame_rate_hz(options.every_s, profile.action.step_s)
    return make_schema(profile, _ROBOT, rate_hz, _WHAT_IFS + 2)


def _check_options(options: DemonstrationOptions) -> None:
    """Refuse to mix what was collected with other options into one dataset."""
    made_with = {k: v for k, v in asdict(options).items() if k not in _MAY_CHANGE}
    made_with |= {"families": list(options.families), "corrected": options.driver is not None}
    claim(options.folder / PARTS / "options.json", made_with)
    claim_profile(options.folder / PARTS / "profile.json", load_policy_profile(options.policy))


def _collect_part(job: _Part, note: Callable[[int], None]) -> CollectionReport:
    """Collect a part; `note` gets how many of its episodes are done, first that none is."""
    options, part, count = job
    note(0)
    profile = load_policy_profile(options.policy)
    if options.driver is not None:
        profile = driven_by(options.driver, profile)
    writer = PartWriter(options.folder, part, _schema(options, profile))
    collector = _Collector(profile, load_robot_profile(_ROBOT), options, writer)
    first_seed = options.seed + part * options.part
    try:
        solved = 0
        for number in range(count):
            solved += collector.episode(first_seed + number)
            note(number + 1)
    finally:
        collector.world.close()
    writer.close()
    return CollectionReport(episodes=count, solved=solved, frames=writer.frames)


def driven_by(model: Path, profile: PolicyProfile) -> PolicyProfile:
    """Return the profile of a policy that is to be corrected: it acts even where it doubts.

    Args:
        model: Its model file.
        profile: Of the policy that is trained.
    """
    return with_model(profile, model).model_copy(update={"grounding": None})


class _Collector:
    """Collects the episodes of one part."""

    def __init__(
        self,
        profile: PolicyProfile,
        robot: RobotProfile,
        options: DemonstrationOptions,
        writer: PartWriter,
    ) -> None:
        self.world = World()
        self._options = options
        self._writer = writer
        self._rollout = Rollout(self.world, robot, profile)
        self._cameras = tuple(image.camera for image in profile.images)
        self._every_ns = round(options.every_s * 1e9)
        self._backend = make_backend(profile, robot) if options.driver else None

    def episode(self, seed: int) -> bool:
        """Record one episode; True if it solved its task."""
        rng = np.random.default_rng([seed, 11])
        wishes = Wishes(families=self._options.families, randomisation=WIDE, pairs=Split.TRAIN)
        scene = sample_task_scene(seed, wishes)
        if self._options.others and rng.random() < self._options.others:
            other = self._what_if(table_of(scene), scene.task, rng)
            scene = replace(scene, task=other, instruction=phrase(other, rng))
        task = scene.task
        self._lay_out(scene, rng)
        first_ns = self.world.time_ns + int(rng.integers(self._every_ns))

        def watch(time_ns: int) -> None:
            since_ns = time_ns - first_ns
            if since_ns >= 0 and since_ns % self._every_ns < self._rollout.tick_ns:
                self._record(scene, rng)

        options = RolloutOptions(
            timeout_s=FAMILIES[task.family].longest_s * _SLACK,
            see=self._backend is not None,
            latency_s=wishes.randomisation.latency_s,
        )
        result = self._rollout.run(self._actor(task, scene, rng), options, rng, watch)
        self._writer.end_episode()
        return result.ending is Ending.DONE and check(self.world.table(), task).solved

    def _record(self, scene: Scene, rng: np.random.Generator) -> None:
        observation = self._rollout.observe()
        anchor = self._rollout.adapter.anchor(observation)
        action = self._rollout.policy.action
        table = self.world.table()
        tasks = (scene.task, *(self._what_if(table, scene.task, rng) for _ in range(_WHAT_IFS)))
        impossible = _impossible(scene, rng)
        labels = [make_label(self.world, t, anchor, action, self._cameras) for t in tasks]
        sentences = (*(phrase(t, rng) for t in tasks), impossible)
        values = frame_values(
            state=self._rollout.adapter.state(observation),
            action=next_target(labels[0], anchor, round(self._options.every_s / action.step_s)),
            sentences=sentences,
            families=(*(t.family for t in tasks), ""),
            labels=(*labels, no_label(action, self._cameras)),
        )
        self._writer.add([frame.image for frame in observation.frames], values, sentences[0])

    def _what_if(self, table: Table, task: Task, rng: np.random.Generator) -> Task:
        """Return another task that a table allows, named as a person might."""
        try:
            for _ in range(_TRIES):
                other = draw_other(table, task, rng, self._options.families)
                if pair_split(other) is Split.TRAIN:
                    return renamed(other, table, rng)
        except SimulationError:
            pass  # Nothing else can be done here.
        return task

    def _actor(self, task: Task, scene: Scene, rng: np.random.Generator) -> Act:
        """Return who moves the arm."""
        if self._backend is not None:
            backend = self._backend
            return lambda observation: backend.infer(observation, scene.instruction)

        def act(observation: Observation) -> PolicyOutput:
            anchor = self._rollout.adapter.anchor(observation)
            action = self._rollout.policy.action
            label = make_label(self.world, task, anchor, action, self._cameras)
            output = label.as_output()
            if rng.random() < self._options.kicks and not label.done:
                return kicked(output, rng, anchor.position_m[2])
            return output

        return act

    def _lay_out(self, scene: Scene, rng: np.random.Generator) -> None:
        draw = rng.random()
        near, far = self._options.near_starts, self._options.far_starts
        self.world.reset(scene)
        if draw >= near + far:
            return
        start = self._near(scene.task, rng) if draw < near else _anywhere(rng)
        try:
            self.world.reset(replace(scene, start=start))
        except SimulationError:
            self.world.reset(scene)

    def _near(self, task: Task, rng: np.random.Generator) -> StartPose:
        """Return a start near the thing that a task is about, or any other."""
        table = self.world.table()
        several = task.object is None or task.family in MULTI_STEP
        items = table.items
        item = items[int(rng.integers(len(items)))] if several else table.item(task.object)
        x, y = (np.array(item.at_m[:2]) + rng.normal(0.0, 0.025, 2)).tolist()
        yaw = item.yaw_rad + rng.uniform(-0.9, 0.9)
        return StartPose(
            position_m=(x, y, float(rng.uniform(0.075, 0.16))),
            yaw_rad=float(np.clip(yaw, -_MAX_YAW_RAD, _MAX_YAW_RAD)),
            gripper=_opening(rng),
        )


def _impossible(scene: Scene, rng: np.random.Generator) -> str:
    reason = tuple(_WHY_NOT)[int(rng.choice(len(_WHY_NOT), p=tuple(_WHY_NOT.values())))]
    try:
        return make_ungroundable(scene, reason, rng, pairs=Split.TRAIN).text
    except SimulationError:  # Every name means one thing at most here.
        return make_ungroundable(scene, Reason.ABSENT, rng, pairs=Split.TRAIN).text


def _anywhere(rng: np.random.Generator) -> StartPose:
    x, y, z = rng.uniform((0.30, -0.26, 0.08), (0.60, 0.26, 0.28)).tolist()
    yaw = float(rng.uniform(-_MAX_YAW_RAD, _MAX_YAW_RAD))
    return StartPose(position_m=(x, y, z), yaw_rad=yaw, gripper=_opening(rng))


def _opening(rng: np.random.Generator) -> float:
    return 1.0 if rng.random() < 0.7 else float(rng.uniform(0.0, 1.0))
