"""What each type of a Parquet column becomes: number, boolean, time or text."""

from __future__ import annotations

from datasets.formats.format import Native

_WHOLE = frozenset(
    {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
        "UBIGINT", "HUGEINT", "UHUGEINT",
    }
)  # fmt: skip
_TIMES = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"})
# Bytes that are all UTF-8.
UTF8 = "UTF-8"
_ZONED = "TIMESTAMP WITH TIME ZONE"
_TEXTS = frozenset({"VARCHAR", "UUID", "TIME", "TIME WITH TIME ZONE", "INTERVAL", "TIME_NS"})


def native_of(shown: str, quoted: str, kind: str, *, exact: bool) -> tuple[Native, str]:
    """The column as SQL, and the code of what should be said about it ("" when nothing).

    `exact` says whether its whole numbers fit into a double; if not it stays text.
    """
    text = f"CAST({quoted} AS VARCHAR)"
    number = Native(shown, "number", f"CAST({quoted} AS DOUBLE)", text)
    if kind in _WHOLE:
        long = Native(shown, "text", text, text)
        return (number, "") if exact else (long, "long_numbers_as_text")
    if kind in {"DOUBLE", "FLOAT"} or kind.startswith("DECIMAL"):
        return number, "" if kind in {"DOUBLE", "FLOAT"} else "decimal_as_number"
    if kind == "BOOLEAN":
        return Native(shown, "boolean", quoted, text), ""
    if kind in _TIMES or kind == _ZONED:
        return _as_time(shown, quoted, text, zoned=kind == _ZONED), ""
    return _as_text(shown, quoted, kind, text)


def _as_time(shown: str, quoted: str, text: str, *, zoned: bool) -> Native:
    if not zoned:
        return Native(shown, "datetime", f"CAST({quoted} AS TIMESTAMP)", text)
    utc = f"({quoted} AT TIME ZONE 'UTC')"
    return Native(shown, "datetime", utc, f"CAST({utc} AS VARCHAR)", zoned=True)


def _as_text(shown: str, quoted: str, kind: str, text: str) -> tuple[Native, str]:
    if kind in _TEXTS or kind.startswith("ENUM"):
        return Native(shown, "text", text, text), ""
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON", "VARIANT")):
        json = f"CAST(to_json({quoted}) AS VARCHAR)"
        json = f"CASE WHEN {quoted} IS NOT NULL THEN {json} END"
        return Native(shown, "text", json, json), "nested_as_text"
    if kind == UTF8:
        decoded = f"decode({quoted})"
        return Native(shown, "text", decoded, decoded), ""
    if kind == "BLOB":
        hexadecimal = f"hex({quoted})"
        return Native(shown, "text", hexadecimal, hexadecimal), "bytes_as_text"
    if kind.strip('"') == "NULL":
        return Native(shown, "number", "NULL::DOUBLE", "NULL::VARCHAR"), ""
    return Native(shown, "text", text, text), "other_as_text"
