"""Reports of versions: made with the version, or later for one that was made without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from datasets import storage
from datasets.models import Version
from datasets.quality.report import Report, report

_FIELDS = ("key", "name", "type", "role", "missing", "stats")


def report_on(
    found: dict[str, Any],
    profile: dict[str, Any],
    columns: Iterable[dict[str, Any]],
    table: Path,
    on_share: Callable[[float], None] = lambda share: None,
) -> Report:
    """The report of what was just read or made; `columns` are fields of Column rows."""
    facts = {**profile, "repeated": found["time"].get("repeated")}
    return report(
        table,
        profile=facts,
        columns=columns,
        keys=(found["reading"]["time_column"], found["series_column"]),
        scratch=table.parent,
        on_share=on_share,
    )


def report_of(version: Version) -> Report:
    """The stored report; one is made for a version that has none."""
    if not version.quality:
        check_again(version)
    stored: Report = version.quality
    return stored


def check_again(version: Version, on_share: Callable[[float], None] = lambda share: None) -> None:
    """Make the report of a stored version and keep it. Its rows never change, so once is enough."""
    columns = [
        {name: getattr(column, name) for name in _FIELDS} for column in version.columns.all()
    ]
    with storage.work_folder() as scratch:
        version.quality = report(
            storage.local_copy(version.file_key),
            profile=version.profile,
            columns=columns,
            keys=(version.time_column, version.series_column),
            scratch=scratch,
            on_share=on_share,
        )
    version.save(update_fields=["quality", "updated_at"])
