# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator

import pytest

from vla_ros.evaluate.run import Player, Subject, player


@pytest.fixture(scope="module")
def expert() -> Iterator[Player]:
    with player(Subject(policy="expert")) as opened:
        yield opened
