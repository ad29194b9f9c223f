"""A forecast as its page shows it, running or done."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from datasets.decimals import common_decimals
from datasets.marks import with_marks
from datasets.pyramid import range_data
from forecasting import figures, leaderboard, results, runners, spans, standing, wording
from forecasting.engine.frequency import Frequency
from forecasting.headline import INSTANT, Headline, headline_of
from forecasting.leaderboard import Band
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.results import Line
from forecasting.runners import Row
from forecasting.stages import Step, steps_of
from jobs.models import Job

PILLS: Final = {
    PredictionTask.Status.PENDING: ("live", _("Waiting")),
    PredictionTask.Status.RUNNING: ("live", _("Running")),
    PredictionTask.Status.COMPLETED: ("good", _("Done")),
    PredictionTask.Status.FAILED: ("bad", _("Failed")),
    PredictionTask.Status.CANCELLED: ("", _("Cancelled")),
}


class ShownForecast:
    """Everything templates ask of a forecast; `series` and `model` choose what is drawn."""

    def __init__(
        self, task: PredictionTask, *, series: str = "", model: str = "", history: str = ""
    ) -> None:
        self.task = task
        self.pill, self.state = PILLS[PredictionTask.Status(task.status)]
        self._series, self._model = series, model
        self.history_asked = history if history in {"ahead", "all"} else "usual"

    @cached_property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return Frequency.parse(self.task.asked("frequency"))

    @property
    def span(self) -> str:
        """The horizon in words."""
        return spans.span_words(self.task.horizon, self.frequency)

    @property
    def job(self) -> Job | None:
        """The job that works on it, or did last."""
        return self.task.job

    @cached_property
    def ranked(self) -> list[PredictionResult]:
        """Results without their points, the leader first."""
        listed: list[PredictionResult] | None = getattr(self.task, "listed", None)
        return list(self.task.results.ranked().without_points()) if listed is None else listed

    @property
    def has_answer(self) -> bool:
        """Is there anything to draw?"""
        return bool(self.ranked)

    @cached_property
    def chosen(self) -> PredictionResult | None:
        """The result that is drawn, with its points: the one asked for, or the leader."""
        for one in self.ranked:
            if one.name == self._model:
                return one
        return self.ranked[0] if self.ranked else None

    @cached_property
    def yardstick(self) -> PredictionResult | None:
        """The seasonal naive result."""
        return next((one for one in self.ranked if one.name == YARDSTICK), None)

    @cached_property
    def labels(self) -> list[str]:
        """Names of the series, at most 200."""
        return results.labels_of(self.chosen) if self.chosen else []

    @property
    def has_more_labels(self) -> bool:
        """Are there more series than the list holds?"""
        if self.chosen is None:
            return False
        return int(self.chosen.predictions.get("labels_total", 0)) > len(self.labels)

    @cached_property
    def series(self) -> str:
        """The series that is drawn."""
        if self._series and self._series in self.labels:
            return self._series
        if self._series and self.has_more_labels:
            return self._series
        return self.labels[0] if self.labels else ""

    @cached_property
    def line(self) -> Line | None:
        """The answer for that series."""
        if self.chosen is None:
            return None
        found = results.line_of(self.chosen, self.series)
        if found is None and self.labels and self.series != self.labels[0]:
            self.series = self.labels[0]
            found = results.line_of(self.chosen, self.series)
        return found

    @cached_property
    def history(self) -> figures.Points:
        """Times and values before the forecast, as much as was asked for."""
        times, values = self.stored_history
        if self.history_asked == "all":
            return self._whole_history() or (times, values)
        if self.history_asked == "ahead":
            few = max(2, self.task.horizon // 4)
            return times[-few:], values[-few:]
        return times, values

    @cached_property
    def stored_history(self) -> figures.Points:
        """The last values, as kept with the result or read from the dataset."""
        kept = self.chosen.visualization_data.get("history", {}) if self.chosen else {}
        one = kept.get(self.series)
        if one:
            return one["times"], one["values"]
        whole = self._whole_history()
        if whole is None:
            return [], []
        count = max(results.LEAST_HISTORY, int(results.HISTORY_SPANS * self.task.horizon))
        return whole[0][-count:], whole[1][-count:]

    def _whole_history(self) -> figures.Points | None:
        column, series = self._source()
        if not column:
            return None
        data = range_data(self.task.version, column, series=series, width=1200).json()
        return data["x"], data["y"]

    def _source(self) -> tuple[str, str | None]:
        """Column and series of the dataset behind the label that is drawn."""
        names, keys = self.task.asked("names", []), self.task.asked("targets", [])
        if self.task.version.series_column:
            series, _, channel = self.series.rpartition("/") if len(names) > 1 else ("", "", "")
            if channel in names:
                return keys[names.index(channel)], series
            return (keys[0] if keys else ""), self.series
        if self.series in names:
            return keys[names.index(self.series)], None
        return "", None

    @cached_property
    def figure(self) -> dict[str, Any] | None:
        """The fan chart."""
        if self.line is None:
            return None
        baseline = None
        if self.yardstick is not None and self.chosen != self.yardstick:
            baseline = results.line_of(self.yardstick, self.series)
        version = self.task.version
        fan = figures.fan(self.line, self.history, self.frequency, baseline, version.clock)
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

    @cached_property
    def headline(self) -> Headline | None:
        """The answer in words."""
        if self.line is None or self.chosen is None:
            return None
        values = list(self.stored_history[1])
        return headline_of(
            self.line,
            values,
            self.frequency,
            self.ranked,
            self.chosen,
            clock=self.task.version.clock,
        )

    @property
    def series_is_chosen(self) -> bool:
        """Is another series drawn than the first?"""
        return bool(self.labels) and self.series != self.labels[0]

    @property
    def query(self) -> str:
        """What the address says about the choice: `?model=naive`, or nothing."""
        return self._address({})

    @property
    def extra_query(self) -> str:
        """The same after another parameter."""
        return self.query.replace("?", "&", 1)

    @property
    def chart_url(self) -> str:
        """Where the figure comes from; it changes with what is drawn."""
        chosen = self.chosen.name if self.chosen else ""
        asked = {"model": chosen, "history": self.history_asked}
        return reverse("forecasting:chart", args=[self.task.pk]) + self._address(asked)

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
                "chosen": name == self.history_asked,
                "url": here + self._address({"history": name} if name != "usual" else {}),
            }
            for name, label in labels.items()
        ]

    @property
    def legend(self) -> list[dict[str, Any]]:
        """Levels with the colour of their bands, narrow first."""
        levels = self.task.levels
        tokens = ["--chart-band-80", *["--chart-band-95"] * (len(levels) - 1)]
        return [
            {"level": level, "token": token} for level, token in zip(levels, tokens, strict=True)
        ]

    def _address(self, more: dict[str, str]) -> str:
        asked: dict[str, str] = {}
        if self.series_is_chosen:
            asked["series"] = self.series
        if self.chosen is not None and self.chosen.rank != 1:
            asked["model"] = self.chosen.name
        asked |= more
        return f"?{urlencode(asked)}" if asked else ""

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
        return self.task.is_live and not self._model

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
                "chosen": bool(self._model) and self.shows_instant,
                "url": f"{here}?{instant}",
            },
            {
                "label": best,
                "chosen": not self._model,
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
        """The leaderboard."""
        return leaderboard.rows(self.task, self.ranked, self.chosen)

    @cached_property
    def bands(self) -> list[Band]:
        """Coverage on past windows of the model that is drawn."""
        return leaderboard.bands(self.task, self.chosen)

    @cached_property
    def windows_table(self) -> list[dict[str, Any]]:
        """One row a past window of the model that is drawn."""
        return leaderboard.windows(self.task, self.chosen, self.yardstick, self.frequency)

    @property
    def windows_decimals(self) -> int | None:
        """Decimals that the errors of all past windows share."""
        return common_decimals(row[name] for row in self.windows_table for name in ("mae", "naive"))

    @property
    def curve(self) -> list[float]:
        """Validation loss by epoch of the model that is drawn, where it has any."""
        return runners.curve_of(self._runner)
