# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who takes part in a fault, and what each is told in the beginning; all from the profile."""

from pathlib import Path
from typing import Any

import yaml

from vla_ros.errors import ConfigError
from vla_ros.faults.bounds import CAMERA_HZ
from vla_ros.faults.fault import Setting
from vla_ros.params import SimParams
from vla_ros.robot.profile import RobotProfile
from vla_ros.sim.profile import check_profile

ON_THE_CLOCK = ("policy", "surroundings")  # Their stamps are those of the simulated clock.
_STATES = "/faults/joint_states"
_ESTOP = "/faults/estop"
_IMAGES = "/faults/image_raw"
_LEAST_JOINTS = 3  # Two that wave, and one that only a chunk that must not count would move.
_KINDS = ("forward_position", "joint_trajectory")
_SOURCES = ("driver", "deadman", "human", "obstacles")


def check_kinds(profile: RobotProfile) -> None:
    """Refuse a robot whose commands nobody here can judge.

    Raises:
        ConfigError: Arm or gripper are commanded in another way than by positions on a topic.
    """
    for part in ("command", "gripper"):
        kind = getattr(profile, part).kind
        if kind not in _KINDS:
            raise ConfigError(
                f"robot '{profile.name}' has {part}.kind: {kind}; faults are made and judged for "
                f"{' and '.join(_KINDS)}. The gate is the same: try them with a copy of the "
                "profile that has one of these"
            )


def has_simulation(profile: RobotProfile) -> bool:
    """Say whether sim_node simulates the arm; a stand-in without physics plays any other."""
    try:
        check_profile(profile)
    except ConfigError:
        return False
    return True


def nodes(setting: Setting) -> tuple[str, ...]:
    """Return the nodes that take part."""
    seeing = ("perception_node",) if setting.sees else ()
    return ("sim_node", "executor_node", *seeing)


def simulator(setting: Setting) -> dict[str, str]:
    """Return parameters of sim_node beyond its robot."""
    return {"camera_rate_hz": str(CAMERA_HZ)} if setting.sees else {}


def cast(profile: RobotProfile, setting: Setting) -> tuple[str, ...]:
    """Return who plays, apart from the button and the nodes.

    Raises:
        ConfigError: The arm has too few joints.
    """
    if len(profile.joints) < _LEAST_JOINTS:
        raise ConfigError(
            f"robot '{profile.name}' has {len(profile.joints)} joints; faults are made on arms "
            f"with {_LEAST_JOINTS} or more"
        )
    named = any(getattr(profile, name) is not None for name in _SOURCES)
    clock = ("clock",) if setting is Setting.CLOCK else ()
    imager = ("imager",) if setting.sees else ()
    surroundings = ("surroundings",) if named else ()
    return ("policy", "relay", "probe", *clock, *imager, *surroundings)


def write_profile(profile: RobotProfile, folder: Path, setting: Setting = Setting.USUAL) -> Path:
    """Write the profile of the nodes: joints, button and a camera come from our players."""
    told = profile.model_dump(mode="json", exclude_none=True)
    told |= {
        "name": "bench",
        "urdf": str(profile.urdf_file()),
        "state_topic": _STATES,
        "estop": {**told["estop"], "topic": _ESTOP},
    }
    # The bench judges each command, so a trajectory may not stand for several.
    told["command"]["window_s"] = 1.0 / profile.command.rate_hz
    told["cameras"][0]["topic"] = _IMAGES
    if setting.sees:
        transport = "compressed" if setting is Setting.JPEG else "raw"
        sim = SimParams()
        picture = {"size": [sim.image_width, sim.image_height]}
        told["cameras"] = [{**camera, **picture} for camera in told["cameras"]]
        told["cameras"][0] |= {"transport": transport, "rate_hz": CAMERA_HZ}
    path = folder / "bench.yaml"
    path.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return path


def script(
    profile: RobotProfile, name: str, namespace: str, setting: Setting = Setting.USUAL
) -> tuple[str, dict[str, Any] | None]:
    """Return the module of a player, and what it is told."""
    scripts: dict[str, tuple[str, dict[str, Any] | None]] = {
        "button": ("button", {"topic": _ESTOP}),
        "policy": (
            "wave",
            {
                "joints": profile.joint_names,
                "states": _STATES,
                "namespace": namespace,
                "home": profile.home,
                "sides": [_roomier_side(profile, j) for j in (0, -1)],
                "looks": setting.sees,
            },
        ),
        "relay": (
            "relay",
            {
                "source": profile.state_topic,
                "target": _STATES,
                "joint": profile.joint_names[0],
            },
        ),
        "surroundings": (
            "surroundings",
            {
                "frame": profile.base_frame,
                **{
                    kind: getattr(profile, kind).topic
                    for kind in _SOURCES
                    if getattr(profile, kind) is not None
                },
            },
        ),
        "imager": (
            "imager",
            {
                "source": profile.cameras[0].topic,
                "target": _IMAGES,
                "jpeg": setting is Setting.JPEG,
            },
        ),
        "probe": ("probe", None),
        "clock": ("clock", None),
    }
    return scripts[name]


def _roomier_side(profile: RobotProfile, joint: int) -> float:
    """Return the direction in which a joint has more room from home."""
    limits, home = profile.joints[joint], profile.home[joint]
    return 1.0 if limits.upper_rad - home >= home - limits.lower_rad else -1.0
