# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import itertools
from collections import Counter
from dataclasses import replace

import pytest

from vla_ros.errors import ConfigError
from vla_ros.evaluate.cases import (
    MAIN,
    SUITES,
    Case,
    Kind,
    Plan,
    aim_of,
    families_of,
    make_cases,
    make_suites,
    scene_of,
)
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.sample import pair_split, table_of
from vla_ros.sim.tasks import FAMILIES, parse_instruction
from vla_ros.sim.ungroundable import Reason, ground

PLAN = Plan(families=tuple(FAMILIES), episodes=25, seed=500)


def test_families_take_turns_and_every_case_has_a_seed_of_its_own() -> None:
    cases = make_cases(PLAN)
    assert set(Counter(case.family for case in cases).values()) == {2, 3}
    assert [case.seed for case in cases] == list(range(500, 525))


def test_held_out_sentences_are_the_usual_ones_and_mean_the_task_of_the_scene() -> None:
    for case in make_cases(PLAN):
        assert case.split is Split.HELD_OUT
        scene = scene_of(case)
        assert scene.task.family == case.family
        assert parse_instruction(scene.instruction).family == case.family


def test_new_pairs_of_colors_come_where_two_things_are_named() -> None:
    cases = make_suites(PLAN, ["new colour pairs"])
    assert {case.family for case in cases} == {"put", "stack", "place", "clear"}
    for case in cases:
        task = scene_of(case).task
        named = {noun.color for noun in (task.object, task.target) if noun is not None}
        assert None in named or pair_split(task) is Split.HELD_OUT


def test_a_pair_has_one_layout_and_two_tasks() -> None:
    first, second = (scene_of(c) for c in make_cases(replace(PLAN, episodes=0, swaps=1)))
    assert (first.items, first.containers, first.start) == (
        second.items,
        second.containers,
        second.start,
    )
    assert first.task != second.task
    assert first.instruction != second.instruction


def test_reasons_for_refusing_take_turns_and_the_instruction_cannot_be_done() -> None:
    count = len(PLAN.families) * len(Reason)
    cases = make_cases(replace(PLAN, episodes=0, ungroundable=count))
    pairs = itertools.product(PLAN.families, Reason)
    assert Counter((case.family, case.reason) for case in cases) == dict.fromkeys(pairs, 1)
    for case in cases:
        scene = scene_of(case)
        with pytest.raises(Exception, match=r".+"):
            ground(table_of(scene), scene.instruction)


def test_groundable_instructions_come_from_the_scenes_of_the_ungroundable_ones() -> None:
    cases = make_cases(replace(PLAN, episodes=0, ungroundable=3, groundable=3))
    seeds = [
        [c.seed for c in cases if c.kind is kind] for kind in (Kind.UNGROUNDABLE, Kind.GROUNDABLE)
    ]
    assert seeds[0] == seeds[1]
    assert not set(seeds[0]) & {case.seed for case in make_cases(PLAN)}


def test_a_split_differs_from_the_main_figures_in_one_thing_only() -> None:
    main = {case.seed: case for case in make_cases(PLAN)}
    for suite, changed in SUITES.items():
        cases = make_suites(PLAN, (suite,))
        assert len(cases) == len(main) or suite == "new colour pairs"
        for case in cases:
            usual = main[case.seed]
            same = {name: getattr(usual, name) for name in changed}
            assert replace(case, suite=MAIN, **same) == usual


def test_a_shift_leaves_every_thing_where_it_is() -> None:
    usual = Case(seed=11, family="stack")
    places = [
        [(p.kind, p.color, p.x_m, p.y_m) for p in scene_of(case).items]
        for case in (usual, replace(usual, shift="shadows"))
    ]
    assert places[0] == places[1]
    assert scene_of(replace(usual, shift="shadows")).look.shadows


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"families": ("fly",)}, "'fly' does not exist; there are: all, put"),
        ({"shift": "fog"}, "--shift fog: wanted one of none, camera"),
        ({"families": ("home",), "swaps": 1}, "none of home names a thing"),
    ],
)
def test_what_does_not_exist_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_cases(replace(PLAN, **changed))  # type: ignore[arg-type]


def test_a_policy_is_measured_in_the_families_that_it_knows() -> None:
    assert families_of("all", ("put", "stack")) == ("put", "stack")
    assert families_of("sort,put", tuple(FAMILIES)) == ("sort", "put")
    with pytest.raises(ConfigError, match=r"not understand the sentences of sort; it knows put"):
        families_of("put,sort", ("put",))


def test_several_steps_are_asked_less_of() -> None:
    assert aim_of("sort")[0] < aim_of("put")[0] < aim_of("")[0]
