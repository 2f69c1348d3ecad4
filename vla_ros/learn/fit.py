# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a config and its policy profile fit together, asked before hours of work."""

from collections.abc import Iterator, Sequence

from vla_ros.errors import ConfigError
from vla_ros.learn.config import CameraConfig, LearnConfig, NetworkConfig
from vla_ros.learn.labels import answers_not_taught, frame_rate_hz
from vla_ros.model.attention import ATTENTION_HEADS
from vla_ros.model.vision import GROUPS, has_side
from vla_ros.policy.images import ImageSpec
from vla_ros.policy.model_file import inputs_not_taken
from vla_ros.policy.spec import PolicyProfile
from vla_ros.sim.tasks import FAMILIES


def check_fit(config: LearnConfig, profile: PolicyProfile) -> None:
    """Refuse what could not be trained, or would be trained to no purpose.

    Args:
        config: How a policy is made.
        profile: Of that policy.

    Raises:
        ConfigError: With a line for each key that is wrong, what it has and what is wanted.
    """
    name = profile.name
    _refuse(
        f"policy profile '{name}' wants what a trained network does not see",
        inputs_not_taken(profile),
    )
    if config.demonstrations is not None:
        _refuse(
            f"policy profile '{name}' wants other answers than demonstrations show",
            answers_not_taught(profile.action),
        )
        _refuse("the config names unknown task families", list(_families(config)))
        frame_rate_hz(config.demonstrations.every_s, profile.action.step_s)
    _refuse(
        f"the config's network cannot be built, or not for policy profile '{name}'",
        [*_cameras(config.network, profile), *_sizes(config.network, profile)],
    )


def _refuse(what: str, found: Sequence[str]) -> None:
    if found:
        raise ConfigError("\n  ".join((f"{what}:", *found)))


def _families(config: LearnConfig) -> Iterator[str]:
    shown = config.demonstrations
    named = {"demonstrations": None if shown is None else shown.families}
    named |= {f"corrections[{n}]": each.families for n, each in enumerate(config.corrections)}
    for section, families in named.items():
        for family in families or ():
            if family not in FAMILIES:
                yield f"{section}.families.{family}: wanted one of {', '.join(FAMILIES)}"


def _cameras(network: NetworkConfig, profile: PolicyProfile) -> Iterator[str]:
    keys = [camera.key for camera in network.cameras]
    wanted = [image.key for image in profile.images]
    if keys != wanted:
        yield (
            f"network.cameras has the keys {', '.join(keys)}: the policy sees "
            f"{', '.join(wanted)}, in this order"
        )
        return
    for n, (camera, image) in enumerate(zip(network.cameras, profile.images, strict=True)):
        yield from _camera(f"network.cameras[{n}]", camera, image)


def _camera(name: str, camera: CameraConfig, image: ImageSpec) -> Iterator[str]:
    if image.width != image.height:
        yield (
            f"{name}: the policy sees {image.key} with {image.width} x {image.height} pixels, a "
            "network takes squares; correct width or height in the profile"
        )
    elif camera.size != image.width:
        yield f"{name}.size = {camera.size}: the policy sees {image.key} with {image.width} pixels"
    if camera.channels % GROUPS:
        yield f"{name}.channels = {camera.channels}: wanted a multiple of {GROUPS}"
    if not has_side(camera.size, camera.grid):
        grids = [str(grid) for grid in range(1, camera.size) if has_side(camera.size, grid)]
        yield (
            f"{name}.grid = {camera.grid}: wanted one of {', '.join(grids)} for size {camera.size}"
        )


def _sizes(network: NetworkConfig, profile: PolicyProfile) -> Iterator[str]:
    action = profile.action
    for key, width in (("width", network.width), ("text_width", network.text_width)):
        if width % ATTENTION_HEADS:
            yield f"network.{key} = {width}: wanted a multiple of {ATTENTION_HEADS}"
    if action.horizon % network.rows_per_token:
        yield (
            f"network.rows_per_token = {network.rows_per_token}: wanted a divisor of the policy's "
            f"action.horizon = {action.horizon}"
        )
    if len(network.action_scale) != profile.action_width:
        yield (
            f"network.action_scale has {len(network.action_scale)} numbers: the policy answers "
            f"rows of {profile.action_width}, without the gripper"
        )
    if network.head == "tokens" and not action.space.is_delta:
        yield (
            "network.head = tokens: says only how far to go, up to a few action scales; the "
            f"policy's action.space = {action.space.value} wants regression or flow"
        )
