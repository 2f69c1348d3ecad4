# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Is the gate in the way of a policy that does nothing wrong?

The embedded policy acts in simulated scenes, once with all checks and once with the same seeds but
without the verified stop (no check of the next command and its stop). Of the episodes with all
checks none may latch a stop, at most one of a thousand ticks may be corrected, and at most
three of a hundred successes may be lost.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import report

from vla_ros.evaluate.actors import PolicyActor
from vla_ros.evaluate.cases import Case
from vla_ros.evaluate.episode import play
from vla_ros.gate.checks import ALL_CHECKS
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import Decision, GateInputs, GateState
from vla_ros.gate.tick import Check, MotionCheck
from vla_ros.gate.vocabulary import LATCHED, POLICY_REASONS, GateMode, Verdict
from vla_ros.learn.rollout import Rollout
from vla_ros.policy.registry import make_backend
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.world import World

MOST_INTERVENTIONS = 1e-3  # Of the ticks.
MOST_LOST = 0.03  # Of the episodes.


@dataclass(slots=True)
class Count:
    """What a gate did while it ran."""

    ticks: int = 0
    interventions: int = 0
    corrected: int = 0
    latched: int = 0


class CountingGate(Gate):
    """A gate that is watched."""

    def __init__(self, gate: Gate, checks: Sequence[Check]) -> None:
        super().__init__(gate.config, tuple(checks))
        self.count = Count()

    def step(
        self, state: GateState, inputs: GateInputs, now_ns: int
    ) -> tuple[GateState, Decision]:
        """Decide one tick, and count."""
        after, decision = super().step(state, inputs, now_ns)
        count = self.count
        count.ticks += decision.mode is GateMode.RUN
        count.interventions += after.interventions - state.interventions
        count.corrected += any(
            finding.reason in POLICY_REASONS and finding.verdict >= Verdict.CLAMP
            for finding in decision.findings
        )
        count.latched += decision.mode in LATCHED and state.mode not in LATCHED
        return after, decision


def run(checks: Sequence[Check], episodes: int, seed: int) -> tuple[Count, int]:
    """Return what a gate with some checks did, and how many episodes succeeded."""
    robot, policy = load_robot_profile("sim_arm"), load_policy_profile("tabletop")
    actor = PolicyActor(make_backend(policy, robot))
    rollout = Rollout(World(), robot, policy)
    rollout.gate = gate = CountingGate(rollout.gate, checks)
    try:
        cases = (Case(seed=seed + k, family="put") for k in range(episodes))
        won = sum(play(rollout, actor, case).success for case in cases)
    finally:
        rollout.world.close()
        actor.close()
    return gate.count, won


def main() -> int:
    """Run and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=8_000_000, help="of the first scene")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    args = parser.parse_args()
    count, won = run(ALL_CHECKS, args.episodes, args.seed)
    bare = [check for check in ALL_CHECKS if not isinstance(check, MotionCheck)]
    _, bare_won = run(bare, args.episodes, args.seed)
    figures = {
        "episodes": args.episodes,
        "successes": won,
        "successes_without_verified_stop": bare_won,
        "ticks": count.ticks,
        "interventions": count.interventions,
        "interventions_per_tick": count.interventions / max(count.ticks, 1),
        "corrected_ticks_share": count.corrected / max(count.ticks, 1),
        "latched_stops": count.latched,
    }
    missed = []
    if count.latched:
        missed.append(f"{count.latched} latched stops, wanted none")
    share = figures["corrected_ticks_share"]
    if not share <= MOST_INTERVENTIONS:
        missed.append(f"corrected in {share:.2%} of the ticks, wanted {MOST_INTERVENTIONS:.2%}")
    if not bare_won - won <= MOST_LOST * args.episodes:
        missed.append(f"{bare_won - won} successes lost to the verified stop")
    return report(figures, args.json, missed)


if __name__ == "__main__":
    sys.exit(main())
