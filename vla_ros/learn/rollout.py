# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One episode in simulated time, through the same schedule and gate as on the robot.

A policy answers late here too, so that what works in a roll-out works over ROS.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from vla_ros.chunk import RequestTimer
from vla_ros.chunk.begin import begin_from_rest
from vla_ros.chunk.lateness import Lateness, find_lateness
from vla_ros.errors import InstructionError, ObservationError, PolicyError, UnreachableError
from vla_ros.gate import (
    EstopInput,
    Gate,
    GateInputs,
    GateMode,
    GateState,
    Request,
    make_gate_config,
)
from vla_ros.policy.completion import Completion
from vla_ros.policy.grounding import Grounding
from vla_ros.policy.spec import PolicyProfile
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import RobotProfile
from vla_ros.sim.world import World
from vla_ros.types import ActionChunk, CameraFrame, JointSample, Observation, PolicyOutput

Act = Callable[[Observation], PolicyOutput]
Watch = Callable[[int], None]

_ESTOP = EstopInput(pressed=False, age_s=0.0)
_GOAL_ID = "0" * 31 + "1"
_SESSION = 1
_OVER = (GateMode.IDLE, GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT)


class Ending(Enum):
    """How a roll-out ended."""

    DONE = "done"  # the policy said that it is done
    TIMEOUT = "timeout"
    STOPPED = "stopped"  # by the gate
    REFUSED = "refused"  # by the policy, before any motion: it cannot find what was asked for
    LOST = "lost"  # the policy found it at first and lost it on the way
    LATE = "late"  # the answers of the policy came too late to be of use
    UNREACHABLE = "unreachable"  # what the policy wants at once, the arm cannot reach
    FAILED = "failed"  # the policy could not answer, or with nothing that makes a chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutOptions:
    """How a roll-out goes.

    Attributes:
        latency_s: Shortest and longest time from an observation to its chunk [s].
        timeout_s: Give up after this long [s].
        after_s: Go on for this long once the policy is done, so that physics settles [s].
        see: Draw the camera pictures for the policy; an expert needs none.
        speed_scale: Of the goal, above 0 to 1.
        failures: It ends after so many answers in a row that fail; what cannot be reached is one.
    """

    latency_s: tuple[float, float] = (0.02, 0.15)
    timeout_s: float = 20.0
    after_s: float = 1.0
    see: bool = True
    speed_scale: float = 1.0
    failures: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutResult:
    """What happened.

    Attributes:
        ending: How it ended.
        duration_s: Until it ended, in simulated time [s].
        inferences: How often the policy answered.
        interventions: How often the gate corrected or refused it.
        message: Why the policy refused, failed or gave up; otherwise the newest words of the gate.
    """

    ending: Ending
    duration_s: float
    inferences: int
    interventions: int
    message: str


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What changes from tick to tick."""

    gate: GateState
    queue_s: float = 0.0
    pending: ActionChunk | None = None
    due_ns: int = 0
    completion: Completion
    grounding: Grounding
    lateness: Lateness
    objection: str = ""
    failures: int = 0
    sequence: int = 0
    interventions: int = 0
    began_ns: int = 0
    ended_ns: int | None = None

    def elapsed_s(self, time_ns: int) -> float:
        """Return the time from the beginning until the policy was done, or until now [s]."""
        until_ns = time_ns if self.ended_ns is None else self.ended_ns
        return (until_ns - self.began_ns) * 1e-9


class Rollout:
    """Runs episodes in one world. Belongs to one thread."""

    def __init__(self, world: World, robot: RobotProfile, policy: PolicyProfile) -> None:
        self.world = world
        self.robot = robot
        self.policy = policy
        self.adapter = PolicyAdapter(policy, robot)
        kinematics = make_kinematics(robot)
        self._config = make_gate_config(robot, kinematics)
        self.gate = Gate(self._config)
        self.tick_ns = round(self._config.dt_s * 1e9)

    def run(
        self,
        act: Act,
        options: RolloutOptions,
        rng: np.random.Generator,
        watch: Watch | None = None,
        on_done: Callable[[], None] = lambda: None,
    ) -> RolloutResult:
        """Let a policy act in the scene that is laid out.

        Args:
            act: The policy: called with an observation, answers in the policy's action space.
            options: How it goes.
            rng: Draws the latency.
            watch: Called before every tick with the simulated time [ns].
            on_done: Called once, when the policy has said that it is done.
        """
        timer = RequestTimer(
            replan_s=self.policy.replan_s, stop_s=self._config.limits.operating.longest_stop_s
        )
        now = _Progress(
            gate=GateState(),
            completion=Completion(spec=self.policy.done),
            grounding=Grounding(spec=self.policy.grounding),
            lateness=Lateness(),
            began_ns=self.world.time_ns,
        )
        while True:
            time_ns = self.world.time_ns
            if timer.in_flight and now.pending is None and time_ns >= now.due_ns:
                if now.failures:
                    timer.failed()
                else:  # With an answer that is held back.
                    timer.answered(time_ns)
            going = now.ended_ns is None
            ending = self._ending(now, time_ns, options)
            if going and now.ended_ns is not None:
                on_done()
            if ending is not None:
                return self._result(ending, time_ns, now)
            if watch is not None:
                watch(time_ns)
            if now.ended_ns is None and now.gate.epoch and timer.due(time_ns, now.queue_s):
                timer.sent(time_ns)
                latency_s = rng.uniform(*options.latency_s)
                ending = self._try_to_ask(now, act, time_ns, latency_s, options)
                if ending is not None:
                    return self._result(ending, time_ns, now)
            self._tick(now, time_ns, self._receive(now, time_ns, timer))

    def observe(self, *, see: bool = True) -> Observation:
        """Return what the policy would see now; without pictures if `see` is False."""
        time_ns = self.world.time_ns
        frames = tuple(
            CameraFrame(
                camera=image.camera,
                stamp_ns=time_ns,
                arrival_ns=time_ns,
                image=self.world.render(image.camera, image.width, image.height),
            )
            for image in (self.policy.images if see else ())
        )
        return Observation(
            stamp_ns=time_ns,
            frames=frames,
            frozen=(False,) * len(frames),
            joints=self._joints(time_ns),
            gripper=self.world.joint_state().opening,
        )

    def _ending(self, now: _Progress, time_ns: int, options: RolloutOptions) -> Ending | None:
        """Say how the roll-out has ended, if it has; the first tick after done begins the rest."""
        if now.grounding.refused and time_ns >= now.due_ns:
            return Ending.REFUSED
        if now.lateness.why:
            return Ending.LATE
        if now.ended_ns is None and now.completion.complete:
            now.ended_ns, now.pending = time_ns, self._last_chunk(now, time_ns)
            now.due_ns = time_ns
        if now.ended_ns is not None and (time_ns - now.ended_ns) * 1e-9 >= options.after_s:
            return Ending.DONE
        if now.elapsed_s(time_ns) >= options.timeout_s:
            return Ending.TIMEOUT
        if now.gate.epoch and now.gate.mode in _OVER:
            return Ending.STOPPED
        return None

    def _joints(self, time_ns: int) -> JointSample:
        measured = self.world.joint_state()
        return JointSample(
            names=self.robot.joint_names,
            stamp_ns=time_ns,
            arrival_ns=time_ns,
            position=measured.position_rad,
            velocity=measured.velocity_rad_s,
        )

    def _try_to_ask(
        self, now: _Progress, act: Act, time_ns: int, latency_s: float, options: RolloutOptions
    ) -> Ending | None:
        """Show the policy what there is; how the roll-out ends if it cannot answer."""
        try:
            self._ask(now, act, time_ns, latency_s, options)
        except InstructionError as error:
            now.objection = str(error)
            return Ending.REFUSED
        except (PolicyError, ObservationError) as error:
            now.failures += 1
            now.due_ns = time_ns + round(latency_s * 1e9)
            if now.failures < options.failures:
                return None
            now.objection = f"the policy failed {now.failures} times in a row: {error}"
            unreachable = isinstance(error, UnreachableError)
            return Ending.UNREACHABLE if unreachable else Ending.FAILED
        now.failures = 0
        return Ending.LOST if now.grounding.lost else None

    def _ask(
        self, now: _Progress, act: Act, time_ns: int, latency_s: float, options: RolloutOptions
    ) -> None:
        observation = self.observe(see=options.see)
        output = act(observation)
        now.sequence += 1
        now.due_ns = time_ns + round(latency_s * 1e9)
        now.grounding = now.grounding.observe(output.grounded_probability)
        if not now.grounding.accepted:
            return
        header = ChunkHeader(
            goal_id=_GOAL_ID, session=_SESSION, epoch=now.gate.epoch, sequence=now.sequence - 1
        )
        chunk = self.adapter.make_chunk(output, observation, header)
        now.pending = replace(chunk, speed_scale=options.speed_scale)
        now.completion = now.completion.observe(output.done_probability)

    def _receive(self, now: _Progress, time_ns: int, timer: RequestTimer) -> ActionChunk | None:
        """Return the chunk that arrives; one that comes too late to be of use is thrown away."""
        chunk = now.pending
        if chunk is None or time_ns < now.due_ns:
            return None
        now.pending = None
        if chunk.last:
            return chunk
        resting = now.gate.mode is not GateMode.RUN
        age_s = self._config.observation_max_age_s
        late = find_lateness(chunk, time_ns, age_s, resting=resting)
        now.lateness = now.lateness.observe(late)
        timer.answered(time_ns, late=bool(late))
        if late:
            return None
        return begin_from_rest(chunk, time_ns) if resting else chunk

    def _tick(self, now: _Progress, time_ns: int, chunk: ActionChunk | None) -> None:
        """Advance gate and physics by one tick."""
        joints = self._joints(time_ns)
        chunks = () if chunk is None else (chunk,)
        requests = (Request.ARM,) if now.gate.epoch == 0 else ()
        inputs = GateInputs(joints=joints, chunks=chunks, requests=requests, estop=_ESTOP)
        now.gate, decision = self.gate.step(now.gate, inputs, time_ns)
        if decision.error is not None:
            raise decision.error
        now.queue_s, now.interventions = decision.queue_s, decision.interventions
        if decision.command is not None:
            self.world.command(decision.command.position, decision.command.gripper)
        self.world.step(self.tick_ns)

    def _last_chunk(self, now: _Progress, time_ns: int) -> ActionChunk:
        return ActionChunk(
            goal_id=_GOAL_ID,
            session=_SESSION,
            epoch=now.gate.epoch,
            sequence=now.sequence,
            last=True,
            observed_ns=time_ns,
            first_ns=time_ns,
            step_ns=round(self.policy.action.step_s * 1e9),
            joint_names=self.robot.joint_names,
            position_rad=np.zeros((0, len(self.robot.joints))),
            gripper=np.zeros(0),
        )

    def _result(self, ending: Ending, time_ns: int, now: _Progress) -> RolloutResult:
        return RolloutResult(
            ending=ending,
            duration_s=now.elapsed_s(time_ns),
            inferences=now.sequence,
            interventions=now.interventions,
            message=now.objection or now.grounding.why("") or now.lateness.why or now.gate.message,
        )
