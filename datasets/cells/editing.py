"""Cells that a person changes: collected in a draft, undone one by one, saved as a version.

A draft is one row of the database for each person and dataset, so that it survives a closed page,
and so that two people never see half of each other's work. Row numbers only mean something in the
version they were seen in: when another version comes first, `carry_over` finds the rows again.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import Conflict
from datasets.cells.values import read_edit, restored, stored
from datasets.grid import rows
from datasets.models import Column, Dataset, Draft, Version
from datasets.models.draft import Edit
from datasets.problems import DatasetProblem

MOST_EDITS = 1000
LONGEST_NOTE = 500


def draft_of(dataset: Dataset, person: User) -> Draft | None:
    """What this person has changed and not saved yet."""
    found = Draft.objects.select_related("version", "job")
    return found.filter(dataset=dataset, person=person).first()


def edit(version: Version, person: User, *, row: int, key: str, text: str) -> Edit | None:
    """Change one cell; None when it is again as it was.

    Raises DatasetProblem when the value does not fit, Conflict when the draft is about another
    version or is being saved.
    """
    column = rows.find_column(list(version.columns.all()), key)
    require_editable(column)
    value, before = stored(read_edit(column, text)), stored(stored_cell(version, column, row))
    _require_kept(column, value)
    with transaction.atomic():
        draft = _locked(version, person)
        others = [e for e in draft.edits if (e["row"], e["key"]) != (row, key)]
        if value == before:
            _keep(draft, others)
            return None
        if len(others) >= MOST_EDITS:
            raise DatasetProblem(
                gettext("You have changed %(limit)s cells. Save them as a version, then go on.")
                % {"limit": f"{MOST_EDITS:,}"},
                code="too_many_edits",
            )
        old = draft.at(row, key)
        made = Edit(row=row, key=key, value=value, was=before, note=old["note"] if old else "")
        _keep(draft, [*others, made])
    return made


def undo(dataset: Dataset, person: User, *, row: int = 0, key: str = "") -> Edit | None:
    """Take back the edit of one cell, or the last one; None when there is nothing to undo."""
    with transaction.atomic():
        draft = _own(dataset, person)
        if draft is None or not draft.edits:
            return None
        gone = draft.at(row, key) if key else draft.edits[-1]
        _keep(draft, [e for e in draft.edits if e is not gone])
    return gone


def explain(dataset: Dataset, person: User, *, row: int, key: str, note: str) -> Edit:
    """Keep why a cell was changed; the version will say it."""
    with transaction.atomic():
        draft = _own(dataset, person)
        found = draft.at(row, key) if draft else None
        if draft is None or found is None:
            raise Conflict(gettext("This cell is not changed any more."), code="no_edit")
        found["note"] = " ".join(note.split())[:LONGEST_NOTE]
        draft.save(update_fields=["edits", "updated_at"])
    return found


def discard(dataset: Dataset, person: User) -> int:
    """Forget all edits of this person; returns how many there were."""
    with transaction.atomic():
        draft = _own(dataset, person)
        if draft is None:
            return 0
        count = len(draft.edits)
        draft.delete()
    return count


def carry_over(version: Version, person: User) -> tuple[int, int]:
    """Find the cells of a draft again in a newer version; (carried over, left behind).

    A row is the same when its series and time are and the cell still holds what was changed;
    without times, when its number is.
    """
    with transaction.atomic():
        draft = _own(version.dataset, person)
        if draft is None:
            return 0, 0
        carried = [moved for e in draft.edits if (moved := _again(draft.version, version, e))]
        left = len(draft.edits) - len(carried)
        draft.version = version
        draft.save(update_fields=["version"])
        _keep(draft, carried)
    return len(carried), left


def claim(dataset: Dataset, person: User) -> Draft:
    """Inside a transaction: the draft to make a version of. Raises Conflict without edits."""
    draft = _own(dataset, person)
    if draft is None or not draft.edits:
        raise Conflict(gettext("There is nothing to save: no cell is changed."), code="no_edit")
    _require_newest(draft, dataset)
    return draft


def note_of(draft: Draft) -> str:
    """Why, as the version says it: each reason once."""
    return "; ".join(dict.fromkeys(e["note"] for e in draft.edits if e["note"]))


def require_editable(column: Column) -> None:
    """Raise DatasetProblem when the cells of this column cannot be typed over."""
    if column.is_masked:
        raise DatasetProblem(
            gettext(
                "%(column)s holds personal data, which stays hidden: its cells cannot be edited "
                "here. Change its role first."
            )
            % {"column": column.name},
            code="masked",
            field="key",
        )


def _require_kept(column: Column, value: Any) -> None:
    if value is None and column.role in {Column.Role.TIME, Column.Role.SERIES}:
        raise DatasetProblem(
            gettext("%(column)s tells which row this is. Enter a value; it cannot be empty.")
            % {"column": column.name},
            code="needed",
            field="value",
        )


def stored_cell(version: Version, column: Column, row: int) -> Any:
    """What a cell of the version holds. Raises DatasetProblem when there is no such row."""
    found = rows.raw_cells(version, row, [column.key])
    if not found:
        raise DatasetProblem(
            gettext("There is no row %(row)s. Enter 1 to %(rows)s.")
            % {"row": f"{row:,}", "rows": f"{version.row_count:,}"},
            code="no_row",
            field="row",
        )
    return found[column.key]


def _locked(version: Version, person: User) -> Draft:
    """The draft to add to, made when there is none."""
    Draft.objects.get_or_create(
        person=person, dataset=version.dataset, defaults={"version": version}
    )
    draft = _own(version.dataset, person)
    assert draft is not None
    if not draft.edits and draft.version_id != version.pk:
        draft.version = version
        draft.save(update_fields=["version"])
    _require_newest(draft, version.dataset)
    return draft


def _own(dataset: Dataset, person: User) -> Draft | None:
    found = Draft.objects.select_for_update(of=["self"]).select_related("version", "job")
    draft = found.filter(dataset=dataset, person=person).first()
    if draft is not None and draft.is_being_saved:
        raise Conflict(
            gettext("Your edits are being saved right now. Wait a moment, then go on."),
            code="being_saved",
        )
    return draft


def _require_newest(draft: Draft, dataset: Dataset) -> None:
    newest = dataset.versions.order_by("-number").first()
    if newest is not None and newest.pk != draft.version_id:
        raise Conflict(
            gettext(
                "Version %(newest)s was made meanwhile; your edits belong to version %(old)s. "
                "Carry them over or discard them."
            )
            % {"newest": newest.number, "old": draft.version.number},
            code="version_moved",
        )


def _keep(draft: Draft, edits: list[Edit]) -> None:
    if not edits:
        draft.delete()
        return
    draft.edits = edits
    draft.save(update_fields=["edits", "updated_at"])


def _again(old: Version, new: Version, made: Edit) -> Edit | None:
    """The same cell in another version; None when it is gone, doubled or changed."""
    columns = {column.key: column for column in new.columns.all()}
    column, was = columns.get(made["key"]), old.column(made["key"])
    if column is None or column.is_masked or column.type != was.type:
        return None
    row = made["row"]
    names = [key for key in (old.series_column, old.time_column) if key]
    if names and (old.series_column, old.time_column) == (new.series_column, new.time_column):
        values = rows.raw_cells(old, row, names)
        found = rows.rows_holding(new, values) if values else []
        if len(found) != 1:
            return None
        row = found[0]
    cell = rows.raw_cells(new, row, [column.key])
    if not cell or stored(cell[column.key]) != made["was"]:
        return None
    return Edit(**{**made, "row": row})


def changes(draft: Draft) -> dict[str, dict[int, Any]]:
    """Column key → row (from 0) → new value."""
    columns = {column.key: column for column in draft.version.columns.all()}
    found: dict[str, dict[int, Any]] = {}
    for made in draft.edits:
        cells = found.setdefault(made["key"], {})
        cells[made["row"] - 1] = restored(columns[made["key"]], made["value"])
    return found
