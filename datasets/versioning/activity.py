"""What happened to a dataset, newest first: the audit log, its versions and its shares together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models.audit_event import AuditEvent
from accounts.models.share import Share
from datasets.listed import listed
from datasets.models import Dataset, Version
from datasets.versioning.version_words import difference_words, origin_words

Words = str | Promise
# The log also says that a version was asked for; the version itself says it better.
_SAID_BY_VERSIONS = frozenset({"dataset.edited", "dataset.roles", "dataset.append"})
ACTIONS: Final[dict[str, Words]] = {
    "dataset.download": _("Downloaded"),
    "dataset.renamed": _("Renamed or described"),
    "dataset.deleted": _("Deleted"),
    "dataset.convert": _("Converted"),
    "dataset.undo": _("Went back"),
    "dataset.restored": _("Made an older version current"),
    "dataset.query": _("Asked in SQL"),
    "dataset.repaired": _("Repaired"),
}
_ORIGINS = Version.Origin
_LOG, _VERSION, _SHARE = "log", "version", "share"


@dataclass(frozen=True)
class Happening:
    """One line of the list."""

    at: datetime
    id: UUID
    kind: str
    title: str
    person: str
    detail: str
    version: int = 0


@dataclass(frozen=True)
class Page:
    """Some of what happened, and where the next page begins."""

    rows: list[Happening]
    next: str = ""


def happenings(dataset: Dataset, *, text: str = "", after: str = "", size: int = 50) -> Page:
    """A page of what happened; `after` is `next` of the page before."""
    parts = [
        part.filter(_beyond(time, after)).annotate(
            moment=F(time), part=Value(name, output_field=CharField())
        )
        for name, time, part in _parts(dataset, text)
    ]
    columns = ("moment", "id", "part")
    first, *others = [part.order_by().values_list(*columns) for part in parts]
    found = list(first.union(*others, all=True).order_by("-moment", "-id")[: size + 1])
    rows = _loaded(found[:size])
    more = len(found) > size
    return Page(rows, f"{found[size - 1][0].isoformat()}_{found[size - 1][1]}" if more else "")


def _parts(dataset: Dataset, text: str) -> list[tuple[str, str, QuerySet[Any]]]:
    log = AuditEvent.objects.filter(
        target_type="datasets.dataset", target_id=str(dataset.pk)
    ).exclude(action__in=_SAID_BY_VERSIONS)
    versions: QuerySet[Any] = dataset.versions.all()
    shares: QuerySet[Any] = Share.objects.of(Dataset).filter(object_id=dataset.pk)
    for word in text.split()[:8]:
        log = log.filter(
            Q(actor_name__icontains=word)
            | Q(action__in=_called(ACTIONS.items(), word))
            | Q(details__icontains=word)
        )
        versions = versions.filter(_of_version(word))
        shares = shares.filter(
            Q(person__username__icontains=word)
            | Q(shared_by__username__icontains=word)
            | (Q() if word.casefold() in str(_("Shared")).casefold() else Q(pk__in=[]))
        )
    return [
        (_LOG, "at", log),
        (_VERSION, "created_at", versions),
        (_SHARE, "created_at", shares),
    ]


def _of_version(word: str) -> Q:
    found = Q(origin__in=_called(_ORIGINS.choices, word))
    found |= Q(note__icontains=word) | Q(made_by__username__icontains=word)
    number = word.lower().removeprefix("v")
    if number.isascii() and number.isdecimal() and len(number) < 9:
        found |= Q(number=int(number))
    return found


def _called(words: Any, text: str) -> list[str]:
    return [name for name, word in words if text.casefold() in str(word).casefold()]


def _beyond(time: str, after: str) -> Q:
    moment, _line, key = after.partition("_")
    try:
        at, last = datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return Q()
    return Q(**{f"{time}__lt": at}) | Q(**{time: at, "id__lt": last})


def _loaded(found: list[tuple[datetime, UUID, str]]) -> list[Happening]:
    """The rows themselves, each kind in one query."""
    loaders: dict[str, Callable[[list[UUID]], dict[UUID, Happening]]] = {
        _LOG: _log,
        _VERSION: _versions,
        _SHARE: _shares,
    }
    told: dict[UUID, Happening] = {}
    for kind, load in loaders.items():
        told |= load([key for _at, key, part in found if part == kind])
    return [told[key] for _at, key, _part in found if key in told]


def _log(keys: list[UUID]) -> dict[UUID, Happening]:
    events = AuditEvent.objects.filter(pk__in=keys)
    return {
        event.pk: Happening(
            event.at,
            event.pk,
            _LOG,
            str(ACTIONS.get(event.action, event.action.rpartition(".")[2].replace("_", " "))),
            event.actor_name,
            listed(str(value) for value in event.details.values() if value not in (None, "")),
        )
        for event in events
    }


def _versions(keys: list[UUID]) -> dict[UUID, Happening]:
    rows = Version.objects.filter(pk__in=keys).select_related("made_by", "dataset__owner")
    return {
        row.pk: Happening(
            row.created_at,
            row.pk,
            _VERSION,
            origin_words(row),
            (row.made_by or row.dataset.owner).username,
            _detail(row),
            row.number,
        )
        for row in rows.defer("profile", "quality")
    }


def _detail(row: Version) -> str:
    """What it changed and why; of the first one, the file it came from."""
    said = difference_words(row.diff) or [
        ngettext("%(n)s row", "%(n)s rows", row.row_count) % {"n": f"{row.row_count:,}"}
    ]
    file = row.dataset.filename if row.origin == _ORIGINS.UPLOAD else ""
    return listed(part for part in (*said, file, row.note) if part)


def _shares(keys: list[UUID]) -> dict[UUID, Happening]:
    rows = Share.objects.filter(pk__in=keys).select_related("person", "shared_by")
    return {
        row.pk: Happening(
            row.created_at,
            row.pk,
            _SHARE,
            str(_("Shared")),
            row.shared_by.username if row.shared_by else "",
            f"{row.person.username}: {row.get_level_display()}",
        )
        for row in rows
    }
