# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm, its gate, and the actors around them: as processes, and moving."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.errors import ConfigError
from vla_ros.faults.bounds import WAVE_RAD_S
from vla_ros.faults.recording import Recording
from vla_ros.gate.vocabulary import LATCHED, GateMode
from vla_ros.msg import ActionChunk, GateState
from vla_ros.resources import urdf_path
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros import qos
from vla_ros.ros.client import ServerLostError
from vla_ros.ros.station import Station

_STATES = "/faults/joint_states"
_ESTOP = "/faults/estop"
_EVERY = 1000  # Depth of a subscription that wants each command.
_PATIENCE_S = 30.0
_POLL_S = 0.005
_RUNNING_S = 0.6
_GIVEN_UP = (*LATCHED, GateMode.IDLE)
_NODES = ("sim_node", "executor_node")
_MESSAGES = {"forward_position": Float64MultiArray, "joint_trajectory": JointTrajectory}


class Actor:
    """A program of `vla_ros.faults`, told what to do through its standard input."""

    def __init__(self, name: str, log_path: Path, *arguments: str) -> None:
        self._command = [sys.executable, "-m", f"vla_ros.faults.{name}", *arguments]
        self._log_path = log_path
        self._start()

    def _start(self) -> None:
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  Our own command line.
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def tell(self, *words: str) -> None:
        """Say what it shall do; nothing makes it play fair."""
        if self.process.stdin is not None and self.process.poll() is None:
            self.process.stdin.write(" ".join(words) + "\n")
            self.process.stdin.flush()

    def ask(self) -> str:
        """Return its answer to an empty line."""
        self.tell()
        return "" if self.process.stdout is None else self.process.stdout.readline()

    def revive(self) -> None:
        """Let it go on, start it again if it is dead, and have it play fair."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        else:
            self._start()
        self.tell()

    def end(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGCONT)
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(3.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Bench:
    """Everything that a fault needs; a context manager that ends all of it.

    Args:
        profile: Of a simulated robot.
        source: Name or path of that profile.
        folder: For logs, the audit log and the profile that the gate is given.
        clock: Let the gate run on a simulated clock.
        audit: Give the audit log a folder that can be written.
    """

    def __init__(
        self, profile: RobotProfile, source: str, folder: Path, *, clock: bool, audit: bool
    ) -> None:
        if profile.estop == "none":
            raise ConfigError(
                f"robot '{profile.name}' has estop: none, so that no emergency stop can be tried. "
                "Name a topic in the profile of the simulation"
            )
        folder.mkdir(parents=True, exist_ok=True)
        self.profile = profile
        self.folder = folder
        self.recording = Recording()
        self._intruder: object | None = None
        self._hogs: list[subprocess.Popen[bytes]] = []
        if not audit:
            (folder / "audit").write_text("A file where a folder should be.\n", encoding="utf-8")
        program = ["-m", "vla_ros.nodes.executor_node"]
        if clock:
            program += ["--ros-args", "-p", "use_sim_time:=true", "--"]
        options = GraphOptions(
            log_dir=folder,
            robot=str(self._write_profile()),
            sim={"robot": source},
            programs={"executor_node": program},
        )
        self._graph = Graph(options)
        self._graph.start(*_NODES)
        self.actors = self._make_actors(clock=clock)
        self.station = Station(name="bench")
        self._watch()

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.undo()
        for actor in self.actors.values():
            if actor is not self.actors["button"]:
                actor.end()
        self._graph.close()
        self.actors["button"].end()
        self.station.close()

    # ---- who takes part ----

    def _write_profile(self) -> Path:
        """Write the profile of the gate: joint states and button come from our actors."""
        told = self.profile.model_dump(mode="json", exclude_none=True)
        told |= {
            "name": "bench",
            "urdf": str(urdf_path(self.profile.urdf)),
            "state_topic": _STATES,
            "estop": {**told["estop"], "topic": _ESTOP},
        }
        path = self.folder / "bench.yaml"
        path.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
        return path

    def _make_actors(self, *, clock: bool) -> dict[str, Actor]:
        sim_time = ("--ros-args", "-p", "use_sim_time:=true") if clock else ()
        wave = {
            "joints": self.profile.joint_names,
            "states": _STATES,
            "namespace": self._graph.options.namespace,
        }
        relay = {
            "source": self.profile.state_topic,
            "target": _STATES,
            "joint": self.profile.joint_names[0],
        }
        logs = self.folder
        actors = {
            "policy": Actor("wave", logs / "policy.log", json.dumps(wave), *sim_time),
            "relay": Actor("relay", logs / "relay.log", json.dumps(relay)),
            "button": Actor("button", logs / "button.log", _ESTOP),
            "probe": Actor("probe", logs / "probe.log"),
        }
        if clock:
            actors["clock"] = Actor("clock", logs / "clock.log")
        return actors

    def _watch(self) -> None:
        kind, topic = self.profile.command.kind, self.profile.command.topic
        states = f"{self._graph.options.namespace}/gate_state"
        self.station.watch(_MESSAGES[kind], topic, self._on_command, _EVERY)
        self.station.watch(JointState, self.profile.state_topic, self._on_joints, qos.JOINT_STATES)
        self.station.watch(GateState, states, self._on_gate, qos.LATCHED)

    def _on_command(self, message: Float64MultiArray | JointTrajectory) -> None:
        trajectory = isinstance(message, JointTrajectory)
        row = message.points[0].positions if trajectory else message.data
        self.recording.commands.append((time.monotonic(), tuple(row)))

    def _on_joints(self, message: JointState) -> None:
        at = dict(zip(message.name, message.position, strict=True))
        row = tuple(at[name] for name in self.profile.joint_names)
        self.recording.joints.append((time.monotonic(), row))

    def _on_gate(self, message: GateState) -> None:
        now_s = time.monotonic()
        self.recording.modes.append((now_s, GateMode(message.mode)))
        for reason in message.reasons:
            self.recording.reasons.append((now_s, int(reason)))

    # ---- motion ----

    def make_it_move(self) -> None:
        """Arm, resetting what is latched, and wait until the arm is fast.

        The gate may latch again: the middleware takes seconds to forget who was killed.
        """
        self.station.wait_for(self._is_active, _PATIENCE_S, "executor_node to become active")
        until_s = time.monotonic() + _PATIENCE_S
        while not self._gets_fast(until_s):
            if time.monotonic() > until_s:
                state = self.station.gate_state
                text = "nothing" if state is None else state.message
                raise ServerLostError(f"the arm does not move as it should; the gate says: {text}")

    def _gets_fast(self, until_s: float) -> bool:
        self.station.disarm(_PATIENCE_S)
        self.station.ready(_PATIENCE_S)
        began_s = None
        while time.monotonic() < until_s and self.station.mode not in _GIVEN_UP:
            running = self.station.mode is GateMode.RUN
            began_s = (began_s or time.monotonic()) if running else None
            warm = began_s is not None and time.monotonic() - began_s > _RUNNING_S
            if warm and self.recording.speed_rad_s() > WAVE_RAD_S:
                return True
            time.sleep(_POLL_S)
        return False

    def _is_active(self) -> bool:
        self._graph.check()
        return self.station.mode not in {None, GateMode.INACTIVE}

    # ---- faults ----

    def do(self, act: tuple[str, ...]) -> None:
        """Make a fault: tell an actor, send a signal, or intrude."""
        who, *words = act
        if who in self.actors:
            self.actors[who].tell(*words)
        elif who == "kill":
            self._signal(words[0], signal.SIGKILL)
        elif who == "pause":
            self._signal(words[0], signal.SIGSTOP)
        elif who == "intrude":
            self._intrude(words[0])
        elif who == "hog":
            loop = [sys.executable, "-c", "while True: pass"]
            self._hogs = [
                subprocess.Popen(loop)  # noqa: S603  Our own command line.
                for _ in range(os.cpu_count() or 1)
            ]

    def undo(self) -> None:
        """Let everybody play fair again, and start again who is dead."""
        if self._intruder is not None:
            self.station.node.destroy_publisher(self._intruder)
            self._intruder = None
        for hog in self._hogs:
            hog.kill()
            hog.wait()
        self._hogs = []
        for name, actor in self.actors.items():
            if name != "probe":
                actor.revive()
        for name in _NODES:
            node = self._graph.nodes[name]
            if node.exit_code is not None:
                # What it latched is no longer true, and its next word comes when it is up.
                if name == "executor_node":
                    self.station.gate_state = None
                self._graph.start(name)

    def lateness_ms(self) -> float:
        """Return the worst lateness of the machine since the last call [ms]."""
        return float(self.actors["probe"].ask() or "inf")

    def _signal(self, name: str, number: signal.Signals) -> None:
        if name in self.actors:
            self.actors[name].process.send_signal(number)
        else:
            self._graph.nodes[name].send(number)

    def _intrude(self, what: str) -> None:
        kind, topic = _MESSAGES[self.profile.command.kind], self.profile.command.topic
        if what == "chunk":
            kind, topic = ActionChunk, f"{self._graph.options.namespace}/action_chunk"
        self._intruder = self.station.node.create_publisher(kind, topic, 1)
