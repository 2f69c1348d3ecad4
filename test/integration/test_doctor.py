# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros doctor` as a process, before a simulated robot: healthy, and with live faults."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from std_msgs.msg import Float64MultiArray

from vla_ros.cli.graph import Graph, GraphOptions, NodeProcess
from vla_ros.cli.ready import wait_until_ready
from vla_ros.resources import config_path
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

Doctor = Callable[..., tuple[int, dict[str, Any]]]
# What a busy machine alone may spoil; the gate says when its ticks came late.
PRONE_TO_NOISE = (".rate", ".clock", "policy.round_trip", "gate.state")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The four nodes, with the policy that ships."""
    with Graph(GraphOptions(log_dir=tmp_path_factory.mktemp("log"))) as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def station(graph: Graph) -> Iterator[Station]:
    """A person's place, in a graph that is ready."""
    with Station(name="integration_test") as place:
        wait_until_ready(graph, place)
        yield place


@pytest.fixture
def doctor(station: Station) -> Doctor:
    """Run it; its exit code, and the lines that are no PASS by their check."""

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "vla_ros.cli.main", "doctor", "--json", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr
        told = json.loads(done.stdout)
        assert told["exit_code"] == done.returncode
        lines = [line for line in told["lines"] if line["level"] in {"WARN", "FAIL"}]
        return done.returncode, {line["check"]: line for line in lines}

    return run


def is_noise(check: str) -> bool:
    return check.endswith(PRONE_TO_NOISE)


def test_a_healthy_robot_passes(doctor: Doctor) -> None:
    code, found = doctor()
    assert {check for check in found if not is_noise(check)} == set(), found
    assert code == 0


def test_a_second_publisher_on_the_arms_topic_is_named(
    doctor: Doctor, station: Station, robot: RobotProfile
) -> None:
    intruder = station.node.create_publisher(Float64MultiArray, robot.command.topic, 1)
    try:
        code, found = doctor()
    finally:
        station.node.destroy_publisher(intruder)
    assert code == 1
    line = found["command.arm.publisher"]
    assert line["level"] == "FAIL"
    assert line["found"] == f"{robot.command.topic} is also published by /integration_test"
    assert "command.gripper.publisher" not in found


def test_a_profile_that_the_nodes_do_not_work_with_is_named(
    doctor: Doctor, tmp_path: Path
) -> None:
    text = config_path("robots", "sim_arm").read_text()
    profile = tmp_path / "sim_arm.yaml"
    profile.write_text(text.replace("tcp_speed_m_s: 0.5", "tcp_speed_m_s: 0.4"))
    code, found = doctor("--robot", str(profile))
    assert code == 1
    assert {"nodes.robot", "gate.constants"} == {c for c in found if not is_noise(c)}, found


def test_a_graph_without_our_nodes_cannot_be_looked_at(station: Station) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vla_ros.cli.main", "doctor", "--namespace", "/nobody"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "no node says which robot profile it works with: start the nodes" in done.stderr


def test_a_camera_that_is_missing_is_named(doctor: Doctor, graph: Graph, station: Station) -> None:
    """The last one: it leaves the robot without its wrist camera."""
    graph.nodes["sim_node"].end()
    command = [*graph.options.command("sim_node"), "-r", "/wrist/image_raw:=/lost/image_raw"]
    log_path = graph.options.log_dir / "sim_node.log"
    graph.nodes["sim_node"] = NodeProcess("sim_node", command, log_path)
    station.wait_for(
        lambda: (
            station.node.count_publishers("/lost/image_raw") == 1
            and station.node.count_publishers("/wrist/image_raw") == 0
            and station.lifecycle_state("/sim_node") == "active"
        ),
        30.0,
        "a driver without the wrist camera",
    )
    code, found = doctor()
    assert code == 1
    line = found["camera.wrist.topic"]
    assert line["level"] == "FAIL"
    assert line["found"].startswith("nobody publishes /wrist/image_raw; there is sensor_msgs/msg/")
    assert "/lost/image_raw" in line["found"]
    assert "Start the camera's driver" in line["remedy"]
    assert found["observation.topic"]["level"] == "FAIL"
    assert not [
        check for check in found if check.startswith("camera.front") and not is_noise(check)
    ]
