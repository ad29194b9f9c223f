"""Results that were shown, kept for a day: to turn pages, draw and export without asking again."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasets import storage
from datasets.models import Query
from datasets.query.asking import Ran

_PREFIX = "queries"
_KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class UsedTable:
    """A table that the result was read from."""

    name: str
    dataset: str
    version: int


@dataclass(frozen=True)
class Kept:
    """A result as it was."""

    columns: list[list[str]]
    rows: list[list[Any]]
    total: int | None
    has_more: bool
    seconds: float
    memory: int
    rows_read: int
    used: list[dict[str, Any]]

    @property
    def is_whole(self) -> bool:
        """Are all rows of the result here?"""
        return not self.has_more


def keep(ran: Ran) -> Kept:
    """Store the result under its query; an older one of the same query goes."""
    answer = ran.answer
    kept = Kept(
        columns=answer.columns,
        rows=answer.rows,
        total=answer.total,
        has_more=answer.has_more,
        seconds=answer.seconds,
        memory=answer.memory,
        rows_read=ran.rows_read,
        used=[
            asdict(UsedTable(table.name, str(table.version.dataset_id), table.version.number))
            for table in ran.used
        ],
    )
    storage.delete_tree(folder(ran.query))
    with storage.work_folder() as work:
        path = work / "result.json.gz"
        with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
            json.dump(asdict(kept), file)
        storage.put(path, _key(ran.query))
    return kept


def kept(query: Query) -> Kept | None:
    """The last result of a query; None when it is no longer kept, or was not shown."""
    if query.ran_at is None:
        return None
    try:
        path = storage.local_copy(_key(query))
    except (FileNotFoundError, OSError):
        return None
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return Kept(**json.load(file))


def folder(query: Query) -> str:
    """The key prefix under which everything of a query lies."""
    return f"{_PREFIX}/{query.pk}"


def file_key(query: Query, name: str) -> str:
    """The key of a file that was exported from it."""
    return f"{folder(query)}/files/{name}"


def sweep_results(*, older_than: float = _KEPT_SECONDS) -> int:
    """Remove results and exported files after a day, and those of queries that are gone."""
    removed = 0
    for name in storage.folders_in(_PREFIX):
        query = Query.objects.filter(pk=name).only("ran_at").first()
        ran_at = query.ran_at.timestamp() if query and query.ran_at else 0.0
        if time.time() - ran_at > older_than:
            storage.delete_tree(f"{_PREFIX}/{name}")
            removed += 1
    return removed


def _key(query: Query) -> str:
    """Another key for each run, so that no copy on another machine is taken for this one."""
    assert query.ran_at is not None
    return f"{folder(query)}/{int(query.ran_at.timestamp() * 1_000_000)}.json.gz"


def local_file(query: Query, name: str) -> Path:
    """A file that was exported; FileNotFoundError when it is gone."""
    return storage.local_copy(file_key(query, name))
