# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The model of a scene holds every kind of thing in its own shape."""

from typing import Any

import mujoco
import pytest

from vla_ros.errors import SimulationError
from vla_ros.sim import world_mjcf
from vla_ros.sim.scene import Layout
from vla_ros.sim.strangers import Form
from vla_ros.sim.things import CONTAINERS, ITEMS, Kind
from vla_ros.sim.world_mjcf import container_name, item_name, stranger_name, world_model


def test_every_kind_of_thing_has_a_shape() -> None:
    model = world_model(Layout(items=tuple(ITEMS), containers=tuple(CONTAINERS)))
    names = [item_name(k) for k in range(len(ITEMS))]
    names += [container_name(k) for k in range(len(CONTAINERS))]
    for name in names:
        assert model.body_geomnum[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name)] > 0


def test_what_no_sentence_names_can_be_pushed_and_is_as_heavy_as_an_item() -> None:
    model = world_model(Layout(items=tuple(ITEMS), containers=(), strangers=tuple(Form)))
    item = model.body(item_name(0))
    for index in range(len(Form)):
        body = model.body(stranger_name(index))
        geoms = model.geom_bodyid == body.id
        assert geoms.any()
        assert (model.geom_contype[geoms] & model.geom_conaffinity[geoms]).all()
        assert body.mass == pytest.approx(item.mass)
        assert body.jntnum == 1


@pytest.mark.parametrize(
    ("layout", "shapes"),
    [
        (Layout(items=(), containers=(Kind.TRAY,) * 5), "CONTAINER_SOLIDS"),
        (Layout(items=(Kind.BAR,) * 5, containers=()), "_ITEM_GEOMS"),
    ],
)
def test_a_kind_without_a_shape_takes_no_other(
    monkeypatch: pytest.MonkeyPatch, layout: Layout, shapes: str
) -> None:
    (kind,) = set(layout.items + layout.containers)
    known: dict[Kind, Any] = getattr(world_mjcf, shapes)
    monkeypatch.delitem(known, kind)
    with pytest.raises(
        SimulationError, match=rf"a {kind.value} has no shape; wanted one of .*{shapes} in vla_ros"
    ):
        world_model(layout)
