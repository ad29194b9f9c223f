"""Read an uploaded file in a process of its own and keep what comes out as a version."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from datasets import storage
from datasets.building.build import DATA, LEVELS, Request
from datasets.models import Column, Dataset, Version
from datasets.problems import DatasetProblem, problem_from
from datasets.profile import column_rows, profile_of
from datasets.reading_process import run_reading
from datasets.reading_words import reading_words
from datasets.refusals import Refusal
from datasets.signals import version_ready
from datasets.sniffing.reading import Reading

# Of the whole job: bytes, then rows, then the description.
_SHARES = {"reading": (0.0, 0.2), "writing": (0.2, 0.5), "sorting": (0.7, 0.1)}
_DESCRIBING = (0.8, 0.18)


class Run(Protocol):
    """What reading needs of a job."""

    @property
    def arguments(self) -> dict[str, Any]: ...

    def report(
        self, fraction: float, message: str = "", eta: float | None = None, **detail: Any
    ) -> None: ...

    def should_stop(self) -> bool: ...

    def raise_if_cancelled(self) -> None: ...

    def fence(self) -> None: ...


class Reader(Protocol):
    """Reads one file; `run_reading` does it in a process of its own."""

    def __call__(
        self,
        request: Request,
        *,
        folder: Path,
        on_progress: Callable[[dict[str, Any]], None],
        should_stop: Callable[[], bool],
    ) -> dict[str, Any]: ...


def read_dataset(run: Run, *, reader: Reader = run_reading) -> Version | None:
    """Read the file of `run.arguments["dataset"]`; None when it was deleted meanwhile.

    Raises DatasetProblem with a sentence in the owner's language; then no file is left behind.
    """
    dataset = Dataset.objects.select_related("owner").filter(pk=run.arguments["dataset"]).first()
    if dataset is None:
        return None
    with translation.override(dataset.owner.language or translation.get_language()):
        return _read(dataset, run, reader)


def _read(dataset: Dataset, run: Run, reader: Reader) -> Version | None:
    with storage.work_folder() as folder:
        results = folder / "results"
        results.mkdir()
        try:
            request = Request(
                storage.local_copy(dataset.file_path),
                results,
                Reading.from_dict(dataset.reading),
            )
            found = reader(
                request,
                folder=folder,
                on_progress=_reporter(run),
                should_stop=run.should_stop,
            )
        except Refusal as refusal:
            run.raise_if_cancelled()
            _note_place(dataset, refusal)
            raise problem_from(refusal, dataset.filename) from refusal
        except FileNotFoundError as missing:
            raise DatasetProblem(
                gettext("The uploaded file is no longer stored. Upload it again."),
                code="file_gone",
            ) from missing
        run.raise_if_cancelled()
        profile = profile_of(found, results / DATA)
        return _publish(run, dataset, found, profile, results)


def _note_place(dataset: Dataset, refusal: Refusal) -> None:
    """Keep row and column of what was refused, so that its page can show the rows around it."""
    place: dict[str, Any] = {
        name: refusal.params[name] for name in ("row", "column") if name in refusal.params
    }
    dataset.metadata["error_at"] = {**place, "code": refusal.code}
    dataset.save(update_fields=["metadata", "updated_at"])


def _reporter(run: Run) -> Callable[[dict[str, Any]], None]:
    """Turn what the reading process says into progress of the job."""
    started = time.monotonic()

    def report(progress: dict[str, Any]) -> None:
        step = progress.get("step", "")
        start, span = _SHARES.get(step, _DESCRIBING)
        done = start + span * _done(progress)
        elapsed = time.monotonic() - started
        eta = elapsed * (1 - done) / done if done > 0.05 else None
        run.report(done, reading_words(progress), eta, **progress)

    return report


def _done(progress: dict[str, Any]) -> float:
    for count, total in (("bytes", "bytes_total"), ("rows", "rows_total")):
        if progress.get(total):
            return float(progress[count]) / float(progress[total])
    return float(progress.get("share", 0.0))


def _publish(
    run: Run, dataset: Dataset, found: dict[str, Any], profile: dict[str, Any], results: Path
) -> Version | None:
    """Store the files and write the rows, unless the dataset has been deleted."""
    with transaction.atomic():
        run.fence()
        kept = Dataset.objects.select_for_update().filter(pk=dataset.pk).first()
        if kept is None:
            return None
        number = 1 + max((version.number for version in kept.versions.all()), default=0)
        folder = storage.version_folder(kept.pk, number)
        # Left by a run that was stopped before its rows were written.
        storage.delete_tree(folder)
        version = Version.objects.create(
            dataset=kept,
            number=number,
            file_key=f"{folder}/{DATA}",
            file_size=found["size"],
            content_hash=found["hash"],
            row_count=found["rows"],
            profile=profile,
            frequency=profile["frequency"],
            time_column=found["reading"]["time_column"],
            layout=Version.Layout.LONG if found["series_column"] else Version.Layout.WIDE,
            series_column=found["series_column"],
        )
        Column.objects.bulk_create(Column(version=version, **row) for row in column_rows(found))
        kept.record_count = found["rows"]
        kept.save(update_fields=["record_count", "updated_at"])
        _store(results, folder)
        transaction.on_commit(lambda: version_ready.send(sender=Version, version=version))
    return version


def _store(results: Path, folder: str) -> None:
    storage.put(results / DATA, f"{folder}/{DATA}")
    for level in sorted((results / LEVELS).iterdir()):
        storage.put(level, f"{folder}/{LEVELS}/{level.name}")
