# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lets a process that steers a robot go before those that compute."""

import os

_NICENESS = -10


def raise_priority() -> bool:
    """Ask for a higher priority for this thread and those it starts; say whether it was granted.

    It takes the right to do so (`CAP_SYS_NICE`, or `nice` in /etc/security/limits.conf); without
    it everything works, and a busy machine makes ticks late sooner.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    except PermissionError:
        return False
    return True
