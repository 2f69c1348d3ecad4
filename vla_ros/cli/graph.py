# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Starts the nodes as processes of this machine, watches them, and ends every one of them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from vla_ros.errors import VlaRosError
from vla_ros.resources import ensure_fastdds_profile
from vla_ros.ros.compat import stay_on_this_machine

# The executor first: it brakes the arm while the others still live.
STOP_ORDER = ("executor_node", "inference_node", "perception_node", "sim_node")
# Nodes that one program can run in one process.
SHARED = "perception_inference"
_SHARING = ("perception_node", "inference_node")
_GRACE_S = ((signal.SIGINT, 4.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
_POLL_S = 0.05
_TAIL_LINES = 15
_DOMAINS = 100  # From 1; up to 101 no port collides with the ephemeral ones.
# Where the first participant of domain 0 listens, as DDSI-RTPS lays the ports out.
_FIRST_PORT = 7410
_PORTS_PER_DOMAIN = 250


class GraphError(VlaRosError):
    """A node of the graph did not start, or ended by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphOptions:
    """What to start.

    Attributes:
        robot: Robot profile.
        policy: Policy profile.
        namespace: Of the three nodes around the policy.
        sim_namespace: Of sim_node.
        sim: Parameters of sim_node, as `name: value`.
        log_dir: Where each node's output goes, and the audit log and recordings in folders.
        python: Interpreter.
        black_box: Start blackbox_node as well.
        shared: Run perception_node and inference_node in one process.
        programs: What Python runs for a node, where that is not the module of its name.
    """

    log_dir: Path
    robot: str = "sim_arm"
    policy: str = "tabletop"
    namespace: str = "/vla"
    sim_namespace: str = "/"
    sim: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    black_box: bool = False
    shared: bool = False
    programs: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def process_of(self, node: str) -> str:
        """Name of the process in which a node runs."""
        return SHARED if self.shared and node in _SHARING else node

    def command(self, node: str) -> list[str]:
        """Command line of one node, or of those that share a process."""
        program = self.programs.get(node, ("-m", f"vla_ros.nodes.{node}"))
        parameters = {"robot": self.robot}
        if node == "sim_node":
            parameters |= self.sim
        if node in {*_SHARING, SHARED}:
            parameters["policy"] = self.policy
        if node == "executor_node":
            parameters["audit_folder"] = str(self.log_dir / "audit")
        if node == "blackbox_node":
            parameters["folder"] = str(self.log_dir / "blackbox")
        words = [self.python, *program, "--ros-args"]
        namespace = self.sim_namespace if node == "sim_node" else self.namespace
        words += ["-r", f"__ns:={namespace}"]
        for name, value in parameters.items():
            words += ["-p", f"{name}:={value}"]
        return words


class NodeProcess:
    """One node as a process with a log file.

    Args:
        name: Of the node.
        command: Command line.
        log_path: Where its output goes.
    """

    def __init__(self, name: str, command: Sequence[str], log_path: Path) -> None:
        self.name = name
        self.log_path = log_path
        with log_path.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches only us, and we end it in order.
            self._process = subprocess.Popen(  # noqa: S603  Our own command line.
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process and to what it started."""
        if self.exit_code is None:
            os.killpg(self._process.pid, number)

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; False if it still runs."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """End it: politely, then less so."""
        end_all([self])

    def log_tail(self) -> str:
        """Last lines of its output."""
        lines = self.log_path.read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])


def end_all(nodes: Sequence[NodeProcess]) -> None:
    """End some nodes at the same time: politely, then less so."""
    for number, grace_s in _GRACE_S:
        for node in nodes:
            node.send(number)
        until_s = time.monotonic() + grace_s
        if all(node.wait(max(0.0, until_s - time.monotonic())) for node in nodes):
            return


class Graph:
    """The nodes of one simulated robot; a context manager that ends them all.

    Attributes:
        nodes: The process of each node that was started; some may share one.

    Args:
        options: What to start.
    """

    def __init__(self, options: GraphOptions) -> None:
        self.options = options
        self.nodes: dict[str, NodeProcess] = {}

    def __enter__(self) -> "Graph":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, *names: str) -> None:
        """Start nodes; without a name those between the simulated arm and its policy."""
        self.options.log_dir.mkdir(parents=True, exist_ok=True)
        usual = (*reversed(STOP_ORDER), *(["blackbox_node"] if self.options.black_box else []))
        processes: dict[str, NodeProcess] = {}
        for node in names or usual:
            name = self.options.process_of(node)
            if name not in processes:
                log_path = self.options.log_dir / f"{name}.log"
                processes[name] = NodeProcess(name, self.options.command(name), log_path)
            self.nodes[node] = processes[name]

    def check(self) -> None:
        """Make sure that every node runs.

        Raises:
            GraphError: One has ended; with the last lines of its output.
        """
        for node in self.nodes.values():
            if node.exit_code is not None:
                raise GraphError(
                    f"{node.name} has ended with exit code {node.exit_code}. Its last words "
                    f"({node.log_path}):\n{node.log_tail()}"
                )

    def wait_until(
        self, probes: Sequence[tuple[str, str, Callable[[], bool]]], timeout_s: float
    ) -> None:
        """Wait until every probe is true.

        Args:
            probes: Node, what it has to do in words, and whether it does.
            timeout_s: For all of them together [s].

        Raises:
            GraphError: A node ended, or a probe is still false; with the node's last words.
        """
        until_s = time.monotonic() + timeout_s
        for name, what, holds in probes:
            while not holds():
                self.check()
                if time.monotonic() > until_s:
                    node = self.nodes[name]
                    raise GraphError(
                        f"{name} does not {what} after {timeout_s:g} s. Its last words "
                        f"({node.log_path}):\n{node.log_tail()}"
                    )
                time.sleep(_POLL_S)

    def close(self) -> None:
        """End every node, the executor first."""
        # A second Ctrl-C must not leave a process behind.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            first = [self.nodes[name] for name in STOP_ORDER[:1] if name in self.nodes]
            end_all(first)
            end_all([node for node in self.nodes.values() if node not in first])
        finally:
            signal.signal(signal.SIGINT, before)


def isolate() -> None:
    """Keep this process's graph, and its children's, on this machine and apart from others.

    Must run before ROS is initialised. Where the user has chosen a Fast DDS profile it stays.
    """
    stay_on_this_machine()
    os.environ["ROS_DOMAIN_ID"] = str(_find_free_domain(os.getpid()))
    ensure_fastdds_profile()


def _find_free_domain(first: int) -> int:
    """Return a domain in which nobody on this machine takes part.

    Args:
        first: Where to begin, so that two that look at the same time find different ones.
    """
    for k in range(_DOMAINS):
        domain = 1 + (first + k) % _DOMAINS
        if _is_free(_FIRST_PORT + _PORTS_PER_DOMAIN * domain):
            return domain
    return 1 + first % _DOMAINS


def _is_free(port: int) -> bool:
    """Say whether nobody listens where the first participant of a domain does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
