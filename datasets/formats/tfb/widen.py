"""Blocks that stand one below the other become columns; what is no such block is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets.refusals import Refusal
from datasets.sniffing.reading import Reading
from datasets.sniffing.sniff import MOST_COLUMNS

_ROWS = 100_000
_CELLS = 4_000_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Block:
    """One channel: where its rows begin and how many there are."""

    name: str
    start: int
    count: int


@dataclass(frozen=True)
class _Names:
    date: str
    data: str
    channel: str


def widen(source: Path, target: Path, reading: Reading) -> list[str] | None:
    """Write the typed long file `source` as a wide one, c1 the date, and return its channels.

    None, and nothing is written, when the channels are too many for columns or hold no numbers;
    then the table stays long. Raises Refusal naming the row at which a block is not like the first.
    """
    keys = {column.name: column.key for column in reading.columns}
    names = _Names(keys["date"], keys["data"], keys["cols"])
    if reading.column(names.data).type != "number":
        return None
    file = pq.ParquetFile(source)
    blocks = _blocks(file, names.channel, reading)
    if len(blocks) + 1 > MOST_COLUMNS:
        return None
    _require_equal(blocks, reading)
    scratch = target.with_suffix(".cells")
    cells = np.lib.format.open_memmap(
        scratch, mode="w+", dtype=np.float64, shape=(len(blocks), blocks[0].count)
    )
    dates = _spread(file, names, cells, reading)
    _write(target, dates, cells, file.schema_arrow.field(names.date).type)
    del cells
    scratch.unlink()
    return [block.name for block in blocks]


def _blocks(file: pq.ParquetFile, key: str, reading: Reading) -> list[_Block]:
    """The runs of equal channel names, in file order."""
    found: list[_Block] = []
    seen: set[str] = set()
    row = 0
    for batch in file.iter_batches(batch_size=_ROWS, columns=[key]):
        column = batch.column(0)
        runs = pc.run_end_encode(column)
        start = 0
        for end, value in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
            _extend(found, seen, value, row + start, end - start, reading)
            start = end
        row += len(column)
    return found


def _extend(
    found: list[_Block], seen: set[str], name: str | None, start: int, count: int, reading: Reading
) -> None:
    at = reading.first_row + start
    if name is None:
        raise Refusal("tfb_no_channel", row=at)
    if found and found[-1].name == name:
        found[-1] = replace(found[-1], count=found[-1].count + count)
        return
    if name in seen:
        raise Refusal("tfb_channel_twice", row=at, channel=name[:80])
    seen.add(name)
    found.append(_Block(name, start, count))


def _require_equal(blocks: list[_Block], reading: Reading) -> None:
    first = blocks[0]
    for block in blocks:
        if block.count != first.count:
            raise Refusal(
                "tfb_length",
                row=reading.first_row + block.start,
                channel=block.name[:80],
                count=block.count,
                other=first.name[:80],
                expected=first.count,
            )


def _spread(file: pq.ParquetFile, names: _Names, cells: Floats, reading: Reading) -> pa.Array:
    """Fill `cells` [channels, rows]; return the dates of the first block, which all must have."""
    count = cells.shape[1]
    flat = cells.reshape(-1)
    dates: pa.Array | None = None
    kept: list[pa.Array] = []
    row = 0
    for batch in file.iter_batches(batch_size=_ROWS, columns=[names.date, names.data]):
        data = batch.column(names.data).to_numpy(zero_copy_only=False)
        flat[row : row + len(data)] = data
        date = batch.column(names.date)
        done = 0
        while done < len(date):
            place = (row + done) % count
            take = min(count - place, len(date) - done)
            part = date.slice(done, take)
            if row + done < count:
                kept.append(part)
            else:
                dates = dates if dates is not None else pa.concat_arrays(kept)
                _require_same(dates.slice(place, take), part, row + done, reading)
            done += take
        row += len(data)
    return dates if dates is not None else pa.concat_arrays(kept)


def _require_same(expected: pa.Array, found: pa.Array, start: int, reading: Reading) -> None:
    if expected.equals(found):
        return
    for offset, (one, other) in enumerate(
        zip(expected.to_pylist(), found.to_pylist(), strict=True)
    ):
        if one != other:
            raise Refusal(
                "tfb_dates",
                row=reading.first_row + start + offset,
                text=str(other),
                expected=str(one),
            )


def _write(target: Path, dates: pa.Array, cells: Floats, kind: pa.DataType) -> None:
    channels, count = cells.shape
    fields = [pa.field("c1", kind)]
    fields += [pa.field(f"c{place + 2}", pa.float64()) for place in range(channels)]
    schema = pa.schema(fields)
    step = max(1024, min(122_880, _CELLS // max(channels, 1)))
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for start in range(0, count, step):
            part = np.array(cells[:, start : start + step])
            arrays = [dates.slice(start, step)]
            arrays += [pa.array(values, mask=np.isnan(values)) for values in part]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema), step)
