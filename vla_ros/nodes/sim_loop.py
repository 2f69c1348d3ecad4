# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The two threads of sim_node: physics at real time, and pictures that physics never waits for."""

import threading
import time
import traceback
from collections.abc import Callable

from vla_ros.sim.driver import Driver
from vla_ros.sim.render import Renderer, Snapshot
from vla_ros.sim.world import PHYSICS_STEP_NS, ArmState, World

_GIVE_UP_NS = 50_000_000  # Time lost beyond this is not caught up with.


class PhysicsLoop:
    """Steps the world in its own thread; `lock` guards world and driver.

    Attributes:
        lock: Hold it for every use of the world or the driver from another thread.
        lost_ns: Real time that could not be kept up with, since the last start.
    """

    def __init__(
        self,
        world: World,
        driver: Driver,
        *,
        real_time_factor: float,
        publish: Callable[[ArmState], None],
        publish_period_ns: int,
        fail: Callable[[str], None],
    ) -> None:
        self.lock = threading.Lock()
        self.lost_ns = 0
        self._world = world
        self._driver = driver
        self._wall_step_ns = PHYSICS_STEP_NS / real_time_factor
        self._publish = publish
        self._publish_period_ns = publish_period_ns
        self._fail = fail
        self._stopping = threading.Event()
        self._due_ns = float(time.monotonic_ns())
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to simulate, or go on after `stop`."""
        self._stopping.clear()
        self.lost_ns = 0
        self._due_ns = float(time.monotonic_ns())
        self._thread = threading.Thread(target=self._run, name="physics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; safe to call twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def time_ns(self) -> int:
        """Return what time it is in the simulation, whether it has come so far yet or not.

        Call it with `lock` held.
        """
        passed = (time.monotonic_ns() - self._due_ns) / self._wall_step_ns
        return self._world.time_ns + round(passed * PHYSICS_STEP_NS)

    def _run(self) -> None:
        try:
            self._loop()
        except Exception:  # noqa: BLE001  The outer edge of the thread.
            if not self._stopping.is_set():
                self._fail(traceback.format_exc())

    def _loop(self) -> None:
        while not self._stopping.is_set():
            state = self._step()
            if state is not None:
                self._publish(state)
            ahead_ns = self._due_ns - time.monotonic_ns()
            if ahead_ns > 0:
                time.sleep(ahead_ns / 1e9)
            elif ahead_ns < -_GIVE_UP_NS:
                self.lost_ns += round(-ahead_ns)
                with self.lock:
                    self._due_ns -= ahead_ns

    def _step(self) -> ArmState | None:
        """Advance by one physics step; return the joints when they are due."""
        with self.lock:
            measured = self._world.joint_state()
            target = self._driver.advance(
                measured.time_ns,
                PHYSICS_STEP_NS / 1e9,
                measured.position_rad,
                measured.velocity_rad_s,
            )
            self._world.command(target, self._driver.opening)
            self._world.step()
            self._due_ns += self._wall_step_ns
            if self._world.time_ns % self._publish_period_ns:
                return None
            return self._world.joint_state()


class CameraLoop:
    """Draws snapshots, each with its stamp, in its own thread, which owns the OpenGL context."""

    def __init__(
        self,
        snapshot: Callable[[], tuple[Snapshot, int]],
        make_renderer: Callable[[], Renderer],
        *,
        rate_hz: float,
        draw: Callable[[Renderer, Snapshot, int], None],
        fail: Callable[[str], None],
    ) -> None:
        self._snapshot = snapshot
        self._make_renderer = make_renderer
        self._period_s = 1.0 / rate_hz
        self._draw = draw
        self._fail = fail
        self._stopping = threading.Event()
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cameras", daemon=True)

    def start(self) -> None:
        """Begin to draw; returns when the OpenGL context is open, which holds up every thread."""
        self._thread.start()
        self._opened.wait()

    def stop(self) -> None:
        """End the thread; safe to call twice."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        renderer = self._make_renderer()
        try:
            renderer.open()
            self._opened.set()
            self._loop(renderer)
        except Exception:  # noqa: BLE001  The outer edge of the thread.
            if not self._stopping.is_set():
                self._fail(traceback.format_exc())
        finally:
            self._opened.set()
            renderer.close()

    def _loop(self, renderer: Renderer) -> None:
        due_s = time.monotonic()
        while not self._stopping.is_set():
            self._draw(renderer, *self._snapshot())
            due_s = max(due_s + self._period_s, time.monotonic() - self._period_s)
            self._stopping.wait(max(0.0, due_s - time.monotonic()))
