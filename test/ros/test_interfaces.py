# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import pytest

pytest.importorskip("rclpy")

from std_msgs.msg import Bool

from vla_ros.errors import ConfigError
from vla_ros.ros.interfaces import import_interface


def test_a_type_that_is_installed_is_returned() -> None:
    assert import_interface("std_msgs.msg", "Bool", wanted_by="anything") is Bool


@pytest.mark.parametrize(
    ("module", "name"), [("no_such_msgs.action", "Go"), ("std_msgs.msg", "Boole")]
)
def test_a_type_that_is_not_is_named_with_its_package(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROS_DISTRO", "kilted")
    with pytest.raises(ConfigError, match=r"'command\.kind: x' in the robot profile needs") as got:
        import_interface(module, name, wanted_by="command.kind: x")
    package, kind = module.split(".")
    assert f"needs {package}/{kind}/{name}, which is not installed" in str(got.value)
    assert f"Install ros-kilted-{package.replace('_', '-')}," in str(got.value)
