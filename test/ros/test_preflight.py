# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Before each goal: the doctor's words, where the facts are those that inference_node gathers."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from goals import GO
from healthy import GRAPH, HEALTHY, IMAGE, POLICY, ROBOT
from planted_graph import CAMERAS, COMMANDS, JOINTS
from planted_profiles import NODES, PROBES, PROFILES

from vla_ros.doctor.examine import Seen, examine
from vla_ros.doctor.facts import Endpoint, GraphSeen, Stream
from vla_ros.doctor.line import Level
from vla_ros.doctor.probe import make_observation
from vla_ros.policy.admission import Fault
from vla_ros.ros.preflight import Preflight
from vla_ros.types import Observation

HERE = make_observation(POLICY, ROBOT)
FAULTS = {**CAMERAS, **JOINTS, **COMMANDS, **NODES, **PROFILES, **PROBES}
# By whom refuses the goal, or by who is not even configured.
SAID_BEFORE = {"gate.state", "observation.topic"}
SAID_BEFORE |= {"robot.profile", "policy.profile", "policy.model"}
NOBODY_KNOWS = replace(GRAPH, cameras=(), joints=None)


def preflight(
    seen: Seen = HEALTHY, *, settling: bool = False, published: dict[str, Any] | None = None
) -> Preflight:
    """Before it lies what is seen; `published` changes streams that nobody told of."""

    def stream(topic: str, kind: str) -> Stream:
        fields = {"publishers": (Endpoint(node="/driver", kind=kind),)}
        fields |= (published or {}).get(topic, {})
        return Stream(topic=topic, kind=kind, listened_s=0.0, **fields)

    watching: Any = SimpleNamespace(
        cameras=ROBOT.cameras,
        see=lambda observation, gate, sha256: replace(seen.graph, gate=gate, gate_sha256=sha256),
        camera_stream=lambda camera: stream(camera.topic, IMAGE),
        joint_stream=lambda: stream("/joint_states", "sensor_msgs/msg/JointState"),
        is_settling=settling,
    )
    gate = seen.graph.gate, seen.graph.gate_sha256
    return Preflight(watching, seen.robot, seen.policy, lambda: seen.probe, lambda: gate)


def with_facts(graph: GraphSeen) -> Seen:
    return replace(HEALTHY, graph=graph)


def words(fault: Fault | None) -> str:
    assert fault is not None
    return fault.text


def at(*position: float) -> Observation:
    return replace(HERE, joints=replace(HERE.joints, position=np.array(position)))


def test_nothing_keeps_a_healthy_robot_from_its_goal() -> None:
    assert preflight().find_fault(GO, HERE) is None


@pytest.mark.parametrize(
    "name",
    [n for n, f in FAULTS.items() if f.level is Level.FAIL and f.check not in SAID_BEFORE],
)
def test_a_fault_refuses_a_goal_with_the_words_of_the_doctor(name: str) -> None:
    planted = FAULTS[name]
    (told,) = (line for line in examine(planted.seen) if line.check == planted.check)
    assert words(preflight(planted.seen).find_fault(GO, HERE)) == told.text.rstrip(".")


def test_a_fault_may_pass_while_nodes_come_and_go() -> None:
    seen = COMMANDS["a second publisher of commands"].seen
    for settling in (False, True):
        found = preflight(seen, settling=settling).find_fault(GO, HERE)
        assert found is not None
        assert found.passing is settling


def test_where_every_stream_is_there_the_doctor_knows_more() -> None:
    text = words(preflight(with_facts(NOBODY_KNOWS)).find_fault(GO, None))
    assert text == "Ask `vla_ros doctor` which stream is wrong"


def test_an_arm_that_reports_degrees_is_told_so_whoever_hears_its_joints() -> None:
    found = preflight(with_facts(NOBODY_KNOWS)).find_fault(GO, at(*np.degrees(ROBOT.home)))
    text = "as degrees (0.226 rad) every joint is inside. The driver reports degrees"
    assert text in words(found)


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, -np.inf])
def test_a_joint_that_is_no_number_is_named(nonsense: float) -> None:
    found = preflight(with_facts(NOBODY_KNOWS)).find_fault(GO, at(*ROBOT.home[:5], nonsense))
    assert words(found).startswith(f"joint6 is at {nonsense:.3f} rad, outside of")


def test_without_an_observation_the_stream_that_is_missing_is_named() -> None:
    gone = {"publishers": (), "elsewhere": ("/roof/image",)}
    missing = preflight(with_facts(NOBODY_KNOWS), published={"/wrist/image_raw": gone})
    assert words(missing.find_fault(GO, None)).startswith(
        "nobody publishes /wrist/image_raw; there is sensor_msgs/msg/Image on /roof/image. Start "
    )
    missing = preflight(with_facts(NOBODY_KNOWS), published={"/joint_states": {"publishers": ()}})
    text = words(missing.find_fault(GO, None))
    assert text.startswith("nobody publishes /joint_states. Start the robot's driver")


def test_without_an_observation_a_joint_of_another_name_is_named() -> None:
    planted = JOINTS["a joint of another name"]
    assert planted.text in words(preflight(planted.seen).find_fault(GO, None))


def test_images_of_another_type_are_named() -> None:
    other = (Endpoint(node="/driver", kind="sensor_msgs/msg/CompressedImage"),)
    found = preflight(
        with_facts(NOBODY_KNOWS), published={"/front/image_raw": {"publishers": other}}
    ).find_fault(GO, None)
    assert words(found).startswith(
        "/front/image_raw is sensor_msgs/msg/CompressedImage from /driver, wa"
    )
