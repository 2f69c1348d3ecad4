# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from vla_ros.model.deployed import OUTPUT_NAMES, DeployedNetwork, scale_picture
from vla_ros.model.network import CameraShape, NetworkShape, VlaNetwork

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
    horizon=3,
    queries=2,
    width=16,
    text_width=8,
    layers=1,
)
TOKENS = torch.tensor([[1, 2, 3, 0, 0], [4, 5, 6, 1, 2]])


@pytest.fixture
def network() -> VlaNetwork:
    torch.manual_seed(0)
    return VlaNetwork(SHAPE).eval()


def pictures() -> tuple[torch.Tensor, ...]:
    draw = torch.Generator().manual_seed(1)
    return tuple(torch.rand(2, 3, 32, 32, generator=draw) * 2 - 1 for _ in SHAPE.cameras)


def test_a_prediction_has_one_row_per_step(network: VlaNetwork) -> None:
    said = network(pictures(), torch.zeros(2, 6), TOKENS)
    assert said.rows.shape == (2, 3, 4)
    assert said.gripper.shape == (2, 3)
    assert said.progress.shape == said.done.shape == (2,)
    assert [tuple(a.shape) for a in said.attention] == [(2, 2, 64), (2, 2, 16)]
    assert said.offsets.shape == (2, 2, 3)


def test_padding_is_not_read(network: VlaNetwork) -> None:
    with torch.no_grad():
        short = network(pictures(), torch.zeros(2, 6), TOKENS[:, :])
        network.text.embedding.weight[0] += 10.0
        again = network(pictures(), torch.zeros(2, 6), TOKENS[:, :])
    assert torch.allclose(short.rows[0], again.rows[0], atol=1e-5)


def test_words_pictures_and_state_all_matter(network: VlaNetwork) -> None:
    with torch.no_grad():
        said = network(pictures(), torch.zeros(2, 6), TOKENS).rows
        darker = tuple(p * 0.5 for p in pictures())
        assert not torch.allclose(network(darker, torch.zeros(2, 6), TOKENS).rows, said)
        assert not torch.allclose(network(pictures(), torch.ones(2, 6), TOKENS).rows, said)
        swapped = TOKENS.flip(0)
        assert not torch.allclose(network(pictures(), torch.zeros(2, 6), swapped).rows, said)


def test_every_weight_learns(network: VlaNetwork) -> None:
    said = network(pictures(), torch.randn(2, 6), TOKENS)
    loss = sum(part.square().sum() for part in (*said[:4], *said.attention, said.offsets))
    loss.backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    assert idle == []


def test_the_deployed_network_speaks_si_units(network: VlaNetwork) -> None:
    raw = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    with torch.no_grad():
        rows, gripper, progress, done, front, wrist = DeployedNetwork(network)(
            raw, raw, torch.zeros(2, 6), TOKENS
        )
        said = network((scale_picture(raw),) * 2, torch.zeros(2, 6), TOKENS)
    assert len(OUTPUT_NAMES) == 4
    assert torch.allclose(rows, said.rows * torch.tensor(SHAPE.action_scale))
    for share in (gripper, progress, done):
        assert ((share >= 0.0) & (share <= 1.0)).all()
    assert front.shape == (2, 2, 8, 8)
    assert wrist.shape == (2, 2, 4, 4)
    assert torch.allclose(front.sum((2, 3)), torch.ones(2, 2), atol=1e-5)


def test_a_picture_is_scaled_to_minus_one_and_one() -> None:
    raw = torch.tensor([0, 255], dtype=torch.uint8).reshape(1, 1, 2, 1).expand(1, 1, 2, 3)
    assert scale_picture(raw)[0, 0].tolist() == [[-1.0, 1.0]]
