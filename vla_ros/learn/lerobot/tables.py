# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of all frames as columns of a Parquet file, laid out as LeRobot expects, and back."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.learn.lerobot.layout import Feature


def to_column(values: NDArray[np.generic], feature: Feature) -> pa.Array:
    """Return values of shape (N, D) as a column: bare numbers if D is 1, else lists of D."""
    if values.shape != (len(values), *feature.shape):
        raise ValueError(f"values of shape {values.shape[1:]}, wanted {feature.shape}")
    column = pa.array(values.astype(feature.dtype, copy=False).reshape(-1))
    if feature.shape == (1,):
        return column
    return pa.FixedSizeListArray.from_arrays(column, feature.shape[0])


def from_column(column: pa.ChunkedArray, feature: Feature) -> NDArray[np.generic]:
    """Return a column as an array of shape (N, *feature.shape).

    Raises:
        ConfigError: The column has another shape, or gaps.
    """
    values = column.combine_chunks()
    while isinstance(values, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray)):
        values = values.flatten()
    wanted = (len(column), *feature.shape)
    if values.null_count or len(values) != np.prod(wanted):
        raise ConfigError(
            f"{len(column)} rows hold {len(values) - values.null_count} numbers, wanted {wanted}"
        )
    return values.to_numpy(zero_copy_only=False).astype(feature.dtype).reshape(wanted)


def write_table(path: Path, table: pa.Table, groups: Sequence[int] = ()) -> None:
    """Write a Parquet file that is either old or whole.

    Args:
        path: The file.
        table: What it shall hold.
        groups: Rows that belong together, for each group how many; all together if left out.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with pq.ParquetWriter(part, table.schema, compression="snappy", use_dictionary=True) as file:
        row = 0
        for count in groups or (table.num_rows,):
            file.write_table(table.slice(row, count))
            row += count
    part.rename(path)


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a Parquet file, all of it or some columns.

    Raises:
        ConfigError: It is missing or broken, or has no such column.
    """
    try:
        file = pq.ParquetFile(path)
        missing = [name for name in columns or () if name not in file.schema_arrow.names]
        if missing:
            raise ConfigError(f"{path}: column {missing[0]} is missing")
        return file.read(columns)
    except (OSError, pa.ArrowException) as e:
        raise ConfigError(f"{path}: cannot be read as Parquet: {e}") from e


def read_metadata(path: Path) -> dict[bytes, bytes]:
    """Return what is kept beside the columns of a Parquet file.

    Raises:
        ConfigError: It is broken.
    """
    try:
        return dict(pq.ParquetFile(path).schema_arrow.metadata or {})
    except (OSError, pa.ArrowException) as e:
        raise ConfigError(f"{path}: cannot be read as Parquet: {e}; delete it") from e


def read_tables(paths: Iterable[Path], columns: Sequence[str] | None = None) -> pa.Table:
    """Read several Parquet files as one table.

    Raises:
        ConfigError: There is none, or one is broken or of another form.
    """
    tables = [read_table(path, columns) for path in paths]
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowException, ValueError) as e:
        raise ConfigError(f"Parquet files that do not fit together: {e}") from e
