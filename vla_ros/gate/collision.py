# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an arm keeps clear of itself, of what always stands around it, and of obstacles.

Every pair of shapes has a margin of its own. Links that share a joint are no pair; neither are the
base and its surroundings.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import coal
import numpy as np
import pinocchio

from vla_ros.errors import ConfigError
from vla_ros.gate.bounds import DistanceBounds
from vla_ros.gate.limits import Vector
from vla_ros.gate.pairs import Gap, Nearness, Pair, Pairs, Shape
from vla_ros.gate.state import Obstacle
from vla_ros.robot.hulls import LinkHull, load_hulls
from vla_ros.robot.parts import BoxProfile, CollisionProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import BoolArray

_MEASURE_EVERY = 10  # Looks; measuring costs as much as a few of them.


class CollisionModel:
    """Knows the shape of an arm and what stands around it.

    Positions `q` are joint positions [rad] in the profile's order. It keeps buffers, not memory:
    the same arguments give the same answer. Not safe for use from two threads at once.
    """

    def __init__(self, urdf: Path, profile: RobotProfile, settings: CollisionProfile) -> None:
        """Load the shapes.

        Args:
            urdf: Path of the URDF.
            profile: Of the robot.
            settings: Its `collision` section.

        Raises:
            ConfigError: A shape cannot be read, a name is unknown, or the arm is not clear at
                home.
        """
        self.settings = settings
        self._where = f"robot profile '{profile.name}', collision"
        self._model, hulls = load_hulls(urdf, profile.joint_names)
        self._data = self._model.createData()
        self._joint_names = names = profile.joint_names
        self._order = [self._model.joints[self._model.getJointId(n)].idx_q for n in names]
        self._base = _base_placement(self._model, urdf, profile.base_frame)
        self._placed: Vector | None = None
        self._q = np.zeros(self._model.nq)
        self._links = [_of_link(hull) for hull in hulls]
        self._moving = [i for i, link in enumerate(self._links) if link.joint > 0]
        self._check_names()
        self._scene = [self._of_box(box.name, box) for box in settings.scene]
        self._forbidden = [self._of_box(box.name, box) for box in profile.keep_out]
        self._own = Pairs(self._links, self._own_pairs())
        self._own_slow = Pairs(self._links, self._own_pairs(settings.self_slow_m))
        keep_out = [*self._links, *self._forbidden]
        self._keep_out = Pairs(keep_out, self._around(keep_out))
        around = [*self._links, *self._scene]
        self._contacts = Pairs(around, self._around(around, contacts=True))
        self._obstacles: tuple[Obstacle, ...] | None = ()
        self._looks = _MEASURE_EVERY
        self._asked: Sequence[Vector] | None = None
        self._clear = False
        self._build_surroundings(())
        self._relaxed: dict[float, Pairs] = {}
        self._check_home(profile)

    # ---- where the arm is clear ----

    def is_clear_along(
        self, places: Sequence[Vector], obstacles: tuple[Obstacle, ...] = ()
    ) -> bool:
        """Say whether every pair of all kinds keeps its margin at all of some places.

        The same as to find nothing there, but it takes a fraction of the time.
        """
        self._set_surroundings(obstacles)
        if places != self._asked:
            self._clear = math.isfinite(sum(map(sum, places))) and self._look(places)
            self._asked = places
        return self._clear

    def find_own(self, q: Vector) -> Nearness | None:
        """Return the pair of links that are too near each other; None if none is."""
        return self._find(self._own, q)

    def find_keep_out(self, q: Vector) -> Nearness | None:
        """Return the link that is in a keep-out box; None if none is."""
        return self._find(self._keep_out, q)

    def find_around(self, q: Vector, obstacles: tuple[Obstacle, ...] = ()) -> Nearness | None:
        """Return the link that is too near something around the arm; None if none is."""
        self._set_surroundings(obstacles)
        return self._find(self._surroundings, q)

    def slowing_own(self, q: Vector) -> Nearness | None:
        """Return the nearest pair of links if it is near enough to slow down; None otherwise."""
        self._place(q)
        if not self._own_slow.any_near(self._model, self._data):
            return None
        return self._own.nearest(self._model, self._data)

    def slowing_around(self, q: Vector, obstacles: tuple[Obstacle, ...] = ()) -> Nearness | None:
        """Return the nearest pair of link and surroundings if it is near enough to slow down.

        A contact link and a contact surface are no such pair; see `touching`.
        """
        self._set_surroundings(obstacles)
        self._place(q)
        if not self._free_slow.any_near(self._model, self._data):
            return None
        return self._free.nearest(self._model, self._data)

    def free_at(self, q: Vector, obstacles: tuple[Obstacle, ...] = ()) -> Nearness | None:
        """Return the nearest pair of link and surroundings not made for contact."""
        self._set_surroundings(obstacles)
        self._place(q)
        return self._free.nearest(self._model, self._data)

    def touching(self, q: Vector) -> Nearness | None:
        """Return the contact link and surface nearest to each other; None without contacts."""
        self._place(q)
        return self._contacts.nearest(self._model, self._data)

    def own_at(self, q: Vector) -> Nearness | None:
        """Return the pair of links nearest to its margin, however far that is."""
        self._place(q)
        return self._own.nearest(self._model, self._data)

    def around_at(self, q: Vector, obstacles: tuple[Obstacle, ...] = ()) -> Nearness | None:
        """Return the pair of link and surroundings nearest to its margin, however far that is."""
        self._set_surroundings(obstacles)
        self._place(q)
        return self._surroundings.nearest(self._model, self._data)

    def gaps(self, q: Vector, obstacles: tuple[Obstacle, ...] = ()) -> list[Gap]:
        """Return every pair near enough to slow the arm down, with its nearest points [m].

        The points are in the base frame. It takes longer than a tick may: not for the gate.
        """
        self._set_surroundings(obstacles)
        self._place(q)
        settings = self.settings
        around_m = settings.environment_slow_m
        contact_m = around_m if settings.contact is None else settings.contact.within_m
        return [
            gap
            for pairs, slow_m in (
                (self._own, settings.self_slow_m),
                (self._free, around_m),
                (self._keep_out, around_m),
                (self._contacts, contact_m),
            )
            for gap in pairs.gaps(self._model, self._data, slow_m, self._base)
        ]

    def excesses_around(
        self, q: Vector, obstacles: tuple[Obstacle, ...] = ()
    ) -> tuple[float, ...]:
        """Return for each pair of link and surroundings the distance less its margin [m]."""
        self._set_surroundings(obstacles)
        self._place(q)
        return self._surroundings.excesses(self._model, self._data)

    def is_clear(self, position: Vector, tolerance_m: float) -> bool:
        """Say whether every pair keeps its margin less a tolerance [m], obstacles left out."""
        if not all(map(math.isfinite, position)):
            return False
        if tolerance_m not in self._relaxed:
            shapes = [*self._links, *self._scene, *self._forbidden]
            pairs = self._own_pairs() + self._around(shapes)
            relaxed = [replace(pair, margin_m=pair.margin_m - tolerance_m) for pair in pairs]
            self._relaxed[tolerance_m] = Pairs(shapes, relaxed)
        self._place(position)
        return not self._relaxed[tolerance_m].any_near(self._model, self._data)

    def distance(self, q: Vector, obstacles: tuple[Obstacle, ...] = ()) -> tuple[float, float]:
        """Return the smallest distance [m] of the arm to itself and to its surroundings."""
        self._set_surroundings(obstacles)
        self._place(q)
        model, data = self._model, self._data
        return self._own.least_m(model, data), self._surroundings.least_m(model, data)

    def _look(self, places: Sequence[Vector]) -> bool:
        """Look at those pairs that may be near, as far as is known."""
        doubtful = self._doubtful(places)
        if not doubtful.any():
            return True
        self._all.watch(doubtful)
        for q in places:
            self._place(q)
            if self._all.any_near(self._model, self._data):
                return False
        return True

    def _doubtful(self, places: Sequence[Vector]) -> BoolArray:
        """Return which pairs may be too near at a place, shape (K,); measure again if need be."""
        self._looks += 1
        doubtful: BoolArray = ~(self._bounds.least(places) > self._margins)
        if self._looks < _MEASURE_EVERY or not doubtful.any():
            return doubtful
        self._looks = 0
        self._place(places[0])
        self._all.watch(np.ones_like(doubtful))
        self._bounds.measure(places[0], self._model, self._data)
        return ~(self._bounds.least(places) > self._margins)

    def _find(self, pairs: Pairs, q: Vector) -> Nearness | None:
        if not math.isfinite(sum(q)):
            return Nearness("the arm", "anything: its positions are no numbers", math.nan, 0.0)
        self._place(q)
        if not pairs.any_near(self._model, self._data):
            return None
        return pairs.nearest(self._model, self._data)

    def _place(self, q: Vector) -> None:
        if q == self._placed:
            return
        self._q[self._order] = q
        pinocchio.forwardKinematics(self._model, self._data, self._q)
        self._placed = tuple(q)

    # ---- which pairs there are ----

    def _own_pairs(self, margin_m: float | None = None) -> list[Pair]:
        """Pair the links, by default with the margin that stops the arm."""
        ignored = {frozenset(pair) for pair in self.settings.ignored_pairs}
        margin_m = self.settings.self_stop_m if margin_m is None else margin_m
        pairs = []
        for i, j in itertools.combinations(range(len(self._links)), 2):
            names = frozenset((self._links[i].name, self._links[j].name))
            if names not in ignored and not self._share_a_joint(i, j):
                pairs.append(Pair(i, j, margin_m))
        return pairs

    def _share_a_joint(self, i: int, j: int) -> bool:
        low, high = sorted((self._links[i].joint, self._links[j].joint))
        return low == high or self._model.parents[high] == low

    def _around(
        self, shapes: list[Shape], margin_m: float | None = None, *, contacts: bool | None = None
    ) -> list[Pair]:
        """Pair all that moves with what follows the links: all, or only those for contact.

        By default with the margins that stop the arm.
        """
        pairs = []
        for i, j in itertools.product(self._moving, range(len(self._links), len(shapes))):
            contact = self._is_contact(shapes[i], shapes[j])
            if contacts is not None and contact is not contacts:
                continue
            stop_m = self.settings.environment_stop_m
            if contact and self.settings.contact is not None:
                stop_m = self.settings.contact.margin_m
            pairs.append(Pair(i, j, stop_m if margin_m is None else margin_m))
        return pairs

    def _is_contact(self, link: Shape, box: Shape) -> bool:
        """Say whether two may touch; not what only has the name of a surface, as obstacles may."""
        contact = self.settings.contact
        if contact is None or link.name not in contact.links:
            return False
        return any(box is surface and box.name in contact.surfaces for surface in self._scene)

    def _set_surroundings(self, obstacles: tuple[Obstacle, ...]) -> None:
        """Take in what changed: obstacles that only moved cost no new pairs, which take long."""
        if obstacles == self._obstacles:
            return
        was, self._obstacles = self._obstacles, None  # Until all of it is done.
        self._asked = None
        if was is None or [(o.name, o.size) for o in was] != [(o.name, o.size) for o in obstacles]:
            self._build_surroundings(obstacles)
        else:
            first = len(self._links) + len(self._scene)
            for k, (before, now) in enumerate(zip(was, obstacles, strict=True), start=first):
                if before != now:
                    self._move_obstacle(k, self._of_obstacle(now).placement)
            self._bounds.forget()
        self._obstacles = obstacles

    def _move_obstacle(self, shape: int, placement: pinocchio.SE3) -> None:
        for pairs in (self._surroundings, self._free, self._free_slow, self._all):
            pairs.move(shape, placement)

    def _build_surroundings(self, obstacles: tuple[Obstacle, ...]) -> None:
        shapes = [*self._links, *self._scene, *map(self._of_obstacle, obstacles)]
        free = self._around(shapes, contacts=False)
        slow = self._around(shapes, self.settings.environment_slow_m, contacts=False)
        self._surroundings = Pairs(shapes, self._around(shapes))
        self._free, self._free_slow = Pairs(shapes, free), Pairs(shapes, slow)
        shapes = [*shapes, *self._forbidden]
        self._all = Pairs(shapes, self._own_pairs() + self._around(shapes))
        self._margins = self._all.margins()
        self._bounds = DistanceBounds(self._model, self._joint_names, self._all)

    def _of_box(self, name: str, box: BoxProfile) -> Shape:
        low, high = np.array(box.lower_m), np.array(box.upper_m)
        middle = pinocchio.SE3(np.eye(3), (low + high) / 2.0)
        return Shape(name, 0, coal.Box(*(high - low).tolist()), self._base * middle)

    def _of_obstacle(self, obstacle: Obstacle) -> Shape:
        turn = pinocchio.Quaternion(np.array(obstacle.rotation)).toRotationMatrix()
        placement = self._base * pinocchio.SE3(turn, np.array(obstacle.position))
        return Shape(obstacle.name, 0, coal.Box(*obstacle.size), placement)

    # ---- what is wrong with a profile ----

    def _check_names(self) -> None:
        links = {link.name for link in self._links}
        boxes = {box.name for box in self.settings.scene}
        contact = self.settings.contact
        told = [("ignored_pairs", set(itertools.chain(*self.settings.ignored_pairs)), links)]
        if contact is not None:
            told += [
                ("contact.links", set(contact.links), links),
                ("contact.surfaces", set(contact.surfaces), boxes),
            ]
        for key, names, known in told:
            for name in sorted(names - known):
                raise ConfigError(
                    f"{self._where}.{key}: there is no '{name}'. There are: {_list(known)}"
                )

    def _check_home(self, profile: RobotProfile) -> None:
        home = tuple(profile.home)
        for near in (self.find_own(home), self.find_around(home), self.find_keep_out(home)):
            if near is not None:
                raise ConfigError(
                    f"{self._where}: at 'home' {near.first} and {near.second} are "
                    f"{near.distance_m * 1e3:.1f} mm apart, wanted {near.margin_m * 1e3:.1f} mm. "
                    "Correct 'home' or the boxes; two links that are always so near belong in "
                    "ignored_pairs"
                )


def make_collision_model(urdf: Path, profile: RobotProfile) -> CollisionModel | None:
    """Return the collision model of a robot; None if its profile says that it has none.

    Raises:
        ConfigError: It cannot be made.
    """
    settings = profile.collision
    return None if settings == "none" else CollisionModel(urdf, profile, settings)


def _of_link(hull: LinkHull) -> Shape:
    return Shape(hull.link, hull.joint, hull.shape, pinocchio.SE3.Identity())


def _base_placement(model: pinocchio.Model, urdf: Path, base_frame: str) -> pinocchio.SE3:
    """Return where the frame of all boxes is in the frame of the URDF."""
    frame = model.frames[model.getFrameId(base_frame)] if model.existFrame(base_frame) else None
    if frame is None or frame.parentJoint != 0:
        raise ConfigError(f"{urdf}: base frame '{base_frame}' is missing or moves with the arm")
    return frame.placement


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
