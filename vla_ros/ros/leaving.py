# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A process leaves the graph, and ends even if the middleware does not let it go."""

import faulthandler
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LEAVE_S = 6.0  # A loaded machine takes 2; `ros2 launch` kills after 15.


@contextmanager
def leaving(longest_s: float = LEAVE_S) -> Iterator[None]:
    """End this process with exit code 1 if what is inside takes longer, however it hangs.

    Fast DDS 3.2 may wait for itself for ever when several participants leave at one moment, as on
    Ctrl-C: `DomainParticipant::set_listener` waits for a listener that waits for it. It does so
    while it holds Python's lock, so that no thread and no signal handler of ours would run.

    Args:
        longest_s: How long it may take [s]. Afterwards a traceback on stderr says where it was.
    """
    faulthandler.dump_traceback_later(longest_s, exit=True, file=sys.__stderr__ or 2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
