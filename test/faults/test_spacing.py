# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How near the ticks of an audit log came to each other."""

from collections.abc import Sequence

import pytest

from vla_ros.faults.spacing import SpacingJudge
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.vocabulary import GateMode, Reason

DT_S = 0.01


class Lenient:
    """Finds nothing wrong with the first joint below 1 rad."""

    def find_breach(
        self, before: Sequence[PublishedCommand], command: PublishedCommand
    ) -> tuple[Reason, str] | None:
        del before
        return None if command.position[0] < 1.0 else (Reason.INVARIANT_I2, "too far")


def command(stamp_ms: float, epoch: int = 1, position: float = 0.0) -> PublishedCommand:
    return PublishedCommand(
        stamp_ns=round(stamp_ms * 1e6),
        names=("a",),
        position=(position,),
        velocity=(0.0,),
        acceleration=(0.0,),
        gripper=None,
        mode=GateMode.RUN,
        emergency=False,
        epoch=epoch,
        armed_ns=0,
        measured=(0.0,),
        source_epoch=None,
        observed_ns=None,
    )


def judge(*commands: PublishedCommand) -> SpacingJudge:
    spacing = SpacingJudge(Lenient(), DT_S)
    for k, one in enumerate(commands):
        spacing.find_breach(commands[:k], one)
    return spacing


@pytest.mark.parametrize(
    ("stamps_ms", "closest", "is_kept"),
    [
        ((0.0, 10.0, 20.0), 1.0, True),
        ((0.0, 70.0, 79.0, 89.0), 0.9, True),
        ((0.0, 70.0, 78.9), 0.89, False),
        ((0.0, 70.0, 70.1, 70.2), 0.01, False),
        ((0.0, 10.0, 10.0), 1.0, True),  # Repeats share a stamp.
        ((0.0, 10.0, -900.0, -890.0), 1.0, True),  # The clock went back.
        ((5.0,), float("inf"), True),
    ],
)
def test_ticks_keep_their_distance(
    stamps_ms: tuple[float, ...], closest: float, *, is_kept: bool
) -> None:
    spacing = judge(*map(command, stamps_ms))
    assert spacing.closest == pytest.approx(closest)
    assert spacing.is_kept is is_kept


def test_epochs_are_not_held_against_each_other() -> None:
    assert judge(command(0.0), command(1.0, epoch=2)).is_kept


def test_what_the_judge_finds_is_passed_on() -> None:
    spacing = SpacingJudge(Lenient(), DT_S)
    assert spacing.find_breach((), command(0.0)) is None
    assert spacing.find_breach((), command(0.0, position=2.0)) == (Reason.INVARIANT_I2, "too far")
