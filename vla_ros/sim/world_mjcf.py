# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The MuJoCo model of the whole scene: arm, table, things, lamp, cameras."""

import functools
from collections.abc import Iterable, Mapping
from typing import TypeVar

import mujoco

from vla_ros.errors import SimulationError
from vla_ros.sim.arm_mjcf import arm_actuators, arm_bodies, arm_constraints, arm_materials
from vla_ros.sim.furniture import CONTAINER_SOLIDS, FLOOR_HEIGHT_M, TABLE
from vla_ros.sim.parts import Shape, Solid
from vla_ros.sim.scene import DEFAULT_LAYOUT, Layout
from vla_ros.sim.solids import quaternion
from vla_ros.sim.strangers import HALF_M, Form
from vla_ros.sim.things import ITEMS, Kind

PHYSICS_STEP_S = 0.002
MAX_WIDTH, MAX_HEIGHT = 640, 480
OVERVIEW = "overview"
# The geom of an item, given half of its length, width and height.
_ITEM_GEOMS = {
    Kind.CUBE: 'type="box" size="{} {} {}"',
    Kind.BAR: 'type="box" size="{} {} {}"',
    # Once it lies, it shall not roll off the table: hence friction against rolling too.
    Kind.CYLINDER: 'type="cylinder" size="{0} {2}" condim="6" friction="1 .01 .003"',
}
# The geoms of what no sentence names, given the same. No meshes: renderers have loaded none.
_STRANGER_GEOMS = {
    Form.DISC: ('type="cylinder" size="{0} {2}"',),
    Form.EGG: ('type="ellipsoid" size="{} {} {}" condim="6" friction="1 .01 .003"',),
    Form.CROSS: (
        'type="box" size="{0} .009 {2}" mass=".025"',
        'type="box" size=".009 {1} {2}" mass=".025"',
    ),
}

_FRAME = """<mujoco model="vla_ros">
<compiler angle="radian" autolimits="true"/>
<option timestep="{step}" integrator="implicitfast" cone="elliptic" impratio="10"/>
<visual>
  <global offwidth="{width}" offheight="{height}"/>
  <quality numslices="{slices}" numstacks="8" numquads="1" shadowsize="1024"
    offsamples="{samples}"/>
  <headlight ambient=".45 .45 .45" diffuse=".35 .35 .35" specular="0 0 0"/>
  <map znear="0.02" zfar="20"/>
</visual>
<asset>
  <texture name="table" type="2d" builtin="checker" rgb1=".66 .60 .52" rgb2=".63 .57 .49"
    width="64" height="64"/>
  <material name="table" texture="table" texrepeat="5 5" reflectance="0" specular=".1"/>
  <texture type="skybox" builtin="gradient" rgb1=".80 .85 .90" rgb2=".50 .55 .60"
    width="32" height="192"/>
  {materials}
</asset>
<default>
  <default class="container"><geom friction=".8 .01 .001"/></default>
  <default class="item"><geom mass=".05" friction="1 .01 .001" condim="4"
    solref=".01 1"/></default>
</default>
<worldbody>
  <light name="lamp" pos=".3 -.4 1.6" dir="0 .3 -1" diffuse=".55 .55 .55" castshadow="true"/>
  <geom name="table" type="box" size="{table}" pos="{table_at}" material="table"
    friction="1 .01 .001"/>
  <geom name="floor" type="plane" size="3 3 .1" pos="0 0 {floor}" rgba=".40 .42 .45 1"/>
  <camera name="{overview}" pos="1.10 -0.75 0.72" xyaxes=".67 .74 0 -.33 .30 .89" fovy="46"/>
  {arm}
  {containers}
  {items}
  {strangers}
</worldbody>
{constraints}
<actuator>{actuators}</actuator>
</mujoco>"""

ShapeT = TypeVar("ShapeT")


@functools.lru_cache(maxsize=128)
def world_model(
    layout: Layout = DEFAULT_LAYOUT, samples: int = 0, slices: int = 16
) -> mujoco.MjModel:
    """Return the model of a scene, not to be changed; things lie anywhere until laid out.

    Args:
        layout: Which things are on the table.
        samples: Anti-aliasing samples per pixel of off-screen images; 0 is fastest.
        slices: Sides that a drawn cylinder has.
    """
    text = _FRAME.format(
        step=PHYSICS_STEP_S,
        width=MAX_WIDTH,
        height=MAX_HEIGHT,
        slices=slices,
        samples=samples,
        materials=arm_materials(),
        table=_half_sizes(TABLE),
        table_at=_numbers(TABLE.at),
        floor=FLOOR_HEIGHT_M,
        overview=OVERVIEW,
        arm=arm_bodies(),
        containers="".join(_container(i, kind) for i, kind in enumerate(layout.containers)),
        items="".join(_item(i, kind) for i, kind in enumerate(layout.items)),
        strangers="".join(_stranger(i, form) for i, form in enumerate(layout.strangers)),
        constraints=arm_constraints(),
        actuators=arm_actuators(),
    )
    return mujoco.MjModel.from_xml_string(text)


def item_name(index: int) -> str:
    """Return the name of the body, the joint and the solid of an item."""
    return f"item{index}"


def container_name(index: int) -> str:
    """Return the name of the body of a container."""
    return f"container{index}"


def stranger_name(index: int) -> str:
    """Return the name of the body and the joint of what no sentence names."""
    return f"stranger{index}"


def _item(index: int, kind: Kind) -> str:
    geom = _shape_of(kind, _ITEM_GEOMS, "_ITEM_GEOMS in vla_ros/sim/world_mjcf.py")
    name = item_name(index)
    return (
        f'<body name="{name}" pos="0 0 1"><freejoint name="{name}"/>'
        f'<geom name="{name}" class="item" {geom.format(*ITEMS[kind].half_m)}/></body>'
    )


def _stranger(index: int, form: Form) -> str:
    name, (length, width, height) = stranger_name(index), HALF_M[form]
    geoms = "".join(
        f'<geom class="item" {geom.format(length, width, height)}/>'
        for geom in _STRANGER_GEOMS[form]
    )
    return f'<body name="{name}" pos="0 0 1"><freejoint name="{name}"/>{geoms}</body>'


def _container(index: int, kind: Kind) -> str:
    """A mocap body, so it is placed but never moves."""
    solids = _shape_of(kind, CONTAINER_SOLIDS, "CONTAINER_SOLIDS in vla_ros/sim/furniture.py")
    parts = "".join(
        f'<geom class="container" type="{part.shape.value}" size="{_half_sizes(part)}" '
        f'pos="{_numbers(part.at)}" quat="{_numbers(quaternion(part.rpy))}"/>'
        for part in solids
    )
    return f'<body name="{container_name(index)}" mocap="true">{parts}</body>'


def _shape_of(kind: Kind, shapes: Mapping[Kind, ShapeT], where: str) -> ShapeT:
    if kind not in shapes:
        raise SimulationError(
            f"a {kind.value} has no shape; wanted one of "
            f"{', '.join(known.value for known in shapes)}. Add it to {where}"
        )
    return shapes[kind]


def _half_sizes(part: Solid) -> str:
    """MJCF gives half of every length, but the radius whole."""
    whole = 0 if part.shape is Shape.BOX else 1
    return _numbers([*part.size[:whole], *(length / 2 for length in part.size[whole:])])


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.9f}" for value in values)
