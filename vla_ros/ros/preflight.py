# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What inference_node looks at before each goal: the checks of `vla_ros doctor`."""

from collections.abc import Callable, Iterator

from vla_ros.doctor import cameras, joints
from vla_ros.doctor.examine import Seen
from vla_ros.doctor.facts import GraphSeen, PolicySeen, RobotSeen
from vla_ros.doctor.line import Line
from vla_ros.doctor.probe import Probe
from vla_ros.doctor.refuse import find_refusals, words_of
from vla_ros.doctor.streams import check_publishers
from vla_ros.policy.admission import Fault, GateFacts, Goal
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.watching import Watching
from vla_ros.types import Observation

_ELSEWHERE = "Ask `vla_ros doctor` which stream is wrong"


class Preflight:
    """Judges what is known when a goal comes.

    Args:
        watching: Knows the graph.
        robot: The robot profile, and what can be made of it.
        policy: The policy profile.
        probe: Returns what the policy answers.
        gate: Returns what executor_node said last, and the SHA-256 of its constants.
    """

    def __init__(
        self,
        watching: Watching,
        robot: RobotSeen,
        policy: PolicySeen,
        probe: Callable[[], Probe | None],
        gate: Callable[[], tuple[GateFacts | None, str]],
    ) -> None:
        self._watching = watching
        self._robot = robot
        self._policy = policy
        self._probe = probe
        self._gate = gate

    def find_fault(self, goal: Goal, observation: Observation | None) -> Fault | None:
        """Return what keeps a goal from running; None if nothing does.

        Args:
            goal: What it is to do.
            observation: The newest one; None if there is none, or only an old one.
        """
        graph = self._watching.see(observation, *self._gate())
        seen = Seen(
            robot=self._robot,
            policy=self._policy,
            graph=graph,
            machine=None,
            probe=self._probe(),
        )
        observed = observation is not None
        lines = find_refusals(seen, observed=observed, parks=goal.parks, moves=not goal.dry_run)
        if self._robot.profile is not None:
            lines = (*lines, *self._unheard(self._robot.profile, graph, observation))
        text = words_of(lines)
        if not text:
            return None if observed else Fault(text=_ELSEWHERE)
        return Fault(text=text, passing=self._watching.is_settling)

    def _unheard(
        self, robot: RobotProfile, graph: GraphSeen, observation: Observation | None
    ) -> Iterator[Line]:
        """Yield what can be said of streams where perception_node says nothing of them."""
        if observation is not None:
            if graph.joints is None:
                sample = observation.joints
                position = dict(zip(sample.names, map(float, sample.position), strict=True))
                yield joints.check_units(position, robot)
            return
        told = {camera.name for camera in graph.cameras}
        for camera in self._watching.cameras:
            if camera.name not in told:
                check, where = f"camera.{camera.name}.topic", cameras.where_to_look(camera, robot)
                yield check_publishers(check, self._watching.camera_stream(camera), where)
        if graph.joints is None:
            stream = self._watching.joint_stream()
            yield check_publishers("joints.topic", stream, joints.where_to_look(robot))
