"""Names in SQL: of tables from names of datasets, of columns as people see them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_LONGEST: Final = 60
_BREAKS = re.compile(r"[^\w]+|_{2,}")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Names that the database or the gate keep for themselves.
_KEPT = re.compile(r"(duckdb_|sqlite_|pg_|pragma_|information_schema$|main$|temp$|system$)")
_WORDS: Final = """
    all analyse analyze and anti any array as asc asof asymmetric at authorization between both by
    case cast check collate collation column columns concurrently constraint create cross
    current_date current_time current_timestamp default deferrable desc describe distinct do else
    end except false fetch filter for foreign freeze from full generated glob group having ilike in
    initially inner intersect into is isnull join lambda lateral leading left like limit map natural
    not notnull null offset on only or order outer over overlaps pivot pivot_longer pivot_wider
    placing positional primary qualify references returning right row rows select semi set show
    similar some struct summarize symmetric table tablesample then to trailing true try_cast union
    unique unpivot using values variadic verbose when where window with
"""
_RESERVED: Final = frozenset(_WORDS.split())


def table_name(name: str) -> str:
    """`Electricity load (2026)` → `electricity_load_2026`: a name that needs no quotes."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _BREAKS.sub("_", text).strip("_")[:_LONGEST].strip("_")
    if not text:
        return "table_1"
    if text[0].isdigit() or _KEPT.match(text):
        text = f"t_{text}"
    return f"{text}_data" if text in _RESERVED else text


def column_names(names: Iterable[str]) -> list[str]:
    """The names as shown; where two would be one to the database, the later gets a number.

    The database does not tell upper from lower case, and people do not tell composed letters
    from decomposed ones.
    """
    taken: set[str] = set()
    given = []
    for position, name in enumerate(names, 1):
        shown = "".join(mark for mark in name if mark.isprintable()).strip()
        free = _free(shown or f"column_{position}", taken)
        taken.add(_same(free))
        given.append(free)
    return given


def quoted(name: str) -> str:
    """The name as it must be written: in quotes unless it is plain."""
    if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def is_reserved(word: str) -> bool:
    """Is it a word of SQL that cannot be a plain name?"""
    return word.lower() in _RESERVED


def similar(name: str, names: Sequence[str], count: int = 3) -> list[str]:
    """The names most like the one that does not exist."""
    # Loaded when somebody mistypes, not with the application.
    from difflib import get_close_matches  # noqa: PLC0415

    return get_close_matches(name.lower(), names, n=count, cutoff=0.6)


def _free(name: str, taken: set[str]) -> str:
    if _same(name) not in taken:
        return name
    number = 2
    while _same(f"{name}_{number}") in taken:
        number += 1
    return f"{name}_{number}"


def _same(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
