"""Understand a delimited text file from its first megabytes."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from datasets.refusals import Refusal
from datasets.sniffing.columns import (
    as_chosen,
    describe_column,
    has_header,
    name_columns,
    with_order,
)
from datasets.sniffing.content import require_text
from datasets.sniffing.dialect import (
    Dialect,
    Record,
    find_decimal,
    find_dialect,
    records_of,
    rows_above,
)
from datasets.sniffing.encoding import Encoding, find_encoding
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.preamble import notes_above
from datasets.sniffing.reading import DROP, FoundColumn, Note, Reading
from datasets.sniffing.times import is_time_name

HEAD_BYTES = 4 * 1024 * 1024
MOST_COLUMNS = 2000
_SAMPLED_RECORDS = 3000
_SAMPLED_CHARACTERS = 1024 * 1024
_AUTO = ReadingOptions()


def sniff(
    head: bytes, *, complete: bool, options: ReadingOptions = _AUTO, is_text: bool = False
) -> Reading:
    """Return how to read a file that starts with `head`; `complete` says that is all of it.

    `is_text` vouches that it is delimited text, whatever characters its cells hold.
    Raises Refusal, which names row and column where there is one.
    """
    if not head.strip():
        raise Refusal("no_rows")
    if not is_text:
        require_text(head)
    encoding = find_encoding(head, complete=complete, wanted=options.encoding)
    text = _decode(head, encoding, complete=complete)
    if not text.strip():
        raise Refusal("no_rows")
    dialect = find_dialect(_whole_lines(text[:65536]), delimiter=options.delimiter)
    records, skip = _below_notes(text, dialect, options)
    found = _describe(records, encoding, dialect, options)
    return replace(found, skip=skip, zone=options.zone or "")


def _below_notes(
    text: str, dialect: Dialect, options: ReadingOptions
) -> tuple[Sequence[Record], int]:
    """The records of the table itself, and how many rows of the file stand above it."""
    records = records_of(text, dialect, _SAMPLED_RECORDS)
    if options.skip is not None:
        return records_of(text, dialect, _SAMPLED_RECORDS, skip=options.skip), options.skip
    if not records or options.header is False:
        return records, 0
    above = notes_above(records, options.decimal or find_decimal(records, dialect.delimiter))
    return records[above:], rows_above(text, dialect, above) if above else 0


def _decode(head: bytes, encoding: Encoding, *, complete: bool) -> str:
    """The sampled text, cut at a line end unless it is the whole file."""
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    try:
        text = decoder.decode(head[encoding.bom :], final=complete)
    except UnicodeDecodeError as error:
        row = 1 + error.object[: error.start].count(b"\n")
        raise Refusal("bad_encoding", row=row, encoding=encoding.name) from error
    if len(text) > _SAMPLED_CHARACTERS:
        text, complete = text[:_SAMPLED_CHARACTERS], False
    position = text.find("\0")
    if position >= 0:
        raise Refusal("nul_byte", row=1 + text.count("\n", 0, position))
    return text if complete else _whole_lines(text)


def _whole_lines(text: str) -> str:
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text


def _describe(
    records: Sequence[Record], encoding: Encoding, dialect: Dialect, options: ReadingOptions
) -> Reading:
    if not records:
        raise Refusal("no_rows")
    width = len(records[0])
    if width > MOST_COLUMNS:
        raise Refusal("too_many_columns", columns=width, limit=MOST_COLUMNS)
    decimal = options.decimal or find_decimal(records, dialect.delimiter)
    header = has_header(records, decimal) if options.header is None else options.header
    data = records[1:] if header else records
    if not data:
        raise Refusal("no_rows")
    _refuse_shifted(data, width, header=header)
    if options.leave_out_long_rows:
        # Their cells stand under other columns and say nothing about these.
        data = [record for record in data if not any(map(str.strip, record[width:]))]
    names, notes = name_columns(records[0] if header else (), width)
    columns = _columns(names, data, decimal, options)
    _refuse_taken_names(columns)
    return Reading(
        encoding=encoding.name,
        bom=encoding.bom,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        decimal=decimal,
        header=header,
        columns=columns,
        time_column=find_time_column(columns),
        leave_out_bad_times=options.leave_out_bad_times,
        leave_out_long_rows=options.leave_out_long_rows,
        series=series_chosen(columns, options),
        repeated="" if options.repeated in {None, "keep"} else str(options.repeated),
        corrections=options.corrections,
        notes=(*notes, *_notes(encoding, header=header, options=options, columns=columns)),
    )


def _columns(
    names: Sequence[tuple[str, str]],
    data: Sequence[Record],
    decimal: str,
    options: ReadingOptions,
) -> tuple[FoundColumn, ...]:
    found = []
    for position, name in enumerate(names):
        cells = [record[position] for record in data if position < len(record)]
        column = describe_column(f"c{position + 1}", name, cells, decimal)
        column = with_order(column, day_first=options.day_first, order=options.date_order)
        found.append(as_chosen(column, options.choice(column.key), cells, decimal))
    return tuple(found)


def series_chosen(columns: Sequence[FoundColumn], options: ReadingOptions) -> str | None:
    """The column that a person says names the series; "" for none, None to find out."""
    chosen = [column.key for column in columns if column.role == "series"]
    if options.layout == "wide" and not chosen:
        return ""
    return chosen[0] if chosen else None


def _refuse_taken_names(columns: Sequence[FoundColumn]) -> None:
    """Two columns of one name could not be told apart."""
    taken = Counter(column.name for column in columns if column.role != DROP)
    for name, count in taken.items():
        if count > 1:
            raise Refusal("name_taken", column=name)


def _refuse_shifted(data: Sequence[Record], width: int, *, header: bool) -> None:
    """Every row longer than the header, by the same count: the header lacks a name."""
    widths = Counter(len(record) for record in data)
    if header and len(widths) == 1 and next(iter(widths)) > width:
        raise Refusal("all_rows_longer", row=2, cells=next(iter(widths)), columns=width)


def find_time_column(columns: Sequence[FoundColumn]) -> str:
    """The key of the column that says when; "" when none does."""
    said = [column for column in columns if column.role == "time"]
    free = [column for column in columns if not column.role]
    times = [column for column in free if column.type == "datetime"]
    named = [column for column in times if is_time_name(column.name)]
    chosen = (said or named or times)[:1]
    return chosen[0].key if chosen else ""


def _notes(
    encoding: Encoding,
    *,
    header: bool,
    options: ReadingOptions,
    columns: Sequence[FoundColumn],
) -> list[Note]:
    notes = []
    if encoding.guessed:
        notes.append(Note("encoding_guessed", params={"encoding": encoding.name}))
    if not header:
        notes.append(Note("no_header"))
    elif options.header is None and all(column.type == "text" for column in columns):
        notes.append(Note("header_assumed"))
    notes += [
        Note("corrected", key, len(cells), {"was": was, "now": now})
        for key, cells in options.corrections.items()
        for was, now in list(cells.items())[:1]
    ]
    notes += [
        Note("numbers_as_times", column.key, params={"kind": column.time.kind})
        for column in columns
        if column.time and column.time.kind not in {"iso", "text", "quarter", "week"}
    ]
    if options.day_first is None and options.date_order is None:
        notes += [
            Note("day_order_ambiguous", column.key, params={"day_first": column.time.day_first})
            for column in columns
            if column.time and column.time.ambiguous
        ]
    return notes
