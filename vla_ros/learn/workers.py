# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several processes that train one network together."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from torch import distributed, multiprocessing

Work = Callable[[], None]


def work_together(work: Work, processes: int) -> None:
    """Run a piece of training in some processes at once; each finds the others in torch's group.

    Args:
        work: Can be pickled; builds a `Trainer` and runs it.
        processes: How many; one runs here.
    """
    if processes == 1:
        work()
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        multiprocessing.spawn(_join, (work, processes, store.as_uri()), nprocs=processes)


def _join(rank: int, work: Work, processes: int, store: str) -> None:
    distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=processes)
    try:
        work()
    finally:
        distributed.destroy_process_group()
