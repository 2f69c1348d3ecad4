# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several processes that train one network together."""

import logging
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path

from torch import distributed, multiprocessing

from vla_ros.errors import TrainingError, VlaRosError

Work = Callable[[], None]


def work_together(work: Work, processes: int) -> None:
    """Run a piece of training in some processes at once; each finds the others in torch's group.

    Args:
        work: Can be pickled; builds a `Trainer` and runs it.
        processes: How many; a single one is this process.

    Raises:
        TrainingError: A process was killed.
        VlaRosError: What the work raised in one of them; an OSError likewise.
    """
    if processes == 1:
        work()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # It tells which processes it ends when one has failed; what we raise is enough.
        logging.getLogger("torch.multiprocessing.spawn").setLevel(logging.ERROR)
        try:
            multiprocessing.spawn(_join, (work, processes, folder), nprocs=processes)
        except (
            multiprocessing.ProcessRaisedException,
            multiprocessing.ProcessExitedException,
        ) as ended:
            for path in sorted(folder.glob("*.raised")):
                error: Exception = pickle.loads(path.read_bytes())  # noqa: S301  Our own.
                raise error from ended
            if isinstance(ended, multiprocessing.ProcessExitedException):
                raise TrainingError(
                    f"{ended}, of {processes} processes that train. If nobody did that, the "
                    "memory ran out: see the system's log (`dmesg`). Free some and start again: "
                    "it goes on from its last checkpoint. Or train in another folder (--out) with "
                    "training.processes or training.frames lower"
                ) from ended
            raise


def _join(rank: int, work: Work, processes: int, folder: Path) -> None:
    store = (folder / "store").as_uri()
    distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=processes)
    try:
        distributed.barrier()  # Who ends before all have met makes the others complain of it.
        work()
    except (VlaRosError, OSError) as error:  # Told before the others miss this process.
        part = folder / f"{rank}.part"
        part.write_bytes(pickle.dumps(error))
        part.rename(part.with_suffix(".raised"))
        raise
    finally:
        distributed.destroy_process_group()
