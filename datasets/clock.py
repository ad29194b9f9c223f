"""The clock by which people read the times of a version.

Where a zone is known, times are stored in UTC: no hour is missing and none comes twice. People
see and type them on the clock of that zone; this is the only place that moves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from datasets.building.duck import literal
from datasets.problems import DatasetProblem

if TYPE_CHECKING:
    from datasets.models.version import Version

_DAY: Final = 86_400
_DATE: Final = len("2026-01-31")
_MIDNIGHT: Final = ("T00:00:00", " 00:00:00")


@dataclass(frozen=True)
class Clock:
    """`zone` "" shows times as they are stored; `is_utc` says that these are UTC."""

    zone: str = ""
    is_utc: bool = False
    # Days have no clock: moving them would show another day.
    is_days: bool = False

    @property
    def moves(self) -> bool:
        """Does it show other times than are stored?"""
        return self._place is not None

    @property
    def name(self) -> str:
        """`Europe/Berlin`, `UTC`, or "" where nobody said what clock it is."""
        return self.zone if self.moves else "UTC" if self.is_utc else ""

    @property
    def words(self) -> str:
        """`times in Europe/Berlin`; "" where nobody said what clock it is."""
        return gettext("times in %(zone)s") % {"zone": self.name} if self.name else ""

    def shown(self, stored: datetime) -> datetime:
        """A stored time on this clock, without a zone; of a repeated hour the second has fold."""
        if self._place is None or stored.tzinfo is not None:
            return stored
        try:
            return stored.replace(tzinfo=UTC).astimezone(self._place).replace(tzinfo=None)
        except OverflowError:
            return stored

    def offset(self, stored: datetime) -> str:
        """`CEST` or `CET` in the hour that comes twice, "" in every other."""
        local = self.shown(stored)
        if self._place is None or not _is_twice(self._place, local):
            return ""
        return _zone_words(local.replace(tzinfo=self._place))

    def with_offset(self, text: str, stored: datetime) -> str:
        """A time in words, with the offset where these words alone could mean two times."""
        return f"{text} {offset}" if (offset := self.offset(stored)) else text

    def text(self, stored: datetime) -> str:
        """A time as somebody would type it: `2026-10-25 02:00 CEST`, `2026-11-14 16:00`."""
        return self.with_offset(plain_text(self.shown(stored)), stored)

    def iso(self, stored: datetime) -> str:
        """A time that no program can mistake: with its offset where the instant is known."""
        if not self.is_utc or self.is_days:
            return stored.isoformat()
        try:
            return stored.replace(tzinfo=UTC).astimezone(self._place or UTC).isoformat()
        except OverflowError:
            return stored.replace(tzinfo=UTC).isoformat()

    def iso_text(self, stored: Any) -> Any:
        """The same for a time in words; what is no time stays as it is."""
        moment = read_stored(stored)
        return stored if moment is None else self.iso(moment)

    def local_text(self, stored: Any) -> str:
        """A time in words, moved; what is no time stays as it is."""
        moment = read_stored(stored)
        if moment is None or self._place is None:
            return "" if stored is None else str(stored)
        return self.shown(moment).isoformat(sep=" " if " " in str(stored) else "T")

    def local_texts(self, stored: Iterable[Any]) -> list[Any]:
        """Many times in words: what a chart draws."""
        return [self.local_text(text) for text in stored] if self.moves else list(stored)

    def offsets(self, stored: Iterable[Any]) -> list[str]:
        """What to add to each of them; empty when nothing is."""
        if not self.moves:
            return []
        found = [self.offset(moment) if (moment := read_stored(text)) else "" for text in stored]
        return found if any(found) else []

    def stored(self, text: str, *, late: bool = False) -> datetime:
        """What a typed time means: local unless it names an offset, `2026-10-25 02:00 CET` too.

        Of the hour that comes twice it is the first, with `late` the second. ValueError for what
        is no time, DatasetProblem for one that the clock skips.
        """
        plain, words = _parted(text)
        moment = datetime.fromisoformat(plain)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).replace(tzinfo=None)
        if words:
            return self._named(moment, words, text)
        if self._place is None:
            return moment
        if _is_skipped(self._place, moment) and len(plain) > _DATE:
            raise self._skipped(moment)
        return _in_utc(moment.replace(fold=int(late)), self._place)

    def nearest(self, moment: datetime, *, late: bool = False) -> datetime:
        """The same for a place on a chart, which may lie in an hour that the clock skips."""
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).replace(tzinfo=None)
        return _in_utc(moment.replace(fold=int(late)), self._place) if self._place else moment

    def sql(self, key: str) -> str:
        """SQL of a stored time on this clock."""
        if self._place is None:
            return key
        return f"timezone({literal(self.zone)}, timezone('UTC', {key}))"

    def sql_iso(self, key: str) -> str:
        """SQL of a stored time as text with its offset: `2026-10-25 02:00:00+02:00`."""
        if not self.is_utc or self.is_days:
            return f"CAST({key} AS VARCHAR)"
        seconds = f"CAST(epoch({self.sql(key)}) - epoch({key}) AS BIGINT)"
        minutes = f"abs({seconds}) // 60"
        return (
            f"CAST({self.sql(key)} AS VARCHAR) || CASE WHEN {seconds} < 0 THEN '-' ELSE '+' END "
            f"|| lpad(CAST({minutes} // 60 AS VARCHAR), 2, '0') || ':' "
            f"|| lpad(CAST({minutes} % 60 AS VARCHAR), 2, '0') "
            # Before there were zones a town's clock was off by seconds too.
            f"|| CASE WHEN {seconds} % 60 <> 0 "
            f"THEN ':' || lpad(CAST(abs({seconds}) % 60 AS VARCHAR), 2, '0') ELSE '' END"
        )

    @cached_property
    def _place(self) -> tzinfo | None:
        if not self.zone or self.zone == "UTC" or self.is_days:
            return None
        return ZoneInfo(self.zone)

    def _named(self, moment: datetime, words: str, text: str) -> datetime:
        """The one of two times that the words after it mean; ValueError when neither does."""
        place = self._place or (UTC if self.is_utc else None)
        if words in {"UTC", "GMT", "Z"}:
            return moment
        for fold in (0, 1):
            meant = moment.replace(fold=fold)
            if place and _zone_words(meant.replace(tzinfo=place)) == words:
                return _in_utc(meant, place)
        raise ValueError(text)

    def _skipped(self, moment: datetime) -> DatasetProblem:
        assert self._place is not None
        before = self.shown(_in_utc(moment.replace(fold=1), self._place))
        after = self.shown(_in_utc(moment, self._place))
        return DatasetProblem(
            gettext(
                "%(time)s does not exist in %(zone)s: the clock was put forward then. Write "
                "%(before)s or %(after)s."
            )
            % {
                "time": plain_text(moment),
                "zone": self.zone,
                "before": plain_text(before),
                "after": plain_text(after),
            },
            code="skipped_time",
            field="value",
        )


AS_STORED: Final = Clock()


def clock_of(version: Version | None) -> Clock:
    """The clock of a version's time column."""
    return AS_STORED if version is None else profile_clock(version.profile)


def profile_clock(profile: Mapping[str, Any]) -> Clock:
    """The same, from what is known of a version."""
    return Clock(
        zone=str(profile.get("zone") or ""),
        is_utc=profile.get("time_zone") == "UTC",
        is_days=_counts_days(profile),
    )


def column_clock(version: Version, key: str) -> Clock:
    """The clock of one column: only the time column was converted."""
    return clock_of(version) if key and key == version.time_column else AS_STORED


def read_stored(value: Any) -> datetime | None:
    """A time as profiles and reports keep it; None for anything else."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def plain_text(moment: datetime) -> str:
    """A time without the parts that say nothing: `2026-11-14 16:00`."""
    text = moment.isoformat(sep=" ", timespec="auto" if moment.microsecond else "seconds")
    return text.removesuffix(":00") if not moment.second and not moment.microsecond else text


def _counts_days(profile: Mapping[str, Any]) -> bool:
    step = profile.get("step_seconds") or 0
    ends: Sequence[str] = [str(profile.get(name) or "") for name in ("start", "end")]
    return bool(step and step >= _DAY and all(end.endswith(_MIDNIGHT) for end in ends))


def _in_utc(moment: datetime, place: tzinfo) -> datetime:
    try:
        return moment.replace(tzinfo=place).astimezone(UTC).replace(tzinfo=None, fold=0)
    except OverflowError:
        return moment


def _both(place: tzinfo, local: datetime) -> tuple[timedelta, timedelta]:
    first, second = (local.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1))
    return first or timedelta(), second or timedelta()


def _is_twice(place: tzinfo, local: datetime) -> bool:
    first, second = _both(place, local)
    return first > second


def _is_skipped(place: tzinfo, local: datetime) -> bool:
    first, second = _both(place, local)
    return first < second


def _zone_words(moment: datetime) -> str:
    """`CEST`; `UTC-03` where the zone has no letters."""
    name = moment.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def _parted(text: str) -> tuple[str, str]:
    """`2026-10-25 02:00 CET` as the time and the words after it."""
    plain = text.strip()
    before, _, last = plain.rpartition(" ")
    if before and last[:1].isalpha():
        return before, last
    return plain, ""
