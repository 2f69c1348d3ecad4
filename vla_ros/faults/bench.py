# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm, its gate, and the players around them: as processes, and moving."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.errors import ConfigError, VlaRosError
from vla_ros.faults import stage
from vla_ros.faults.bounds import WAVE_RAD_S
from vla_ros.faults.fault import Setting
from vla_ros.faults.jog import jog
from vla_ros.faults.player import Player
from vla_ros.faults.recording import Command, Complaint, Recording, Row, Said
from vla_ros.gate.feed import PAST_KNOTS
from vla_ros.gate.vocabulary import LATCHED, GateMode
from vla_ros.msg import ActionChunk, GateState
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros import qos
from vla_ros.ros.client import ServerLostError
from vla_ros.ros.goal import decode_mode
from vla_ros.ros.station import Station

_EVERY = 1000  # Depth of a subscription that wants each command.
_PATIENCE_S = 30.0
_POLL_S = 0.005
_RUNNING_S = 0.6
_FRESH_S = 0.1
_GIVEN_UP = (*LATCHED, GateMode.IDLE)
_MESSAGES = {"forward_position": Float64MultiArray, "joint_trajectory": JointTrajectory}


class Bench:
    """Everything that a fault needs; a context manager that ends all of it.

    Args:
        profile: Of a simulated robot.
        source: Name or path of that profile.
        folder: For logs, the audit log and the profile that the gate is given.
        setting: What else the faults need.
    """

    def __init__(self, profile: RobotProfile, source: str, folder: Path, setting: Setting) -> None:
        if profile.estop == "none":
            raise ConfigError(
                f"robot '{profile.name}' has estop: none, so that no emergency stop can be tried. "
                "Name a topic in the profile of the simulation"
            )
        stage.check_kinds(profile)
        folder.mkdir(parents=True, exist_ok=True)
        self.profile = profile
        self.folder = folder
        self.recording = Recording()
        self.players: dict[str, Player] = {}
        self._is_jogging = False
        self._intruder: object | None = None
        self._hogs: list[subprocess.Popen[bytes]] = []
        if setting is Setting.NO_AUDIT:
            (folder / "audit").write_text("A file where a folder should be.\n", encoding="utf-8")
        clock = setting is Setting.CLOCK
        self._setting = setting
        options = self._options(source, clock=clock)
        self._namespace = options.namespace
        with ExitStack() as stack:  # Whatever fails in here leaves no process behind.
            self.station = Station(name="bench")
            stack.callback(self.station.close)
            self._watch()
            self._let_in(stack, "button", clock=clock)  # Out last: its silence is a fault.
            self._graph = Graph(options)
            stack.callback(self._graph.close)
            self._nodes = stage.nodes(setting)
            self._graph.start(*self._nodes)
            for name in stage.cast(profile, setting):
                self._let_in(stack, name, clock=clock)
            stack.callback(self.undo, restart=False)
            self._stack = stack.pop_all()

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    # ---- who takes part ----

    def _options(self, source: str, *, clock: bool) -> GraphOptions:
        programs = {"executor_node": ["-m", "vla_ros.nodes.executor_node"]}
        if clock:
            programs["executor_node"] += ["--ros-args", "-p", "use_sim_time:=true", "--"]
        if not stage.has_simulation(self.profile):
            programs["sim_node"] = ["-m", "vla_ros.faults.stand_in"]
        return GraphOptions(
            log_dir=self.folder,
            robot=str(stage.write_profile(self.profile, self.folder, self._setting)),
            sim={"robot": source, **stage.simulator(self._setting)},
            programs=programs,
        )

    def _let_in(self, stack: ExitStack, name: str, *, clock: bool) -> None:
        module, told = stage.script(self.profile, name, self._namespace, self._setting)
        words = () if told is None else (json.dumps(told),)
        if clock and name in stage.ON_THE_CLOCK:
            words = (*words, "--ros-args", "-p", "use_sim_time:=true")
        self.players[name] = Player(module, self.folder / f"{name}.log", *words)
        stack.callback(self.players[name].end)

    def _watch(self) -> None:
        kind, topic = self.profile.command.kind, self.profile.command.topic
        states = f"{self._namespace}/gate_state"
        self.station.watch(_MESSAGES[kind], topic, self._on_command, _EVERY)
        self.station.watch(JointState, self.profile.state_topic, self._on_joints, qos.JOINT_STATES)
        self.station.watch(GateState, states, self._on_gate, qos.RECORDED_LATCHED)
        if self._setting.sees:
            self.station.watch(
                DiagnosticArray, "/diagnostics", self._on_diagnostics, qos.DIAGNOSTICS
            )

    def _on_command(self, message: Float64MultiArray | JointTrajectory, info: object) -> None:
        if self._is_jogging:
            return
        now_s = time.monotonic()
        row = _row(message)
        told = info if isinstance(info, dict) else {}
        self.recording.commands.append(
            Command(
                time_s=now_s,
                position=tuple(row),
                sent_s=told.get("source_timestamp", 0) * 1e-9,
                number=told.get("publication_sequence_number"),
                publisher=(told.get("publisher_gid") or {}).get("data", b""),
            )
        )

    def _on_joints(self, message: JointState) -> None:
        at = dict(zip(message.name, message.position, strict=True))
        row = tuple(at[name] for name in self.profile.joint_names)
        self.recording.joints.append(Row(time.monotonic(), row))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        now_s = time.monotonic()
        self.recording.complaints += [
            Complaint(now_s, str(status.message))
            for status in message.status
            if status.level != DiagnosticStatus.OK and "camera" in status.name
        ]

    def _on_gate(self, message: GateState) -> None:
        said = Said(
            time_s=time.monotonic(),
            mode=decode_mode(message.mode),
            reasons=frozenset(map(int, message.reasons)),
            epoch=int(message.epoch),
        )
        self.recording.said.append(said)

    # ---- motion ----

    def make_it_move(self) -> None:
        """Arm, resetting what is latched, and wait until the arm is fast.

        The gate may latch again: the middleware takes seconds to forget who was killed.
        """
        self.wait_until_up()
        until_s = time.monotonic() + _PATIENCE_S
        while not self._gets_fast(until_s):
            if time.monotonic() > until_s:
                state = self.station.gate_state
                text = "nothing" if state is None else state.message
                raise ServerLostError(f"the arm does not move as it should; the gate says: {text}")

    def _gets_fast(self, until_s: float) -> bool:
        if self.station.mode is not GateMode.RUN:
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

    def wait_until_up(self) -> None:
        """Wait until the gate ticks and hears of the arm."""
        self.station.wait_for(self._is_up, _PATIENCE_S, "executor_node and the driver to be up")

    def _is_up(self) -> bool:
        self._graph.check()
        joints = self.recording.joints
        heard = bool(joints) and time.monotonic() - joints[-1].time_s < _FRESH_S
        return heard and self.station.mode not in {None, GateMode.INACTIVE}

    def wait_for_mode(self, timeout_s: float, *modes: GateMode) -> bool:
        """Wait for one of some modes; say whether it came."""
        until_s = time.monotonic() + timeout_s
        while self.station.mode not in modes:
            if time.monotonic() > until_s:
                return False
            time.sleep(_POLL_S)
        return True

    def ask(self, verb: str) -> str:
        """Ask the gate as an operator; why it refuses, empty if it does not."""
        calls = {"arm": self.station.arm, "stop": self.station.stop, "reset": self.station.reset}
        try:
            calls[verb]()
        except VlaRosError as error:
            return str(error)
        return ""

    def jog(self) -> None:
        """Move the arm a little, as its maker's own controls do, while the gate is silent."""
        self._is_jogging = True  # What is sent now is not the gate's.
        try:
            jog(self.station.node, self.profile, self.recording.joints[-1].position)
        finally:
            self._is_jogging = False

    # ---- faults ----

    def do(self, act: tuple[str, ...]) -> None:
        """Make a fault: tell a player, send a signal, or intrude."""
        who, *words = act
        if who in self.players:
            self.players[who].tell(*words)
        elif who == "kill":
            self._signal(words[0], signal.SIGKILL)
        elif who == "pause":
            self._signal(words[0], signal.SIGSTOP)
        elif who == "stall":
            self._signal(words[0], signal.SIGSTOP)
            time.sleep(float(words[1]))
            self._signal(words[0], signal.SIGCONT)
        elif who == "fill":
            self._let_write(0)
        elif who == "ask":
            self.ask(words[0])
        elif who == "intrude":
            self._intrude(words[0])
        elif who == "hog":
            loop = [sys.executable, "-c", "while True: pass"]
            self._hogs = [
                subprocess.Popen(loop)  # noqa: S603  Our own command line.
                for _ in range(os.cpu_count() or 1)
            ]

    def undo(self, *, restart: bool = True) -> None:
        """Let everybody play fair again, and start again who is dead."""
        if self._intruder is not None:
            self.station.node.destroy_publisher(self._intruder)
            self._intruder = None
        for hog in self._hogs:
            hog.kill()
            hog.wait()
        self._hogs = []
        if not restart:
            return
        self._let_write(resource.RLIM_INFINITY)
        for name, player in self.players.items():
            if name != "probe":
                player.revive()
        for name in self._nodes:
            node = self._graph.nodes[name]
            if node.exit_code is not None:
                # What it latched is no longer true, and its next word comes when it is up.
                if name == "executor_node":
                    self.station.gate_state = None
                self._graph.start(name)

    def find_dead(self) -> list[str]:
        """Return who plays a part and has ended."""
        nodes = [name for name, node in self._graph.nodes.items() if node.exit_code is not None]
        dead = [name for name, p in self.players.items() if p.process.poll() is not None]
        return [*nodes, *dead]

    def lateness_ms(self) -> float:
        """Return the worst lateness of the machine since the last call [ms]."""
        return float(self.players["probe"].ask() or "inf")

    def _signal(self, name: str, number: signal.Signals) -> None:
        if name in self.players:
            self.players[name].process.send_signal(number)
        else:
            self._graph.nodes[name].send(number)

    def _let_write(self, most_bytes: int) -> None:
        """Bound the files that executor_node writes: beyond, writing fails as on a full disk."""
        node = self._graph.nodes["executor_node"]
        if node.exit_code is None:
            _, hard = resource.prlimit(node.pid, resource.RLIMIT_FSIZE)
            soft = hard if most_bytes == resource.RLIM_INFINITY else most_bytes
            resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def _intrude(self, what: str) -> None:
        kind, topic = _MESSAGES[self.profile.command.kind], self.profile.command.topic
        if what == "chunk":
            kind, topic = ActionChunk, f"{self._namespace}/action_chunk"
        self._intruder = self.station.node.create_publisher(kind, topic, 1)


def _row(message: Float64MultiArray | JointTrajectory) -> Sequence[float]:
    """Return the positions of the command that a message brings."""
    if isinstance(message, Float64MultiArray):
        return message.data
    newest = min(PAST_KNOTS, len(message.points) - 1)
    return message.points[newest].positions
