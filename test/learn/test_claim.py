# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from vla_ros.errors import ConfigError
from vla_ros.learn.claim import claim


@pytest.mark.parametrize("written", ['{"seed": 4', "", "\0\0"])
def test_what_cannot_be_read_is_named(tmp_path: Path, written: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(written)
    with pytest.raises(ConfigError, match=r"config.json: cannot be read as JSON: .*use another"):
        claim(path, {"seed": 4})


def test_an_interruption_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = tmp_path / "run" / "config.json", Path.write_text

    def interrupt(self: Path, text: str, encoding: str) -> None:
        write(self, text[:3], encoding=encoding)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(Path, "write_text", interrupt)
        with pytest.raises(KeyboardInterrupt):
            claim(path, {"seed": 4})
    claim(path, {"seed": 4})
    with pytest.raises(ConfigError, match=r"made with seed = 4, wanted 5"):
        claim(path, {"seed": 5})
