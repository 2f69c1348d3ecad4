# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shipped files are found by name, given files by path, and mistakes are named."""

import sys
from pathlib import Path

import pytest

from vla_ros import resources
from vla_ros.errors import ConfigError


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A share folder with two robot profiles."""
    robots = tmp_path / "config" / "robots"
    robots.mkdir(parents=True)
    (robots / "left_arm.yaml").touch()
    (robots / "right_arm.yml").touch()
    (robots / "notes.txt").touch()
    monkeypatch.setattr(resources, "share_dir", lambda: tmp_path)
    return robots


def install(prefix: Path) -> Path:
    """Lay out a package as pip or colcon would; return its `resources.py`."""
    package = prefix / "lib" / "python3" / "site-packages" / "vla_ros"
    package.mkdir(parents=True)
    share = prefix / "share" / "vla_ros"
    share.mkdir(parents=True)
    (share / "package.xml").touch()
    return package / "resources.py"


def test_checkout_is_its_own_share_folder() -> None:
    assert (resources.share_dir() / "config" / "fastdds.xml").is_file()


def test_installed_package_finds_the_share_folder_of_its_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "__file__", str(install(tmp_path)))
    assert resources.share_dir() == tmp_path / "share" / "vla_ros"


def test_share_folder_is_found_through_the_ament_prefix_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "prefix")
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "elsewhere" / "resources.py"))
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"/nowhere:{tmp_path / 'prefix'}")
    assert resources.share_dir() == tmp_path / "prefix" / "share" / "vla_ros"


def test_incomplete_installation_is_an_error_that_says_how_to_repair_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "vla_ros" / "resources.py"))
    monkeypatch.setenv("AMENT_PREFIX_PATH", "/nowhere")
    monkeypatch.setattr(sys, "prefix", "/nowhere/either")
    with pytest.raises(ConfigError, match=r"in none of: .*/nowhere.*pip install \."):
        resources.share_dir()


def test_name_finds_a_shipped_profile(share: Path) -> None:
    assert resources.config_path("robots", "left_arm") == share / "left_arm.yaml"
    assert resources.config_path("robots", "right_arm") == share / "right_arm.yml"


def test_path_finds_any_file(share: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.touch()
    assert resources.config_path("robots", mine) == mine


def test_names_are_those_of_profiles(share: Path) -> None:
    assert resources.config_names("robots") == ("left_arm", "right_arm")
    assert resources.config_names("policies") == ()


def test_misspelt_name_is_answered_with_the_right_one(share: Path) -> None:
    text = (
        r"'left_amr' does not exist\. Did you mean 'left_arm'\? Available: left_arm, right_arm\."
    )
    with pytest.raises(ConfigError, match=text):
        resources.config_path("robots", "left_amr")


@pytest.mark.parametrize("name", ["", ".", "..", "nan"])
def test_nonsense_name_is_refused(share: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        resources.config_path("robots", name)


def test_path_of_no_file_is_refused(share: Path) -> None:
    with pytest.raises(ConfigError, match=r"'there/is\.yaml' is not a file; looked in"):
        resources.config_path("robots", "there/is.yaml")


def test_ament_prefix_path_of_a_sourced_ros_is_kept() -> None:
    environ = {"AMENT_PREFIX_PATH": "/opt/ros/kilted"}
    resources.ensure_ament_prefix_path(environ)
    assert environ == {"AMENT_PREFIX_PATH": "/opt/ros/kilted"}


def test_ros_from_pip_becomes_the_ament_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "share" / "ament_index").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    environ: dict[str, str] = {}
    resources.ensure_ament_prefix_path(environ)
    assert environ == {"AMENT_PREFIX_PATH": str(tmp_path)}


def test_without_ros_there_is_no_ament_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    environ: dict[str, str] = {}
    resources.ensure_ament_prefix_path(environ)
    assert environ == {}


@pytest.mark.parametrize(
    ("library", "variable"),
    [
        ("fastdds", "FASTDDS_DEFAULT_PROFILES_FILE"),
        ("fastrtps", "FASTRTPS_DEFAULT_PROFILES_FILE"),
    ],
)
def test_each_fast_dds_gets_the_profile_by_its_own_variable(
    tmp_path: Path, library: str, variable: str
) -> None:
    (tmp_path / "share" / library).mkdir(parents=True)
    environ = {"AMENT_PREFIX_PATH": f"{tmp_path}:/nowhere"}
    resources.ensure_fastdds_profile(environ)
    assert Path(environ.pop(variable)) == resources.share_dir() / "config" / "fastdds.xml"
    assert set(environ) == {"AMENT_PREFIX_PATH"}


def test_fast_dds_profile_of_the_user_is_kept() -> None:
    environ = {"FASTRTPS_DEFAULT_PROFILES_FILE": "mine.xml"}
    resources.ensure_fastdds_profile(environ)
    assert environ == {"FASTRTPS_DEFAULT_PROFILES_FILE": "mine.xml"}


# ---- robot descriptions ----


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prefix with one package, which has a URDF and a xacro file."""
    folder = tmp_path / "prefix" / "share" / "my_description" / "urdf"
    folder.mkdir(parents=True)
    (folder / "arm.urdf").touch()
    (folder / "arm.urdf.xacro").touch()
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"/nowhere:{tmp_path / 'prefix'}")
    return tmp_path / "prefix"


def test_urdf_of_a_package_is_found(prefix: Path) -> None:
    found = resources.urdf_path("package://my_description/urdf/arm.urdf")
    assert found == prefix / "share" / "my_description" / "urdf" / "arm.urdf"


def test_package_that_is_not_installed_is_named_with_what_to_install(prefix: Path) -> None:
    text = r"'ur_description' is not installed.*apt install ros-\$ROS_DISTRO-ur-description"
    with pytest.raises(ConfigError, match=text):
        resources.urdf_path("package://ur_description/urdf/ur.urdf")


@pytest.mark.parametrize("inside", ["urdf/gone.urdf", "urdf", ""])
def test_file_that_a_package_lacks_is_named(prefix: Path, inside: str) -> None:
    text = f"package 'my_description' in .* has no file '{inside}'"
    with pytest.raises(ConfigError, match=text):
        resources.urdf_path(f"package://my_description/{inside}")


@pytest.mark.parametrize("uri", ["package://", "package:///urdf/arm.urdf"])
def test_package_without_a_name_is_refused(prefix: Path, uri: str) -> None:
    with pytest.raises(ConfigError, match="package '' is not installed"):
        resources.urdf_path(uri)


def test_xacro_file_is_answered_with_the_command_that_makes_a_urdf(prefix: Path) -> None:
    text = r"is a xacro file.* Run: xacro \S+/arm\.urdf\.xacro > arm\.urdf "
    with pytest.raises(ConfigError, match=text):
        resources.urdf_path("package://my_description/urdf/arm.urdf.xacro")


def test_urdf_that_was_not_made_yet_is_answered_with_the_page_that_says_how() -> None:
    with pytest.raises(ConfigError, match=r"'/no/arm\.urdf' is not a file.*add-your-arm\.md"):
        resources.urdf_path("/no/arm.urdf")


def test_urdf_may_lie_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "arm.urdf").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resources.urdf_path("~/arm.urdf") == tmp_path / "arm.urdf"
