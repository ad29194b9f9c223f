"""What was looked at before a forecast starts: fine, or worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from datasets.models import Version
from forecasting import asking, spans
from forecasting.choosing import covariates
from forecasting.choosing.reach import reach_of
from forecasting.engine.frequency import Frequency
from forecasting.forms import AskForm

GOOD, WARN = "check", "warn"
MOST_FINDINGS: Final = 4
# Said here in other words, or of no concern to a forecast.
_SAID: Final = frozenset({"gaps", "missing", "sorted", "constant", "empty_column"})


@dataclass(frozen=True)
class Check:
    """One line; `sign` is the icon beside it."""

    sign: str
    sentence: str


def checks_of(form: AskForm) -> list[Check]:
    """All lines for what is filled in so far."""
    version = form.version
    lines = [
        *_history(form),
        *_steps(version),
        *_tests(form),
        *_ahead(form),
        *_bounds(form),
        *_missing(form),
        *_short_series(form),
    ]
    found = [one for one in version.findings if one.code not in _SAID][:MOST_FINDINGS]
    lines += [Check(GOOD if one.severity == "info" else WARN, one.sentence) for one in found]
    return sorted(lines, key=lambda line: line.sign == WARN)


def _history(form: AskForm) -> Iterator[Check]:
    season = form.frequency.season_length
    if season < 2:
        return
    cycles = form.rows // season
    said = ngettext(
        "%(n)s full cycle of %(span)s in the history, 2 needed",
        "%(n)s full cycles of %(span)s in the history, 2 needed",
        cycles,
    )
    span = spans.span_words(season, form.frequency)
    yield Check(GOOD if cycles >= 2 else WARN, said % {"n": f"{cycles:,}", "span": span})


def _steps(version: Version) -> Iterator[Check]:
    found = {one["code"]: one for one in version.profile.get("findings", [])}
    absent = _absent(found.get("gaps"))
    share = 100 * version.row_count / max(1, version.row_count + absent)
    shown = f"{share:.2f}".rstrip("0").rstrip(".") if absent else "100"
    yield Check(
        GOOD,
        gettext("Regular step, %(step)s, in %(share)s%% of rows")
        % {"step": spans.each_step(Frequency.parse(version.frequency)), "share": shown},
    )
    if absent:
        gaps = int(found["gaps"].get("count", 1))
        said = ngettext(
            "%(n)s gap, %(rows)s missing rows in all, is closed for learning",
            "%(n)s gaps, %(rows)s missing rows in all, are closed for learning",
            gaps,
        )
        yield Check(WARN, said % {"n": f"{gaps:,}", "rows": f"{absent:,}"})


def _absent(gaps: dict[str, Any] | None) -> int:
    return int(gaps["params"].get("absent", 0)) if gaps else 0


def _tests(form: AskForm) -> Iterator[Check]:
    if "horizon" in form.cleaned_data and not form.terrain.course.windows:
        yield Check(
            WARN,
            gettext(
                "Too few rows for a test on the past: nothing will say how good this forecast is. "
                "Shorten the horizon to be told."
            ),
        )


def _ahead(form: AskForm) -> Iterator[Check]:
    chosen = form.cleaned_data.get("covariates")
    if not chosen or not chosen.known:
        return
    reach = reach_of(form.version, form.chosen_targets, chosen.known)
    for column in chosen.known:
        known = covariates.known_through(reach, column, form.frequency, form.version)
        is_known = reach.known(column.key, form.steps)
        said = gettext("%(column)s is %(known)s") % {"column": column.name, "known": known}
        if not is_known:
            said = gettext("%(sentence)s; the rest is forecast too") % {"sentence": said}
        yield Check(GOOD if is_known else WARN, said)


def _bounds(form: AskForm) -> Iterator[Check]:
    bounds = form.cleaned_data.get("bounds")
    if bounds and (sentence := bounds.broken_by(form.chosen_targets)):
        yield Check(WARN, sentence)


def _missing(form: AskForm) -> Iterator[Check]:
    rows = max(1, form.version.row_count)
    for column in form.chosen_targets:
        inside = column.missing - max(0, form.version.row_count - form.rows)
        if form.version.series_column or inside <= 0:
            inside = column.missing if form.version.series_column else 0
        if inside:
            said = gettext("%(share)s%% of %(column)s is missing")
            share = f"{100 * inside / rows:.2f}".rstrip("0").rstrip(".")
            yield Check(GOOD, said % {"share": share or "0.01", "column": column.name})


def _short_series(form: AskForm) -> Iterator[Check]:
    listed = form.version.profile.get("series") or []
    short = [one for one in listed if int(one.get("rows", 0)) < asking.LEAST_ROWS]
    if form.version.series_column and short:
        said = ngettext(
            "%(n)s series has fewer than %(least)s rows, such as %(name)s: only simple models can "
            "forecast it",
            "%(n)s series have fewer than %(least)s rows, such as %(name)s: only simple models can "
            "forecast them",
            len(short),
        )
        words = {"n": len(short), "least": asking.LEAST_ROWS, "name": str(short[0]["id"])}
        yield Check(WARN, said % words)
