# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an arm was commanded in a running graph, and the policy that moves it there."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Float64MultiArray

from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.station import Station

TEST = Path(__file__).parents[1]
_PROGRAM = str(TEST / "integration" / "scripted_inference.py")
SCRIPTED = {"inference_node": (_PROGRAM,), "perception_inference": (_PROGRAM, "shared")}
DT_S = 0.01
_DEPTH = 1000  # Every single one is looked at.


class Commands:
    """Every command that the arm was given, in order.

    Args:
        station: That listens.
        robot: The arm's profile.
        namespace: Before a relative topic of the profile, with slashes at both ends.
    """

    def __init__(self, station: Station, robot: RobotProfile, namespace: str = "") -> None:
        self._robot = robot
        self._rows: list[list[float]] = []
        station.watch(
            Float64MultiArray,
            f"{namespace}{robot.command.topic}",
            lambda message: self._rows.append(list(message.data)),
            _DEPTH,
        )

    def clear(self) -> None:
        """Forget those so far; call it while the arm is at rest."""
        self._rows.clear()

    @property
    def count(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> NDArray[np.float64]:
        """Positions [rad], shape (N, J)."""
        return np.array(self._rows[:])

    @property
    def speed_rad_s(self) -> float:
        """Fastest joint in the newest two commands."""
        rows = self.rows[-2:]
        return float(np.abs(np.diff(rows, axis=0)).max() / DT_S) if len(rows) == 2 else 0.0

    def is_moving(self) -> bool:
        return self.speed_rad_s > 0.05

    def is_at_rest(self) -> bool:
        return self.speed_rad_s < 1e-6

    def assert_smooth(self) -> None:
        """Hold backward differences against the operating limits; the arm began at rest."""
        rows = self.rows
        rows = np.vstack([rows[:1]] * 3 + [rows])
        limits = [joint.operating for joint in self._robot.joints]
        velocity = np.diff(rows, axis=0) / DT_S
        acceleration = np.diff(velocity, axis=0) / DT_S
        jerk = np.diff(acceleration, axis=0) / DT_S
        for values, allowed, what in (
            (velocity, [limit.velocity_rad_s for limit in limits], "velocity"),
            (acceleration, [limit.acceleration_rad_s2 for limit in limits], "acceleration"),
            (jerk, [limit.jerk_rad_s3 for limit in limits], "jerk"),
        ):
            worst = (np.abs(values) / np.array(allowed)).max()
            assert worst <= 1.0 + 1e-3, f"{what} reached {worst:.4f} of its limit"
