# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import copy
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from vla_ros.model.deployed import OUTPUT_NAMES, DeployedNetwork, scale_picture
from vla_ros.model.heads import HEADS
from vla_ros.model.network import CameraShape, NetworkShape, VlaNetwork
from vla_ros.model.vision import FOUND, KEY, CameraEncoder, CameraMap, has_side

SHAPE = NetworkShape(
    vocabulary=7,
    text_length=5,
    cameras=(
        CameraShape(key="front", size=32, channels=8, grid=8),
        CameraShape(key="wrist", size=32, channels=16, grid=4),
    ),
    state_mean=(0.0,) * 6,
    state_scale=(1.0,) * 6,
    action_scale=(0.1, 0.1, 0.1, 0.4),
    horizon=4,
    queries=3,
    width=16,
    layers=1,
    text_width=8,
    text_layers=1,
)
TOKENS = torch.tensor([[1, 2, 3, 0, 0], [4, 5, 6, 1, 2]])


@pytest.fixture(params=HEADS)
def network(request: pytest.FixtureRequest) -> VlaNetwork:
    torch.manual_seed(0)
    return VlaNetwork(replace(SHAPE, head=request.param)).eval()


def pictures() -> tuple[torch.Tensor, ...]:
    draw = torch.Generator().manual_seed(1)
    return tuple(torch.rand(2, 3, 32, 32, generator=draw) * 2 - 1 for _ in SHAPE.cameras)


def test_an_answer_has_one_row_per_step(network: VlaNetwork) -> None:
    said, chunk = network(pictures(), torch.zeros(2, 6), TOKENS)
    assert chunk.rows.shape == (2, 4, 4)
    assert chunk.gripper.shape == (2, 4)
    assert chunk.spread.shape == (2,)
    assert (chunk.spread > 0.0).all()
    assert said.progress.shape == said.done.shape == said.grounded.shape == (2,)
    for looks, grid in zip(said.attention, (8, 4), strict=True):
        assert [tuple(scores.shape) for scores in looks] == [(2, 3, grid**2)] * 2
    assert said.offsets.shape == (2, 3, 3)


@pytest.mark.parametrize("name", ["tokens", "flow"])
def test_every_number_of_a_row_adds_to_how_far_it_may_be_off(name: str) -> None:
    """As in `regression`, whose scale is that of the error of all of them together."""
    spread = {}
    for count in (2, 4):
        head = HEADS[name](16, 4, count, 2)
        for weights in head.parameters():
            torch.nn.init.zeros_(weights)
        for noise in (b for n, b in head.named_buffers() if n == "noise"):
            noise.copy_(torch.linspace(-1.0, 1.0, len(noise))[:, None, None].expand_as(noise))
        spread[count] = head(torch.zeros(1, 2, 16)).spread
    assert spread[2] > 0.0
    torch.testing.assert_close(spread[4], 2.0 * spread[2])


def test_the_same_is_always_answered_to_the_same(network: VlaNetwork) -> None:
    with torch.no_grad():
        one, other = (network(pictures(), torch.zeros(2, 6), TOKENS)[1] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_padding_is_not_read(network: VlaNetwork) -> None:
    with torch.no_grad():
        short = network(pictures(), torch.zeros(2, 6), TOKENS)[0]
        network.text.embedding.weight[0] += 10.0
        again = network(pictures(), torch.zeros(2, 6), TOKENS)[0]
    assert torch.allclose(short.features[0], again.features[0], atol=1e-5)


def test_words_pictures_and_state_all_matter(network: VlaNetwork) -> None:
    with torch.no_grad():
        said = network(pictures(), torch.zeros(2, 6), TOKENS)[0].features
        darker = tuple(p * 0.5 for p in pictures())
        for changed in (
            (darker, torch.zeros(2, 6), TOKENS),
            (pictures(), torch.ones(2, 6), TOKENS),
            (pictures(), torch.zeros(2, 6), TOKENS.flip(0)),
        ):
            assert not torch.allclose(network(*changed)[0].features, said)


def test_several_sentences_share_a_picture(network: VlaNetwork) -> None:
    both = TOKENS.repeat(2, 1)
    with torch.no_grad():
        once = network(
            tuple(p.repeat_interleave(2, 0) for p in pictures()), torch.zeros(4, 6), both
        )
        shared = network.train()(pictures(), torch.zeros(2, 6), both)
    assert torch.allclose(once[0].features, shared[0].features, atol=1e-5)


def test_every_weight_learns(network: VlaNetwork) -> None:
    said = network.understand(pictures(), torch.randn(2, 6), TOKENS)
    every = torch.ones(2, 4)
    blame = network.head.blame(said.features, torch.randn(2, 4, 4), every, every)
    assert blame.shape == (2,)
    looks = [scores for look in said.attention for scores in look]
    parts = (said.progress, said.done, said.grounded, *looks, said.offsets, blame)
    sum(part.square().sum() for part in parts).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    assert idle == []


def test_rows_that_do_not_count_are_nobodys_fault(network: VlaNetwork) -> None:
    features = network.understand(pictures(), torch.zeros(2, 6), TOKENS).features.detach()
    rows, gripper, counts = torch.zeros(2, 4, 4), torch.ones(2, 4), torch.ones(2, 4)
    counts[0, 2:] = 0.0
    torch.manual_seed(3)
    some = network.head.blame(features, rows, gripper, counts)
    torch.manual_seed(3)
    every = network.head.blame(features, rows, gripper, torch.ones(2, 4))
    assert some[0] < every[0]
    assert some[1].item() == pytest.approx(every[1].item())
    network.zero_grad()
    network.head.blame(features, rows, gripper, torch.zeros(2, 4)).sum().backward()
    assert not any(p.grad.any() for p in network.head.parameters() if p.grad is not None)


def test_the_deployed_network_speaks_si_units(network: VlaNetwork) -> None:
    raw = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    with torch.no_grad():
        rows, gripper, *shares, front, wrist = DeployedNetwork(network)(
            raw, raw, torch.zeros(2, 6), TOKENS
        )
        chunk = network((scale_picture(raw),) * 2, torch.zeros(2, 6), TOKENS)[1]
    assert len(OUTPUT_NAMES) == 2 + len(shares)
    assert torch.allclose(rows, chunk.rows * torch.tensor(SHAPE.action_scale))
    for share in (gripper, *shares):
        assert ((share >= 0.0) & (share <= 1.0)).all()
    assert front.shape == (2, 3, 8, 8)
    assert wrist.shape == (2, 3, 4, 4)
    assert torch.allclose(front.sum((2, 3)), torch.ones(2, 3), atol=1e-5)


def test_a_picture_is_scaled_to_minus_one_and_one() -> None:
    raw = torch.tensor([0, 255], dtype=torch.uint8).reshape(1, 1, 2, 1).expand(1, 1, 2, 3)
    assert scale_picture(raw)[0, 0].tolist() == [[-1.0, 1.0]]


@pytest.mark.parametrize("size", [16, 21, 30, 32, 35])
def test_the_sides_that_a_map_may_have_are_those_that_it_gets(size: int) -> None:
    picture = torch.zeros(2, 3, size, size)
    for grid in range(1, size // 2 + 1):
        seen = CameraEncoder(channels=8, grid=grid, size=size)(picture)
        assert has_side(size, grid) == (seen.keys.shape[2] == grid**2), grid
    assert not has_side(size, size)


def test_two_places_that_fit_are_told_from_one_between_them() -> None:
    encoder = CameraEncoder(channels=8, grid=8, size=32)

    def look(*places: int) -> list[float]:
        keys = torch.full((1, KEY, 64), -1.0)
        keys[:, :, list(places)] = 1.0
        seen = CameraMap(keys, torch.zeros(1, 64, KEY), torch.zeros(1, 8))
        found: torch.Tensor = encoder.look(seen, torch.ones(1, 1, KEY)).found[0, 0]
        assert len(found) == FOUND
        return found[KEY:].tolist()

    between, both = look(27), look(26, 28)
    assert both[:2] == pytest.approx(between[:2], abs=1e-3)
    assert both[3] > between[3] + 0.1
    assert look(24, 30)[3] > both[3] + 0.1


def answer(*networks: VlaNetwork) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(2)
    shown = [
        torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8, generator=draw)
        for _ in SHAPE.cameras
    ]
    with torch.no_grad():
        said = DeployedNetwork(*networks)(*shown, torch.zeros(2, 6), TOKENS)
    return dict(zip((*OUTPUT_NAMES, "front", "wrist"), said, strict=True))


def test_of_an_ensemble_the_first_acts_and_all_say_whether_it_can_be_done(
    network: VlaNetwork,
) -> None:
    torch.manual_seed(1)
    other = VlaNetwork(network.shape).eval()
    one, two, both = answer(network), answer(other), answer(network, other)
    assert not torch.allclose(one["rows"], two["rows"])
    torch.testing.assert_close(both.pop("grounded"), (one["grounded"] + two["grounded"]) / 2)
    del both["confidence"]
    for name, value in both.items():
        torch.testing.assert_close(value, one[name])


def test_networks_that_differ_are_less_sure_together(network: VlaNetwork) -> None:
    torch.manual_seed(1)
    other = VlaNetwork(network.shape).eval()
    alone = answer(network)["confidence"]
    torch.testing.assert_close(answer(network, network)["confidence"], alone)
    spread = [1.0 / answer(n)["confidence"] - 1.0 for n in (network, other)]
    together = 1.0 / answer(network, other)["confidence"] - 1.0
    assert (together > (spread[0] + spread[1]) / 2 + 1e-3).all()


def test_networks_of_which_one_opens_and_one_closes_are_unsure() -> None:
    torch.manual_seed(0)
    one = VlaNetwork(replace(SHAPE, head="regression")).eval()
    other = copy.deepcopy(one)
    for network, opens in ((one, 20.0), (other, -20.0)):
        with torch.no_grad():
            network.head.row.bias.view(-1, len(SHAPE.action_scale) + 2)[:, -2] += opens
    doubt = 1.0 / answer(one, other)["confidence"] - 1.0 / answer(one)["confidence"]
    torch.testing.assert_close(doubt, torch.full_like(doubt, 0.5))
