# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from typing import Any

import pytest

from vla_ros.gate import Request
from vla_ros.gate.mailbox import Mailbox
from vla_ros.gate.state import Answer, HumanDistance, Obstacle, Obstacles


def test_chunks_and_requests_are_handed_over_once_in_order(rig: Any) -> None:
    mailbox = Mailbox()
    chunks = [rig.chunk(), rig.chunk()]
    for chunk in chunks:
        mailbox.put_chunk(chunk)
    mailbox.ask(Request.STOP)
    mailbox.ask(Request.RESET)
    inputs, tickets = mailbox.collect(0, 0.0)
    assert list(inputs.chunks) == chunks
    assert inputs.requests == (Request.STOP, Request.RESET)
    assert [ticket.request for ticket in tickets] == [Request.STOP, Request.RESET]
    inputs, tickets = mailbox.collect(0, 0.0)
    assert inputs.chunks == ()
    assert tickets == ()


def test_the_newest_joint_state_stays(rig: Any) -> None:
    mailbox = Mailbox()
    assert mailbox.collect(0, 0.0)[0].joints is None
    sample = rig.sample()
    mailbox.put_joints(sample)
    for _ in range(2):
        assert mailbox.collect(0, 0.0)[0].joints is sample


def test_the_heartbeat_grows_old() -> None:
    mailbox = Mailbox()
    assert mailbox.collect(0, 0.0)[0].estop is None
    mailbox.put_estop(pressed=False, monotonic_ns=1_000_000_000)
    estop = mailbox.collect(1_250_000_000, 0.0)[0].estop
    assert estop is not None
    assert estop.age_s == 0.25


def test_a_ticket_gives_up_waiting() -> None:
    ticket = Mailbox().ask(Request.ARM)
    assert ticket.wait(0.0) is None
    ticket.settle(Answer(request=Request.ARM, done=True, message="armed"))
    answer = ticket.wait(0.0)
    assert answer is not None
    assert answer.message == "armed"


def test_a_press_shorter_than_a_tick_is_seen_once() -> None:
    mailbox = Mailbox()
    mailbox.put_estop(pressed=True, monotonic_ns=1)
    mailbox.put_estop(pressed=False, monotonic_ns=2)

    seen = [mailbox.collect(3, 0.0)[0].estop for _ in range(2)]

    assert [estop.pressed for estop in seen if estop] == [True, False]


@pytest.mark.parametrize("source", ["driver", "deadman"])
def test_a_bad_word_shorter_than_a_tick_is_seen_once(source: str) -> None:
    mailbox = Mailbox()
    word = {"driver": "ready", "deadman": "held"}[source]
    put = getattr(mailbox, f"put_{source}")
    assert getattr(mailbox.collect(0, 0.0)[0], source) is None
    put(**{word: False}, monotonic_ns=1)
    put(**{word: True}, monotonic_ns=2)

    seen = [getattr(mailbox.collect(2_000_000_002, 0.0)[0], source) for _ in range(2)]

    assert [heartbeat.good for heartbeat in seen] == [False, True]
    assert [heartbeat.age_s for heartbeat in seen] == [2.0, 2.0]


def test_distances_and_obstacles_grow_old_and_are_replaced() -> None:
    mailbox = Mailbox()
    box = Obstacle(
        name="crate", size=(0.1, 0.2, 0.3), position=(0.5, 0.0, 0.1), rotation=(0.0, 0.0, 0.0, 1.0)
    )
    inputs, _ = mailbox.collect(0, 0.0)
    assert (inputs.human, inputs.obstacles) == (None, None)
    mailbox.put_human(1.5, 0)
    mailbox.put_obstacles((box,), 0)
    inputs, _ = mailbox.collect(250_000_000, 0.0)
    assert inputs.human == HumanDistance(distance_m=1.5, age_s=0.25)
    assert inputs.obstacles == Obstacles(boxes=(box,), age_s=0.25)
    mailbox.put_obstacles((), 250_000_000)
    assert mailbox.collect(250_000_000, 0.0)[0].obstacles == Obstacles(boxes=(), age_s=0.0)


def test_what_holds_until_it_is_taken_back_stays() -> None:
    mailbox = Mailbox()
    assert mailbox.collect(0, 0.0)[0].speed_scale == 1.0
    mailbox.put_speed_scale(0.25)
    mailbox.put_estop_unheard("/estop is published by /button, but cannot be heard")
    for _ in range(2):
        inputs, _ = mailbox.collect(0, 0.0)
        assert inputs.speed_scale == 0.25
        assert inputs.estop_unheard is not None
    mailbox.put_estop_unheard(None)
    assert mailbox.collect(0, 0.0)[0].estop_unheard is None
