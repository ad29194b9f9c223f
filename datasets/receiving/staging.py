"""What was read and waits for a person: kept beside the file, imported without reading again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from datasets import storage, transitions
from datasets.building.build import DATA, LEVELS
from datasets.models import Column, Dataset, Version
from datasets.profile import column_rows
from datasets.signals import version_ready

_NAME = "found.json"


@dataclass(frozen=True)
class Staged:
    """What the reading process found; profile and quality of the version it could become."""

    found: dict[str, Any]
    profile: dict[str, Any]
    quality: dict[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """What a person should see again when it changes: rows, columns, cells not read."""
        kept = {
            column["key"]
            for column in self.found["reading"]["columns"]
            if column.get("failing") != "leave_out"
        }
        lost = sum(
            misfits["total"] - misfits.get("blanks", 0)
            for key, misfits in self.found["misfits"].items()
            if key in kept
        )
        return {
            "rows": self.found["rows"],
            "columns": len(self.found["columns"]),
            "unread": lost,
        }

    @property
    def rows_gone(self) -> int:
        """Rows of the file that are left out or merged into others."""
        gone = {"left_out", "left_out_cells", "long_rows", "merged"}
        return sum(note["count"] for note in self.found["notes"] if note["code"] in gone)


def store(results: Path, folder: str) -> None:
    """Put the files of a version where they stay."""
    # Left by a run that was stopped before its rows were written, or by an earlier reading.
    storage.delete_tree(folder)
    storage.put(results / DATA, f"{folder}/{DATA}")
    for level in sorted((results / LEVELS).iterdir()):
        storage.put(level, f"{folder}/{LEVELS}/{level.name}")


def keep(dataset: Dataset, staged: Staged, results: Path) -> None:
    """Keep what was read until a person has looked at it; called under the dataset's lock."""
    _write(dataset, staged, results)
    store(results, storage.version_folder(dataset.pk, 1))
    _note(dataset, staged)


def rewrite(dataset: Dataset, staged: Staged) -> None:
    """Keep the same rows under other names and roles."""
    with storage.work_folder() as folder:
        _write(dataset, staged, folder)
    _note(dataset, staged)


def _note(dataset: Dataset, staged: Staged) -> None:
    """Beside the counts: what was decided, so that a reading that fails changes nothing."""
    decided = dataset.metadata.get("options") or {}
    dataset.metadata["staged"] = {
        **staged.counts,
        "size": staged.found["size"],
        "options": decided,
    }


def _write(dataset: Dataset, staged: Staged, folder: Path) -> None:
    written = folder / _NAME
    written.write_text(json.dumps(asdict(staged)))
    storage.delete_tree(storage.staging_folder(dataset.pk))
    storage.put(written, _key(dataset))


def load(dataset: Dataset) -> Staged:
    """What `keep` kept. Raises FileNotFoundError when nothing waits any more."""
    if not dataset.is_staged:
        raise FileNotFoundError(_key(dataset))
    return Staged(**json.loads(storage.read_text(_key(dataset))))


def publish(dataset: Dataset, staged: Staged, *, number: int) -> Version:
    """Write the rows of a version whose files are stored; called under the dataset's lock."""
    found, profile = staged.found, staged.profile
    version = Version.objects.create(
        dataset=dataset,
        number=number,
        file_key=f"{storage.version_folder(dataset.pk, number)}/{DATA}",
        file_size=found["size"],
        content_hash=found["hash"],
        row_count=found["rows"],
        profile=profile,
        frequency=profile["frequency"],
        time_column=found["reading"]["time_column"],
        layout=Version.Layout.LONG if found["series_column"] else Version.Layout.WIDE,
        series_column=found["series_column"],
        quality=staged.quality,
        made_by=dataset.owner,
    )
    Column.objects.bulk_create(Column(version=version, **row) for row in column_rows(found))
    dataset.record_count = found["rows"]
    for name in ("review", "staged", "confirm"):
        dataset.metadata.pop(name, None)
    dataset.save(update_fields=["record_count", "metadata", "updated_at"])
    transaction.on_commit(lambda: version_ready.send(sender=Version, version=version))
    return version


def confirm(dataset: Dataset, staged: Staged) -> Version | None:
    """Import what waits, at once; None when somebody else has imported or discarded it."""
    with transaction.atomic():
        kept = Dataset.objects.select_for_update().filter(pk=dataset.pk).first()
        if kept is None or not kept.is_staged or kept.versions.exists():
            return None
        kept.owner = dataset.owner
        version = publish(kept, staged, number=1)
        transitions.imported(kept)
        folder = storage.staging_folder(kept.pk)
        transaction.on_commit(lambda: storage.delete_tree(folder))
    dataset.refresh_from_db()
    return version


def _key(dataset: Dataset) -> str:
    return f"{storage.staging_folder(dataset.pk)}/{_NAME}"
