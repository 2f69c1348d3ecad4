# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The launch files start the nodes that exist, with parameters that are declared."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch_ros is not installed (it comes with ROS 2)")

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.events.process import ProcessExited
from launch.launch_description_sources import get_launch_description_from_python_launch_file
from launch.launch_description_sources.python_launch_file_utilities import (
    load_python_launch_file_as_module,
)
from launch_ros.actions import Node
from launch_ros.utilities import evaluate_parameters, normalize_parameters

from vla_ros.gate.limits import make_joint_limits
from vla_ros.params import NODE_PARAMS, make_params, specs_of
from vla_ros.resources import config_names
from vla_ros.robot.profile import read_robot_profile

LAUNCH = Path(__file__).parents[2] / "launch"
FILES = sorted(LAUNCH.glob("*.launch.py"))
SHARED = "perception_inference"
# Both of its nodes take all of its parameters.
PARAMS = {**NODE_PARAMS, SHARED: NODE_PARAMS["inference_node"]}
# Parameters that every node has from ROS itself.
FROM_ROS = {"use_sim_time"}


def describe(path: Path) -> LaunchDescription:
    return get_launch_description_from_python_launch_file(str(path))


def nodes_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Return what a launch file gives to each of its own nodes, by name of the executable."""
    module = load_python_launch_file_as_module(str(path))
    given: dict[str, dict[str, Any]] = {}

    def record(**options: Any) -> Node:
        given[options["executable"]] = options
        return Node(**options)

    monkeypatch.setattr(module, "Node", record)
    module.generate_launch_description()
    return given


def context_with(path: Path, **arguments: str) -> LaunchContext:
    """Return a context in which all arguments of a launch file have a value."""
    context = LaunchContext()
    for argument in describe(path).get_launch_arguments():
        if argument.default_value is not None:
            value = "".join(part.perform(context) for part in argument.default_value)
            context.launch_configurations[argument.name] = value
    context.launch_configurations.update(arguments)
    return context


def parameters(options: dict[str, Any], context: LaunchContext) -> dict[str, Any]:
    """Return the parameters that one node would get."""
    normalized = normalize_parameters(options["parameters"])
    (values,) = evaluate_parameters(context, normalized)
    assert isinstance(values, dict)
    return values


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_argument_is_described(path: Path) -> None:
    arguments = describe(path).get_launch_arguments()
    assert arguments
    assert [a.name for a in arguments if a.description in {"", "no description given"}] == []


def test_bringup_wants_a_robot_and_has_defaults_for_the_rest() -> None:
    arguments = describe(LAUNCH / "bringup.launch.py").get_launch_arguments()
    assert [a.name for a in arguments if a.default_value is None] == ["robot"]


def test_simulation_has_the_arguments_of_the_bringup_too() -> None:
    def names(file: str) -> set[str]:
        return {a.name for a in describe(LAUNCH / file).get_launch_arguments()}

    assert names("bringup.launch.py") <= names("sim.launch.py")


def test_all_nodes_are_started_once(monkeypatch: pytest.MonkeyPatch) -> None:
    started = [name for path in FILES for name in nodes_of(path, monkeypatch)]
    assert sorted(started) == sorted(PARAMS)
    includes = describe(LAUNCH / "sim.launch.py").entities
    assert sum(isinstance(entity, IncludeLaunchDescription) for entity in includes) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_nodes_get_parameters_that_they_declare(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_with(path, robot="sim_arm")
    for name, options in nodes_of(path, monkeypatch).items():
        values = parameters(options, context)
        declared = {spec.name for spec in specs_of(PARAMS[name])}
        ours = {key: value for key, value in values.items() if key not in FROM_ROS}
        assert set(ours) <= declared
        make_params(PARAMS[name], ours)  # Raises if a type is wrong or a value is missing.


def test_profile_named_like_a_number_stays_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    path = LAUNCH / "bringup.launch.py"
    options = nodes_of(path, monkeypatch)["executor_node"]
    assert parameters(options, context_with(path, robot="7"))["robot"] == "7"


def test_arguments_reach_the_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    path = LAUNCH / "bringup.launch.py"
    context = context_with(path, robot="mine.yaml", policy="other", autostart="false")
    options = nodes_of(path, monkeypatch)["inference_node"]
    assert parameters(options, context) == {
        "robot": "mine.yaml",
        "policy": "other",
        "autostart": False,
        "use_sim_time": False,
    }


@pytest.mark.parametrize(("value", "flag"), [("true", True), ("false", False)])
def test_a_dry_run_reaches_the_executor(
    value: str, flag: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = LAUNCH / "bringup.launch.py"
    options = nodes_of(path, monkeypatch)["executor_node"]
    context = context_with(path, robot="sim_arm", dry_run=value)
    assert parameters(options, context)["dry_run"] is flag


@pytest.mark.parametrize(
    ("namespace", "place"), [("left", "/left"), ("/left", "/left"), ("/", "")]
)
def test_rviz_shows_the_topics_of_the_namespace(
    namespace: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = rviz_of(monkeypatch, robot="sim_arm", namespace=namespace)
    assert given["remappings"] == [
        ("/vla/view_node/markers", f"{place}/view_node/markers"),
        ("/vla/view_node/image", f"{place}/view_node/image"),
    ]


@pytest.mark.parametrize("robot", config_names("robots"))
def test_rviz_shows_the_base_frame_of_a_robot_whose_urdf_is_not_there_yet(
    robot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = rviz_of(monkeypatch, robot=robot)
    assert given["arguments"][-2:] == ["-f", read_robot_profile(robot).base_frame]


def rviz_of(monkeypatch: pytest.MonkeyPatch, **arguments: str) -> dict[str, Any]:
    """Return what the bringup gives to RViz."""
    path = LAUNCH / "bringup.launch.py"
    module = load_python_launch_file_as_module(str(path))
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "Node", lambda **options: given.append(options))
    module.make_rviz(context_with(path, **arguments))
    return given[0]


def test_files_are_read_by_a_python_without_the_libraries_of_the_nodes() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('pydantic', 'pinocchio', 'mujoco')))\n"
        "from launch import LaunchContext\n"
        "from launch.launch_description_sources.python_launch_file_utilities import (\n"
        "    load_python_launch_file_as_module as load)\n"
        f"module = load({str(LAUNCH / 'bringup.launch.py')!r})\n"
        "context = LaunchContext()\n"
        "context.launch_configurations.update(robot='so101', namespace='vla')\n"
        "print(len(module.make_rviz(context)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert (done.returncode, done.stdout.strip()) == (0, b"1"), done.stderr.decode()


def test_nodes_of_the_bringup_share_the_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    path = LAUNCH / "bringup.launch.py"
    context = context_with(path, namespace="left")
    spaces = [o["namespace"].perform(context) for o in nodes_of(path, monkeypatch).values()]
    assert spaces == ["left"] * 6


@pytest.mark.parametrize(
    ("processes", "started"),
    [("separate", {"perception_node", "inference_node"}), ("shared", {SHARED})],
)
def test_perception_and_inference_run_once_in_the_processes_that_are_asked_for(
    processes: str, started: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = LAUNCH / "bringup.launch.py"
    context = context_with(path, robot="sim_arm", processes=processes)
    nodes = nodes_of(path, monkeypatch)
    conditions = {name: options.get("condition") for name, options in nodes.items()}
    chosen = {name for name, c in conditions.items() if c is None or c.evaluate(context)}
    assert chosen == {"executor_node", "blackbox_node", "view_node"} | started


def test_both_nodes_of_one_process_keep_their_names_and_get_the_same_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = LAUNCH / "bringup.launch.py"
    context = context_with(path, robot="sim_arm")
    nodes = nodes_of(path, monkeypatch)
    assert PARAMS["perception_node"].__annotations__ == PARAMS["inference_node"].__annotations__
    assert nodes[SHARED]["name"] is None
    for node in ("perception_node", "inference_node"):
        assert nodes[node]["name"] == node
        assert parameters(nodes[SHARED], context) == parameters(nodes[node], context)


def test_what_cannot_move_the_arm_comes_back_and_executor_node_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes = {}
    for path in (LAUNCH / "bringup.launch.py", LAUNCH / "sim.launch.py"):
        nodes |= nodes_of(path, monkeypatch)
    back = {name: options.get("respawn_delay") for name, options in nodes.items()}
    assert back.pop("executor_node") is None
    assert back.pop("sim_node") is None
    assert set(back.values()) == {2.0}
    coming = {name for name, options in nodes.items() if options.get("respawn", False)}
    assert coming == set(back)


@pytest.mark.parametrize("robot", config_names("robots"))
def test_launch_waits_for_the_longest_stop_before_it_insists(
    robot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = nodes_of(LAUNCH / "bringup.launch.py", monkeypatch)["executor_node"]
    limits = make_joint_limits(read_robot_profile(robot))
    assert float(options["sigterm_timeout"]) > 2.0 * limits.operating.longest_stop_s + 2.0
    assert float(options["sigkill_timeout"]) > 0.0


@pytest.mark.parametrize("code", [0, 1, -9, 2])
def test_only_a_node_that_is_misconfigured_ends_the_launch(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = nodes_of(LAUNCH / "bringup.launch.py", monkeypatch)
    event = ProcessExited(
        action=None,  # type: ignore[arg-type]
        name="inference_node-3",
        cmd=[],
        cwd=None,
        env=None,
        pid=7,
        returncode=code,
    )
    for each in options.values():
        if code == 2:
            with pytest.raises(RuntimeError, match=r"^inference_node-3 refuses its configuration"):
                each["on_exit"](event, LaunchContext())
        else:
            assert each["on_exit"](event, LaunchContext()) is None


def test_sim_node_is_in_the_namespace_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    path = LAUNCH / "sim.launch.py"
    namespace = nodes_of(path, monkeypatch)["sim_node"]["namespace"]
    assert namespace.perform(context_with(path)) == "/"
    assert namespace.perform(context_with(path, sim_namespace="left")) == "left"


def test_declared_arguments_are_unique() -> None:
    for path in FILES:
        own = [e.name for e in describe(path).entities if isinstance(e, DeclareLaunchArgument)]
        assert len(own) == len(set(own))
