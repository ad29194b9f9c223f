"""Cells that did not become a value: how many, of what kind, and where the first stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from datasets.building.duck import parquet
from datasets.formats.csv import typed
from datasets.formats.csv.copying import GUARD
from datasets.formats.csv.plan import Plan, row_number
from datasets.sniffing.reading import Note, Reading

# Cells named by their row, of each column.
_EXAMPLES = 20


@dataclass(frozen=True)
class Misfits:
    """Cells of one column that did not become a value."""

    total: int
    missing_words: int
    words: tuple[str, ...]
    infinite: int
    keep_text: int
    grouped: int
    examples: tuple[tuple[int, str], ...]
    # Of the missing words: cells that hold nothing but spaces, and where the first words stand.
    blanks: int = 0
    word_examples: tuple[tuple[int, str], ...] = ()

    @property
    def unreadable(self) -> int:
        """Cells that hold something, but not a value of the column's type."""
        return self.total - self.missing_words


def misfits_of(
    connection: duckdb.DuckDBPyConnection, plan: Plan, reading: Reading
) -> dict[str, Misfits]:
    """What did not fit in the file that was written, by column."""
    table = parquet(plan.target, numbered=True)
    counted = connection.execute(
        f"WITH cells AS (SELECT file_row_number AS row, "  # noqa: S608
        f"unnest(string_split(_unread, '{typed.RECORD}')) AS cell FROM {table} "
        f"WHERE _unread IS NOT NULL), "
        f"named AS (SELECT row, split_part(cell, '{typed.FIELD}', 1) AS key, "
        f"substr(cell, strpos(cell, '{typed.FIELD}') + 1) AS text FROM cells), "
        f"judged AS (SELECT *, {typed.is_missing_word('text')} AS missing FROM named) "
        f"SELECT key, count(*), count(*) FILTER (missing), "
        f"list_slice(list_distinct(list(trim(text)) FILTER (missing AND trim(text) <> '')), 1, 8), "
        f"count(*) FILTER (NOT missing AND {typed.is_infinite('text')}), "
        f"count(*) FILTER ({typed.must_stay_text('text')}), "
        f"count(*) FILTER ({typed.is_grouped('text', reading.decimal)}), "
        f"arg_min(text[1:80], row, {_EXAMPLES}) FILTER (NOT missing), "
        f"min(row, {_EXAMPLES}) FILTER (NOT missing), count(*) FILTER (trim(text) = ''), "
        f"arg_min(text[1:80], row, {_EXAMPLES}) FILTER (missing AND trim(text) <> ''), "
        f"min(row, {_EXAMPLES}) FILTER (missing AND trim(text) <> '') "
        f"FROM judged GROUP BY key"
    ).fetchall()
    return {key: _as_misfits(plan, reading, *rest) for key, *rest in counted}


def _as_misfits(plan: Plan, reading: Reading, *counted: Any) -> Misfits:
    total, missing, words, infinite, keep, grouped, texts, rows, *rest = counted
    blanks, word_texts, word_rows = rest
    return Misfits(
        total=total,
        missing_words=missing,
        words=tuple(sorted(words or ())),
        infinite=infinite,
        keep_text=keep,
        grouped=grouped,
        examples=_placed(plan, reading, rows, texts),
        blanks=blanks,
        word_examples=_placed(plan, reading, word_rows, word_texts),
    )


def _placed(plan: Plan, reading: Reading, rows: Any, texts: Any) -> tuple[tuple[int, str], ...]:
    numbers = [row_number(plan, reading, row) for row in rows or ()]
    return tuple(zip(numbers, texts or (), strict=True))


def guards_taken(misfits: dict[str, Misfits]) -> list[Note]:
    """Move the marks of guarded text out of `misfits` into notes."""
    guards = [key for key in misfits if key.startswith(GUARD)]
    return [Note("unguarded", key[1:], misfits.pop(key).total) for key in guards]
