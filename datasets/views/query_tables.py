"""The tree beside the editor: tables with their columns, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from accounts.models.user import User
from datasets.models import Column, Version
from datasets.query.naming import quoted
from datasets.query.tables import Table, Tables, shown_names

# More tables than this are found by searching.
MOST_TABLES: Final = 60
# A table may have 2,000 columns; a tree of all of them would be of no use.
MOST_COLUMNS: Final = 60
_OPEN: Final = 2


@dataclass(frozen=True)
class ShownName:
    """A column: its name, what must be written, what it holds."""

    name: str
    written: str
    kind: str
    original: str


@dataclass(frozen=True)
class ShownTable:
    """A table of the tree."""

    table: Table
    version: Version
    columns: list[ShownName]
    hidden: int
    is_open: bool

    @property
    def written(self) -> str:
        """The name as it must be written."""
        return quoted(self.table.name)


def shown_tables(user: User, search: str = "") -> list[ShownTable]:
    """The first tables of a person, or those whose name or column holds the words."""
    found = Tables(user).with_versions(search, MOST_TABLES)
    return [
        _shown(table, version, search, is_open=bool(search) or position < _OPEN)
        for position, (table, version) in enumerate(found)
    ]


def _shown(table: Table, version: Version, search: str, *, is_open: bool) -> ShownTable:
    columns = list(version.columns.all())
    names = [
        ShownName(
            name, quoted(name), kind_words(column), column.name if column.name != name else ""
        )
        for name, column in zip(shown_names(columns), columns, strict=True)
    ]
    if search and search.casefold() not in f"{table.name} {table.title}".casefold():
        matching = [shown for shown in names if search.casefold() in shown.name.casefold()]
        names = matching or names
    return ShownTable(
        table, version, names[:MOST_COLUMNS], max(len(names) - MOST_COLUMNS, 0), is_open
    )


def kind_words(column: Column) -> str:
    """`number`, `time` (`time, UTC` where that is known), `text`, `yes/no` or `masked`."""
    if column.is_masked:
        return gettext("masked")
    if column.is_number:
        return gettext("number")
    if column.clock.is_utc:
        return gettext("time, UTC")
    return {
        Column.Type.DATETIME: gettext("time"),
        Column.Type.BOOLEAN: gettext("yes/no"),
        Column.Type.EMPTY: gettext("empty"),
    }.get(Column.Type(column.type), gettext("text"))
