# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Videos of episodes that failed: each is played again, this time with an onlooker."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

from vla_ros.cli.recorded import Recording
from vla_ros.cli.video import write_video
from vla_ros.evaluate.actors import Actor
from vla_ros.evaluate.cases import Case, Kind
from vla_ros.evaluate.episode import EpisodeResult, play
from vla_ros.evaluate.figures import wrong
from vla_ros.evaluate.run import Player, Subject, player
from vla_ros.learn.rollout import Act, Rollout
from vla_ros.sim.render import Renderer
from vla_ros.sim.scene import Scene
from vla_ros.types import ImageArray, Observation, PolicyOutput

_OVERVIEW, _SIZE = "overview", (640, 480)
_EVERY_NS = 100_000_000
_JPEG_QUALITY = 92


class Filmed:
    """An actor whose pictures are kept."""

    def __init__(self, actor: Actor, recording: Recording) -> None:
        self._actor, self._recording = actor, recording

    @property
    def sees(self) -> bool:
        """As the actor."""
        return self._actor.sees

    @property
    def families(self) -> tuple[str, ...]:
        """As the actor."""
        return self._actor.families

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        """Return the actor, which now keeps what it sees."""
        act = self._actor.begin(rollout, scene)

        def kept(observation: Observation) -> PolicyOutput:
            views = {frame.camera: frame.image for frame in observation.frames}
            time_s = observation.stamp_ns * 1e-9
            self._recording.views.append((time_s, views))
            output = act(observation)
            gazes = {gaze.camera: gaze for gaze in output.gaze}
            self._recording.gazes.append((time_s, gazes))
            return output

        return kept

    def close(self) -> None:
        """Leave the actor to its owner."""


def choose(
    cases: Sequence[Case], results: Sequence[EpisodeResult], most: int
) -> list[tuple[Case, EpisodeResult]]:
    """Return episodes that went wrong, first one of each kind of episode and failure."""
    failed = [pair for pair in zip(cases, results, strict=True) if wrong(pair[1])]
    seen: set[tuple[Kind, str]] = set()
    first: list[tuple[Case, EpisodeResult]] = []
    more: list[tuple[Case, EpisodeResult]] = []
    for pair in failed:
        what = (pair[1].kind, wrong(pair[1]))
        (more if what in seen else first).append(pair)
        seen.add(what)
    return (first + more)[:most]


def write_films(
    folder: Path, subject: Subject, chosen: Sequence[tuple[Case, EpisodeResult]]
) -> Iterator[Path]:
    """Write a video of each chosen episode; yield its path."""
    if not chosen:
        return
    with player(subject) as opened:
        for case, result in chosen:
            suite = case.suite.replace(" ", "-")
            path = folder / f"{suite}-{result.family}-{case.seed}-{wrong(result)}.mp4"
            film(path, opened, case)
            yield path


def film(path: Path, opened: Player, case: Case) -> EpisodeResult:
    """Play a case again and write its video."""
    world, recording = opened.rollout.world, Recording(joint_names=())
    # A renderer of its own, so that the policy sees exactly what it saw before.
    renderer = Renderer(samples=0, shadows=False, pixel_noise=0.0)

    def watch(time_ns: int) -> None:
        if time_ns % _EVERY_NS == 0:
            picture = renderer.draw(world.snapshot(), _OVERVIEW, *_SIZE)
            recording.overview.append((time_ns * 1e-9, _jpeg(picture)))

    try:
        result = play(opened.rollout, Filmed(opened.actor, recording), case, watch)
    finally:
        renderer.close()
    remark = f"{(wrong(result) or 'nothing wrong').replace('_', ' ')}: {result.message}"
    write_video(path, recording, result.instruction, remark)
    return result


def _jpeg(picture: ImageArray) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    data: bytes = jpeg.tobytes()
    return data
