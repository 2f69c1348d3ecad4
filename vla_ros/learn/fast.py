# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Training in less time: heavy parts in bfloat16 where the CPU has units for it, and compiled."""

import shutil
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor

from vla_ros.learn.batches import Batch
from vla_ros.learn.config import LossConfig, OptimiserConfig
from vla_ros.learn.losses import Losses, compute_losses
from vla_ros.model.attention import TransformerLayer
from vla_ros.model.network import VlaNetwork
from vla_ros.model.vision import CameraEncoder

_HEAVY = (CameraEncoder, TransformerLayer)
_WORTH_COMPILING = 1000  # Steps; compiling takes as long as some hundred of them save.

Compare = Callable[[VlaNetwork, Batch, LossConfig], Losses]


def takes_bfloat16(training: OptimiserConfig) -> bool:
    """Tell whether the heavy parts are to be multiplied in bfloat16.

    Without units of its own for it (AMX) a CPU is slower with bfloat16 than with float32.
    """
    if training.precision == "auto":
        # An older torch does not tell.
        tell: Callable[[], Any] = getattr(torch.cpu, "get_capabilities", dict)
        return bool(tell().get("amx_bf16"))
    return training.precision == "bfloat16"


def precision_of(training: OptimiserConfig) -> str:
    """Return in what the heavy parts are multiplied, as `precision` of the config calls it."""
    return "bfloat16" if takes_bfloat16(training) else "float32"


def multiply_in_bfloat16(network: VlaNetwork) -> None:
    """Let convolutions and transformer layers multiply in bfloat16 from now on.

    Weights, what passes between the layers, where the cameras look, and what the heads say stay
    float32. Neither the weights' names nor what `deepcopy` made before are touched.
    """
    for module in network.modules():
        if isinstance(module, _HEAVY):
            module.forward = _in_bfloat16(module.forward)  # type: ignore[method-assign]


def choose_compare(training: OptimiserConfig) -> Compare:
    """Return `compute_losses`, compiled where that pays and the machine has a compiler."""
    pays = training.compiled and training.steps >= _WORTH_COMPILING
    if not pays or shutil.which("g++") is None:
        return compute_losses
    return cast("Compare", torch.compile(compute_losses, dynamic=False))


def _in_bfloat16(forward: Callable[..., Any]) -> Callable[..., Any]:
    def run(*inputs: Tensor | None) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            said = forward(*inputs)
        if isinstance(said, Tensor):
            return said.float()
        return type(said)(*(part.float() for part in said))

    return run
