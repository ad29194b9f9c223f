"""Make the next version of a dataset from typed rows, or go back to the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import Conflict
from datasets import storage
from datasets.building.build import DATA, LEVELS
from datasets.building.finish import LINEAGE, Plan, detect, finish
from datasets.models import Column, Dataset, Version
from datasets.problems import DatasetProblem, problem_from
from datasets.profile import column_rows, profile_of
from datasets.quality.reports import report_on
from datasets.refusals import Refusal
from datasets.signals import version_ready
from datasets.versioning.differences import Side, difference, inverse

_DESCRIBING, _COMPARING = 0.8, 0.9


class Fence(Protocol):
    """What making a version needs of the job that does it."""

    def report(
        self, fraction: float, message: str = "", eta: float | None = None, **detail: Any
    ) -> None: ...

    def fence(self) -> None: ...


@dataclass(frozen=True)
class NewColumn:
    """A column of the rows given: its key there, the name people see, its role ("" for usual)."""

    key: str
    name: str
    role: str = ""


def columns_of(version: Version) -> list[NewColumn]:
    """The columns of a version, to be changed and given to the next one. Keys never change."""
    return [NewColumn(column.key, column.name, column.role) for column in version.columns.all()]


def make_version(  # noqa: PLR0913 - everything about a version is told by name
    dataset: Dataset,
    *,
    source: Path,
    parent: Version | None,
    origin: str,
    made_by: User | None,
    columns: Sequence[NewColumn] | None = None,
    recipe: Sequence[dict[str, Any]] = (),
    note: str = "",
    run: Fence | None = None,
) -> Version:
    """Make the rows of the Parquet file `source` the newest version.

    `columns` names the columns c1… of `source`; without it they are those of `parent`. Rows are
    sorted when need be. A helper column _from may say which row of the parent each row was; it
    makes the counted difference exact and is not kept. `source` stays as it is.

    Raises DatasetProblem when no row is left, Conflict when `parent` is no longer the newest.
    """
    chosen = list(columns) if columns is not None else columns_of(_required(parent))
    given = _Given(parent, origin, made_by, list(recipe), note)
    with storage.work_folder() as folder:
        made = _describe(dataset, source, folder, chosen, parent, run)
        if parent is not None:
            _keep_clock(parent, made, given)
        diff = _difference(parent, made, chosen, folder) if parent else {}
        if run:
            run.report(_COMPARING)
        return _publish(dataset, made, given, diff, run)


def undo(dataset: Dataset, user: User) -> Version:
    """Make the next version equal to what the current one was made from, without new files.

    After an undo, the next undo goes one step further back. Raises Conflict at the beginning.
    """
    with transaction.atomic():
        kept = Dataset.objects.select_for_update().get(pk=dataset.pk)
        current = _newest(kept)
        target = before(current) if current else None
        if current is None or target is None:
            raise Conflict(
                gettext("There is nothing to undo: this is the file as it was read."),
                code="nothing_to_undo",
            )
        return _again(kept, current, target, user)


def restore(dataset: Dataset, version: Version, user: User) -> Version:
    """Make the next version equal to any earlier one, without new files."""
    with transaction.atomic():
        kept = Dataset.objects.select_for_update().get(pk=dataset.pk)
        current = _newest(kept)
        if current is None or version.dataset_id != kept.pk or same_content(version, current):
            raise Conflict(
                gettext("Version %(number)s is what you see already.") % {"number": version.number},
                code="nothing_to_undo",
            )
        return _again(kept, current, shown(version), user)


def before(version: Version) -> Version | None:
    """The version that undoing `version` leads to; None at the beginning."""
    return shown(version).parent


def shown(version: Version) -> Version:
    """The version whose rows this one shows: itself unless it is an undo."""
    number = version.diff.get("restores")
    if version.origin != Version.Origin.UNDO or number is None:
        return version
    found: Version = version.dataset.versions.get(number=number)
    return found


def same_content(one: Version, other: Version) -> bool:
    """Do two versions show the same rows and columns?"""
    return shown(one).pk == shown(other).pk


def create_dataset_from(
    owner: User,
    name: str,
    source: Path,
    columns: Sequence[NewColumn],
    *,
    note: str = "",
    description: str = "",
) -> Dataset:
    """A new dataset of `owner` with the rows of a Parquet file as its first version."""
    with storage.work_folder() as folder:
        chosen = _with_time(source, columns)
        made = _describe(None, source, folder, chosen, None, None)
        given = _Given(None, Version.Origin.QUERY, owner, [], note)
        with transaction.atomic():
            dataset = Dataset.objects.create(
                owner=owner,
                name=name[:200],
                description=description,
                file_size=made.found["size"],
                format=Dataset.Format.QUERY,
                status=Dataset.Status.READY,
            )
            _publish(dataset, made, given, {}, None)
    dataset.refresh_from_db()
    return dataset


@dataclass(frozen=True)
class _Given:
    parent: Version | None
    origin: str
    made_by: User | None
    recipe: list[dict[str, Any]]
    note: str


@dataclass(frozen=True)
class _Made:
    """A described version whose files are still in the work folder."""

    folder: Path
    found: dict[str, Any]
    profile: dict[str, Any]
    columns: list[dict[str, Any]]
    quality: dict[str, Any]


def _required(parent: Version | None) -> Version:
    if parent is None:
        raise ValueError("either columns or a parent must be given")
    return parent


def _describe(
    dataset: Dataset | None,
    source: Path,
    folder: Path,
    columns: Sequence[NewColumn],
    parent: Version | None,
    run: Fence | None,
) -> _Made:
    plan = Plan(
        source=source,
        folder=folder,
        columns={column.key: column.name for column in columns},
        time=_with_role(columns, Column.Role.TIME),
        series=_with_role(columns, Column.Role.SERIES),
        zoned=bool(parent and parent.profile.get("time_zone")),
    )
    try:
        found = finish(plan, _reporter(run))
    except Refusal as refusal:
        if refusal.code == "no_rows_left":
            raise DatasetProblem(
                gettext("No row would be left. Change what you ask for so that some remain."),
                code=refusal.code,
            ) from refusal
        raise problem_from(refusal, dataset.name if dataset else "") from refusal
    profile = profile_of(found, folder / DATA)
    if parent is not None:
        read = parent.profile.get("reading", {})
        changed = {name: found["reading"][name] for name in ("columns", "time_column")}
        profile["reading"] = {**read, **changed}
    rows = list(_column_rows(found, columns))
    return _Made(folder, found, profile, rows, report_on(found, profile, rows, folder / DATA))


def _keep_clock(parent: Version, made: _Made, given: _Given) -> None:
    """The same times keep the zone by which people read them; only repairs may change it."""
    if made.found["reading"]["time_column"] != parent.time_column:
        return
    known = parent.profile
    if given.origin != Version.Origin.REPAIR:
        made.profile["time_zone"] = known.get("time_zone") or made.profile["time_zone"]
    moved = any(step.get("step") == "zone" and step.get("on", True) for step in given.recipe)
    if made.profile["time_zone"] and not moved:
        made.profile["zone"] = known.get("zone", "")


def _reporter(run: Fence | None) -> Callable[[float], None]:
    def report(share: float) -> None:
        if run:
            run.report(_DESCRIBING + (_COMPARING - _DESCRIBING) * share)

    return report


def _with_role(columns: Sequence[NewColumn], role: str) -> str:
    return next((column.key for column in columns if column.role == role), "")


def _with_time(source: Path, columns: Sequence[NewColumn]) -> list[NewColumn]:
    """Find out which column is the time and which names the series, unless that is said."""
    if _with_role(columns, Column.Role.TIME):
        return list(columns)
    time, series = detect(source, {column.key: column.name for column in columns})
    roles = {time: Column.Role.TIME, series: Column.Role.SERIES}
    return [
        replace(column, role=roles[column.key]) if column.key in roles else column
        for column in columns
    ]


def _column_rows(found: dict[str, Any], columns: Sequence[NewColumn]) -> Iterable[dict[str, Any]]:
    roles = {column.key: column.role for column in columns}
    for row in column_rows(found):
        role = roles[row["key"]]
        fits = role != Column.Role.TARGET or row["type"] in {"integer", "float"}
        yield {**row, "role": role if role and fits else row["role"]}


def _difference(
    parent: Version, made: _Made, columns: Sequence[NewColumn], folder: Path
) -> dict[str, Any]:
    types = {row["key"]: row["type"] for row in made.columns}
    lineage = folder / LINEAGE
    new = Side(
        made.folder / DATA,
        made.found["rows"],
        {column.key: (column.name, types[column.key]) for column in columns},
        made.found["reading"]["time_column"],
        made.found["series_column"],
    )
    return difference(
        side_of(parent),
        new,
        scratch=folder / "scratch",
        lineage=lineage if lineage.exists() else None,
    )


def side_of(version: Version) -> Side:
    """A stored version as one side of a comparison."""
    return Side(
        storage.local_copy(version.file_key),
        version.row_count,
        {column.key: (column.name, column.type) for column in version.columns.all()},
        version.time_column,
        version.series_column,
    )


def _publish(
    dataset: Dataset, made: _Made, given: _Given, diff: dict[str, Any], run: Fence | None
) -> Version:
    """Store the files and write the rows, all or nothing."""
    with transaction.atomic():
        if run:
            run.fence()
        kept = Dataset.objects.select_for_update().get(pk=dataset.pk)
        newest = _newest(kept)
        _require_newest(newest, given.parent)
        number = newest.number + 1 if newest else 1
        folder = storage.version_folder(kept.pk, number)
        # Left by a run that was stopped before its rows were written.
        storage.delete_tree(folder)
        version = Version.objects.create(
            dataset=kept,
            number=number,
            file_key=f"{folder}/{DATA}",
            file_size=made.found["size"],
            content_hash=made.found["hash"],
            row_count=made.found["rows"],
            profile=made.profile,
            frequency=made.profile["frequency"],
            time_column=made.found["reading"]["time_column"],
            layout=Version.Layout.LONG if made.found["series_column"] else Version.Layout.WIDE,
            series_column=made.found["series_column"],
            origin=given.origin,
            parent=given.parent,
            made_by=given.made_by,
            recipe=given.recipe,
            diff=diff,
            quality=made.quality,
            note=given.note,
        )
        Column.objects.bulk_create(Column(version=version, **row) for row in made.columns)
        _put(made.folder, folder)
        _announce(kept, version)
    return version


def _require_newest(newest: Version | None, parent: Version | None) -> None:
    if parent is not None and newest is not None and newest.pk != parent.pk:
        raise Conflict(
            gettext("Version %(number)s was made meanwhile. Look at it, then do this again on top.")
            % {"number": newest.number},
            code="version_moved",
        )


def _newest(dataset: Dataset) -> Version | None:
    found: Version | None = dataset.versions.order_by("-number").first()
    return found


def _put(results: Path, folder: str) -> None:
    storage.put(results / DATA, f"{folder}/{DATA}")
    for level in sorted((results / LEVELS).iterdir()):
        storage.put(level, f"{folder}/{LEVELS}/{level.name}")


def _announce(dataset: Dataset, version: Version) -> None:
    dataset.record_count = version.row_count
    dataset.save(update_fields=["record_count", "updated_at"])
    transaction.on_commit(lambda: version_ready.send(sender=Version, version=version))


# What versions of the same file have in common.
SHARED = (
    "file_key", "file_size", "content_hash", "row_count", "frequency", "time_column", "layout",
    "series_column", "quality",
)  # fmt: skip


def _again(dataset: Dataset, current: Version, target: Version, user: User) -> Version:
    """A version with the rows and files of `target` on top of `current`."""
    undoes = before(current) == target
    diff = inverse(shown(current).diff) if undoes else {}
    version = Version.objects.create(
        dataset=dataset,
        number=current.number + 1,
        origin=Version.Origin.UNDO,
        parent=current,
        made_by=user,
        diff={**diff, "restores": target.number, "undoes": shown(current).number},
        profile=target.profile,
        **{name: getattr(target, name) for name in SHARED},
    )
    Column.objects.bulk_create(_copied(column, version) for column in target.columns.all())
    _announce(dataset, version)
    return version


def _copied(column: Column, version: Version) -> Column:
    fields = ("position", "name", "key", "type", "role", "missing", "unreadable", "stats")
    return Column(version=version, **{name: getattr(column, name) for name in fields})
