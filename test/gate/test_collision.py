# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The arm keeps clear of itself and of what stands around it, with a margin for each pair."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vla_ros.errors import ConfigError
from vla_ros.gate import GateMode, Reason, Request, Verdict
from vla_ros.gate.collision import CollisionModel, make_collision_model
from vla_ros.gate.config import make_gate_config
from vla_ros.gate.state import Obstacle, Obstacles
from vla_ros.resources import urdf_path
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.parts import CollisionProfile, ObstaclesProfile, SceneBoxProfile
from vla_ros.robot.profile import RobotProfile, load_robot_profile

PROFILE = load_robot_profile("sim_arm")
URDF = urdf_path(PROFILE.urdf)
HOME = tuple(PROFILE.home)
FOLDED = (0.0, -0.6, 2.7, 0.0, 2.1, 0.0)


def settings(**changes: Any) -> CollisionProfile:
    assert isinstance(PROFILE.collision, CollisionProfile)
    return PROFILE.collision.model_copy(update=changes)


def make_model(profile: RobotProfile = PROFILE, **changes: Any) -> CollisionModel:
    return CollisionModel(URDF, profile, settings(**changes))


def box_at(x: float, y: float, z: float, edge: float = 0.1) -> Obstacle:
    return Obstacle(
        name="crate", size=(edge,) * 3, position=(x, y, z), rotation=(0.0, 0.0, 0.0, 1.0)
    )


@pytest.fixture(scope="module")
def model() -> CollisionModel:
    return make_model()


class TestDistances:
    def test_the_fingers_are_as_high_above_the_table_as_the_tool_says(
        self, model: CollisionModel
    ) -> None:
        kinematics = make_kinematics(PROFILE)
        low = kinematics.inverse((0.4, 0.0, 0.05), np.diag([1.0, -1.0, -1.0]), np.array(HOME))
        near = model.touching(tuple(low.tolist()))
        assert near is not None
        # The fingers reach 0.124 m from the hand, the tool frame lies at 0.115 m.
        assert near.distance_m == pytest.approx(0.05 - 0.009, abs=2e-4)
        assert {near.first[-11:], near.second} == {"finger_link", "table"}

    def test_gaps_are_the_pairs_that_slow_the_arm_down_with_their_nearest_points(
        self, model: CollisionModel
    ) -> None:
        assert model.gaps(HOME) == []
        kinematics = make_kinematics(PROFILE)
        low = kinematics.inverse((0.4, 0.0, 0.02), np.diag([1.0, -1.0, -1.0]), np.array(HOME))
        gaps = model.gaps(tuple(low.tolist()))
        fingers = [gap for gap in gaps if "finger" in gap.near.first]
        assert [gap.near.second for gap in fingers] == ["table", "table"]
        for gap in fingers:
            first, second = gap.ends_m
            assert math.dist(first, second) == pytest.approx(gap.near.distance_m, abs=1e-6)
            assert gap.near.distance_m == pytest.approx(0.011, abs=2e-4)
            assert second[2] == pytest.approx(0.0, abs=1e-6)
            assert (gap.near.margin_m, gap.slow_m) == (0.002, 0.03)

    def test_a_crate_beside_the_hand_is_as_far_as_the_tape_says(
        self, model: CollisionModel
    ) -> None:
        x, _, z = make_kinematics(PROFILE).forward(np.array(HOME))[0]
        # The hand is 0.118 m wide across the fingers; its frame is 0.115 m above the tool.
        near = model.around_at(HOME, (box_at(x, 0.15, z + 0.095),))
        assert near is not None
        assert (near.first, near.second) == ("hand_link", "crate")
        assert near.distance_m == pytest.approx(0.15 - 0.05 - 0.059, abs=1e-6)

    def test_a_turned_crate_reaches_further(self, model: CollisionModel) -> None:
        x, _, z = make_kinematics(PROFILE).forward(np.array(HOME))[0]
        straight = box_at(x, 0.16, z + 0.095)
        eighth = (0.0, 0.0, math.sin(math.pi / 8), math.cos(math.pi / 8))
        turned = replace(straight, rotation=eighth)
        distances = [model.around_at(HOME, (crate,)) for crate in (straight, turned)]
        assert distances[0] is not None
        assert distances[1] is not None
        gain = distances[0].distance_m - distances[1].distance_m
        assert 0.01 < gain <= 0.05 * (math.sqrt(2.0) - 1.0) + 1e-6

    def test_the_smallest_distance_is_the_smallest_whatever_its_margin(
        self, model: CollisionModel
    ) -> None:
        x, _, _ = make_kinematics(PROFILE).forward(np.array(HOME))[0]
        low = make_kinematics(PROFILE).inverse(
            (x, 0.0, 0.03), np.diag([1.0, -1.0, -1.0]), np.array(HOME)
        )
        crate = replace(box_at(x, 0.15, 0.03 + 0.095), size=(0.1, 0.13, 0.02))
        q = tuple(low.tolist())
        # The hand is 26 mm from the crate, of which it may use 6; a finger 21 mm from the table,
        # of which it may use 19.
        nearest = model.around_at(q, (crate,))
        assert nearest is not None
        assert nearest.second == "crate"
        assert model.distance(q)[1] == pytest.approx(0.03 - 0.009, abs=2e-4)
        assert model.distance(q, (crate,))[1] == model.distance(q)[1] < nearest.distance_m

    def test_crates_that_moved_are_where_they_are_now(self, model: CollisionModel) -> None:
        eighth = (0.0, 0.0, math.sin(math.pi / 8), math.cos(math.pi / 8))
        still, near = box_at(0.9, 0.4, 0.3), replace(box_at(0.4, 0.2, 0.3), name="near")
        far = replace(near, position=(0.4, 0.6, 0.3))
        turned, small = replace(near, rotation=eighth), replace(near, size=(0.05,) * 3)
        for crates in ((still, near), (still, far), (still, turned), (still, small), (near,), ()):
            fresh = make_model()
            moved, new = (m.excesses_around(HOME, crates) for m in (model, fresh))
            assert moved == pytest.approx(new, abs=2e-6)
            for asked in ("find_around", "slowing_around"):
                pair, wanted = (getattr(m, asked)(HOME, crates) for m in (model, fresh))
                assert (pair is None) is (wanted is None)
                assert pair is None or (pair.first, pair.second) == (wanted.first, wanted.second)

    def test_an_obstacle_that_cannot_be_taken_in_is_not_taken_for_known(
        self, model: CollisionModel
    ) -> None:
        known = (box_at(0.45, 0.0, 0.2),)
        assert model.find_around(HOME, known) is not None
        broken = (replace(known[0], position=(0.4, 0.0)),)
        for _ in range(2):
            with pytest.raises(TypeError, match="did not match"):
                model.find_around(HOME, broken)
        assert model.find_around(HOME, known) is not None

    def test_the_same_question_has_the_same_answer_whatever_was_asked_between(
        self, model: CollisionModel
    ) -> None:
        first = model.around_at(HOME)
        model.around_at(FOLDED, (box_at(0.4, 0.0, 0.3),))
        model.find_own(FOLDED)
        assert model.around_at(HOME) == first


class TestMargins:
    @pytest.mark.parametrize("above_mm", [-0.1, 0.1])
    def test_a_pair_is_too_near_exactly_below_its_margin(self, above_mm: float) -> None:
        bent = (*HOME[:4], 2.0, 0.0)
        near = make_model().own_at(bent)
        assert near is not None
        margin_m = near.distance_m - above_mm * 1e-3
        found = make_model(self_stop_m=margin_m, self_slow_m=1.0).find_own(bent)
        assert (found is None) is (above_mm > 0.0)

    def test_only_fingers_may_be_near_the_table(self, model: CollisionModel) -> None:
        low = make_kinematics(PROFILE).inverse(
            (0.4, 0.0, 0.012), np.diag([1.0, -1.0, -1.0]), np.array(HOME)
        )
        touching = model.touching(tuple(low.tolist()))
        assert touching is not None
        assert touching.distance_m == pytest.approx(0.003, abs=2e-4)
        assert model.find_around(tuple(low.tolist())) is None
        strict = make_model(contact=None)
        found = strict.find_around(tuple(low.tolist()))
        assert found is not None
        assert found.margin_m == 0.02
        assert strict.touching(HOME) is None

    def test_links_that_the_profile_ignores_are_no_pair(self) -> None:
        found = make_model().find_own(FOLDED)
        assert found is not None
        ignored = make_model(ignored_pairs=((found.first, found.second),))
        other = ignored.find_own(FOLDED)
        assert other is None or {other.first, other.second} != {found.first, found.second}

    def test_a_margin_less_a_tolerance_is_what_the_final_checker_asks(
        self, model: CollisionModel
    ) -> None:
        assert model.is_clear(HOME, 1.5e-3)
        assert not model.is_clear(FOLDED, 1.5e-3)
        assert model.is_clear(FOLDED, 1.0)

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    def test_positions_that_are_no_numbers_are_not_clear(
        self, model: CollisionModel, bad: float
    ) -> None:
        q = (*HOME[:5], bad)
        assert model.find_own(q) is not None
        assert model.find_around(q) is not None
        assert not model.is_clear(q, 1.5e-3)


class TestProfiles:
    def test_a_profile_may_say_that_nobody_watches(self) -> None:
        nobody = PROFILE.model_copy(update={"collision": "none"})
        assert make_collision_model(URDF, nobody) is None
        config = make_gate_config(nobody, make_kinematics(nobody))
        assert "collision" in config.not_configured
        watched = make_gate_config(PROFILE, make_kinematics(PROFILE))
        assert "collision" not in watched.not_configured

    def test_arming_says_when_nobody_watches(self, make_arm_rig: Any) -> None:
        for model, watched in ((None, False), (make_model(), True)):
            rig = make_arm_rig(collision=model)
            rig.tick()
            answer = rig.tick(Request.ARM).answers[0]
            assert answer.done, answer.message
            assert ("nobody watches for collisions" not in answer.message) is watched

    def test_unknown_names_are_named(self) -> None:
        with pytest.raises(ConfigError, match=r"ignored_pairs: there is no 'elbow'.*forearm_link"):
            make_model(ignored_pairs=(("elbow", "hand_link"),))
        contact = settings().contact
        assert contact is not None
        with pytest.raises(ConfigError, match=r"contact\.links: there is no 'thumb'"):
            make_model(contact=contact.model_copy(update={"links": ("thumb",)}))
        with pytest.raises(ConfigError, match=r"contact\.surfaces: there is no 'desk'.*: table"):
            make_model(contact=contact.model_copy(update={"surfaces": ("desk",)}))

    def test_an_arm_that_is_not_clear_at_home_is_refused_with_the_pair(self) -> None:
        wall = SceneBoxProfile(name="wall", lower_m=(0.3, -0.2, 0.1), upper_m=(0.6, 0.2, 0.3))
        with pytest.raises(ConfigError, match=r"at 'home' .* and wall are .* mm apart"):
            make_model(scene=(*settings().scene, wall))


class TestGate:
    """The whole gate with the simulated arm; see conftest.py for the rig."""

    @pytest.mark.parametrize(
        ("goal", "reason"),
        [
            (FOLDED, Reason.SELF_STOP),
            ((0.0, 1.3, 1.2, 0.0, 0.0, 0.0), Reason.ENV_STOP),
        ],
    )
    def test_a_plan_into_something_ends_in_a_hold_before_it(
        self, make_arm_rig: Any, model: CollisionModel, goal: tuple[float, ...], reason: Reason
    ) -> None:
        arm = make_arm_rig(workspace=None)
        decision = arm.lead_to(goal)
        assert decision.mode is not GateMode.RUN
        assert reason in arm.reasons_seen
        for position in arm.commands:
            q = tuple(position.tolist())
            own, around = model.own_at(q), model.around_at(q)
            assert own is not None
            assert around is not None
            assert own.excess_m >= -1.5e-3
            assert around.excess_m >= -1.5e-3

    def test_an_obstacle_that_appears_holds_the_arm(self, make_arm_rig: Any) -> None:
        source = ObstaclesProfile(topic="/obstacles")
        rig = make_arm_rig(obstacles=source)
        rig.always["obstacles"] = Obstacles(boxes=(), age_s=0.0)
        rig.lead_to(HOME, ticks=30)
        assert rig.state.mode is GateMode.RUN
        rig.always["obstacles"] = Obstacles(boxes=(box_at(0.3, 0.35, 0.3),), age_s=0.0)
        decision = rig.lead_to((1.2, *HOME[1:]))
        assert decision.mode is not GateMode.RUN
        assert Reason.ENV_STOP in rig.reasons_seen

    @pytest.mark.parametrize(
        ("obstacles", "armed"),
        [
            (None, False),
            (Obstacles(boxes=(), age_s=0.6), False),
            (Obstacles(boxes=(), age_s=math.nan), False),
            (Obstacles(boxes=(), age_s=0.5), True),
            (Obstacles(boxes=(box_at(0.45, 0.0, 0.2),), age_s=0.0), False),
        ],
    )
    def test_arming_needs_to_know_what_stands_around(
        self, make_arm_rig: Any, obstacles: Obstacles | None, armed: bool
    ) -> None:
        rig = make_arm_rig(obstacles=ObstaclesProfile(topic="/obstacles"))
        rig.always["obstacles"] = obstacles
        rig.tick()
        answer = rig.tick(Request.ARM).answers[0]
        assert answer.done is armed, answer.message

    def test_obstacles_that_fall_silent_hold_the_arm(self, make_arm_rig: Any) -> None:
        rig = make_arm_rig(obstacles=ObstaclesProfile(topic="/obstacles"))
        rig.always["obstacles"] = Obstacles(boxes=(), age_s=0.5)
        rig.lead_to(HOME, ticks=30)
        assert rig.state.mode is GateMode.RUN
        rig.always["obstacles"] = Obstacles(boxes=(), age_s=0.51)
        decision = rig.tick()
        assert decision.mode is GateMode.HOLD
        assert decision.verdict is Verdict.HOLD
        assert Reason.SCENE_STALE in {finding.reason for finding in decision.findings}
