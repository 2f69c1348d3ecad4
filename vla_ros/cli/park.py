# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros park`: bring the arm to the home pose of its profile, slowly and through the gate."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from vla_ros.cli.screen import say
from vla_ros.cli.send import EXIT_NO_SERVER, EXIT_OUTCOME, exit_code, send, summary
from vla_ros.errors import VlaRosError
from vla_ros.policy.outcome import Outcome

if TYPE_CHECKING:
    from vla_ros.robot.profile import RobotProfile
    from vla_ros.ros.station import Station

SLOWEST, FASTEST = 0.01, 1.0
_FRESH_S = 2.0

_EPILOG = """The way is straight in joint space and knows of no obstacle: the gate stops
the arm where it would come too near something. Ctrl-C stops the arm and holds it. Ending the nodes
never parks.

exit codes:
  0 at home, 2 wrong usage or refused here, 3 no server or server lost,
  """ + ", ".join(f"{EXIT_OUTCOME + o} {o.name}" for o in Outcome if o > Outcome.SUCCEEDED)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("--namespace", default="/vla", help="of the nodes (default: /vla)")
    parser.add_argument(
        "--speed",
        type=_speed,
        default=0.3,
        metavar="SCALE",
        help="fraction of the operating velocity, 0.01 to 1 (default: 0.3)",
    )
    parser.add_argument(
        "--timeout", type=float, default=0.0, metavar="S", help="give up after so many seconds"
    )
    parser.add_argument(
        "--arm",
        action="store_true",
        help="arm as well; only for a simulation, elsewhere a person calls ~/arm",
    )
    parser.add_argument(
        "--wait", type=float, default=5.0, metavar="S", help="for the nodes (default: 5)"
    )


def run(args: argparse.Namespace) -> int:
    """Park; Ctrl-C stops the arm and waits until it rests."""
    from vla_ros.action import ExecuteInstruction  # noqa: PLC0415  ROS only where it is used.
    from vla_ros.ros.client import ServerLostError  # noqa: PLC0415
    from vla_ros.ros.station import Station  # noqa: PLC0415

    with Station(args.namespace, name="vla_park") as station:
        try:
            robot = _find_robot(station, args.wait)
            way = _Way(station, robot)
            station.parking.wait_for_server(args.wait)
            if args.arm:
                _arm(station, robot)
            goal = ExecuteInstruction.Goal(speed_scale=args.speed, timeout_s=args.timeout)
            say(f"parking '{robot.name}' at {args.speed:g} of its operating velocity")
            ended = send(station.parking, goal)
            way.wait(_FRESH_S)
        except ServerLostError as error:
            sys.stderr.write(f"vla_ros park: {error}\n")
            return EXIT_NO_SERVER
    if ended.outcome is Outcome.SUCCEEDED:
        say(f"parked: {way.describe()}")
    else:
        say(f"{summary(ended)}; {way.describe()}")
    return exit_code(ended.outcome)


class _Way:
    """How far the arm is from home, as the newest observation says."""

    def __init__(self, station: "Station", robot: "RobotProfile") -> None:
        from vla_ros.msg import Observation  # noqa: PLC0415
        from vla_ros.ros.qos import RELIABLE_NEWEST  # noqa: PLC0415

        self._station = station
        self._home = dict(zip(robot.joint_names, robot.home, strict=True))
        self._away: dict[str, float] = {}
        self._heard = 0
        topic = f"{station.namespace}/observation"
        station.watch(Observation, topic, self._hear, RELIABLE_NEWEST)

    def wait(self, timeout_s: float) -> None:
        """Wait for an observation of now; go on without one."""
        from vla_ros.ros.client import ServerLostError  # noqa: PLC0415

        before = self._heard
        try:
            self._station.wait_for(lambda: self._heard > before, timeout_s, "an observation")
        except ServerLostError:
            self._away = {}

    def describe(self) -> str:
        """Return the distance in words."""
        if not self._away:
            return "no observation says how far from home the arm is"
        farthest = max(self._away, key=lambda name: self._away[name])
        return f"{farthest} is {self._away[farthest]:.3f} rad from home, no joint is farther"

    def _hear(self, message: Any) -> None:
        measured = dict(zip(message.joint_state.name, message.joint_state.position, strict=False))
        self._away = {
            name: abs(measured[name] - home)
            for name, home in self._home.items()
            if name in measured
        }
        self._heard += 1


def _find_robot(station: "Station", timeout_s: float) -> "RobotProfile":
    """Return the profile that executor_node goes by.

    Raises:
        VlaRosError: It runs dry, or its profile cannot be read here.
    """
    from rcl_interfaces.srv import GetParameters  # noqa: PLC0415

    from vla_ros.robot.profile import read_robot_profile  # noqa: PLC0415

    service = f"{station.namespace}/executor_node/get_parameters"
    request = GetParameters.Request(names=["robot", "dry_run"])
    robot, dry_run = station.services.ask(GetParameters, service, request, timeout_s).values
    if dry_run.bool_value:
        raise VlaRosError(
            "executor_node runs with dry_run: nothing would move. Start it without, then park"
        )
    return read_robot_profile(robot.string_value)


def _arm(station: "Station", robot: "RobotProfile") -> None:
    """Arm a simulated robot.

    Raises:
        VlaRosError: It is a real one, or the gate refuses.
    """
    if not robot.simulated:
        raise VlaRosError(
            f"--arm is only for simulations, and robot '{robot.name}' is none (simulated: false). "
            "The person responsible for the arm permits motion: ros2 service call "
            f"{station.namespace}/executor_node/arm std_srvs/srv/Trigger"
        )
    say(f"arming, as the operator of the simulation: {station.arm()}")


def _speed(text: str) -> float:
    value = float(text)
    if not SLOWEST <= value <= FASTEST:
        raise argparse.ArgumentTypeError(f"{value:g} is outside [{SLOWEST:g}, {FASTEST:g}]")
    return value
