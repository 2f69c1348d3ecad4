# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A person's place in the graph: gives instructions, arms the gate, lays out simulated scenes.

Used by the command line and by the integration tests. A thread of its own serves the node, so
every call here may block its caller.
"""

import contextlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import rclpy
from lifecycle_msgs.srv import GetState
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.subscription import Subscription
from rclpy.time import Time

from vla_ros.errors import VlaRosError
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import GateState, Observation
from vla_ros.resources import ensure_fastdds_profile
from vla_ros.ros.client import InstructionClient, ServerLostError, ServiceCaller
from vla_ros.ros.compat import with_message_info
from vla_ros.ros.goal import decode_mode
from vla_ros.ros.qos import LATCHED, RELIABLE_NEWEST
from vla_ros.ros.spin import CallbackExecutor, Endings, Spinner
from vla_ros.srv import CheckTask, ResetScene

_POLL_S = 0.05
_PATIENCE_S = 5.0


class Station:
    """One process's place in the graph; a context manager.

    Args:
        namespace: Where the nodes live.
        name: Name of this node.
        simulator: Full name of the simulator's node.
    """

    def __init__(
        self,
        namespace: str = "/vla",
        name: str = "station",
        simulator: str = "/sim_node",
    ) -> None:
        ensure_fastdds_profile()
        self.namespace = namespace.rstrip("/")
        self.simulator = simulator
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        # Every endpoint of a newcomer wakes all nodes, while the arm may be moving.
        self.node = Node(
            name, context=self._context, start_parameter_services=False, enable_rosout=False
        )
        self.services = ServiceCaller(self.node)
        self.instructions = InstructionClient(self.node, f"{self.namespace}/execute_instruction")
        self.parking = InstructionClient(self.node, f"{self.namespace}/inference_node/park")
        self.gate_state: GateState | None = None
        self.observed_s = -1.0
        self.observed_ns = 0
        self.watch(GateState, f"{self.namespace}/gate_state", self._on_gate_state, LATCHED)
        self._observations = self.watch(
            Observation, f"{self.namespace}/observation", self._on_observation, RELIABLE_NEWEST
        )
        executor = CallbackExecutor(context=self._context)
        self._spinner = Spinner(self.node, executor, Endings())

    def __enter__(self) -> "Station":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the graph.

        Raises:
            Exception: What a callback raised, if one did.
        """
        try:
            self._spinner.end()
        finally:
            self.instructions.close()
            self.parking.close()
            self.node.destroy_node()
            rclpy.try_shutdown(context=self._context)

    def watch(
        self, message_type: Any, topic: str, callback: Callable[..., None], qos: Any
    ) -> Subscription:
        """Call back, in the station's thread, with every message of a topic (and its info)."""
        return self.node.create_subscription(message_type, topic, with_message_info(callback), qos)

    def stop_observing(self) -> None:
        """Listen to observations no more: where nobody listens, nobody makes them messages."""
        self.node.destroy_subscription(self._observations)

    def now_ns(self) -> int:
        """Time on the clock that stamps carry [ns]."""
        return int(self.node.get_clock().now().nanoseconds)

    # ---- the gate ----

    @property
    def mode(self) -> GateMode | None:
        """What the gate does; None before its first word."""
        state = self.gate_state
        return None if state is None else decode_mode(state.mode)

    def arm(self) -> str:
        """Permit motion, as the person responsible for it; the gate's answer.

        Raises:
            RefusedError: The gate refuses, with the reason.
            ServerLostError: No answer.
        """
        answer = self.services.trigger(self._service("arm"))
        self.wait_for(lambda: self.mode in {GateMode.ARMED, GateMode.RUN}, 5.0, "the gate to arm")
        return answer

    def stop(self) -> str:
        """Stop the arm and latch; the gate's answer."""
        return self.services.trigger(self._service("stop"))

    def reset(self) -> str:
        """Unlatch the gate; the gate's answer."""
        return self.services.trigger(self._service("reset"))

    def disarm(self, patience_s: float = _PATIENCE_S) -> None:
        """Bring the gate to IDLE from wherever it is, by a stop and a reset."""
        if self.mode not in {GateMode.IDLE, GateMode.PSTOP, GateMode.ESTOP}:
            self.stop()
        self._patiently(self.reset, patience_s)
        self.wait_for(lambda: self.mode is GateMode.IDLE, 5.0, "the gate to disarm")

    def ready(self, patience_s: float = _PATIENCE_S) -> None:
        """Arm, resetting a latch first if there is one; a refusal may pass within the patience.

        Raises:
            RefusedError: The gate refuses, with the reason.
        """
        if self.mode in {GateMode.ARMED, GateMode.RUN}:
            return
        if self.mode in {GateMode.PSTOP, GateMode.ESTOP}:
            self._patiently(self.reset, patience_s)
        self._patiently(self.arm, patience_s)

    # ---- the simulator ----

    def reset_scene(self, seed: int, instruction: str = "") -> str:
        """Lay out a scene; its task in words.

        A disarmed gate falls silent with its next tick; until then the simulator refuses.

        Raises:
            SceneError: The simulator cannot.
        """
        request = ResetScene.Request(seed=seed, instruction=instruction)
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            answer = self.services.call(ResetScene, f"{self.simulator}/reset_scene", request)
            if answer.outcome != ResetScene.Response.FAILED or time.monotonic() > until_s:
                break
            time.sleep(4 * _POLL_S)
        if answer.outcome != ResetScene.Response.OK:
            raise SceneError(f"cannot lay out scene {seed}: {answer.message}")
        return str(answer.instruction)

    def check_task(self, instruction: str = "") -> tuple[bool, str]:
        """Ask the physics whether a task is solved; and what is missing, in words."""
        request = CheckTask.Request(instruction=instruction)
        answer = self.services.call(CheckTask, f"{self.simulator}/check_task", request)
        return answer.outcome == CheckTask.Response.SOLVED, str(answer.message)

    # ---- waiting ----

    def lifecycle_state(self, node: str) -> str:
        """State of a lifecycle node, for example "active"; empty if it does not answer yet."""
        try:
            answer = self.services.call(GetState, f"{node}/get_state", GetState.Request(), 0.5)
        except ServerLostError:
            return ""
        return str(answer.current_state.label)

    def wait_for(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Return as soon as a condition holds.

        Raises:
            ServerLostError: It does not hold in time.
        """
        until_s = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > until_s:
                raise ServerLostError(f"waited {timeout_s:g} s in vain for {what}")
            time.sleep(_POLL_S)

    def _patiently(self, call: Callable[[], str], timeout_s: float) -> str:
        """Repeat a call that the gate may refuse for a passing reason, such as a moving arm."""
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            with contextlib.suppress(VlaRosError):
                return call()
            time.sleep(4 * _POLL_S)
        return call()

    def _service(self, verb: str) -> str:
        return f"{self.namespace}/executor_node/{verb}"

    def _on_gate_state(self, message: GateState) -> None:
        self.gate_state = message

    def _on_observation(self, message: Observation) -> None:
        self.observed_ns = Time.from_msg(message.header.stamp).nanoseconds
        self.observed_s = time.monotonic()


class SceneError(VlaRosError):
    """The simulator cannot lay out a scene."""
