"""Every format Almanac reads and writes, and which of them a file is."""

from __future__ import annotations

import csv
import io

from datasets.formats.format import Format
from datasets.refusals import Refusal
from datasets.sniffing.content import (
    decoded_start,
    identify_content,
    is_json_scalar,
    require_text,
)
from datasets.sniffing.options import DELIMITERS

_TABLES = "datasets.formats"
_ALL = (
    Format(
        "csv",
        "CSV",
        "csv",
        (".csv", ".tsv", ".txt", ".tab", ".dat"),
        "text/csv; charset=utf-8",
        choices={
            "delimiter": DELIMITERS,
            "decimal": (".", ","),
            "encoding": ("utf-8", "utf-8-sig", "utf-16"),
        },
        streams=True,
        writer=f"{_TABLES}.csv.writing",
    ),
    Format(
        "json",
        "JSON",
        "json",
        (".json", ".ndjson", ".jsonl"),
        "application/json",
        choices={"orient": ("records", "lines", "columns")},
        guard_in=f"{_TABLES}.json.guarding",
        reader=f"{_TABLES}.json.reading",
        writer=f"{_TABLES}.json.writing",
    ),
    Format(
        "xlsx",
        "Excel",
        "xlsx",
        (".xlsx", ".xlsm"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        guard_in=f"{_TABLES}.excel.guarding",
        reader=f"{_TABLES}.excel.reading",
        writer=f"{_TABLES}.excel.writing",
    ),
    Format(
        "parquet",
        "Parquet",
        "parquet",
        (".parquet", ".pq"),
        "application/vnd.apache.parquet",
        guard_in=f"{_TABLES}.parquet.guarding",
        reader=f"{_TABLES}.parquet.reading",
        writer=f"{_TABLES}.parquet.writing",
    ),
    Format(
        "tfb",
        "TFB",
        "csv",
        (".csv",),
        "text/csv; charset=utf-8",
        reader=f"{_TABLES}.tfb.reading",
        writer=f"{_TABLES}.tfb.writing",
    ),
    Format(
        "m4",
        "M4",
        "csv",
        (".csv",),
        "text/csv; charset=utf-8",
        reader=f"{_TABLES}.m4.reading",
        writer=f"{_TABLES}.m4.writing",
    ),
)
FORMATS = {format.key: format for format in _ALL}
ENDINGS = tuple(dict.fromkeys(ending for format in _ALL for ending in format.endings))
_TFB_NAMES = {"date", "data", "cols"}


def format_of(key: str) -> Format:
    """The format with this key; KeyError when there is none."""
    return FORMATS[key]


def identify(head: bytes, filename: str = "", wanted: str | None = None) -> Format:
    """The format of a file that starts with `head`; the content decides, not the name.

    `wanted` settles what the content leaves open: a TFB or M4 file may be read as any CSV. So
    does the name for a lone JSON scalar, which could be a CSV of one cell. Raises Refusal, naming
    what it is, for content that is no table.
    """
    kind = identify_content(head)
    if kind in {"json", "xlsx", "parquet"}:
        return FORMATS[kind]
    if filename.lower().endswith(FORMATS["json"].endings) and is_json_scalar(head):
        return FORMATS["json"]
    require_text(head)
    if wanted in {"csv", "tfb", "m4"}:
        return FORMATS[wanted]
    return FORMATS[_long_or_wide(head)]


def _long_or_wide(head: bytes) -> str:
    """Tell TFB and M4 files, which are CSV with agreed headers, from other text."""
    line = decoded_start(head).partition("\n")[0].rstrip("\r")
    if not line or "," not in line:
        return "csv"
    try:
        names = next(csv.reader(io.StringIO(line)))
    except (csv.Error, StopIteration):
        return "csv"
    if len(names) == 3 and set(names) == _TFB_NAMES:
        return "tfb"
    numbered = len(names) > 2 and all(name == f"V{n}" for n, name in enumerate(names, 1))
    return "m4" if numbered else "csv"


def ending_disagrees(format: Format, filename: str) -> str:
    """The ending of `filename` when it belongs to another format; "" when it fits or says none."""
    _, dot, ending = filename.lower().rpartition(".")
    known = any(dot + ending in other.endings for other in _ALL)
    return dot + ending if dot and known and dot + ending not in format.endings else ""


def require_format(key: str) -> Format:
    """The format with this key. Raises Refusal for one we do not write."""
    if key not in FORMATS:
        raise Refusal("unknown_format", format=key[:40], formats=", ".join(FORMATS))
    return FORMATS[key]
