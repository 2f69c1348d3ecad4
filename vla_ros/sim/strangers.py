# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Things of shapes and colours that no sentence names, to lie among those that some do.

Checks and experts do not see them; physics and cameras do. No demonstration has one.
"""

from dataclasses import dataclass
from enum import Enum

from vla_ros.sim.parts import Vector

SHADES: dict[str, Vector] = {
    "brown": (0.36, 0.20, 0.10),
    "grey": (0.45, 0.47, 0.50),
    "turquoise": (0.10, 0.68, 0.66),
}


class Form(Enum):
    """The shape of a stranger, by its plain name; flat enough to rest as it was laid."""

    DISC = "disc"
    EGG = "egg"
    CROSS = "cross"


# Half of its length, width and height as it lies on the table [m].
HALF_M: dict[Form, Vector] = {
    Form.DISC: (0.026, 0.026, 0.007),
    Form.EGG: (0.027, 0.020, 0.014),
    Form.CROSS: (0.027, 0.027, 0.010),
}


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A thing on the table that no sentence names.

    Attributes:
        form: What shape it has.
        color: Its name, a key of `SHADES`.
        x_m: Centre in base_link [m].
        y_m: Centre in base_link [m].
        yaw_rad: Turn about the vertical [rad].
    """

    form: Form
    color: str
    x_m: float
    y_m: float
    yaw_rad: float

    @property
    def half_height_m(self) -> float:
        """Height of its centre above the table [m]."""
        return HALF_M[self.form][2]

    @property
    def reach_m(self) -> float:
        """How far it reaches from its centre, seen from above [m]."""
        return max(HALF_M[self.form][:2])
