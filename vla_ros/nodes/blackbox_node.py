# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A black box: what was said in the graph around each latched stop, as an MCAP file.

A process of its own: it takes nothing from the control loop, and outlives it.
"""

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from rclpy.parameter import Parameter
from rclpy.serialization import deserialize_message

from vla_ros import __version__
from vla_ros.errors import ConfigError
from vla_ros.msg import GateState
from vla_ros.nodes.base import BaseNode, run_node
from vla_ros.params import BlackBoxParams
from vla_ros.robot.profile import read_robot_profile
from vla_ros.ros.definitions import definition_text, type_name
from vla_ros.ros.folders import log_folder
from vla_ros.ros.goal import decode_mode
from vla_ros.ros.qos import RECORDED, RECORDED_LATCHED
from vla_ros.ros.recording_file import keep_newest, write_recording
from vla_ros.ros.rolling import Recorded, RollingRecord
from vla_ros.ros.stop_watch import Seen, Stop, StopWatch
from vla_ros.ros.topics import topics_of

GATE_STATE = "gate_state"
_POLL_S = 0.2
_LAST_STOP_NS = 1_500_000_000
_LAST_POLL_S = 0.02
_GENTLE = 5  # Steps of niceness below the nodes that move the arm.


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recording that is to be written once its time after the stop is over.

    Attributes:
        stop: What it is for.
        path: Of the file.
        due_ns: When it may be written, on the clock that never jumps.
        stamp_ns: When the stop was seen, on the node's clock.
    """

    stop: Stop
    path: Path
    due_ns: int
    stamp_ns: int


class BlackBoxNode(BaseNode[BlackBoxParams]):
    """Remembers the newest messages and writes them on each latched stop; see `params.py`."""

    def __init__(
        self, *, overrides: Sequence[Parameter] = (), namespace: str | None = None
    ) -> None:
        super().__init__("blackbox_node", BlackBoxParams, overrides=overrides, namespace=namespace)

    def configure(self) -> None:
        """Read the profile, and make sure that a file could be written."""
        folder = log_folder(self.params.folder, "blackbox")
        if folder is None:
            raise ConfigError("folder = 'none': start no blackbox_node if nothing shall be kept")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise ConfigError(f"folder = '{folder}' cannot be made: {e.strerror}") from e
        self._folder = folder
        # One folder may serve several arms.
        self._family = f"blackbox{self.get_namespace().rstrip('/').replace('/', '_')}"
        topics = topics_of(read_robot_profile(self.params.robot))
        self._topics = {self.resolve_topic_name(name): kind for name, kind in topics.items()}
        self._types = {name: type_name(kind) for name, kind in self._topics.items()}
        for name in self._types.values():
            definition_text(name)  # Better missed now than after a stop.
        self._state_topic = self.resolve_topic_name(GATE_STATE)

    def activate(self) -> None:
        """Listen."""
        self._record = RollingRecord(
            keep_ns=int((self.params.keep_s + self.params.after_s) * 1e9),
            keep_bytes=int(self.params.keep_mb * 1e6),
        )
        self._watch = StopWatch()
        self._pending: Job | None = None
        self._jobs: queue.SimpleQueue[tuple[Job, tuple[Recorded, ...]] | None] = (
            queue.SimpleQueue()
        )
        self._writer = threading.Thread(target=self._write_all, name="writer", daemon=True)
        self._writer.start()
        self._inputs = [
            self.create_subscription(
                kind,
                topic,
                self._recorder(topic),
                RECORDED_LATCHED if topic == self._state_topic else RECORDED,
                raw=True,
            )
            for topic, kind in self._topics.items()
        ]
        self._poll = self.create_timer(_POLL_S, self._on_poll)
        self.get_logger().info(
            f"keeping the last {self.params.keep_s:g} s of {len(self._topics)} topics; each "
            f"latched stop leaves a file in {self._folder}"
        )

    def deactivate(self) -> None:
        """Stop listening; a recording that waits for its last seconds is written without them."""
        # Whoever ends all nodes at once has the arm brought to rest now, and that is a stop too.
        deadline_ns = time.monotonic_ns() + _LAST_STOP_NS
        while self._watch.commanding and time.monotonic_ns() < deadline_ns:
            time.sleep(_LAST_POLL_S)
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        self.destroy_timer(self._poll)
        self._finish()
        self._jobs.put(None)
        self._writer.join()

    def _recorder(self, topic: str) -> Callable[[bytes], None]:
        if topic == self._state_topic:
            return self._on_state

        def remember(data: bytes) -> None:
            self._remember(topic, data)

        return remember

    def _remember(self, topic: str, data: bytes) -> None:
        self._record.add(Recorded(topic, time.monotonic_ns(), self.now_ns(), data))

    def _on_state(self, data: bytes) -> None:
        self._remember(self._state_topic, data)
        message = deserialize_message(data, GateState)
        stop = self._watch.see(
            Seen(
                mode=decode_mode(message.mode),
                epoch=message.epoch,
                event_id=message.event_id,
                message=message.message,
            )
        )
        if stop is not None:
            self._begin(stop)

    def _on_poll(self) -> None:
        """Notice that executor_node is gone, and that a recording has all of its time."""
        if self.count_publishers(GATE_STATE) == 0:
            stop = self._watch.miss()
            if stop is not None:
                self._begin(stop)
        if self._pending is not None and time.monotonic_ns() >= self._pending.due_ns:
            self._finish()

    def _begin(self, stop: Stop) -> None:
        """Note that a recording is due; one that still waits gets its file first."""
        self._finish()
        when = datetime.now(timezone.utc).strftime("%Y%m%d_%H%M%S_%f")
        self._pending = Job(
            stop=stop,
            path=self._folder / f"{self._family}_{when}_{stop.label}.mcap",
            due_ns=time.monotonic_ns() + int(self.params.after_s * 1e9),
            stamp_ns=self.now_ns(),
        )

    def _finish(self) -> None:
        """Hand the waiting recording, if there is one, to the thread that writes."""
        job, self._pending = self._pending, None
        if job is not None:
            keep_ns = int((self.params.keep_s + self.params.after_s) * 1e9)
            self._jobs.put((job, self._record.since(job.due_ns - keep_ns)))

    def _write_all(self) -> None:
        while (given := self._jobs.get()) is not None:
            self._try_to_write(*given)

    def _try_to_write(self, job: Job, messages: tuple[Recorded, ...]) -> None:
        try:
            self._write(job, messages)
        except Exception:  # noqa: BLE001  The outer edge of this thread.
            self.get_logger().error(f"cannot write {job.path}:\n{traceback.format_exc()}")

    def _write(self, job: Job, messages: tuple[Recorded, ...]) -> None:
        about = {
            "stop": job.stop.label,
            "event_id": str(job.stop.event_id),
            "message": job.stop.message,
            "stop_stamp_ns": str(job.stamp_ns),
            "robot": self.params.robot,
            "version": __version__,
        }
        write_recording(job.path, self._types, messages, about)
        keep_newest(self._folder, f"{self._family}_[0-9]*.mcap", self.params.files)
        began_ns = messages[0].arrived_ns if messages else job.due_ns
        seconds = (job.due_ns - began_ns) * 1e-9
        self.get_logger().warning(
            f"{job.stop.label}: the {seconds:.1f} s around it are in {job.path} "
            f"({len(messages)} messages)"
        )


def main(args: Sequence[str] | None = None) -> int:
    """Run the node; it makes way for those that move the arm."""
    with suppress(OSError):
        os.nice(_GENTLE)
    return run_node(BlackBoxNode, args=args)


if __name__ == "__main__":
    sys.exit(main())
