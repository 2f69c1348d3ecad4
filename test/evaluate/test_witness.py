# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.evaluate.witness import Witness
from vla_ros.sim.arm import tool_down_joints
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.scene import StartPose
from vla_ros.sim.strangers import Form, Stranger
from vla_ros.sim.world import World

SECOND = 1_000_000_000
BESIDE_M = 0.28


@pytest.mark.parametrize(("to_y_m", "is_moved"), [(0.25, False), (0.33, True)])
def test_what_no_sentence_names_is_something_else_that_was_moved(
    to_y_m: float, is_moved: bool
) -> None:
    basic = sample_scene(3, "lift the red cube")
    items = tuple(replace(item, x_m=0.2, y_m=-0.2 - 0.1 * k) for k, item in enumerate(basic.items))
    egg = Stranger(form=Form.EGG, color="brown", x_m=0.4, y_m=BESIDE_M, yaw_rad=0.0)
    start = StartPose(position_m=(0.4, 0.24, 0.016), gripper=0.0)
    world = World()
    world.reset(replace(basic, items=items, containers=(), strangers=(egg,), start=start))
    witness = Witness(world, basic.task)
    begin = world.joint_state().position_rad
    goal = tool_down_joints((0.4, to_y_m, 0.016), 0.0)
    for share in np.linspace(0.0, 1.0, 15):
        world.command(begin + share * (goal - begin))
        world.step(SECOND // 10)
        witness.look()
    ((_, y_m, _),) = world.strangers_m()
    assert (y_m - BESIDE_M > 0.03) is is_moved
    assert witness.moved_other is is_moved
    assert not witness.moved
