"""Read an uploaded file in a process of its own and keep what comes out as a version."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils import translation

from datasets import storage
from datasets.building.build import DATA, Request
from datasets.building.facts import file_hash
from datasets.models import Dataset, Version
from datasets.problems import problem_from
from datasets.profile import column_rows, profile_of
from datasets.quality.reports import report_on
from datasets.reading_words import reading_words
from datasets.receiving import staging
from datasets.receiving.effective import effective
from datasets.receiving.reading_process import run_reading
from datasets.receiving.staging import Staged
from datasets.refusals import Refusal
from datasets.sniffing.options import ReadingOptions
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
        began = time.monotonic()
        try:
            source = storage.local_copy(dataset.file_path)
            if not dataset.file_hash:
                # A file that arrived in pieces; nobody waits for it here.
                dataset.file_hash = file_hash(source)
            found = reader(
                _request(dataset, source, results),
                folder=folder,
                on_progress=_reporter(run),
                should_stop=run.should_stop,
            )
        except Refusal as refusal:
            run.raise_if_cancelled()
            _note_place(dataset, refusal)
            raise problem_from(refusal, dataset.filename) from refusal
        except FileNotFoundError as missing:
            raise problem_from(Refusal("file_gone"), dataset.filename) from missing
        run.raise_if_cancelled()
        profile = profile_of(found, results / DATA)
        quality = report_on(found, profile, list(column_rows(found)), results / DATA)
        found["seconds"] = round(time.monotonic() - began, 2)
        return _finish(run, dataset, Staged(found, profile, quality), results)


def _request(dataset: Dataset, source: Path, results: Path) -> Request:
    options = ReadingOptions.from_dict(dataset.metadata.get("options") or {})
    reading = Reading.from_dict(dataset.reading) if dataset.reading else None
    return Request(
        source,
        results,
        reading,
        review=dataset.is_reviewed,
        options=effective(options, dataset.owner),
        filename=dataset.filename,
    )


def _note_place(dataset: Dataset, refusal: Refusal) -> None:
    """Keep row and column of what was refused, so that its page can show the rows around it."""
    known = (
        "row",
        "column",
        "text",
        "count",
        "cells",
        "columns",
        "rows",
        "read",
        "key",
        "orders",
        "step",
        "fits",
        "sure",
        "around",
    )
    place: dict[str, Any] = {name: refusal.params[name] for name in known if name in refusal.params}
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


def _finish(run: Run, dataset: Dataset, staged: Staged, results: Path) -> Version | None:
    """Store the files, then write the version or let it wait; nothing when it was deleted."""
    with transaction.atomic():
        run.fence()
        kept = Dataset.objects.select_for_update().filter(pk=dataset.pk).first()
        if kept is None:
            return None
        kept.file_hash = dataset.file_hash
        if "format" in staged.found["reading"]:
            kept.format = staged.found["reading"]["format"]
        before = kept.metadata.get("staged")
        kept.metadata |= {"reading": staged.found["reading"]}
        if kept.is_reviewed and not _may_import(kept, before, staged):
            staging.keep(kept, staged, results)
            kept.metadata.pop("confirm", None)
            kept.save(update_fields=["file_hash", "format", "metadata", "updated_at"])
            return None
        kept.save(update_fields=["file_hash", "format", "metadata", "updated_at"])
        number = 1 + max((version.number for version in kept.versions.all()), default=0)
        staging.store(results, storage.version_folder(kept.pk, number))
        kept.owner = dataset.owner
        return staging.publish(kept, staged, number=number)


def _may_import(dataset: Dataset, before: dict[str, Any] | None, staged: Staged) -> bool:
    """Was the import asked for already, and does it bring what the person saw?"""
    if not (dataset.metadata.get("confirm") and before):
        return False
    return all(before.get(name) == count for name, count in staged.counts.items())
