# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The task that most tests are about."""

from vla_ros.sim.task import Noun, Task
from vla_ros.sim.things import Kind


def put_task(cube_color: str, bowl_color: str) -> Task:
    """Return the task of putting a cube into a bowl."""
    return Task(
        family="put",
        object=Noun(color=cube_color, kind=Kind.CUBE),
        target=Noun(color=bowl_color, kind=Kind.BOWL),
    )
