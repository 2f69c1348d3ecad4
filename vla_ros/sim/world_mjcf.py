# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The MuJoCo model of the whole scene: arm, table, cubes, bowls, lamp, cameras."""

from collections.abc import Iterable

import mujoco

from vla_ros.sim.arm_mjcf import arm_actuators, arm_bodies, arm_constraints, arm_materials
from vla_ros.sim.furniture import BOWL, FLOOR_HEIGHT_M, TABLE
from vla_ros.sim.parts import Shape, Solid
from vla_ros.sim.scene import BOWL_COUNT, CUBE_COUNT, CUBE_SIDE_M
from vla_ros.sim.solids import quaternion

PHYSICS_STEP_S = 0.002
MAX_WIDTH, MAX_HEIGHT = 640, 480
OVERVIEW = "overview"

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
  <default class="bowl"><geom friction=".8 .01 .001"/></default>
  <default class="cube"><geom type="box" size="{half} {half} {half}" mass=".05"
    friction="1 .01 .001" condim="4" solref=".01 1"/></default>
</default>
<worldbody>
  <light name="lamp" pos=".3 -.4 1.6" dir="0 .3 -1" diffuse=".55 .55 .55" castshadow="true"/>
  <geom name="table" type="box" size="{table}" pos="{table_at}" material="table"
    friction="1 .01 .001"/>
  <geom name="floor" type="plane" size="3 3 .1" pos="0 0 {floor}" rgba=".40 .42 .45 1"/>
  <camera name="{overview}" pos="1.10 -0.75 0.72" xyaxes=".67 .74 0 -.33 .30 .89" fovy="46"/>
  {arm}
  {bowls}
  {cubes}
</worldbody>
{constraints}
<actuator>{actuators}</actuator>
</mujoco>"""


def world_model(samples: int = 0, slices: int = 16) -> mujoco.MjModel:
    """Compile the model of the scene; objects lie at the origin until a scene is laid out.

    Args:
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
        half=CUBE_SIDE_M / 2,
        table=_half_sizes(TABLE),
        table_at=_numbers(TABLE.at),
        floor=FLOOR_HEIGHT_M,
        overview=OVERVIEW,
        arm=arm_bodies(),
        bowls="".join(_bowl(index) for index in range(BOWL_COUNT)),
        cubes="".join(_cube(index) for index in range(CUBE_COUNT)),
        constraints=arm_constraints(),
        actuators=arm_actuators(),
    )
    return mujoco.MjModel.from_xml_string(text)


def _cube(index: int) -> str:
    return (
        f'<body name="cube{index}" pos="0 0 1"><freejoint name="cube{index}"/>'
        f'<geom name="cube{index}" class="cube"/></body>'
    )


def _bowl(index: int) -> str:
    """A mocap body, so it is placed but never moves."""
    parts = "".join(
        f'<geom class="bowl" type="{part.shape.value}" size="{_half_sizes(part)}" '
        f'pos="{_numbers(part.at)}" quat="{_numbers(quaternion(part.rpy))}"/>'
        for part in BOWL
    )
    return f'<body name="bowl{index}" mocap="true">{parts}</body>'


def _half_sizes(part: Solid) -> str:
    """MJCF gives half of every length, but the radius whole."""
    whole = 0 if part.shape is Shape.BOX else 1
    return _numbers([*part.size[:whole], *(length / 2 for length in part.size[whole:])])


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.9f}" for value in values)
