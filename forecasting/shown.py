"""A forecast as its page shows it, running or done."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from datasets.figures import BAND_80, BAND_95, FORECAST, OBSERVED
from datasets.marks import with_marks
from forecasting import (
    figures,
    leaderboard,
    left_out,
    receipts,
    results,
    runners,
    shards,
    spans,
    standing,
    stood_in,
    wording,
)
from forecasting.addresses import Choice
from forecasting.figures import BESIDE, LAST_SPAN, Overlay
from forecasting.headline import INSTANT
from forecasting.leaderboard import Band
from forecasting.models import PredictionResult, PredictionTask
from forecasting.portfolio.observed import TotalPast
from forecasting.runners import Row
from forecasting.shards import Shards
from forecasting.shown_answer import ShownAnswer
from forecasting.stages import Step, steps_of
from jobs.models import Job

PILLS: Final = {
    PredictionTask.Status.PENDING: ("live", _("Waiting")),
    PredictionTask.Status.RUNNING: ("live", _("Running")),
    PredictionTask.Status.COMPLETED: ("good", _("Done")),
    PredictionTask.Status.FAILED: ("bad", _("Failed")),
    PredictionTask.Status.CANCELLED: ("", _("Cancelled")),
}


class ShownForecast(ShownAnswer):
    """Everything templates ask of a forecast."""

    @property
    def pill(self) -> str:
        """The colour of its state."""
        return PILLS[PredictionTask.Status(self.task.status)][0]

    @property
    def state(self) -> Promise:
        """The state in a word."""
        return PILLS[PredictionTask.Status(self.task.status)][1]

    @property
    def job(self) -> Job | None:
        """The job that works on it, or did last."""
        return self.task.job

    @cached_property
    def stood_in(self) -> str:
        """Why another rule than the model answers for the series that is drawn; "" where not."""
        return stood_in.reason_for(self.chosen, self.series) if self.chosen else ""

    @cached_property
    def not_in_total(self) -> str:
        """Which series the total that is drawn does not count; "" where it counts all."""
        is_total = self.chosen is not None and isinstance(self.past, TotalPast)
        return left_out.sentence(self.chosen) if self.chosen and is_total else ""

    @cached_property
    def shards(self) -> Shards | None:
        """How far the fit of many series is; None where no model is fitted in shards."""
        return shards.of_task(self.task)

    @cached_property
    def overlays(self) -> list[Overlay]:
        """What is drawn with the answer: the last span moved ahead, and the models asked for."""
        found = []
        if self.line is not None and self.last_span:
            words = gettext("Last %(span)s") % {"span": self.span}
            found.append(Overlay(words, self.line.times, self.last_span, *LAST_SPAN))
        for result, style in zip(self.beside, BESIDE, strict=False):
            line = results.line_of(result, self.series)
            if line is not None:
                found.append(Overlay(result.label, line.times, line.mean, *style))
        return found

    @cached_property
    def figure(self) -> dict[str, Any] | None:
        """The fan chart."""
        if self.line is None:
            return None
        version = self.task.version
        fan = figures.fan(
            self.line,
            self.history,
            self.frequency,
            self.overlays,
            version.clock,
            notes=self.notes,
        )
        # Whoever may see a forecast sees what its owner had found in the history.
        return with_marks(fan, self.task.owner, version, self.series, None)

    @property
    def figure_json(self) -> str:
        """What the chart of the page draws: the fan or, until there is one, the room for it.

        It travels inside the page, so that the first answer costs no further request.
        """
        return json.dumps(self.figure or self.room, ensure_ascii=False)

    @cached_property
    def room(self) -> dict[str, Any]:
        """The last values of the first target, and the room that the forecast will take."""
        version, steps = self.task.version, self.task.horizon
        keys = self.task.asked("targets", [])
        words = gettext("%(steps)s<br>to forecast") % {
            "steps": spans.counted(steps, self.frequency)
        }
        return figures.room(version, keys[0], self.frequency, steps, words)

    @property
    def here(self) -> Choice:
        """What is shown, as short as an address can say it."""
        is_other = self.chosen is not None and self.chosen.rank != 1
        return replace(
            self.choice,
            series=self.series if self.series_is_chosen else "",
            model=self.chosen.name if self.chosen is not None and is_other else "",
        )

    @property
    def query(self) -> str:
        """What the address says about the choice: `?model=naive`, or nothing."""
        return self.here.query

    @property
    def extra_query(self) -> str:
        """The same after another parameter."""
        return self.query.replace("?", "&", 1)

    @property
    def chart_url(self) -> str:
        """Where the figure comes from; it changes with what is drawn."""
        return reverse("forecasting:chart", args=[self.task.pk]) + self.query

    @property
    def ranges(self) -> list[dict[str, Any]]:
        """How much of the past is drawn: hardly any, some, all."""
        here = self.task.get_absolute_url()
        labels = {
            "ahead": self.span,
            "usual": gettext("With past"),
            "all": pgettext("range", "All"),
        }
        return [
            {
                "label": label,
                "chosen": name == self.choice.past,
                "url": here + replace(self.here, past=name).query,
            }
            for name, label in labels.items()
        ]

    @property
    def legend(self) -> list[dict[str, Any]]:
        """Every line and every band with its colour, as the chart draws them."""
        levels = self.task.levels
        tokens = [BAND_80, *[BAND_95] * (len(levels) - 1)]
        return [
            {"label": gettext("Observed"), "colour": OBSERVED},
            {"label": gettext("Forecast"), "colour": FORECAST},
            *(
                {"label": f"{level}%", "colour": token, "kind": "block"}
                for level, token in zip(levels, tokens, strict=True)
            ),
            *({"label": one.name, "colour": one.colour, "kind": "dash"} for one in self.overlays),
        ]

    @property
    def receipt_rows(self) -> list[tuple[str, str]]:
        """What somebody chose, for the receipt."""
        return receipts.rows_of(self.task)

    @cached_property
    def software(self) -> str:
        """What made the leader."""
        return receipts.software_of(self.task.model)

    @property
    def spark_past(self) -> list[float | None]:
        """The history, drawn small."""
        return list(self.stored_history[1])[-48:]

    @property
    def spark_ahead(self) -> list[float]:
        """The answer, drawn small."""
        return self.line.mean[:48] if self.line else []

    @cached_property
    def instant(self) -> PredictionResult | None:
        """The best of the models that answered at once."""
        return next((one for one in self.ranked if one.name in INSTANT), None)

    @property
    def shows_instant(self) -> bool:
        """Is the instant answer drawn?"""
        return self.chosen is not None and self.chosen == self.instant

    @property
    def follows_leader(self) -> bool:
        """Is the best so far drawn, so that the next one may take its place?"""
        return self.task.is_live and not self.choice.model

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the running page can draw: the instant answer, and the best so far."""
        if self.instant is None:
            return []
        here = self.task.get_absolute_url()
        series = {"series": self.series} if self.series_is_chosen else {}
        instant = urlencode({**series, "model": self.instant.name})
        best = gettext("Best so far: %(model)s") % {"model": self.ranked[0].label}
        return [
            {
                "label": gettext("Instant"),
                "chosen": bool(self.choice.model) and self.shows_instant,
                "url": f"{here}?{instant}",
            },
            {
                "label": best,
                "chosen": not self.choice.model,
                "url": f"{here}?{urlencode(series)}" if series else here,
            },
        ]

    @property
    def is_racing(self) -> bool:
        """Has the race told how it stands?"""
        return bool(standing.runners_of(self.task))

    @property
    def models_done(self) -> int:
        """Models that have a result or came to nothing."""
        return sum(1 for row in self.rows if row.rank or row.reason)

    @property
    def windows(self) -> int:
        """How many past windows every model was tested on."""
        return int(self.task.receipt.get("windows", self.task.asked("windows", 0)))

    @property
    def values_count(self) -> int:
        """How many values one series of the answer has."""
        return self.task.horizon

    @property
    def windows_words(self) -> str:
        """`8 past windows of 4 days`."""
        if not self.windows:
            return gettext("too few rows for a test on the past")
        return ngettext(
            "%(n)s past window of %(span)s", "%(n)s past windows of %(span)s", self.windows
        ) % {"n": self.windows, "span": self.span}

    @property
    def epochs_words(self) -> str:
        """`epoch 20 of 20` of the model that is drawn."""
        return wording.epochs(self._runner) if self._runner and self._runner["epoch"] else ""

    @cached_property
    def _runner(self) -> dict[str, Any] | None:
        """How the model that is drawn ran in the race."""
        name = self.chosen.name if self.chosen else ""
        return next((one for one in standing.runners_of(self.task) if one["name"] == name), None)

    @cached_property
    def steps(self) -> list[Step]:
        """The stages of the whole, with the present one marked."""
        return steps_of(self.task, has_answer=self.has_answer)

    @property
    def elapsed(self) -> float:
        """Seconds since Forecast was pressed, until the end when there is one."""
        end = self.task.completed_at or timezone.now()
        return max(0.0, (end - self.task.created_at).total_seconds())

    @property
    def left(self) -> float | None:
        """Seconds left, once somebody knows."""
        job = self.job
        return job.eta if job and self.task.is_live else None

    @cached_property
    def rows(self) -> list[Row]:
        """The leaderboard; a row with a result knows where it is the one that is shown."""
        here, path = self.here, self.task.get_absolute_url()
        return [
            replace(row, url=path + replace(here, model=row.name if row.rank != 1 else "").query)
            for row in leaderboard.rows(self.task, self.ranked, self.chosen)
        ]

    @property
    def drawn_beside(self) -> list[str]:
        """Names of the models that are drawn beside the one that is shown."""
        return [one.name for one in self.beside]

    @cached_property
    def lead_words(self) -> str:
        """How sure the lead is, and why a smaller error does not lead."""
        return leaderboard.lead_words(self.ranked)

    @cached_property
    def bands(self) -> list[Band]:
        """Coverage on past windows of the model that is drawn."""
        return leaderboard.bands(self.task, self.chosen)

    @property
    def curve(self) -> list[float]:
        """Validation loss by epoch of the model that is drawn, where it has any."""
        return runners.curve_of(self._runner)
