# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import copy
import shutil

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from made_up_frames import make_frames

from vla_ros.learn.batches import Batch, Batches
from vla_ros.learn.config import LearnConfig, OptimiserConfig
from vla_ros.learn.fast import choose_compare, multiply_in_bfloat16, takes_bfloat16
from vla_ros.learn.losses import compute_losses
from vla_ros.learn.train import make_shape
from vla_ros.model.network import VlaNetwork
from vla_ros.policy.language import make_vocabulary
from vla_ros.policy.spec import load_policy_profile
from vla_ros.sim.tasks import known_words

PROFILE = load_policy_profile("tabletop")
WORDS = make_vocabulary(known_words(), length=24)


@pytest.fixture
def training(tiny: LearnConfig) -> OptimiserConfig:
    return tiny.training.model_copy(update={"steps": 5000})


@pytest.fixture
def batches() -> Batches:
    return Batches([make_frames(side=128)], WORDS, PROFILE.state, 7)


@pytest.fixture
def batch(batches: Batches) -> Batch:
    return batches.draw(0, 2)


@pytest.fixture
def network(tiny: LearnConfig, batches: Batches) -> VlaNetwork:
    torch.manual_seed(0)
    return VlaNetwork(make_shape(tiny, PROFILE, WORDS, batches.state_statistics()))


@pytest.mark.parametrize("has_units", [True, False])
def test_auto_takes_bfloat16_where_the_cpu_has_units_for_it(
    training: OptimiserConfig, monkeypatch: pytest.MonkeyPatch, has_units: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": has_units})
    taken = [
        takes_bfloat16(training.model_copy(update={"precision": precision}))
        for precision in ("auto", "float32", "bfloat16")
    ]
    assert taken == [has_units, False, True]


def test_a_torch_that_knows_nothing_of_the_cpu_takes_float32(
    training: OptimiserConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not takes_bfloat16(training.model_copy(update={"precision": "auto"}))


def test_in_bfloat16_the_network_says_nearly_the_same(network: VlaNetwork, batch: Batch) -> None:
    other = copy.deepcopy(network)
    multiply_in_bfloat16(other)
    said, near = (
        n.understand(batch.pictures, batch.state, batch.tokens) for n in (network, other)
    )
    off = (near.features - said.features).abs().mean() / said.features.abs().mean()
    assert 0.0 < off < 0.02
    assert near.features.dtype == near.offsets.dtype == torch.float32
    assert all(scores.dtype == torch.float32 for looks in near.attention for scores in looks)
    assert other.state_dict().keys() == network.state_dict().keys()


def test_a_copy_made_before_stays_exact(network: VlaNetwork, batch: Batch) -> None:
    kept = copy.deepcopy(network)
    before = kept.understand(batch.pictures, batch.state, batch.tokens).features
    multiply_in_bfloat16(network)
    after = kept.understand(batch.pictures, batch.state, batch.tokens).features
    assert torch.equal(before, after)


def test_compiled_it_gives_the_same_losses_and_gradients(
    network: VlaNetwork, batch: Batch, tiny: LearnConfig, training: OptimiserConfig
) -> None:
    if shutil.which("g++") is None:
        pytest.skip("torch compiles with g++, which is not here")
    found = []
    for compare in (compute_losses, choose_compare(training)):
        network.zero_grad()
        losses = compare(network, batch, tiny.losses)
        losses.total.backward()
        found.append((losses.total.detach(), network.answers.grad.clone()))
    (total, gradient), (same, alike) = found
    torch.testing.assert_close(same, total, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(alike, gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("change", [{"compiled": False}, {"steps": 100}])
def test_nothing_is_compiled_where_that_does_not_pay(
    training: OptimiserConfig, change: dict[str, object]
) -> None:
    assert choose_compare(training.model_copy(update=change)) is compute_losses


def test_without_a_compiler_nothing_is_compiled(
    training: OptimiserConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert choose_compare(training) is compute_losses
