"""What a person decides about a file that was read: kept as options, applied at the right price.

Names and roles change at once. What changes cells or rows needs another reading.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from accounts.problems import Conflict
from datasets.models import Column, Dataset, Version
from datasets.problems import DatasetProblem
from datasets.profile import kept_columns, main_column
from datasets.receiving import staging, uploads
from datasets.receiving.staging import Staged
from datasets.roles import role_of
from datasets.sniffing.options import ColumnChoice, ReadingOptions
from datasets.sniffing.reading import DROP, Reading
from datasets.sniffing.times import order_of
from jobs.models import Job

# With another of these the columns of the file are others.
_SHAPING: Final = (
    "header",
    "skip",
    "delimiter",
    "encoding",
    "sheet",
    "format",
    "orient",
    "frequency",
)
# Roles that say what is read, not only what it is used for.
_READ_ROLES: Final = frozenset({"time", "series", DROP})
_NUMBER_ROLES: Final = frozenset({Column.Role.TARGET})


def options_of(dataset: Dataset) -> ReadingOptions:
    """What has been decided so far; a reading that failed has decided nothing."""
    kept = dataset.metadata.get("staged") or dataset.metadata
    return ReadingOptions.from_dict(kept.get("options") or {})


def merged(dataset: Dataset, staged: Staged, said: dict[str, Any]) -> ReadingOptions:
    """The options after `said`: only what differs from what is shown becomes a decision."""
    options = options_of(dataset)
    given = ReadingOptions.from_dict(said)
    shown = shown_options(staged)
    plain = {
        name: getattr(given, name)
        for name in said
        if name not in {"columns", "corrections"}
        and hasattr(given, name)
        # A value that is none is no decision; nor is what holds anyway.
        and (getattr(given, name) is not None or said[name] is None)
        and said[name] != shown.get(name)
    }
    if any(plain[name] != getattr(options, name) for name in _SHAPING if name in plain):
        return replace(options, **plain, columns={}, corrections={})
    columns = {**options.columns, **_column_choices(staged, options, given)}
    corrections = {**options.corrections, **given.corrections}
    chosen = replace(options, **plain, columns=columns, corrections=corrections)
    _require_sense(staged, chosen)
    return chosen


def apply(dataset: Dataset, options: ReadingOptions) -> Job | None:
    """Keep the options; the job that reads the file again, or None when that is not needed.

    Raises Conflict while it is being read, DatasetProblem when the options do not fit the file.
    """
    if dataset.is_being_read:
        raise Conflict(gettext("This file is being read right now. Wait for it, or cancel it."))
    before = options_of(dataset)
    if options == before:
        return None
    if not dataset.is_staged or _must_read(before, options):
        return uploads.again(dataset, options=options)
    _restage(dataset, options)
    return None


def read_as_found(dataset: Dataset) -> Job | None:
    """Forget every decision."""
    return apply(dataset, ReadingOptions())


def import_now(dataset: Dataset, *, name: str = "") -> Version | None:
    """Import what waits; None when it does not wait any more."""
    if dataset.is_being_read:
        raise Conflict(gettext("This file is being read right now. Wait for it, or cancel it."))
    if name.strip():
        dataset.name = " ".join(name.split())[:200]
        dataset.save(update_fields=["name", "updated_at"])
    try:
        staged = staging.load(dataset)
    except FileNotFoundError as missing:
        raise Conflict(
            gettext("Nothing waits to be imported here. Reload the page."), code="not_staged"
        ) from missing
    return staging.confirm(dataset, staged)


def import_after_reading(dataset: Dataset, options: ReadingOptions) -> Job | None:
    """Read again with `options` and import, unless the counts then differ from those shown."""
    dataset.metadata["confirm"] = True
    return apply(dataset, options)


def _column_choices(
    staged: Staged, options: ReadingOptions, given: ReadingOptions
) -> dict[str, ColumnChoice]:
    """For each column that was spoken of: what was said and is not so already."""
    found = {column["key"]: column for column in staged.found["reading"]["columns"]}
    choices: dict[str, ColumnChoice] = {}
    for key, said in given.columns.items():
        if key not in found:
            raise DatasetProblem(
                gettext("There is no column %(key)s in this file.") % {"key": key},
                code="unknown_column",
                field="columns",
            )
        shown = shown_choice(staged, found[key])
        kept = options.choice(key)
        changed = {
            name: getattr(said, name)
            for name in ("name", "role", "type", "failing", "words")
            if getattr(said, name) and getattr(said, name) != getattr(shown, name)
        }
        choices[key] = replace(choices.get(key, kept), **changed)
        if changed.get("role") in {"time", "series"}:
            # The one that was it before gives way.
            choices |= _without_role(options, changed["role"], but=given)
    return {key: choice for key, choice in choices.items() if choice != ColumnChoice()}


def _without_role(
    options: ReadingOptions, role: str, *, but: ReadingOptions
) -> dict[str, ColumnChoice]:
    return {
        key: replace(choice, role="")
        for key, choice in options.columns.items()
        if choice.role == role and but.choice(key).role in {"", role}
    }


def shown_options(staged: Staged) -> dict[str, Any]:
    """What the mapper shows for the whole file before anybody changes it."""
    reading = Reading.from_dict(staged.found["reading"])
    time = reading.column(reading.time_column).time if reading.time_column else None
    return {
        "header": reading.header,
        "skip": reading.skip,
        "delimiter": reading.delimiter,
        "encoding": reading.encoding,
        "decimal": reading.decimal,
        "zone": reading.zone,
        "date_order": order_of(time) if time else "",
        "layout": "long" if staged.found["series_column"] else "wide",
        "repeated": reading.repeated or "keep",
        "format": reading.format,
        "frequency": dated_by(staged.found) if reading.format == "m4" else None,
    }


def dated_by(found: dict[str, Any]) -> str:
    """The step by which the values of an M4 file were dated; "" where they are numbered."""
    notes = (note for note in found["notes"] if note["code"] == "dated")
    return next((str(note["params"]["frequency"]) for note in notes), "")


def shown_choice(staged: Staged, column: dict[str, Any]) -> ColumnChoice:
    """What the mapper shows for a column before anybody changes it."""
    is_kept = column.get("role") != DROP
    role = role_of(staged.found, column) if is_kept else DROP
    kind = "text" if column["type"] == "empty" else column["type"]
    return ColumnChoice(
        name=column["name"],
        role=role,
        type=kind,
        failing=column.get("failing") or "missing",
        words=column.get("words") or "keep",
    )


def _require_sense(staged: Staged, options: ReadingOptions) -> None:
    """One time column, one series column, numbers for targets, names that differ."""
    times = [key for key, choice in options.columns.items() if choice.role == "time"]
    series = [key for key, choice in options.columns.items() if choice.role == "series"]
    for keys, words in (
        (times, gettext("Only one column can be the time. Choose one.")),
        (series, gettext("Only one column can name the series. Choose one.")),
    ):
        if len(keys) > 1:
            raise DatasetProblem(words, code="two_of_a_kind", field=f"role-{keys[1]}")
    names: set[str] = set()
    for column in staged.found["reading"]["columns"]:
        choice = options.choice(column["key"])
        _require_number(column, choice)
        if (choice.role or column.get("role")) == DROP:
            continue
        name = choice.name or column["name"]
        if name in names:
            raise DatasetProblem(
                gettext("Two columns would be called %(name)s. Give one of them another name.")
                % {"name": name},
                code="name_taken",
                field=f"name-{column['key']}",
            )
        names.add(name)


def _require_number(column: dict[str, Any], choice: ColumnChoice) -> None:
    kind = choice.type or column["type"]
    if choice.role in _NUMBER_ROLES and kind not in {"number", "empty"}:
        raise DatasetProblem(
            gettext("%(name)s holds no numbers, so it cannot be a target. Choose another role.")
            % {"name": choice.name or column["name"]},
            code="not_numbers",
            field=f"role-{column['key']}",
        )


def _must_read(before: ReadingOptions, after: ReadingOptions) -> bool:
    """Does the change touch cells or rows?"""
    if replace(before, columns={}) != replace(after, columns={}):
        return True
    keys = {*before.columns, *after.columns}
    return any(_reads(before.choice(key)) != _reads(after.choice(key)) for key in keys)


def _reads(choice: ColumnChoice) -> ColumnChoice:
    """The part of a choice that decides what is read."""
    return replace(choice, name="", role=choice.role if choice.role in _READ_ROLES else "")


def _restage(dataset: Dataset, options: ReadingOptions) -> None:
    """Give the staged columns their new names and roles; nothing is read."""
    with transaction.atomic():
        kept = Dataset.objects.select_for_update().get(pk=dataset.pk)
        staged = staging.load(kept)
        found, profile = staged.found, staged.profile
        for column in found["reading"]["columns"]:
            choice = options.choice(column["key"])
            if choice.name and choice.name != column["name"]:
                column["header"] = column.get("header") or column["name"]
                column["name"] = choice.name
            if choice.role:
                column["role"] = choice.role
        main = main_column(found)
        profile["reading"], profile["main_column"] = found["reading"], main
        profile["spark"] = found["columns"][main]["stats"].get("spark", []) if main else []
        # Reports know names and roles; this one is made again when somebody looks.
        kept.metadata |= {"options": options.to_dict(), "reading": found["reading"]}
        staging.rewrite(kept, Staged(found, profile, {}))
        kept.save(update_fields=["metadata", "updated_at"])
    dataset.refresh_from_db()


def columns_kept(staged: Staged) -> int:
    """How many columns the dataset will have."""
    return len(kept_columns(staged.found))
