# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from vla_ros.cli.graph import Graph, GraphError, GraphOptions, isolate

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""
BROKEN = "import sys; print('cannot open the camera'); sys.exit(3)"


def options(tmp_path: Path, program: str) -> GraphOptions:
    return GraphOptions(log_dir=tmp_path, programs={"sim_node": ("-c", program)})


def test_command_lines_carry_profiles_namespace_and_parameters(tmp_path: Path) -> None:
    given = GraphOptions(
        log_dir=tmp_path,
        robot="r",
        policy="p",
        namespace="/left",
        sim_namespace="/right",
        sim={"seed": "3"},
    )
    head = [sys.executable, "-m"]
    assert given.command("inference_node") == [
        *head,
        "vla_ros.nodes.inference_node",
        "--ros-args",
        *("-r", "__ns:=/left", "-p", "robot:=r", "-p", "policy:=p"),
    ]
    assert given.command("executor_node")[-4:] == [
        *("-p", "robot:=r", "-p", f"audit_folder:={tmp_path}/audit")
    ]
    assert given.command("blackbox_node")[-4:] == [
        *("-p", "robot:=r", "-p", f"folder:={tmp_path}/blackbox")
    ]
    assert given.command("sim_node") == [
        *head,
        "vla_ros.nodes.sim_node",
        *("--ros-args", "-r", "__ns:=/right", "-p", "robot:=r", "-p", "seed:=3"),
    ]


def test_nodes_that_share_a_process_are_started_and_ended_together(tmp_path: Path) -> None:
    programs = {"perception_inference": ("-c", "import time; time.sleep(600)")}
    given = GraphOptions(log_dir=tmp_path, shared=True, robot="r", policy="p", programs=programs)
    assert given.command("perception_inference")[-4:] == ["-p", "robot:=r", "-p", "policy:=p"]
    with Graph(given) as graph:
        graph.start("inference_node", "perception_node")
        assert graph.nodes["inference_node"] is graph.nodes["perception_node"]
        assert graph.nodes["inference_node"].name == "perception_inference"
    assert graph.nodes["inference_node"].exit_code is not None


def test_a_node_that_ends_by_itself_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with Graph(options(tmp_path, BROKEN)) as graph:
        graph.start("sim_node")
        graph.nodes["sim_node"].wait(20.0)
        with pytest.raises(
            GraphError, match=r"sim_node has ended with exit code 3.*\n +cannot open the camera"
        ):
            graph.wait_until([("sim_node", "start", lambda: False)], 20.0)


def test_a_node_that_is_not_ready_in_time_is_reported(tmp_path: Path) -> None:
    with Graph(options(tmp_path, "import time; time.sleep(600)")) as graph:
        graph.start("sim_node")
        with pytest.raises(GraphError, match="sim_node does not publish anything after 0 s"):
            graph.wait_until([("sim_node", "publish anything", lambda: False)], 0.0)
    assert graph.nodes["sim_node"].exit_code is not None


def test_a_node_that_ignores_ctrl_c_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "vla_ros.cli.graph._GRACE_S", ((signal.SIGINT, 0.1), (signal.SIGTERM, 5.0))
    )
    with Graph(options(tmp_path, STUBBORN)) as graph:
        graph.start("sim_node")
        node = graph.nodes["sim_node"]
        graph.wait_until([("sim_node", "speak", lambda: "ready" in node.log_tail())], 20.0)
    assert node.exit_code == -signal.SIGTERM


def test_an_isolated_graph_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, "77")
    isolate()
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert 1 <= int(os.environ["ROS_DOMAIN_ID"]) <= 100


def test_an_isolated_graph_leaves_a_domain_to_those_who_are_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, "77")
    isolate()
    first = int(os.environ["ROS_DOMAIN_ID"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 7410 + 250 * first))
        isolate()
        assert int(os.environ["ROS_DOMAIN_ID"]) != first
