# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who commands the arm, who obeys, and who cuts its power: executor_node over real DDS."""

from collections.abc import Callable

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from diagnostic_msgs.msg import DiagnosticStatus
from executor_bench import PROFILE, Bench
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import Trigger

from vla_ros.gate import GateMode, Reason
from vla_ros.msg import ActionChunk

pytestmark = pytest.mark.ros


@pytest.mark.parametrize("namespace", ["/other", "/vla"])
def test_a_second_executor_is_named_and_nothing_can_be_armed(bench: Bench, namespace: str) -> None:
    other = Node("executor_node", namespace=namespace)
    publisher = other.create_publisher(Float64MultiArray, PROFILE.command.topic, 1)
    bench.until(
        lambda: (
            bench.call("arm")
            == (
                False,
                "not armed: DUP_PUBLISHER: /arm_controller/commands is also published by "
                f"{namespace}/executor_node; only one node may command the arm. Stop the other "
                "one; if it was killed, wait some seconds until the middleware forgets it",
            )
        )
    )
    other.destroy_publisher(publisher)
    bench.arm()
    other.destroy_node()


def test_another_publisher_during_a_goal_stops_the_arm(bench: Bench) -> None:
    bench.run()
    other = Node("jogger")
    other.create_publisher(Float64MultiArray, PROFILE.command.topic, 1)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DUP_PUBLISHER in bench.driver.states[-1].reasons
    other.destroy_node()


def test_a_second_source_of_chunks_during_a_goal_stops_the_arm(bench: Bench) -> None:
    bench.run()
    other = Node("policy_two")
    other.create_publisher(ActionChunk, "/vla/action_chunk", 1)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.DUP_PUBLISHER in bench.driver.states[-1].reasons
    text = "/vla/action_chunk is published by /driver and /policy_two; only one policy may move"
    assert text in bench.driver.states[-1].message
    other.destroy_node()
    bench.until(lambda: bench.call("reset")[0])
    bench.arm()


def test_the_double_of_a_policy_is_taken_for_what_a_crash_leaves_behind(bench: Bench) -> None:
    other = Node("driver")
    other.create_publisher(ActionChunk, "/vla/action_chunk", 1)
    text = "a publisher that disappeared uncleanly; wait some seconds"
    bench.until(lambda: text in bench.call("arm")[1])
    other.destroy_node()
    bench.arm()


@pytest.mark.parametrize("topic", [PROFILE.command.topic, PROFILE.gripper.topic])
def test_without_a_controller_nothing_can_be_armed(bench: Bench, topic: str) -> None:
    bench.arm()
    bench.call("stop")
    bench.deafen(topic)
    text = f"NO_CONTROLLER: nobody listens on {topic}: start the robot's controller"
    bench.until(lambda: text in bench.call("reset")[1])
    bench.driver.create_subscription(Float64MultiArray, topic, lambda _: None, 10)
    bench.until(lambda: bench.call("reset")[0])
    bench.arm()


def test_a_controller_that_goes_away_stops_the_arm_and_an_onlooker_is_none(bench: Bench) -> None:
    bench.arm()
    onlooker = Node("blackbox_node")
    onlooker.create_subscription(Float64MultiArray, PROFILE.gripper.topic, lambda _: None, 10)
    bench.deafen(PROFILE.gripper.topic)
    bench.until(lambda: bench.mode() is GateMode.PSTOP)
    assert Reason.NO_CONTROLLER in bench.driver.states[-1].reasons
    onlooker.destroy_node()


def test_after_a_fault_the_node_has_no_commands_to_publish_any_more(bench: Bench) -> None:
    bench.run()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    bench.node._gate._final.find_breach = fail  # type: ignore[method-assign]
    bench.until(lambda: bench.mode() is GateMode.FAULT)
    topic = PROFILE.command.topic
    bench.until(lambda: not bench.driver.get_publishers_info_by_topic(topic))
    assert "clean" in bench.call("reset")[1]


POWER = {"driver_command_timeout_s": "power_off: /robot/power_off\ndriver_command_timeout_s"}


def test_an_emergency_stop_that_has_come_to_rest_cuts_the_power_once(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(**POWER)
    speeds: list[float] = []

    def cut(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        commands = np.array(bench.driver.commands[-2:])
        speeds.append(float(np.abs(np.diff(commands, axis=0)).max()))
        response.success, response.message = True, "power is off"
        return response

    bench.driver.create_service(Trigger, "/robot/power_off", cut)
    bench.run()
    assert "power_off" not in bench.driver.states[-1].not_configured
    bench.call("estop")
    bench.until(lambda: "power is off" in bench.node._power.diagnose()[0].message)
    bench.until(lambda: bench.call("reset")[0])
    (step_rad,) = speeds  # Asked once, at rest; the driver may not have heard the last command.
    assert step_rad < 1e-4


def test_a_power_off_that_nobody_offers_is_in_the_diagnostics(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(**POWER)
    bench.arm()
    bench.call("estop")
    text = "nobody offers /robot/power_off: the power stays on"
    bench.until(lambda: bench.node._power.diagnose()[0].message == text)
    assert bench.node._power.diagnose()[0].level == DiagnosticStatus.ERROR


def test_a_profile_without_power_off_says_so(bench: Bench) -> None:
    bench.until(lambda: "power_off" in bench.driver.states[-1].not_configured)
    assert bench.node._power.diagnose() == ()
