# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all nodes share: a lifecycle that starts itself, and errors that are seen."""

import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import rclpy
from rclpy.callback_groups import CallbackGroup
from rclpy.executors import Executor
from rclpy.lifecycle import (
    LifecycleNode,
    LifecycleNodeMixin,
    LifecycleState,
    TransitionCallbackReturn,
)
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions

from vla_ros.errors import ConfigError, VlaRosError
from vla_ros.params import NodeParams
from vla_ros.resources import ensure_fastdds_profile
from vla_ros.ros.leaving import leaving
from vla_ros.ros.params import declare_params
from vla_ros.ros.spin import CallbackExecutor, Endings, Spinner, hear_signals, ignore_signals

_Params = TypeVar("_Params", bound=NodeParams)
_SWITCH_S = 0.0005
_MISCONFIGURED = 2  # launch/bringup.launch.py knows it, and starts the node no more.


class BaseNode(LifecycleNode, Generic[_Params]):
    """A lifecycle node whose hooks raise errors instead of returning codes.

    Derived classes override the hooks `configure`, `activate`, `deactivate` and `cleanup`; each
    runs in the thread that changes the state. rclpy swallows exceptions of lifecycle callbacks;
    here they are logged, a `VlaRosError` as its message and everything else as a traceback.

    Attributes:
        params: The node's parameters, checked.
    """

    def __init__(
        self,
        name: str,
        params: type[_Params],
        *,
        overrides: Sequence[Parameter] = (),
        namespace: str | None = None,
        lifecycle_group: CallbackGroup | None = None,
    ) -> None:
        """Declare the parameters.

        Args:
            name: Name of the node.
            params: Declaration of its parameters.
            overrides: Values of parameters, for tests.
            namespace: Namespace of the node, for tests.
            lifecycle_group: Of the services that change the state; None for the default one,
                in which nothing else is served until a change is complete.

        Raises:
            ConfigError: A parameter is unknown, missing or wrong.
        """
        # What LifecycleNode does, which passes no group on.
        Node.__init__(self, name, namespace=namespace, parameter_overrides=list(overrides))
        LifecycleNodeMixin.__init__(self, callback_group=lifecycle_group)
        self._changing = threading.RLock()  # A signal waits for a change that is under way.
        self._failure: Exception | None = None
        self._is_configured = False
        self._is_active = False
        self._starts_itself = False
        self.params: _Params = declare_params(self, params)

    def configure(self) -> None:
        """Read profiles, create publishers and subscriptions; nothing is sent yet."""

    def activate(self) -> None:
        """Begin to work."""

    def deactivate(self) -> None:
        """Stop working; `activate` may follow."""

    def cleanup(self) -> None:
        """Undo `configure`."""

    def start(self) -> None:
        """Drive the node to active, if its parameter `autostart` says so.

        Raises:
            VlaRosError: As the hooks raise.
        """
        if not self.params.autostart:
            self.get_logger().info("autostart is false: waiting for `ros2 lifecycle set`")
            return
        self._starts_itself = True
        for trigger in (self.trigger_configure, self.trigger_activate):
            if trigger() != TransitionCallbackReturn.SUCCESS:
                raise self._failure or RuntimeError(f"{self.get_name()} cannot start")
        self._starts_itself = False

    def pause(self) -> None:
        """Run the hook `deactivate`, if the node is active; wait for one that runs."""
        with self._changing:
            if self._is_active:
                self._is_active = False
                self._guard("deactivate", self.deactivate)

    def stop(self) -> None:
        """Run the hooks that end the work, as far as it has begun."""
        with self._changing:
            self.pause()
            if self._is_configured:
                self._is_configured = False
                self._guard("clean up", self.cleanup)

    def now_ns(self) -> int:
        """Return the time on the node's clock [ns]."""
        return int(self.get_clock().now().nanoseconds)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run the hook `configure`."""
        with self._changing:
            result = self._guard("configure", self.configure)
            self._is_configured = result == TransitionCallbackReturn.SUCCESS
        return super().on_configure(state) if self._is_configured else result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Enable the lifecycle publishers, then run the hook `activate`."""
        super().on_activate(state)
        with self._changing:
            result = self._guard("activate", self.activate)
            self._is_active = result == TransitionCallbackReturn.SUCCESS
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run the hook `deactivate`, then disable the lifecycle publishers."""
        with self._changing:
            self._is_active = False
            result = self._guard("deactivate", self.deactivate)
        super().on_deactivate(state)
        return result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run the hook `cleanup`."""
        with self._changing:
            self._is_configured = False
            result = self._guard("clean up", self.cleanup)
        super().on_cleanup(state)
        return result

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End the work from whatever state."""
        self.stop()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured after an unexpected exception, which is logged already."""
        self.stop()
        super().on_error(state)
        return TransitionCallbackReturn.SUCCESS

    def _guard(self, what: str, hook: Callable[[], None]) -> TransitionCallbackReturn:
        """Run a hook; log what it raises and translate it for the state machine."""
        try:
            hook()
        except VlaRosError as e:
            self._failure = e
            if not self._starts_itself:  # `start` raises it, and its caller says it.
                self.get_logger().error(f"cannot {what}: {e}")
            return TransitionCallbackReturn.FAILURE
        except Exception as e:  # noqa: BLE001  The outer edge: rclpy would hide it.
            self._failure = e
            self.get_logger().error(f"cannot {what}:\n{traceback.format_exc()}")
            return TransitionCallbackReturn.ERROR
        return TransitionCallbackReturn.SUCCESS


def hurry_threads() -> None:
    """Let no thread of this process wait long for another that computes; Python says 5 ms.

    With Python's own interval the executors of rclpy, which hand the interpreter to and fro, keep
    a control thread from it for 0.1 to 0.6 s.
    """
    sys.setswitchinterval(_SWITCH_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One node of a process.

    Attributes:
        make_node: Builds the node; called after ROS has been initialised.
        make_executor: Builds the executor that serves its callbacks, in a thread of its own.
    """

    make_node: Callable[[], BaseNode[Any]]
    make_executor: Callable[[], Executor] = CallbackExecutor


def run_node(
    make_node: Callable[[], BaseNode[_Params]],
    *,
    args: Sequence[str] | None = None,
    make_executor: Callable[[], Executor] = CallbackExecutor,
) -> int:
    """Start a node, serve it until SIGINT or SIGTERM, and return the exit code; see `run_nodes`.

    Args:
        make_node: Builds the node; called after ROS has been initialised.
        args: Command line; the process's own if None.
        make_executor: Builds the executor that serves the callbacks.
    """
    return run_nodes([Part(make_node=make_node, make_executor=make_executor)], args=args)


def run_nodes(parts: Sequence[Part], *, args: Sequence[str] | None = None) -> int:
    """Start nodes in this process, serve them until SIGINT or SIGTERM; return the exit code.

    That is 0, or 2 where parameters or profiles are wrong, or 1 after any other error, or if the
    middleware does not let go (`leaving`). What ends one of them ends all.

    The nodes are deactivated before ROS ends, the last one first, with the callbacks of all still
    served: a goal can report its end and an arm can come to rest. A second signal does not cut
    that short.

    Args:
        parts: The nodes, in the order of their start.
        args: Command line; the process's own if None.
    """
    hurry_threads()
    ensure_fastdds_profile()
    endings = hear_signals()
    rclpy.init(
        args=None if args is None else list(args),
        signal_handler_options=SignalHandlerOptions.NO,
    )
    nodes: list[BaseNode[Any]] = []
    try:
        _serve(parts, nodes, endings)
    except ConfigError as e:
        sys.stderr.write(f"{e}\n")
        return _MISCONFIGURED
    except VlaRosError as e:
        sys.stderr.write(f"{e}\n")
        return 1
    finally:
        for node in reversed(nodes):
            node.stop()
        with leaving():
            for node in reversed(nodes):
                node.destroy_node()
            rclpy.try_shutdown()
        ignore_signals()
    return 0


def _serve(parts: Sequence[Part], nodes: "list[BaseNode[Any]]", endings: "Endings[None]") -> None:
    """Start the nodes and wait for the end; each one built is added to `nodes`."""
    with ExitStack() as spinners:
        for part in parts:
            node = part.make_node()
            nodes.append(node)
            _refuse_doubles(nodes)
            node.start()
            spinners.callback(Spinner(node, part.make_executor(), endings).end)
        endings.get()
        for node in reversed(nodes):
            node.pause()


def _refuse_doubles(nodes: "Sequence[BaseNode[Any]]") -> None:
    names = [node.get_fully_qualified_name() for node in nodes]
    if len({*names}) < len(names):
        raise ConfigError(
            f"{len(names)} nodes of this process are called {names[-1]}: a name was given to all "
            "of them (-r __node:=NAME). Leave it out, or say whose it is: -r OLD:__node:=NEW"
        )
