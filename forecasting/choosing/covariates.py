"""Columns that help without being forecast: known ahead, or of the past only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from datasets.models import Column, Version
from forecasting import wording
from forecasting.choosing.reach import Reach, reach_of
from forecasting.engine.frequency import Frequency
from forecasting.refusals import ForecastProblem

KNOWN, PAST = "known", "past"
MOST: Final = 100


@dataclass(frozen=True)
class Covariates:
    """The chosen columns in the order of the file."""

    known: tuple[Column, ...] = ()
    past: tuple[Column, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.known or self.past)

    def as_parameters(self) -> dict[str, list[str]]:
        """As a forecast keeps them."""
        return {
            KNOWN: [column.key for column in self.known],
            PAST: [column.key for column in self.past],
        }

    def ending_early(self, reach: Reach, horizon: int) -> list[Column]:
        """Those known ahead that are not known for the whole horizon: they will be forecast."""
        return [column for column in self.known if not reach.known(column.key, horizon)]


def offered(version: Version, targets: Sequence[Column]) -> list[Column]:
    """Every number column that is not forecast."""
    taken = {column.key for column in targets}
    numbers = (column for column in version.columns.all() if column.is_number)
    usable = (one for one in numbers if one.role not in {Column.Role.PERSONAL, Column.Role.TIME})
    return [
        one
        for one in usable
        if one.key not in taken
        and one.key != version.series_column
        and one.stats.get("min") is not None
    ]


def usual(version: Version, targets: Sequence[Column]) -> Covariates:
    """What the roles of the columns say; one with holes cannot be known ahead."""
    marked = [column for column in offered(version, targets) if column.is_covariate][:MOST]
    known = [column for column in marked if column.role == Column.Role.KNOWN]
    if known:
        reach = reach_of(version, targets, known)
        known = [one for one in known if not trouble_ahead(version, one, reach)]
    past = [column for column in marked if column not in known]
    return Covariates(tuple(known), tuple(past))


def check(version: Version, targets: Sequence[Column], given: Any) -> Covariates:
    """The columns named under `known` and `past`. Raises ForecastProblem."""
    if not isinstance(given, Mapping) or set(given) - {KNOWN, PAST}:
        raise _about(
            gettext(
                'Give covariates as {"known": [columns], "past": [columns]}, or leave them out.'
            )
        )
    known = _columns(version, targets, given.get(KNOWN))
    past = _columns(version, targets, given.get(PAST))
    both = [column.name for column in known if column in past]
    if both:
        raise _about(
            gettext("%(column)s cannot be known ahead and of the past only. Choose one of the two.")
            % {"column": both[0]}
        )
    if len(known) + len(past) > MOST:
        raise _about(
            gettext("%(n)s covariates are too many. Use %(most)s or fewer.")
            % {"n": len(known) + len(past), "most": MOST}
        )
    reach = reach_of(version, targets, known) if known else None
    for column in known:
        if reach is not None and (sentence := trouble_ahead(version, column, reach)):
            raise _about(sentence, "covariate_not_known")
    return Covariates(known, past)


def trouble_ahead(version: Version, column: Column, reach: Reach) -> str:
    """Why a column cannot be known ahead, with what to do; empty when it can."""
    words = {"column": column.name}
    if reach.ahead.get(column.key, 0) < 0:
        return (
            gettext(
                "%(column)s ends before the last row of what is forecast, so it is not known "
                "ahead. Use it as past only."
            )
            % words
        )
    if empty := reach.empty.get(column.key, 0):
        said = ngettext(
            "%(column)s misses %(n)s cell; a column that is known ahead must be complete. Fill it "
            "on the page Quality, or use it as past only.",
            "%(column)s misses %(n)s cells; a column that is known ahead must be complete. Fill "
            "them on the page Quality, or use it as past only.",
            empty,
        )
        return said % {**words, "n": f"{empty:,}"}
    if any(found.get("code") == "gaps" for found in version.profile.get("findings", [])):
        return (
            gettext(
                "The table has gaps, in which %(column)s is unknown. Fill them on the page "
                "Quality, or use it as past only."
            )
            % words
        )
    return ""


def known_through(reach: Reach, column: Column, frequency: Frequency, version: Version) -> str:
    """`known through Sat 28 Nov 12:00`."""
    ahead = reach.ahead.get(column.key, 0)
    if ahead <= 0:
        return gettext("not known ahead")
    until = frequency.add(reach.end, ahead).isoformat()
    return gettext("known through %(time)s") % {
        "time": wording.moment(until, frequency, version.clock)
    }


def in_words(
    chosen: Covariates, reach: Reach, horizon: int, frequency: Frequency, version: Version
) -> str:
    """`It uses temp_c, known through 28 Nov, and the past of wind_mw.`; empty without any."""
    said = []
    if chosen.known:
        parts = [
            gettext("%(column)s, %(known)s")
            % {
                "column": column.name,
                "known": known_through(reach, column, frequency, version),
            }
            for column in chosen.known
        ]
        said.append(gettext("It uses %(columns)s.") % {"columns": "; ".join(parts)})
    if chosen.past:
        names = ", ".join(column.name for column in chosen.past)
        said.append(gettext("Of %(columns)s only the past is used.") % {"columns": names})
    if early := chosen.ending_early(reach, horizon):
        names = ", ".join(column.name for column in early)
        said.append(
            ngettext(
                "%(columns)s ends before the horizon does: what is missing is forecast too, and "
                "widens the intervals.",
                "%(columns)s end before the horizon does: what is missing is forecast too, and "
                "widens the intervals.",
                len(early),
            )
            % {"columns": names}
        )
    return wording.sentences(said)


def _columns(version: Version, targets: Sequence[Column], given: Any) -> tuple[Column, ...]:
    wanted = [given] if isinstance(given, str) else list(given or [])
    can = offered(version, targets)
    known = {column.key: column for column in can} | {column.name: column for column in can}
    taken = {column.key: column for column in targets} | {one.name: one for one in targets}
    found: dict[str, Column] = {}
    for name in wanted:
        if name in taken and name not in known:
            raise _about(
                gettext("%(column)s is forecast itself, so it cannot help as a covariate.")
                % {"column": taken[name].name}
            )
        if name not in known:
            raise _about(_unknown(str(name), can), "unknown_column")
        found[known[name].key] = known[name]
    return tuple(found.values())


def _unknown(name: str, can: Sequence[Column]) -> str:
    words = {"name": name[:80], "names": ", ".join(column.name for column in can[:10]) or "–"}
    return (
        gettext(
            "No column of numbers called %(name)s can help this forecast. Choose among: %(names)s."
        )
        % words
    )


def _about(sentence: str, code: str = "bad_covariates") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field="covariates")
