"""More rows for a dataset: read like an upload, matched by column name, added as a version.

1. The file arrives whole and waits beside the dataset until the job has read it.
2. It is read in a process of its own, with the types of the version it joins.
3. Rows whose time is there already are asked about, unless a person has said what becomes of them:
   the job then ends with their count, and the file waits for the answer.
4. Old and new rows become one file, the dataset's own recipe is applied, a version is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext

from accounts.models.user import User
from datasets import storage
from datasets.building.build import DATA, Request
from datasets.filenames import clean_filename
from datasets.ingest import Reader, Run
from datasets.models import Dataset, Version
from datasets.problems import DatasetProblem, problem_from
from datasets.reading_words import reading_words
from datasets.receiving.reading_process import run_reading
from datasets.receiving.uploads import Content, receive_file
from datasets.refusals import Refusal
from datasets.repairs.applying import apply_recipe
from datasets.sniffing.options import ColumnChoice, ReadingOptions
from datasets.versioning.joining import BOTH, NEW, OLD, count_same, join
from datasets.versioning.matching import Matched, match
from datasets.versioning.versions import make_version
from jobs.progress import Interrupted, Superseded

ASK = "ask"
SAME = (ASK, OLD, NEW, BOTH)
_READ, _JOINED = 0.4, 0.6


@dataclass(frozen=True)
class Arrived:
    """A file of new rows that is stored and waits to be read."""

    key: str
    name: str
    size: int

    def to_dict(self) -> dict[str, Any]:
        """As arguments of a job."""
        return {"file": self.key, "name": self.name, "size": self.size}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Arrived:
        """The inverse of `to_dict`."""
        return cls(given["file"], given["name"], int(given["size"]))


def keep(dataset: Dataset, *, name: str, content: Content, size: int | None = None) -> Arrived:
    """Store a file of new rows, in blocks. Raises TooLarge over the limit of one file."""
    with storage.work_folder() as folder:
        received = receive_file(content, folder / "source", size=size)
        arrived = Arrived(f"{_folder(dataset)}/{uuid4()}", clean_filename(name), received.size)
        storage.put(received.path, arrived.key)
    return arrived


def is_waiting(arrived: Arrived) -> bool:
    """Is the file still there?"""
    try:
        storage.local_copy(arrived.key)
    except FileNotFoundError:
        return False
    return True


def give_up(arrived: Arrived) -> None:
    """Remove the file that waits."""
    storage.delete_file(arrived.key)


def append(run: Run, *, reader: Reader = run_reading) -> Version | None:
    """Add the rows of `run.arguments`; None when the dataset was deleted meanwhile.

    Raises DatasetProblem saying which column or rows stand in the way; the file stays only when
    the person is asked about repeated times.
    """
    dataset = Dataset.objects.filter(pk=run.arguments["dataset"]).first()
    arrived, same = Arrived.from_dict(run.arguments), run.arguments.get("same", ASK)
    if dataset is None:
        storage.delete_file(arrived.key)
        return None
    is_needed = False
    try:
        return _append(dataset, arrived, same, run, reader)
    except (SameTimes, Interrupted, Superseded):
        # Somebody is asked, or another worker goes on.
        is_needed = True
        raise
    finally:
        if not is_needed:
            storage.delete_file(arrived.key)


class SameTimes(DatasetProblem):
    """Some new rows have a time that is there already, and nobody has said what then."""


def _append(
    dataset: Dataset, arrived: Arrived, same: str, run: Run, reader: Reader
) -> Version | None:
    parent = dataset.versions.order_by("-number").first()
    if parent is None:
        raise problem_from(Refusal("no_rows_to_join"), arrived.name)
    with storage.work_folder() as folder:
        matched = _read(parent, arrived, folder, run, reader)
        counted = count_same(parent, matched)
        run.report(_READ, gettext("Comparing the times"), new=counted.new, same=counted.same)
        if counted.same and same == ASK:
            asked = Refusal("same_times", count=counted.same, rows=counted.new)
            raise problem_from(asked, arrived.name, SameTimes)
        joined = folder / "joined.parquet"
        join(parent, matched, same, joined, scratch=folder)
        run.report(_JOINED, gettext("Describing the rows"))
        version = make_version(
            dataset,
            source=joined,
            parent=parent,
            origin=Version.Origin.APPEND,
            made_by=_person(run),
            recipe=[{"step": "append", "file": arrived.name, "same": same, "rows": counted.new}],
            note=arrived.name,
            run=run,
        )
    return _repaired(version, run)


def _repaired(version: Version, run: Run) -> Version:
    """What the dataset's recipe for new data makes of it; the same version without a recipe."""
    recipe = version.dataset.recipe
    if not recipe:
        return version
    try:
        return apply_recipe(
            version, recipe, made_by=_person(run), run=run, note=gettext("Recipe for new data")
        )
    except DatasetProblem as problem:
        raise DatasetProblem(
            gettext(
                "The rows were added as version %(number)s, but the recipe for new data could not "
                "be applied: %(why)s"
            )
            % {"number": version.number, "why": problem.message},
            code=problem.code,
        ) from problem


def _read(parent: Version, arrived: Arrived, folder: Path, run: Run, reader: Reader) -> Matched:
    """The new rows as a typed file, its columns matched with those of `parent`."""
    options = _as_before(parent.dataset)
    found = _found(arrived, folder / "free", options, run, reader)
    matched = match(parent, found, folder / "free" / DATA, arrived.name)
    if matched.retyped:
        chosen = {key: ColumnChoice(type=kind) for key, kind in matched.retyped.items()}
        strict = ReadingOptions.from_dict(
            {**options.to_dict(), "columns": {key: {"type": c.type} for key, c in chosen.items()}}
        )
        found = _found(arrived, folder / "typed", strict, run, reader)
        matched = match(parent, found, folder / "typed" / DATA, arrived.name)
    matched.require_fit()
    return matched


def _found(
    arrived: Arrived, folder: Path, options: ReadingOptions, run: Run, reader: Reader
) -> dict[str, Any]:
    folder.mkdir()
    try:
        path = storage.local_copy(arrived.key)
        request = Request(path, folder, None, options=options, filename=arrived.name)
        return reader(
            request, folder=folder, on_progress=_reporter(run), should_stop=run.should_stop
        )
    except Refusal as refusal:
        run.raise_if_cancelled()
        raise problem_from(refusal, arrived.name) from refusal
    except FileNotFoundError as missing:
        raise problem_from(Refusal("rows_gone"), arrived.name) from missing


def _as_before(dataset: Dataset) -> ReadingOptions:
    """What a person said about the first file holds for the next ones, but for its columns."""
    said = ReadingOptions.from_dict(dataset.metadata.get("options", {}))
    kept = {"zone": said.zone, "date_order": said.date_order, "decimal": said.decimal}
    return ReadingOptions.from_dict({**kept, "header": True, "repeated": "keep"})


def _reporter(run: Run) -> Callable[[dict[str, Any]], None]:
    def report(progress: dict[str, Any]) -> None:
        total = progress.get("rows_total") or progress.get("bytes_total") or 0
        done = progress.get("rows") or progress.get("bytes") or 0
        run.report(_READ * (done / total if total else 0.0), reading_words(progress))

    return report


def _person(run: Run) -> User | None:
    job = getattr(run, "job", None)
    return job.owner if job is not None else None


def _folder(dataset: Dataset) -> str:
    return f"{storage.folder_of(dataset.pk)}/append"
