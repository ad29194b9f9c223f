"""Datasets as tables: which ones a person may read, what they are called, what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.models.user import User
from datasets import storage
from datasets.masking import expression
from datasets.models import Column, Dataset, Version
from datasets.query.naming import column_names, similar, table_name

# How much of the id tells datasets of the same name apart.
_MARK = 6
# Beyond these a double is not a whole number that the database could hold.
_LARGEST_WHOLE = 2**63


@dataclass(frozen=True)
class Table:
    """A dataset under its name in SQL."""

    name: str
    dataset: UUID
    title: str

    @property
    def long_name(self) -> str:
        """A name that stays the same whatever other datasets are called."""
        return f"{table_name(self.title)}_{self.dataset.hex[:_MARK]}"


@dataclass(frozen=True)
class Used:
    """A table that a statement read, with the version it read."""

    name: str
    version: Version


class Tables:
    """The tables of one person: own datasets first, the oldest of a name keeps it plain."""

    def __init__(self, user: User, only: Sequence[UUID] | None = None) -> None:
        own_first = Case(
            When(owner=user, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        found = Dataset.objects.visible_to(user).ready().order_by(own_first, "created_at", "id")
        self._user = user
        self.all = _named(found.values_list("pk", "name"))
        if only is not None:
            self.all = [table for table in self.all if table.dataset in set(only)]
        self._known = {table.long_name: table for table in self.all}
        self._known |= {table.name: table for table in self.all}
        if only is not None and len(self.all) == 1:
            self._known.setdefault("data", self.all[0])

    def named(self, name: str) -> Table | None:
        """The table with this name, in any case; None when this person has none."""
        return self._known.get(name.lower())

    def name_of(self, dataset: UUID) -> str:
        """What a dataset is called; empty when it is not among the tables."""
        return next((table.name for table in self.all if table.dataset == dataset), "")

    def with_versions(self, search: str = "", most: int = 1000) -> list[tuple[Table, Version]]:
        """Tables with their current versions, those whose name or column holds `search`."""
        wanted = {table.dataset: table for table in self.all}
        found = Dataset.objects.visible_to(self._user).ready().filter(pk__in=wanted)
        if search:
            found = found.filter(
                Q(name__icontains=search) | Q(versions__columns__name__icontains=search)
            ).distinct()
        versions = {version.dataset_id: version for version in _newest(found)}
        listed = [(table, versions.get(table.dataset)) for table in self.all]
        return [(table, version) for table, version in listed if version is not None][:most]

    def order(self, names: Iterable[str], used: list[Used]) -> dict[str, Any]:
        """What the query process is given for the names a statement uses; notes them in `used`."""
        tables, unknown = [], []
        for name in names:
            table = self.named(name)
            version = self._version(table) if table else None
            if version is None:
                unknown.append(name)
                continue
            used.append(Used(name.lower(), version))
            tables.append({"name": name, **_definition(version)})
        return {"tables": tables, "known": self._suggestions(unknown)}

    def _version(self, table: Table) -> Version | None:
        found = Dataset.objects.visible_to(self._user).ready().filter(pk=table.dataset)
        return _newest(found).first()

    def _suggestions(self, unknown: Sequence[str]) -> list[str]:
        names = [table.name for table in self.all]
        return similar(unknown[0], names) if unknown else []


def _newest(datasets: QuerySet[Dataset]) -> QuerySet[Version]:
    """The current version of each, with its columns and without its long descriptions."""
    newest = Version.objects.filter(dataset__in=datasets.order_by().values("pk"))
    newest = newest.order_by("dataset_id", "-number").distinct("dataset_id")
    light = newest.defer("profile", "quality", "diff", "recipe", "note")
    return light.prefetch_related("columns")


def _named(rows: Iterable[tuple[UUID, str]]) -> list[Table]:
    taken: set[str] = set()
    tables = []
    for pk, title in rows:
        table = Table(table_name(title), pk, title)
        if table.name in taken:
            table = Table(table.long_name, pk, title)
        taken.add(table.name)
        tables.append(table)
    return tables


def shown_names(columns: Sequence[Column]) -> list[str]:
    """The names of a version's columns in SQL, in their order."""
    return column_names(column.name for column in columns)


def _definition(version: Version) -> dict[str, Any]:
    columns = list(version.columns.all())
    names = shown_names(columns)
    return {
        "path": str(storage.local_copy(version.file_key).resolve()),
        "columns": [
            [name, _expression(column)] for name, column in zip(names, columns, strict=True)
        ],
    }


def _expression(column: Column) -> str:
    """A masked column is masked here already: the child never sees the rule, only its result."""
    if column.is_masked or column.type != Column.Type.INTEGER:
        return expression(column)
    low, high = column.stats.get("min") or 0, column.stats.get("max") or 0
    is_whole = max(abs(low), abs(high)) < _LARGEST_WHOLE
    return f"CAST({column.key} AS BIGINT)" if is_whole else column.key
