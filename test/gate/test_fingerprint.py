# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from vla_ros.gate import fingerprint, make_gate_config
from vla_ros.gate.fingerprint import make_fingerprint
from vla_ros.robot.profile import load_robot_profile

ROBOT = load_robot_profile("sim_arm")


def test_the_constants_of_a_gate_have_one_number() -> None:
    first, again = (make_gate_config(ROBOT, None).sha256 for _ in range(2))
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert first == again


def test_where_the_urdf_lies_does_not_count() -> None:
    moved = ROBOT.model_copy(update={"urdf": "/elsewhere/sim_arm.urdf"})
    assert make_fingerprint(moved, b"<robot/>") == make_fingerprint(ROBOT, b"<robot/>")


@pytest.mark.parametrize(
    ("changes", "urdf"), [({"tcp_speed_m_s": 0.3}, b"<robot/>"), ({}, b"<robot />")]
)
def test_every_constant_counts(changes: dict[str, float], urdf: bytes) -> None:
    changed = ROBOT.model_copy(update=changes)
    assert make_fingerprint(changed, urdf) != make_fingerprint(ROBOT, b"<robot/>")


def test_the_version_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = make_fingerprint(ROBOT, b"")
    monkeypatch.setattr(fingerprint, "__version__", "0.0.0")
    assert make_fingerprint(ROBOT, b"") != now
