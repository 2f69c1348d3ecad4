# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy has to reach, and what it should aim at."""

from collections.abc import Iterator, Sequence

from vla_ros.evaluate.cases import aim_of
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.figures import by_family, of_suite, refusals, summarise, swaps

SWAP_BAR, SWAP_AIM = 0.80, 0.90
REFUSED_BAR = 0.95
FALSELY_REFUSED_BAR = 0.03
# A shift may cost so much of the success rate.
SHIFT_BAR, SHIFT_AIM = 0.10, 0.05
SHIFTED = ("camera moved", "light halved", "shadows")


def below_bar(results: Sequence[EpisodeResult], bar: float | None = None) -> list[str]:
    """Say which of the figures that were measured miss what is wanted.

    Args:
        results: All episodes.
        bar: Success rate wanted of all together; None takes the usual one.
    """
    return [
        f"{name}: {share:.1%}, wanted at {'most' if is_cost else 'least'} {wanted:.0%}"
        for name, share, wanted, is_cost in _measured(results, bar)
        if not (share <= wanted if is_cost else share >= wanted)
    ]


def lost_to(suite: Sequence[EpisodeResult], results: Sequence[EpisodeResult]) -> float:
    """Return how much lower the success rate of a suite is than that of the same main episodes.

    To nine digits, so that 0.92 and 0.82 are 0.1 apart.

    Args:
        suite: Its episodes.
        results: All episodes; the main ones of the same seeds are compared.
    """
    seeds = {result.seed for result in suite}
    same = [result for result in of_suite(results) if result.seed in seeds]
    return round(summarise(same).success.share - summarise(suite).success.share, 9)


def _measured(
    results: Sequence[EpisodeResult], bar: float | None
) -> Iterator[tuple[str, float, float, bool]]:
    """Yield what was measured, what is wanted, and whether less is better."""
    main = of_suite(results)
    if main:
        wanted = aim_of("")[0] if bar is None else bar
        yield "all", summarise(main).success.share, wanted, False
    families = by_family(main)
    if len(families) > 1:
        for name, some in families.items():
            yield name, summarise(some).success.share, aim_of(name)[0], False
    for suite in SHIFTED if main else ():
        if some := of_suite(results, suite):
            yield f"lost to '{suite}'", lost_to(some, results), SHIFT_BAR, True
    pairs, found = swaps(results), refusals(results)
    if pairs.trials:
        yield "swapped instructions", pairs.share, SWAP_BAR, False
    if found.refused.trials:
        yield "refused what cannot be done", found.refused.share, REFUSED_BAR, False
    if found.falsely.trials:
        yield "refused what can be done", found.falsely.share, FALSELY_REFUSED_BAR, True
