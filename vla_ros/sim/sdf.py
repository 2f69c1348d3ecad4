# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pieces of SDFormat that the arm and the world around it are both written with."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from vla_ros.sim.parts import ZERO, Shape, Solid, Vector

Color = tuple[float, ...]
Text = str | float | Iterable[float]
Setting = str | float | list[str] | list[float]


def add(parent: ET.Element, tag: str, text: Text | None = None, **attributes: str) -> ET.Element:
    """Append an element, and return it.

    Args:
        parent: What it becomes a child of.
        tag: Its name.
        text: What it holds: words, a number, or numbers; None for elements only.
        attributes: Its attributes.
    """
    element = ET.SubElement(parent, tag, attributes)
    if text is not None:
        element.text = words(text)
    return element


def words(value: Text) -> str:
    """Return words as they are, and numbers so that nothing that counts is lost."""
    if isinstance(value, str):
        return value
    numbers = [value] if isinstance(value, (int, float)) else value
    return " ".join(f"{number:.9g}" for number in numbers)


def add_pose(parent: ET.Element, at: Vector, rpy: Vector, relative_to: str | None = None) -> None:
    """Append a pose: position [m], then fixed-axis roll, pitch, yaw [rad]."""
    attributes = {} if relative_to is None else {"relative_to": relative_to}
    add(parent, "pose", (*at, *rpy), **attributes)


def add_visual(link: ET.Element, name: str, solid: Solid, color: Color) -> None:
    """Append what is seen of a solid."""
    visual = _placed(link, "visual", name, solid)
    material = add(visual, "material")
    for light in ("ambient", "diffuse"):
        add(material, light, color)
    add(material, "specular", (0.1, 0.1, 0.1, 1.0))


def add_collision(link: ET.Element, name: str, solid: Solid, friction: float) -> None:
    """Append what is felt of a solid, with its coefficient of friction."""
    collision = _placed(link, "collision", name, solid)
    ode = add(add(add(collision, "surface"), "friction"), "ode")
    for direction in ("mu", "mu2"):
        add(ode, direction, friction)


def add_system(parent: ET.Element, name: str, settings: Mapping[str, Setting]) -> None:
    """Append a system of gz-sim.

    Args:
        parent: The world or the model that it works on.
        name: Its class, such as JointStatePublisher.
        settings: Its parameters; a list repeats the element, once for each joint.
    """
    hyphenated = "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
    plugin = add(
        parent,
        "plugin",
        filename=f"gz-sim{hyphenated}-system",
        name=f"gz::sim::systems::{name}",
    )
    for tag, value in settings.items():
        for item in value if isinstance(value, list) else [value]:
            add(plugin, tag, item)


def _placed(link: ET.Element, tag: str, name: str, solid: Solid) -> ET.Element:
    element = add(link, tag, name=name)
    if (solid.at, solid.rpy) != (ZERO, ZERO):
        add_pose(element, solid.at, solid.rpy)
    shape = add(add(element, "geometry"), solid.shape.value)
    if solid.shape is Shape.BOX:
        add(shape, "size", solid.size)
    else:
        add(shape, "radius", solid.size[0])
        add(shape, "length", solid.size[1])
    return element
