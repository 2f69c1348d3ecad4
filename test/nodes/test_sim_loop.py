# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The loops of sim_node report what goes wrong in them, and end when told to."""

import threading

import pytest

pytest.importorskip("rclpy")

import numpy as np

from vla_ros.nodes.sim_loop import CameraLoop, PhysicsLoop
from vla_ros.sim.arm import FINGER_TRAVEL_M, JOINT_NAMES, JOINTS
from vla_ros.sim.driver import Driver
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.world import World

WAIT_S = 10.0


def physics(world: World, publish, fail) -> PhysicsLoop:
    world.reset(sample_scene(0))
    speeds = np.array([joint.velocity for joint in JOINTS])
    driver = Driver(JOINT_NAMES, speeds, 0.1, lambda finger_m: finger_m / FINGER_TRAVEL_M)
    driver.place(world.joint_state().position_rad, 1.0)
    return PhysicsLoop(
        world,
        driver,
        real_time_factor=10.0,
        publish=publish,
        publish_period_ns=10_000_000,
        fail=fail,
    )


def test_physics_publishes_every_ten_milliseconds_of_simulated_time() -> None:
    times: list[int] = []
    enough = threading.Event()

    def publish(state) -> None:
        times.append(state.time_ns)
        if len(times) == 10:
            enough.set()

    loop = physics(World(), publish, lambda text: None)
    loop.start()
    assert enough.wait(WAIT_S)
    loop.stop()
    assert set(np.diff(times)) == {10_000_000}


def test_physics_goes_on_after_a_stop() -> None:
    ticked = threading.Event()
    loop = physics(World(), lambda state: ticked.set(), lambda text: None)
    loop.stop()
    for _ in range(2):
        ticked.clear()
        loop.start()
        assert ticked.wait(WAIT_S)
        loop.stop()


def test_physics_reports_a_failure_with_its_traceback() -> None:
    failures: list[str] = []
    failed = threading.Event()

    def publish(state) -> None:
        raise RuntimeError("the wire is cut")

    def fail(text: str) -> None:
        failures.append(text)
        failed.set()

    loop = physics(World(), publish, fail)
    loop.start()
    assert failed.wait(WAIT_S)
    loop.stop()
    assert "the wire is cut" in failures[0]


def test_cameras_report_a_failure_and_physics_goes_on() -> None:
    world = World()
    ticked = threading.Event()
    loop = physics(world, lambda state: ticked.set(), lambda text: None)
    failures: list[str] = []
    failed = threading.Event()

    def draw(renderer, snapshot, taken_ns) -> None:
        raise RuntimeError("no picture")

    def fail(text: str) -> None:
        failures.append(text)
        failed.set()

    cameras = CameraLoop(
        lambda: (world.snapshot(), 0), world.make_renderer, rate_hz=60.0, draw=draw, fail=fail
    )
    loop.start()
    cameras.start()
    assert failed.wait(WAIT_S)
    ticked.clear()
    assert ticked.wait(WAIT_S)
    cameras.stop()
    loop.stop()
    assert "no picture" in failures[0]
