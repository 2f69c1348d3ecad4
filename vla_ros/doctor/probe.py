# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Asks a policy off the robot, and judges its answer: is normalisation really applied?"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from vla_ros.doctor.line import Line, failed, passed, warned, words_of_failures
from vla_ros.doctor.round_trip import check_round_trip
from vla_ros.errors import InstructionError, VlaRosError
from vla_ros.policy.backend import PolicyBackend, SaysStatistics
from vla_ros.policy.model_file import Normalisation
from vla_ros.policy.spec import ActionSpace, PolicyProfile
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import CameraFrame, FloatArray, JointSample, Observation, PolicyOutput

INSTRUCTION = "put the red cube in the blue bowl"
_GREY = 120
_ROUNDS = 7
_ROUNDS_S = 3.0
_MOST_SCALES = 5.0  # A number this many times its usual size was never seen in training.
_FEW_SCALES = 0.02  # A plan in which nothing reaches this much of its usual size hardly moves.
_MOST_DEVIATIONS = 8.0
_SLACK = 0.1  # Of an opening, and of a position [m].
_HURRY = 2.0  # Times what an arm at full speed could do; the gate has the exact limits.
_SLACK_RAD = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """What a policy answered.

    Attributes:
        live: The observation came from the robot; else it is grey and at home.
        objection: Why there is no answer; empty if there is one.
        understood: False if it was the words that it objected to.
        statistics: Of its training data; None if it does not say them.
        state: What it was given, as its profile lists it. Shape (S,).
        output: Its answer; None if there is none.
        times_s: How long this answer took, and those to the same question after it [s].
    """

    live: bool
    objection: str = ""
    understood: bool = True
    statistics: Normalisation | None = None
    state: FloatArray | None = None
    output: PolicyOutput | None = None
    times_s: tuple[float, ...] = ()


def make_probe(
    backend: PolicyBackend,
    robot: RobotProfile,
    observation: Observation | None,
    instruction: str,
    clock_ns: Callable[[], int],
    go_on: Callable[[], bool] = lambda: True,
) -> Probe:
    """Ask a policy a few times; it has to have warmed up, and errors become words.

    A slow one is asked less often: somebody waits for the examination.

    Args:
        backend: The policy.
        robot: Its robot.
        observation: What it shall see; None for a made-up one.
        instruction: What it shall do.
        clock_ns: Any clock that never jumps.
        go_on: Whether there is time for another question after the first.
    """
    live = observation is not None
    statistics = statistics_of(backend)
    try:
        backend.check_instruction(instruction)
        seen = observation or make_observation(backend.profile, robot)
        state = PolicyAdapter(backend.profile, robot).state(seen)
        times_s: list[float] = []
        while not times_s or (len(times_s) < _ROUNDS and sum(times_s) < _ROUNDS_S and go_on()):
            began_ns = clock_ns()
            output = backend.infer(seen, instruction)
            times_s.append((clock_ns() - began_ns) * 1e-9)
    except InstructionError as error:
        return Probe(live=live, objection=str(error), understood=False, statistics=statistics)
    except VlaRosError as error:
        return Probe(live=live, objection=str(error), statistics=statistics)
    return Probe(
        live=live, statistics=statistics, state=state, output=output, times_s=tuple(times_s)
    )


def make_observation(policy: PolicyProfile, robot: RobotProfile) -> Observation:
    """Return what an arm at home sees where everything is grey."""
    frames = tuple(
        CameraFrame(
            camera=image.camera,
            stamp_ns=1,
            arrival_ns=1,
            image=np.full((image.height, image.width, 3), _GREY, np.uint8),
        )
        for image in policy.images
    )
    joints = JointSample(
        names=robot.joint_names, stamp_ns=1, arrival_ns=1, position=np.array(robot.home)
    )
    return Observation(
        stamp_ns=1, frames=frames, frozen=(False,) * len(frames), joints=joints, gripper=1.0
    )


def check_probe(probe: Probe, policy: PolicyProfile, robot: RobotProfile) -> Iterator[Line]:
    """Yield the lines about a policy's answer."""
    output, state = probe.output, probe.state
    if output is None or state is None:
        if probe.understood:
            yield failed("policy.answer", f"the policy fails: {probe.objection}", "")
        else:
            yield warned(
                "policy.answer", probe.objection, "Give an instruction it knows: --instruction"
            )
    else:
        yield from check_output(output, state, probe.statistics, policy, robot)
    if probe.times_s:
        yield check_round_trip(probe.times_s, policy, robot)


def check_output(
    output: PolicyOutput,
    state: FloatArray,
    statistics: Normalisation | None,
    policy: PolicyProfile,
    robot: RobotProfile,
) -> Iterator[Line]:
    """Yield the lines about what is in an answer; one only where its shape is wrong.

    Args:
        output: The answer.
        state: What the policy was given. Shape (S,).
        statistics: Of its training data; None if it does not say them.
        policy: What it promises.
        robot: Who shall do it.
    """
    shape = (policy.action.horizon, policy.action_width)
    if output.rows.shape != shape:
        yield failed(
            "policy.answer",
            f"the policy answers rows of shape {output.rows.shape}, wanted {shape}",
            f"Correct action.rows and action.horizon in config/policies/{policy.name}.yaml",
        )
        return
    yield passed("policy.answer", f"{shape[0]} rows of {shape[1]} numbers and the gripper")
    yield check_normalisation(output.rows, state, statistics, policy)
    yield check_actions(output, policy, robot)
    if robot.confidence is not None and not math.isfinite(output.confidence):
        yield failed(
            "policy.confidence",
            "the robot profile wants a confidence and this policy has none",
            "The gate would hold every goal (LOW_CONFIDENCE): remove 'confidence'",
        )


def make_answer_check(
    backend: PolicyBackend, robot: RobotProfile, adapter: PolicyAdapter
) -> Callable[[Observation, PolicyOutput], str]:
    """Return what says why an answer must not reach the arm; empty words if it may.

    Args:
        backend: The policy that answers.
        robot: Who shall do it.
        adapter: Between the two; used in the thread that calls what is returned.
    """
    policy, statistics = backend.profile, statistics_of(backend)

    def find_objection(observation: Observation, output: PolicyOutput) -> str:
        state = adapter.state(observation)
        return words_of_failures(check_output(output, state, statistics, policy, robot))

    return find_objection


def statistics_of(backend: PolicyBackend) -> Normalisation | None:
    """Return what a policy says about its training data; None if it says nothing."""
    return backend.normalisation if isinstance(backend, SaysStatistics) else None


def check_normalisation(
    rows: FloatArray, state: FloatArray, statistics: Normalisation | None, policy: PolicyProfile
) -> Line:
    """Object to numbers that are far outside of what the policy was trained with."""
    check = "policy.normalisation"
    if policy.normalisation == "none":
        return passed(check, "the profile says 'none': the policy takes and gives SI units")
    if statistics is None:
        return warned(
            check,
            "the profile says 'in_model', and the policy does not say with which statistics",
            "Nobody can tell whether they are applied: watch a first goal with dry_run",
        )
    scales = np.abs(rows).max(axis=0) / np.array(statistics.action_scale)
    most = int(np.argmax(scales))
    found = f"'{policy.action.rows[most]}' reaches {scales[most]:.2g} times its usual size"
    if not scales[most] <= _MOST_SCALES:
        return failed(
            check,
            f"{found} of {statistics.action_scale[most]:g}",
            "Actions are not in SI units: the statistics are not applied, or those of other data",
        )
    deviations = np.abs(state - statistics.state_mean) / np.array(statistics.state_scale)
    odd = int(np.argmax(deviations))
    if not deviations[odd] <= _MOST_DEVIATIONS:
        return warned(
            check,
            f"state '{policy.state[odd]}' = {state[odd]:.3g} is {deviations[odd]:.0f} deviations "
            "away from the training data",
            "The arm is where the policy has never been, or that number has another unit",
        )
    if not scales[most] >= _FEW_SCALES:
        return warned(
            check,
            f"no number of the answer reaches more than {scales[most]:.2g} of its usual size",
            "Actions may be scaled twice; or the policy sees nothing to do",
        )
    return passed(check, f"{found}, state at most {deviations[odd]:.1f} deviations off")


def check_actions(output: PolicyOutput, policy: PolicyProfile, robot: RobotProfile) -> Line:
    """Object to actions that no arm could follow, whatever the statistics say."""
    check = "policy.actions"
    rows = output.rows
    if not (np.isfinite(rows).all() and np.isfinite(output.gripper).all()):
        return failed(check, "the answer holds numbers that are not finite", "Train again")
    lower, upper = _bounds(policy, robot)
    width = len(lower)
    outside = (rows[:, :width] < lower) | (rows[:, :width] > upper)
    if outside.any():
        row, column = (int(i) for i in np.argwhere(outside)[0])
        return failed(
            check,
            f"row {row}: {policy.action.rows[column]} = {rows[row, column]:.3g} is outside of "
            f"[{lower[column]:.3g}, {upper[column]:.3g}], all that '{robot.name}' can do",
            "Look at the units (degrees? millimetres? normalised?) and at 'action.space'",
        )
    form, opening = policy.action.gripper, policy.action.gripper.opening_of(output.gripper)
    if not (opening.min() >= -_SLACK and opening.max() <= 1.0 + _SLACK):
        return failed(
            check,
            f"gripper is {output.gripper.min():.3g} to {output.gripper.max():.3g}, wanted "
            f"{form.closed:g} (closed) to {form.open:g} (open)",
            "Say under action.gripper what the policy means by closed and by open",
        )
    return passed(check, f"{len(rows)} rows that '{robot.name}' could follow")


def _bounds(policy: PolicyProfile, robot: RobotProfile) -> tuple[FloatArray, FloatArray]:
    """Return what the first columns of a row can be at most; rotations are left out."""
    space = policy.action.space
    chunk_s = policy.action.horizon * policy.action.step_s
    scale = np.array(policy.action.scale or (1.0,) * policy.action_width)
    if space is ActionSpace.JOINT_POSITION:
        lower = np.array([joint.lower_rad for joint in robot.joints]) - _SLACK_RAD
        return lower, np.array([joint.upper_rad for joint in robot.joints]) + _SLACK_RAD
    if space is ActionSpace.JOINT_DELTA:
        speed = np.array([joint.operating.velocity_rad_s for joint in robot.joints])
        far = (_HURRY * speed * chunk_s + _SLACK_RAD) / scale
        return -far, far
    if space is ActionSpace.EEF_POSE:
        box = robot.workspace
        return np.array(box.lower_m) - _SLACK, np.array(box.upper_m) + _SLACK
    far = (_HURRY * robot.tcp_speed_m_s * chunk_s + _SLACK) / scale[:3]
    return -far, far
