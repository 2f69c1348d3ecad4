# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Counts what touches in a physics engine's eyes: a third opinion, after hulls and distances."""

from typing import TYPE_CHECKING

import mujoco
import numpy as np
from adversarial_scene import Array

from vla_ros.robot.profile import RobotProfile

if TYPE_CHECKING:
    from vla_ros.robot.parts import KeepOutProfile, SceneBoxProfile


class Contacts:
    """Sees one arm, with the boxes that always stand around it."""

    def __init__(self, profile: RobotProfile) -> None:
        """Load the arm's shapes."""
        path = str(profile.urdf_file())
        try:
            spec = mujoco.MjSpec.from_file(path)
        except ValueError as e:
            raise SystemExit(f"{path}: MuJoCo cannot read it: {e}. Try --no-contacts") from e
        boxes: list[SceneBoxProfile | KeepOutProfile] = [*profile.keep_out]
        if profile.collision != "none":
            boxes.extend(profile.collision.scene)
        for box in boxes:
            low, high = np.array(box.lower_m), np.array(box.upper_m)
            spec.worldbody.add_geom(
                name=box.name,
                type=mujoco.mjtGeom.mjGEOM_BOX,
                size=(high - low) / 2.0,
                pos=(high + low) / 2.0,
            )
        self._model = spec.compile()
        self._data = mujoco.MjData(self._model)
        self._arm = [self._model.joint(name).qposadr[0] for name in profile.joint_names]
        for joint in range(self._model.njnt):  # The gripper is as wide as it gets.
            self._data.qpos[self._model.jnt_qposadr[joint]] = self._model.jnt_range[joint][1]

    def count(self, position: Array) -> int:
        """Return how many pairs of shapes touch that share no joint."""
        self._data.qpos[self._arm] = position
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_collision(self._model, self._data)
        bodies = self._model.geom_bodyid
        pairs = [sorted(bodies[contact.geom].tolist()) for contact in self._data.contact]
        # The base is part of the world here, and may touch what it stands on.
        return sum(
            contact.dist < 0.0 and int(self._model.body_parentid[second]) != first
            for contact, (first, second) in zip(self._data.contact, pairs, strict=True)
        )
