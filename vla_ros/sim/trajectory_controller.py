# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ros2_control's joint_trajectory_controller does with what it is told, without ROS.

Read in its sources for Jazzy and Kilted, and where they differ for Humble and Rolling: a new
trajectory takes the place of the whole old one at the next update. From there to its first point
it interpolates from where the arm is measured to be; once that time is past, it is simply on it.
Its last point holds. Times are nanoseconds of one clock; whoever gets a stamp of zero, which means
at once, counts from now.

Stricter than the real one in what that would make nonsense of: a number that is not finite, and
accelerations without velocities (it then commands zeros). Left out: tolerances, cancelled goals
and speed scaling, none of which a stream of trajectories uses.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vla_ros.errors import SimulationError
from vla_ros.sim.trajectory import Setpoint, TrajectoryPoint, sample
from vla_ros.types import FloatArray

_STILL_RAD_S = float(np.finfo(np.float32).eps)  # What it takes for rest at the end.


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerOptions:
    """Parameters of the controller, by its own names, with the values it has by itself.

    Attributes:
        interpolate_from_desired_state: A trajectory is reached from its last command instead of
            from the measured state. In Humble it is called open_loop_control.
        allow_partial_joints_goal: Joints may be left out; they stay where they were commanded.
        allow_nonzero_velocity_at_trajectory_end: The last point may be in motion. It holds all
            the same: an arm that is commanded positions stops there at once.
        allow_trajectory_replacement: Rolling only, and true there by itself: the newer trajectory
            is put into the older one, and one that has begun begins at once instead.

    Raises:
        ValueError: Partial goals that are put into older ones are not simulated.
    """

    interpolate_from_desired_state: bool = False
    allow_partial_joints_goal: bool = False
    allow_nonzero_velocity_at_trajectory_end: bool = False
    allow_trajectory_replacement: bool = False

    def __post_init__(self) -> None:
        if self.allow_partial_joints_goal and self.allow_trajectory_replacement:
            raise ValueError(
                "allow_partial_joints_goal with allow_trajectory_replacement is not simulated"
            )


class TrajectoryController:
    """Follows the newest trajectory. Not thread-safe.

    Attributes:
        options: Its parameters.
    """

    def __init__(
        self, names: Sequence[str], options: ControllerOptions = ControllerOptions()
    ) -> None:
        """Begin with no trajectory.

        Args:
            names: Joints, in the order of everything that is measured and commanded.
            options: Its parameters.
        """
        self.options = options
        self._names = tuple(names)
        self._path: tuple[TrajectoryPoint, ...] = ()
        self._newest: tuple[TrajectoryPoint, ...] | None = None
        self._commanded: tuple[int, Setpoint] | None = None

    def clear(self) -> None:
        """Forget the trajectory, and what was commanded."""
        self._path = ()
        self._newest = self._commanded = None

    def take(self, names: Sequence[str], points: Sequence[TrajectoryPoint], now_ns: int) -> None:
        """Take a trajectory; it counts from the next update on.

        Args:
            names: Joint of each column, in any order.
            points: In the order of `names`, with increasing times; the first one at the stamp.
            now_ns: Now.

        Raises:
            SimulationError: It is refused, and the one before goes on: other joints, no points,
                times that do not increase, an end in the past or in motion, a wrong number of
                values, or one that is not finite.
        """
        self._check_names(names)
        if not points:
            raise SimulationError("trajectory has no points")
        times = [point.time_ns for point in points]
        if any(b <= a for a, b in itertools.pairwise(times)):
            raise SimulationError("trajectory times do not increase")
        path = tuple(self._in_order(point, names) for point in points)
        self._check_rest(path[-1])
        if not times[-1] >= now_ns:
            raise SimulationError(
                f"trajectory ends in the past, {(now_ns - times[-1]) * 1e-6:.1f} ms ago"
            )
        self._newest = path

    def update(
        self,
        now_ns: int,
        period_ns: int,
        position_rad: FloatArray,
        velocity_rad_s: FloatArray | None = None,
    ) -> Setpoint | None:
        """Return what it commands until the next update; None before the first trajectory.

        Args:
            now_ns: Now.
            period_ns: Time to the next update: the command is for then.
            position_rad: Measured, shape (J,).
            velocity_rad_s: Measured, shape (J,); None if the robot reports none.
        """
        if self._newest is not None:
            path, self._newest = self._complete(self._newest, position_rad), None
            if self.options.allow_trajectory_replacement and self._commanded is not None:
                path = _put_in(path, self._path, self._commanded[0], now_ns)
            before = self._before(path[0], now_ns, position_rad, velocity_rad_s)
            self._path = (before, *path)
        if not self._path:
            return None
        setpoint = sample(self._path, now_ns + period_ns)
        self._commanded = (now_ns, setpoint)
        return setpoint

    def _complete(
        self, path: tuple[TrajectoryPoint, ...], position_rad: FloatArray
    ) -> tuple[TrajectoryPoint, ...]:
        """Have the joints that were left out stay where they were commanded."""
        here = position_rad if self._commanded is None else self._commanded[1].position_rad
        return tuple(
            replace(
                point,
                position_rad=np.where(np.isnan(point.position_rad), here, point.position_rad),
                velocity_rad_s=_filled(point.velocity_rad_s),
                acceleration_rad_s2=_filled(point.acceleration_rad_s2),
            )
            for point in path
        )

    def _before(
        self,
        first: TrajectoryPoint,
        now_ns: int,
        position_rad: FloatArray,
        velocity_rad_s: FloatArray | None,
    ) -> TrajectoryPoint:
        """Return the point that a new trajectory is reached from; unused if that has begun."""
        time_ns = min(now_ns, first.time_ns - 1)
        if self.options.interpolate_from_desired_state and self._commanded is not None:
            commanded_ns, last = self._commanded
            return _point(min(commanded_ns, time_ns), last)
        zeros = np.zeros(len(self._names))
        return TrajectoryPoint(
            time_ns=time_ns,
            position_rad=np.array(position_rad),
            velocity_rad_s=zeros if velocity_rad_s is None else np.array(velocity_rad_s),
            acceleration_rad_s2=zeros,
        )

    # ---- what is refused ----

    def _check_names(self, names: Sequence[str]) -> None:
        few = self.options.allow_partial_joints_goal and len(names) > 0
        known = set(names) <= set(self._names) and len(set(names)) == len(names)
        if not (known and (few or len(names) == len(self._names))):
            raise SimulationError(
                f"trajectory is for joints {', '.join(names) or 'none'}; "
                f"this arm has {', '.join(self._names)}"
            )

    def _check_rest(self, last: TrajectoryPoint) -> None:
        if self.options.allow_nonzero_velocity_at_trajectory_end or last.velocity_rad_s is None:
            return
        speed = np.abs(np.nan_to_num(last.velocity_rad_s))
        if not speed.max() <= _STILL_RAD_S:
            joint = self._names[int(np.argmax(speed))]
            raise SimulationError(f"trajectory ends in motion: {joint} at {speed.max():.3g} rad/s")

    def _in_order(self, point: TrajectoryPoint, names: Sequence[str]) -> TrajectoryPoint:
        """Return a point in the controller's order; NaN for joints that are left out."""
        if point.acceleration_rad_s2 is not None and point.velocity_rad_s is None:
            raise SimulationError(
                "trajectory has accelerations without velocities; the controller would command "
                "zeros"
            )
        speed, bend = point.velocity_rad_s, point.acceleration_rad_s2
        return TrajectoryPoint(
            time_ns=point.time_ns,
            position_rad=self._row(point.position_rad, "positions", names),
            velocity_rad_s=None if speed is None else self._row(speed, "velocities", names),
            acceleration_rad_s2=None if bend is None else self._row(bend, "accelerations", names),
        )

    def _row(self, values: FloatArray, what: str, names: Sequence[str]) -> FloatArray:
        row = np.full(len(self._names), np.nan)
        row[[self._names.index(name) for name in names]] = check_values(values, what, names)
        return row


def check_values(
    values: FloatArray | Sequence[float], what: str, names: Sequence[str]
) -> FloatArray:
    """Return values as an array, one for each joint.

    Raises:
        SimulationError: Wrong number of values, or one is not finite.
    """
    array = np.array(values, dtype=np.float64)
    if array.shape != (len(names),):
        raise SimulationError(
            f"command has {array.size} {what}, wanted {len(names)}: {', '.join(names)}"
        )
    finite = np.isfinite(array)
    if not finite.all():
        joint = names[int(np.argmin(finite))]
        raise SimulationError(f"commanded {what} of {joint} is not finite")
    return array


def _put_in(
    new: tuple[TrajectoryPoint, ...],
    old: tuple[TrajectoryPoint, ...],
    cursor_ns: int,
    now_ns: int,
) -> tuple[TrajectoryPoint, ...]:
    """Put a trajectory into the one that is followed, as allow_trajectory_replacement does.

    Args:
        new: The newer one; its first point is due at its stamp.
        old: The older one, with the point before it; one of a single point is just replaced.
        cursor_ns: Where the controller is on it: the last update.
        now_ns: This update, to which the cursor is moved.
    """
    if len(old) <= 2:
        return new
    wait_ns = max(new[0].time_ns - now_ns, 0)
    late_ns = now_ns - cursor_ns
    start_ns = cursor_ns + wait_ns
    prefix = [p for p in old[1:] if cursor_ns < p.time_ns < start_ns]
    by_ns = now_ns + wait_ns - new[0].time_ns
    return (
        *(replace(p, time_ns=p.time_ns + late_ns) for p in prefix),
        *(replace(p, time_ns=p.time_ns + by_ns) for p in new),
    )


def _point(time_ns: int, setpoint: Setpoint) -> TrajectoryPoint:
    return TrajectoryPoint(
        time_ns=time_ns,
        position_rad=setpoint.position_rad,
        velocity_rad_s=setpoint.velocity_rad_s,
        acceleration_rad_s2=setpoint.acceleration_rad_s2,
    )


def _filled(values: FloatArray | None) -> FloatArray | None:
    """Return rates with those that were left out at zero."""
    return None if values is None else np.nan_to_num(values)
