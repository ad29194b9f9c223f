"""Names and roles of columns that a person changes.

They are part of what a result used: a forecast that names version 14 must find there the target
and the covariates that it was made with. So a change is a version of its own, of origin `roles`,
even when no cell changes. Its file is that of the version before, which costs neither time nor
storage; only another time or series column, which decides the order of the rows, has the rows
written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from datasets import storage
from datasets.models import Column, Dataset, Version
from datasets.problems import DatasetProblem
from datasets.signals import version_ready
from datasets.versioning.versions import SHARED, Fence, NewColumn, columns_of, make_version

LONGEST_NAME = 200
ORDERING = frozenset({Column.Role.TIME, Column.Role.SERIES})


@dataclass(frozen=True)
class ColumnChange:
    """What a person wants of one column; "" leaves it."""

    key: str
    name: str = ""
    role: str = ""


def roles_for(column: Column) -> list[str]:
    """The roles that a column of this type can have."""
    if column.type == Column.Type.DATETIME:
        return [Column.Role.TIME, Column.Role.IGNORE, Column.Role.PERSONAL]
    roles = [role for role in Column.Role.values if role != Column.Role.TIME]
    if not column.is_number:
        roles.remove(Column.Role.TARGET)
    return roles


def change_columns(
    version: Version, changes: Sequence[ColumnChange], user: User, *, note: str = ""
) -> Version | None:
    """Make the version in which columns have these names and roles, with the file there is.

    None, and nothing is made, when the rows must be written anew: `rewrite` does that in a job.
    Raises DatasetProblem naming the column when a name is doubled or a role does not fit,
    Conflict when nothing changes or another version came first.
    """
    before = columns_of(version)
    after = _changed(version, before, changes)
    if after == before:
        raise Conflict(gettext("Nothing is different. Change a name or a role, then save."))
    _require_whole(version, after)
    if _order(after) != _order(before):
        return None
    made = _with_the_same_file(version, before, after, user, note)
    audit.record(user, "dataset.roles", version.dataset, version=made.number)
    return made


def rewrite(
    version: Version, changes: Sequence[ColumnChange], user: User, *, note: str, run: Fence
) -> Version:
    """The same, with the rows put into the order of another time or series."""
    after = _changed(version, columns_of(version), changes)
    return make_version(
        version.dataset,
        source=storage.local_copy(version.file_key),
        parent=version,
        origin=Version.Origin.ROLES,
        made_by=user,
        columns=after,
        note=note,
        run=run,
    )


def _changed(
    version: Version, before: Sequence[NewColumn], changes: Sequence[ColumnChange]
) -> list[NewColumn]:
    wanted = {change.key: change for change in changes}
    known = {column.key: column for column in version.columns.all()}
    for key in wanted:
        if key not in known:
            raise DatasetProblem(
                gettext("There is no column %(column)s here. Choose one of the table.")
                % {"column": key[:80]},
                code="unknown_column",
                field="column",
            )
    chosen = {key: change.role for key, change in wanted.items() if change.role}
    taken = {role: key for key, role in chosen.items() if role in ORDERING}
    after = []
    for column in before:
        change = wanted.get(column.key, ColumnChange(column.key))
        role = change.role or column.role
        if role in taken and taken[role] != column.key:
            # There is one time and one series: the column that was it gives way.
            role = Column.Role.IGNORE
        _require_fit(known[column.key], role)
        name = " ".join(change.name.split()) or column.name
        after.append(replace(column, name=_fitting(name, known[column.key]), role=role))
    return after


def _require_fit(column: Column, role: str) -> None:
    if role != column.role and role not in roles_for(column):
        raise DatasetProblem(
            gettext("%(column)s holds %(type)s: it cannot be the %(role)s. Choose another role.")
            % {
                "column": column.name,
                "type": column.get_type_display(),
                "role": Column.Role(role).label if role in Column.Role.values else role[:40],
            },
            code="bad_role",
            field="role",
        )


def _fitting(name: str, column: Column) -> str:
    if len(name) > LONGEST_NAME:
        raise DatasetProblem(
            gettext("The name of %(column)s is longer than %(limit)s characters. Shorten it.")
            % {"column": column.name[:40], "limit": LONGEST_NAME},
            code="long_name",
            field="name",
        )
    return name


def _require_whole(version: Version, after: Sequence[NewColumn]) -> None:
    """Names are told apart, and a series needs a time."""
    seen: set[str] = set()
    for column in after:
        if column.name in seen:
            raise DatasetProblem(
                gettext("Two columns would be called %(column)s. Give one another name.")
                % {"column": column.name},
                code="same_name",
                field="name",
            )
        seen.add(column.name)
    roles = {column.role for column in after}
    if Column.Role.SERIES in roles and Column.Role.TIME not in roles:
        raise DatasetProblem(
            gettext("A column that names the series needs a column of times beside it."),
            code="no_time",
            field="role",
        )


def _order(columns: Sequence[NewColumn]) -> list[str]:
    return [column.key for column in columns if column.role in ORDERING] + [
        column.role for column in columns if column.role in ORDERING
    ]


def _with_the_same_file(
    version: Version, before: Sequence[NewColumn], after: Sequence[NewColumn], user: User, note: str
) -> Version:
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=version.dataset_id)
        newest = dataset.versions.order_by("-number").first()
        assert newest is not None
        if newest.pk != version.pk:
            raise Conflict(
                gettext(
                    "Version %(number)s was made meanwhile. Look at it, then do this again on top."
                )
                % {"number": newest.number},
                code="version_moved",
            )
        made = Version.objects.create(
            dataset=dataset,
            number=version.number + 1,
            origin=Version.Origin.ROLES,
            parent=version,
            made_by=user,
            note=note,
            diff=_difference(before, after),
            profile=_profile(version, after),
            **{name: getattr(version, name) for name in SHARED},
        )
        told = {column.key: column for column in after}
        Column.objects.bulk_create(
            _copied(column, made, told[column.key]) for column in version.columns.all()
        )
        dataset.save(update_fields=["updated_at"])
        transaction.on_commit(lambda: version_ready.send(sender=Version, version=made))
    return made


def _difference(before: Sequence[NewColumn], after: Sequence[NewColumn]) -> dict[str, Any]:
    pairs = list(zip(before, after, strict=True))
    renamed = [[was.name, now.name] for was, now in pairs if was.name != now.name]
    roles = [[now.name, was.role, now.role] for was, now in pairs if was.role != now.role]
    return {
        "columns_renamed": len(renamed),
        "columns_roles": len(roles),
        "columns": {"renamed": renamed[:20], "roles": roles[:20]},
    }


def _profile(version: Version, after: Sequence[NewColumn]) -> dict[str, Any]:
    """The profile with the column that a first forecast is about, if another one is it now."""
    profile = dict(version.profile)
    targets = [column.key for column in after if column.role == Column.Role.TARGET]
    if profile.get("main_column") in targets or (not targets and not profile.get("main_column")):
        return profile
    main = targets[0] if targets else ""
    stats = {column.key: column.stats for column in version.columns.all()}
    return {**profile, "main_column": main, "spark": stats.get(main, {}).get("spark", [])}


def _copied(column: Column, version: Version, told: NewColumn) -> Column:
    fields = ("position", "key", "type", "missing", "unreadable", "stats")
    kept = {name: getattr(column, name) for name in fields}
    return Column(version=version, name=told.name, role=told.role, **kept)
