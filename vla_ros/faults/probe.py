# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How late this machine wakes a process up; apart from everything that is tested.

It answers every line on its standard input with the worst lateness since the last one [ms].
"""

import select
import sys
import time

_PERIOD_NS = 2_000_000


def main() -> int:
    """Measure until the standard input ends."""
    worst_ns, deadline_ns = 0, time.monotonic_ns() + _PERIOD_NS
    while True:
        left_s = max(deadline_ns - time.monotonic_ns(), 0) * 1e-9
        ready, _, _ = select.select([sys.stdin], [], [], left_s)
        now_ns = time.monotonic_ns()
        if ready:
            if not sys.stdin.readline():
                return 0
            sys.stdout.write(f"{worst_ns * 1e-6}\n")
            sys.stdout.flush()
            worst_ns, deadline_ns = 0, time.monotonic_ns() + _PERIOD_NS
        elif now_ns >= deadline_ns:
            worst_ns = max(worst_ns, now_ns - deadline_ns)
            deadline_ns = now_ns + _PERIOD_NS


if __name__ == "__main__":
    sys.exit(main())
