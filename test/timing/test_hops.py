# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from vla_ros.timing.hops import HOPS, NODES, Kind, add_rest, hops_of, is_whole, total_ms

MS = 1_000_000


def test_every_hop_has_a_name_of_its_own_and_every_kind_has_a_hop() -> None:
    assert len({hop.name for hop in HOPS}) == len(HOPS)
    assert {hop.kind for hop in HOPS} == set(Kind)


def test_the_way_goes_through_one_node_after_the_other() -> None:
    assert tuple(hop for node in NODES for hop in hops_of(node)) == HOPS


def test_where_two_machines_meet_their_clocks_are_named() -> None:
    crossing = [hop.name for hop in HOPS if hop.clocks is not None]
    assert crossing == ["camera", *(hop.name for hop in HOPS if hop.kind is Kind.TRANSPORT)]


def test_the_rest_is_what_no_hop_accounts_for_yet() -> None:
    hops = add_rest((("camera", 3.0), ("decode", 1.5)), "camera_wait", 100 * MS, 110 * MS)
    assert hops[2] == ("camera_wait", pytest.approx(5.5))
    assert total_ms(hops) == pytest.approx(10.0)


def test_a_clock_that_is_behind_gives_a_negative_rest_and_the_next_one_is_right_again() -> None:
    hops = add_rest((("camera", 3.0),), "observation_transport", 100 * MS, 101 * MS)
    assert hops[-1] == ("observation_transport", pytest.approx(-2.0))
    assert add_rest(hops, "infer", 100 * MS, 108 * MS)[-1] == ("infer", pytest.approx(7.0))


@pytest.mark.parametrize(
    "hops",
    [
        (),
        (("infer", 4.0),),
        (("camera", math.nan),),
        (("camera", math.inf), ("decode", -math.inf)),
    ],
)
def test_without_the_beginning_nothing_is_added(hops: tuple[tuple[str, float], ...]) -> None:
    assert not is_whole(hops)
    assert add_rest(hops, "answer", 0, 50 * MS) is hops
