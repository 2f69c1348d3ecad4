# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a step of training takes in one process: in which precision, compiled or not.

Pictures and sentences are noise; reading them, and what several processes tell each other, are not
part of it.
"""

import sys
from itertools import product

import torch
from measure import make_parser, measure, quantiles, report

from vla_ros.learn.batches import Batch
from vla_ros.learn.config import LearnConfig, OptimiserConfig, load_learn_config
from vla_ros.learn.fast import choose_compare, multiply_in_bfloat16, takes_bfloat16
from vla_ros.learn.train import make_shape
from vla_ros.model.network import NetworkShape, VlaNetwork
from vla_ros.policy.language import Vocabulary, make_vocabulary
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.sim.tasks import known_words

SENTENCES = 4  # Of each frame, as in demonstrations.


def make_network(config: LearnConfig, profile: PolicyProfile, words: Vocabulary) -> VlaNetwork:
    """Return an untrained network."""
    states = len(profile.state)
    shape = make_shape(config, profile, words, ((0.0,) * states, (1.0,) * states))
    network: VlaNetwork = VlaNetwork(shape).to(memory_format=torch.channels_last)
    return network


def make_batch(config: LearnConfig, shape: NetworkShape) -> Batch:
    """Return a batch of noise."""
    frames, count = config.training.frames, config.training.frames * SENTENCES
    sizes = [camera.size for camera in shape.cameras]
    return Batch(
        pictures=tuple(torch.rand(frames, 3, size, size) * 2.0 - 1.0 for size in sizes),
        state=torch.randn(frames, len(shape.state_mean)),
        tokens=torch.randint(1, shape.vocabulary, (count, shape.text_length)),
        grounded=torch.ones(count),
        rows=torch.randn(count, shape.horizon, len(shape.action_scale)) * 0.1,
        gripper=torch.rand(count, shape.horizon),
        counts=torch.ones(count, shape.horizon),
        progress=torch.rand(count),
        done=torch.rand(count),
        pixels=torch.rand(count, len(sizes), 3, 2),
        offsets_m=torch.randn(count, 3, 3) * 0.1,
    )


def time_steps(config: LearnConfig, training: OptimiserConfig, repeats: int) -> list[float]:
    """Return how long each of some steps took [ms]."""
    torch.manual_seed(0)
    profile = load_policy_profile(config.policy)
    words = make_vocabulary(known_words(), config.network.text_length)
    network = make_network(config, profile, words)
    batch = make_batch(config, network.shape)
    if takes_bfloat16(training):
        multiply_in_bfloat16(network)
    compare = choose_compare(training)
    optimiser = torch.optim.AdamW(network.parameters(), fused=True)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        compare(network, batch, config.losses).total.backward()
        optimiser.step()

    return measure(step, repeats, warm_up=3)


def main() -> int:
    """Measure and print; the exit code."""
    parser = make_parser(__doc__, repeats=30)
    parser.add_argument("--config", default="tabletop", help="training config (default: tabletop)")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    config = load_learn_config(args.config)
    figures: dict[str, float] = {}
    for precision, compiled in product(("float32", "bfloat16"), (False, True)):
        update = {"precision": precision, "compiled": compiled}
        name = f"{precision}_{'compiled' if compiled else 'eager'}"
        samples = time_steps(config, config.training.model_copy(update=update), args.repeats)
        figures |= quantiles(name, samples)
    return report(figures, args.json, [])


if __name__ == "__main__":
    sys.exit(main())
