# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the video and the plot are made from: seen through the graph, or in simulated time."""

from dataclasses import dataclass, field

from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.types import Gaze, ImageArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GateNote:
    """The gate's state at one instant.

    Attributes:
        time_s: When it was said.
        mode: What the gate does.
        verdict: Of its newest tick.
        reasons: What it objects to.
        interventions: Since the gate was configured.
    """

    time_s: float
    mode: GateMode
    verdict: Verdict
    reasons: tuple[Reason | int, ...]
    interventions: int


@dataclass(slots=True)
class Recording:
    """What was heard; times are of sending [s], each list is in order of arrival.

    Attributes:
        joint_names: Arm joints, in the order of the rows.
        overview: Times and JPEG pictures of the simulator's onlooker.
        views: Times and the policy's images by camera name, RGB.
        gazes: Times and where the policy looks, by camera name; nowhere once its goal has ended.
        measured: Times and joint positions [rad].
        commanded: Times and joint positions [rad].
        gate: States of the gate.
    """

    joint_names: tuple[str, ...]
    overview: list[tuple[float, bytes]] = field(default_factory=list)
    views: list[tuple[float, dict[str, ImageArray]]] = field(default_factory=list)
    gazes: list[tuple[float, dict[str, Gaze]]] = field(default_factory=list)
    measured: list[tuple[float, list[float]]] = field(default_factory=list)
    commanded: list[tuple[float, list[float]]] = field(default_factory=list)
    gate: list[GateNote] = field(default_factory=list)
