# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""sim_node: a simulated arm with two cameras that behaves like a hardware driver."""

import sys
from collections.abc import Callable, Sequence

import numpy as np
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from vla_ros.errors import ConfigError, SimulationError
from vla_ros.nodes.base import BaseNode, run_node
from vla_ros.nodes.sim_inputs import SimInputs
from vla_ros.nodes.sim_loop import CameraLoop, PhysicsLoop
from vla_ros.nodes.sim_outputs import SimOutputs
from vla_ros.params import SimParams
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.arm import JOINTS
from vla_ros.sim.driver import Driver
from vla_ros.sim.profile import check_profile
from vla_ros.sim.render import Renderer, Snapshot
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import Scene
from vla_ros.sim.tasks import check, parse_instruction
from vla_ros.sim.world import ArmState, World
from vla_ros.srv import CheckTask, ResetScene

_STATE_PERIOD_NS = 10_000_000
_BUTTON_RATE_HZ = 20.0


class SimNode(BaseNode[SimParams]):
    """Driver of the simulated arm; see `vla_ros/params.py` for its parameters."""

    def __init__(
        self, *, overrides: Sequence[Parameter] = (), namespace: str | None = None
    ) -> None:
        """Declare the parameters."""
        super().__init__("sim_node", SimParams, overrides=overrides, namespace=namespace)

    def configure(self) -> None:
        """Build the world and everything that connects it to ROS."""
        self._profile = load_robot_profile(self.params.robot)
        check_profile(self._profile)
        if self.params.real_time_factor != 1.0 and not self.params.publish_clock:
            raise ConfigError(
                f"real_time_factor = {self.params.real_time_factor} needs publish_clock:=true, "
                "and use_sim_time:=true on all other nodes: stamps would not fit the motion"
            )
        self._world = World()
        self._driver = Driver(
            self._profile.joint_names,
            np.array([joint.velocity for joint in JOINTS]),
            self._profile.driver_command_timeout_s,
            self._profile.gripper.opening_of,
        )
        self._physics = PhysicsLoop(
            self._world,
            self._driver,
            real_time_factor=self.params.real_time_factor,
            publish=self._on_state,
            publish_period_ns=_STATE_PERIOD_NS,
            fail=self._on_failure,
        )
        self._pressed = False
        self._driven = False
        self._complaints: dict[str, str] = {}
        self._lost_limit_ns = 100_000_000
        self._lay_out(sample_scene(self.params.seed))
        self._world.try_drawing()
        self._out = SimOutputs(self, self.params, self._profile)
        self._inputs = SimInputs(
            self,
            self._profile,
            self._driver,
            take=self._take,
            times=self._times,
            opening=self._measure_opening,
        )
        self._offers = self._serve()

    def activate(self) -> None:
        """Let time run."""
        self._cameras = CameraLoop(
            self._take_snapshot,
            self._world.make_renderer,
            rate_hz=self.params.camera_rate_hz,
            draw=self._on_snapshot,
            fail=self._on_failure,
        )
        self._button = self.create_timer(
            1.0 / _BUTTON_RATE_HZ, lambda: self._out.publish_button(pressed=self._pressed)
        )
        self._cameras.start()
        self._physics.start()
        self.get_logger().info(f"simulating: {self._world.scene.instruction}")

    def deactivate(self) -> None:
        """Stop time."""
        self._physics.stop()
        self._cameras.stop()
        self.destroy_timer(self._button)

    def cleanup(self) -> None:
        """Take everything off the graph again."""
        self._inputs.close()
        for service in self._offers:
            self.destroy_service(service)
        self._out.destroy()

    # -- commands ---------------------------------------------------------------------------

    def _take(self, what: str, accept: Callable[[int], None]) -> str:
        """Give a command to the driver; return why it is refused, and log that once."""
        complaint = self._try(accept)
        if complaint != self._complaints.get(what, ""):
            self._complaints[what] = complaint
            if complaint:
                self.get_logger().error(f"{what} refused: {complaint}")
            else:
                self.get_logger().info(f"{what} accepted again")
        return complaint

    def _try(self, accept: Callable[[int], None]) -> str:
        if not self._is_active:  # Later the command would be one of long ago.
            return "sim_node is not active; see `ros2 lifecycle`"
        try:
            with self._physics.lock:
                accept(self._world.time_ns)
        except SimulationError as error:
            return str(error)
        return ""

    def _times(self) -> tuple[int, int]:
        simulated_ns = self._physics.time_ns()
        return simulated_ns, self._out.clock_ns(simulated_ns)

    def _measure_opening(self) -> tuple[float, int]:
        with self._physics.lock:
            return self._world.joint_state().opening, self._world.time_ns

    # -- services ---------------------------------------------------------------------------

    def _serve(self) -> list[object]:
        return [
            self.create_service(ResetScene, "~/reset_scene", self._on_reset),
            self.create_service(CheckTask, "~/check_task", self._on_check),
            self.create_service(Trigger, "~/press_estop", self._on_press),
            self.create_service(Trigger, "~/release_estop", self._on_release),
        ]

    def _on_reset(
        self, request: ResetScene.Request, response: ResetScene.Response
    ) -> ResetScene.Response:
        try:
            scene = sample_scene(request.seed, request.instruction or None)
        except SimulationError as error:
            response.outcome, response.message = ResetScene.Response.UNKNOWN_TASK, str(error)
            return response
        with self._physics.lock:
            if self._driver.is_driven(self._world.time_ns):
                response.outcome = ResetScene.Response.FAILED
                response.message = (
                    "arm commands are arriving, so the gate drives the arm; stop it first "
                    "(ros2 service call /vla/executor_node/stop std_srvs/srv/Trigger)"
                )
                return response
            self._lay_out(scene)
        response.outcome = ResetScene.Response.OK
        response.instruction = scene.instruction
        response.message = scene.contents
        self.get_logger().info(f"new scene: seed={scene.seed}, {response.message}")
        return response

    def _on_check(
        self, request: CheckTask.Request, response: CheckTask.Response
    ) -> CheckTask.Response:
        try:
            asked = parse_instruction(request.instruction) if request.instruction else None
            with self._physics.lock:
                task, table = asked or self._world.scene.task, self._world.table()
            found = check(table, task)
        except SimulationError as error:
            response.outcome, response.message = CheckTask.Response.UNKNOWN_TASK, str(error)
            return response
        solved, unsolved = CheckTask.Response.SOLVED, CheckTask.Response.UNSOLVED
        response.outcome = solved if found.solved else unsolved
        response.message = found.message
        return response

    def _on_press(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._set_button(response, pressed=True)

    def _on_release(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._set_button(response, pressed=False)

    def _set_button(self, response: Trigger.Response, *, pressed: bool) -> Trigger.Response:
        self._pressed = pressed
        self._out.publish_button(pressed=pressed)
        response.success = True
        response.message = f"emergency stop button {'pressed' if pressed else 'released'}"
        self.get_logger().info(response.message)
        return response

    # -- threads ----------------------------------------------------------------------------

    def _on_state(self, state: ArmState) -> None:
        """Physics thread: the joints are due."""
        self._out.publish_state(state)
        if self._physics.lost_ns > self._lost_limit_ns:
            lost_s = self._physics.lost_ns / 1e9
            self.get_logger().warning(f"real time is not kept: lost_s={lost_s:.2f} so far")
            self._lost_limit_ns *= 10
        driven = self._driver.is_driven(state.time_ns)
        if driven != self._driven:
            self._driven = driven
            now = "commands arrive" if driven else "commands stopped: holding position"
            self.get_logger().info(now)

    def _take_snapshot(self) -> tuple[Snapshot, int]:
        with self._physics.lock:
            snapshot = self._world.snapshot()
            return snapshot, self._out.clock_ns(snapshot.time_ns)

    def _on_snapshot(self, renderer: Renderer, snapshot: Snapshot, taken_ns: int) -> None:
        """Camera thread: pictures are due."""
        self._out.publish_pictures(renderer, snapshot, taken_ns)

    def _on_failure(self, text: str) -> None:
        if self.context.ok():  # Else ROS has ended, and with it every publisher.
            self.get_logger().fatal(f"the simulator stopped:\n{text}")

    def _lay_out(self, scene: Scene) -> None:
        self._world.reset(scene)
        self._driver.place(self._world.joint_state().position_rad, scene.start.gripper)


def main() -> int:
    """Run sim_node until it is told to end."""
    return run_node(SimNode)


if __name__ == "__main__":
    sys.exit(main())
