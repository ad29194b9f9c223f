"""Totals that add up: by which groups, summed or averaged, and how they are reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.frames import read_frame
from datasets.models import Column, Version
from forecasting.choosing.limits import Bounds
from forecasting.portfolio.levels import HOWS, METHODS
from forecasting.refusals import ForecastProblem

# What a training worker holds in memory and people wait for: the shrunk covariance of MinT has
# as many columns as there are rows of past errors, the other methods need none.
MOST_SERIES: Final = 50_000
MOST_SHRUNK: Final = 30_000
SHRUNK: Final = "mint_shrink"
MOST_GROUPS: Final = 4
METHOD_WORDS: Final = {
    "mint_shrink": _("MinT: levels weigh by how wrong they were together"),
    "wls_var": _("Weighed by how wrong each was alone"),
    "wls_struct": _("Weighed by how many series are in each"),
    "ols": _("All weigh the same"),
    "bottom_up": _("Bottom-up: only the single series count"),
}


@dataclass(frozen=True)
class Totals:
    """`columns` are groups, the widest first; without any there is one total of all series."""

    columns: tuple[Column, ...] = ()
    how: str = "sum"
    method: str = "mint_shrink"
    is_on: bool = False

    def __bool__(self) -> bool:
        return self.is_on

    def as_parameters(self) -> dict[str, Any]:
        """As a forecast keeps them."""
        return {
            "columns": [column.key for column in self.columns],
            "names": [column.name for column in self.columns],
            "how": self.how,
            "method": self.method,
        }

    def fewest(self) -> int:
        """How many totals there are where every group lies in one of the wider ones, as is usual;
        more where it does not.
        """
        if not self:
            return 0
        counts = [int(column.stats.get("distinct") or 1) for column in self.columns]
        return 1 + sum(max(counts[: depth + 1]) for depth in range(len(counts)))

    def in_words(self) -> str:
        """`by country, region`."""
        if not self:
            return gettext("none")
        names = ", ".join(column.name for column in self.columns)
        return gettext("by %(names)s") % {"names": names} if names else gettext("of all series")


def offered(version: Version) -> list[Column]:
    """Columns of text that may group the series of a long table."""
    if not version.series_column:
        return []
    return [
        column
        for column in version.columns.all()
        if not column.is_number
        and column.key not in (version.series_column, version.time_column)
        and column.type != Column.Type.DATETIME
    ]


def check(version: Version, given: Any, bounds: Bounds) -> Totals:
    """Raises ForecastProblem where the groups, the series or the bounds do not allow totals."""
    if not isinstance(given, Mapping) or set(given) - {"columns", "names", "how", "method"}:
        raise _about(
            gettext(
                'Give totals as {"columns": ["region"], "how": "sum", "method": "mint_shrink"}, '
                "each of them optional."
            )
        )
    count = int(version.profile.get("series_count") or 1)
    if not version.series_column or count < 2:
        raise _about(gettext("Totals need a table with several series under one another."))
    if bounds and (bounds.integer or bounds.high is not None or bounds.low != 0):
        raise _about(
            gettext(
                "Totals that add up can be kept from falling below 0, but to no other bounds. "
                "Remove the bounds, or the totals."
            )
        )
    how, method = str(given.get("how") or HOWS[0]), str(given.get("method") or METHODS[0])
    for value, known in ((how, HOWS), (method, METHODS)):
        if value not in known:
            raise _about(
                gettext("%(given)s is not known here. Use one of: %(known)s.")
                % {"given": value[:60], "known": ", ".join(known)}
            )
    _require_few(count, method)
    return Totals(_columns(version, given.get("columns") or ()), how, method, is_on=True)


def _require_few(count: int, method: str) -> None:
    words = {"count": f"{count:,}", "most": f"{MOST_SERIES:,}", "shrunk": f"{MOST_SHRUNK:,}"}
    if count > MOST_SERIES:
        raise _about(
            gettext(
                "Totals of %(count)s series are too many to reconcile. Choose %(most)s or fewer."
            )
            % words
        )
    if method == SHRUNK and count > MOST_SHRUNK:
        raise _about(
            gettext(
                "MinT reconciles up to %(shrunk)s series, not %(count)s. Choose how many series "
                "are in each level (wls_struct) or bottom-up, which go up to %(most)s."
            )
            % words
        )


def _columns(version: Version, wanted: Any) -> tuple[Column, ...]:
    if not isinstance(wanted, list | tuple) or len(wanted) > MOST_GROUPS:
        raise _about(
            gettext("Name %(most)s columns or fewer, the widest group first.")
            % {"most": MOST_GROUPS}
        )
    known = {column.key: column for column in offered(version)}
    known |= {column.name: column for column in offered(version)}
    unknown = [str(name) for name in wanted if str(name) not in known]
    if unknown:
        names = ", ".join(column.name for column in offered(version)) or "–"
        raise _about(
            gettext("No column of groups is called %(name)s. There are: %(names)s.")
            % {"name": unknown[0][:80], "names": names}
        )
    chosen = tuple(dict.fromkeys(known[str(name)] for name in wanted))
    if chosen:
        _require_constant(version, chosen)
    return chosen


def _require_constant(version: Version, columns: tuple[Column, ...]) -> None:
    """A series belongs to one group."""
    series = version.column(version.series_column)
    frame = read_frame(version, [series.key, *(column.key for column in columns)])
    counts = frame.groupby(series.name)[[column.name for column in columns]].nunique()
    for column in columns:
        many = counts.index[counts[column.name] > 1]
        if len(many):
            raise _about(
                gettext(
                    "Series %(series)s is in several groups of %(column)s. Choose a column that "
                    "stays the same for every series."
                )
                % {"series": str(many[0])[:80], "column": column.name}
            )


def _about(sentence: str) -> ForecastProblem:
    return ForecastProblem(sentence, code="bad_hierarchy", field="hierarchy")
