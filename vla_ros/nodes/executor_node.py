# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hops 6 to 8: chunks in, proved commands out. The only publisher on the controller topics."""

import gc
import sys
import time
from collections.abc import Callable, Sequence

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from vla_ros.errors import ConfigError
from vla_ros.gate.config import make_gate_config
from vla_ros.gate.gate import Gate
from vla_ros.gate.shadow import Shadow
from vla_ros.gate.vocabulary import GateMode, Request
from vla_ros.nodes.base import BaseNode, run_node
from vla_ros.nodes.executor_audit import ExecutorAudit
from vla_ros.nodes.executor_control import Control
from vla_ros.nodes.executor_inputs import ExecutorInputs
from vla_ros.nodes.executor_outputs import DRY_RUN, ExecutorOutputs
from vla_ros.nodes.executor_power import PowerOff
from vla_ros.nodes.executor_timing import ExecutorTiming
from vla_ros.params import ExecutorParams
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.ros.control_loop import ControlClock, SimulatedClock, SteadyClock
from vla_ros.ros.description import load_robot
from vla_ros.ros.ownership import find_rivals
from vla_ros.ros.priority import raise_priority
from vla_ros.ros.spin import RequestExecutor

_ANSWER_S = 0.5
_SLACK_S = 1.0  # On top of the longest stop, before shutdown goes on regardless.
_WATCH_PERIOD_S = 0.5
_DIAGNOSTICS_PERIOD_S = 1.0
_THREADS = 3  # One for each group with services: no request waits for a thread.
_NOTICE = (
    "the gate filters commands; it is not a certified safety function, and the robot's own rated "
    "emergency stop stays mandatory"
)


class ExecutorNode(BaseNode[ExecutorParams]):
    """Lets chunks move the arm, through the gate; see `vla_ros/params.py` for its parameters."""

    def __init__(
        self, *, overrides: Sequence[Parameter] = (), namespace: str | None = None
    ) -> None:
        """Declare the parameters."""
        # Apart from all that is heard: a change of state may wait for the arm, which needs that.
        # The timers are in it, since a change of state destroys what they use.
        self._group = MutuallyExclusiveCallbackGroup()
        super().__init__(
            "executor_node",
            ExecutorParams,
            overrides=overrides,
            namespace=namespace,
            lifecycle_group=self._group,
        )

    def configure(self) -> None:
        """Read the profile and connect to the graph."""
        self._profile = load_robot(self, self.params.robot)
        if self.params.auto_arm and not self._profile.simulated:
            raise ConfigError(
                f"auto_arm = true is only for simulations, and robot '{self._profile.name}' is "
                "none (simulated: false). Leave auto_arm out and call ~/arm"
            )
        kinematics = make_kinematics(self._profile)
        self._gate = Gate(make_gate_config(self._profile, kinematics))
        dry_run = self.params.dry_run
        self._outputs = ExecutorOutputs(self, self._profile, self._gate, dry_run=dry_run)
        self._audit = ExecutorAudit(
            self.params,
            self._profile,
            self._gate.config,
            self.get_fully_qualified_name(),
            self._log,
        )
        self._timing = ExecutorTiming(self._profile.name)
        self._control = self._make_control()
        self._inputs = ExecutorInputs(
            self, self._profile, self._control.mailbox, self._control_clock
        )
        self._power = PowerOff(
            self,
            None if dry_run else self._profile.power_off,
            self._profile.name,
            lambda: self._control.state,
            self._log,
            self._group,
        )
        # A group of their own: they wait for the control thread, which may wait for /clock.
        asking = MutuallyExclusiveCallbackGroup()
        self._doors = [
            self.create_service(
                Trigger, f"~/{request.value}", self._answerer(request), callback_group=asking
            )
            for request in Request
        ]
        self._watches = [
            self.create_timer(_WATCH_PERIOD_S, self._watch, callback_group=self._group),
            self.create_timer(_DIAGNOSTICS_PERIOD_S, self._diagnose, callback_group=self._group),
        ]
        self._outputs.show_inactive(self._control.state)

    def activate(self) -> None:
        """Begin to tick; nothing is published before somebody arms."""
        state = self._control.state.paused()  # A latch is left by ~/reset and by cleanup only.
        self._control = self._make_control()
        self._control.state = state
        self._inputs.attach(self._control.mailbox, self._control_clock)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._watch()
        self._audit.begin()
        self._control.start()
        self._log("info", f"{_NOTICE}. {self._estop_notice()}. Waiting for ~/arm")

    def deactivate(self) -> None:
        """Bring the arm to rest, then stop ticking."""
        limit_s = self._gate.config.limits.operating.longest_stop_s + _SLACK_S
        if not self._control.come_to_rest(limit_s):
            self.get_logger().error(f"the arm is not at rest after {limit_s:.1f} s")
        self._control.close()
        self._audit.end()
        gc.enable()
        gc.unfreeze()
        self._outputs.show_inactive(self._control.state)

    def cleanup(self) -> None:
        """Leave the graph."""
        for timer in self._watches:
            self.destroy_timer(timer)
        self._power.close()
        self._inputs.close()
        for service in self._doors:
            self.destroy_service(service)
        self._outputs.close()

    def _make_control(self) -> Control:
        self._control_clock = self._make_clock()
        return Control(
            self._gate,
            self._control_clock,
            self._outputs,
            time.monotonic_ns,
            self._log,
            self._audit.put,
            shadow=Shadow() if self.params.dry_run else None,
        )

    @property
    def _notice(self) -> str:
        """What is said before everything else in a dry run."""
        return DRY_RUN if self.params.dry_run else ""

    def _log(self, severity: str, text: str) -> None:
        text = f"{self._notice}{text}"
        # Three lines, since rclpy binds a severity to the line that logs.
        if severity == "error":
            self.get_logger().error(text)
        elif severity == "warning":
            self.get_logger().warning(text)
        else:
            self.get_logger().info(text)

    def _make_clock(self) -> ControlClock:
        if self.get_parameter("use_sim_time").value:
            return SimulatedClock(self.now_ns)
        return SteadyClock(self.now_ns)

    def _estop_notice(self) -> str:
        estop = self._profile.estop
        if estop == "none":
            return "The profile names no emergency stop in the graph"
        return f"Emergency stop: {estop.topic}"

    # ---- callbacks ----

    def _answerer(
        self, request: Request
    ) -> Callable[[Trigger.Request, Trigger.Response], Trigger.Response]:
        def serve(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            response.success, response.message = self._ask(request)
            return response

        return serve

    def _ask(self, request: Request) -> tuple[bool, str]:
        """Pass a request to the gate and wait for its answer."""
        if not self._is_active:
            return False, f"{self.get_name()} is not active; see `ros2 lifecycle`"
        if request is Request.ARM:
            self._watch()
        answer = self._control.mailbox.ask(request).wait(_ANSWER_S)
        if answer is None:
            return False, f"the control loop did not answer within {_ANSWER_S} s"
        return answer.done, f"{self._notice}{answer.message}"

    def _watch(self) -> None:
        """Look for other masters and for who obeys; arm a simulation; collect garbage."""
        self._inputs.watch()
        self._control.mailbox.put_audit(self._audit.watch())
        intruder = self._outputs.find_intruder()
        self._control.mailbox.put_intruder(intruder or find_rivals(self, "action_chunk"))
        self._control.mailbox.put_deaf(self._outputs.find_deaf())
        state = self._control.state
        if self._control.is_silent_for_good:
            self._outputs.withdraw()
        if (
            self._is_active
            and self.params.auto_arm
            and not state.epoch
            and state.mode is GateMode.IDLE
        ):
            self._control.mailbox.ask(Request.ARM)
        if self._is_active and state.mode is not GateMode.RUN and state.resting:
            gc.collect()
            gc.freeze()  # What survived need not be looked at again: the threads wait meanwhile.

    def _diagnose(self) -> None:
        decision = self._control.decision
        if decision is not None:
            now_ns = self._control_clock.now_ns()
            timing = self._timing.diagnose(self._control.firsts.take(), now_ns)
            self._outputs.diagnose(
                decision,
                self._control.state,
                now_ns=now_ns,
                late_ms=self._control.take_lateness_ms(),
                others=(timing, *self._audit.diagnose(), *self._power.diagnose()),
            )


def main(args: Sequence[str] | None = None) -> int:
    """Run the node; SIGINT and SIGTERM bring the arm to rest first."""
    raise_priority()  # Before there are threads: they inherit it.
    return run_node(ExecutorNode, args=args, make_executor=lambda: RequestExecutor(_THREADS))


if __name__ == "__main__":
    sys.exit(main())
