"""What a person asks of a watch, checked the same for the page and for programs."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets import pyramid
from datasets.models import Column, Dataset, Version
from forecasting import asking
from forecasting.anomalies.watching import Wish
from forecasting.engine.anomalies.detectors import least_rows
from forecasting.engine.anomalies.expectation import LONGEST_WINDOW
from forecasting.engine.frequency import Frequency
from forecasting.models import Anomaly, AnomalyWatch
from forecasting.models.anomaly import NOTE_LENGTH
from forecasting.models.anomaly_watch import FEWEST, MOST

# Where the slider stops: about three to a factor of ten.
STOPS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50)
USUAL_RATE: Final = 1.0
MOST_LISTED: Final = 200
# Three turns must fit into the rows that a detector learns from.
TURNS: Final = 3
LONGEST_SEASON: Final = LONGEST_WINDOW // TURNS


def nearest_stop(per_week: float) -> int:
    """The place of the slider for a rate."""
    return min(range(len(STOPS)), key=lambda place: abs(STOPS[place] - per_week))


def rate_from(text: str) -> float:
    """The rate of a stop of the slider; ValueError for what is none."""
    place = int(text)
    if not 0 <= place < len(STOPS):
        raise ValueError(text)
    return float(STOPS[place])


class WatchForm(forms.Form):
    """Columns, series, detector and rate of a watch on one version of a dataset."""

    name = forms.CharField(max_length=200, required=False)
    targets = forms.Field(required=False, widget=forms.SelectMultiple)
    series = forms.Field(required=False, widget=forms.SelectMultiple)
    detector = forms.ChoiceField(
        choices=AnomalyWatch.Detector.choices,
        required=False,
        error_messages={
            "invalid_choice": _("%(value)s is not a detector. Use forecast, season or forest.")
        },
    )
    season = forms.IntegerField(
        min_value=2,
        max_value=LONGEST_SEASON,
        required=False,
        error_messages={
            "invalid": _("A season is a whole number of steps, such as 24."),
            "min_value": _("A season has at least 2 steps."),
            "max_value": _("A detector can learn seasons of up to 500 steps."),
        },
    )
    per_week = forms.FloatField(
        min_value=FEWEST,
        max_value=MOST,
        required=False,
        error_messages={
            "invalid": _("Write the alarms a week as a number, such as 1 or 0.5."),
            "min_value": _("Expect at least 0.01 alarms a week."),
            "max_value": _("Expect 200 alarms a week or fewer."),
        },
    )

    def __init__(self, dataset: Dataset, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dataset, self.version = dataset, version

    def clean_name(self) -> str:
        """The name without line breaks and doubled spaces."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_targets(self) -> tuple[Column, ...]:
        """The chosen number columns; the usual one when none is named."""
        wanted = _texts(self.cleaned_data["targets"])
        if not wanted:
            return tuple(asking.usual_targets(self.version) or self.version.value_columns()[:1])
        known = {column.key: column for column in self.version.value_columns()}
        known |= {column.name: column for column in self.version.value_columns()}
        missing = [name for name in wanted if name not in known]
        if missing:
            raise forms.ValidationError(
                gettext("There is no number column called %(name)s. Choose one of: %(names)s.")
                % {
                    "name": missing[0][:80],
                    "names": ", ".join(c.name for c in self.version.value_columns()[:12]),
                },
                "unknown_column",
            )
        return tuple(dict.fromkeys(known[name] for name in wanted))

    def clean_series(self) -> tuple[str, ...]:
        """Series of a long table; all of them when none is named."""
        wanted = _texts(self.cleaned_data["series"])
        for name in wanted:
            if name not in pyramid.series_ids(self.version, text=name, limit=MOST_LISTED):
                raise forms.ValidationError(
                    gettext("There is no series called %(name)s in this dataset.")
                    % {"name": name[:80]},
                    "unknown_series",
                )
        return tuple(dict.fromkeys(wanted))

    def clean_detector(self) -> str:
        """The forecast unless said."""
        return str(self.cleaned_data["detector"] or AnomalyWatch.Detector.FORECAST)

    def clean_per_week(self) -> float:
        """One alarm a week unless said."""
        given = self.cleaned_data["per_week"]
        return USUAL_RATE if given is None else float(given)

    def clean(self) -> dict[str, Any]:
        """Refuse what is too short before anybody waits for it."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("targets"):
            self.add_error("targets", gettext("This dataset has no column of numbers to watch."))
        season = cleaned.get("season")
        least = max(least_rows(self._frequency(season)), TURNS * (season or 0))
        rows = asking.rows_of(self.version)
        if not self.errors and rows < least:
            self.add_error(
                None,
                forms.ValidationError(
                    gettext(
                        "The longest series has %(rows)s rows; %(least)s are needed to learn what "
                        "is usual. Add earlier rows."
                    )
                    % {"rows": f"{rows:,}", "least": f"{least:,}"},
                    "too_short",
                ),
            )
        return cleaned

    def wish(self) -> Wish:
        """What was asked, once valid."""
        said = self.cleaned_data
        return Wish(
            dataset=self.dataset,
            version=self.version,
            targets=said["targets"],
            series=said["series"],
            detector=said["detector"],
            season=said["season"],
            per_week=said["per_week"],
            name=said["name"],
        )

    def _frequency(self, season: int | None) -> Frequency:
        frequency = Frequency.parse(self.version.frequency)
        return frequency.with_seasons([season]) if season else frequency


class LabelForm(forms.Form):
    """What somebody calls an anomaly."""

    label = forms.ChoiceField(
        choices=[("", ""), *Anomaly.Label.choices],
        required=False,
        error_messages={
            "invalid_choice": _("%(value)s is not a label. Use real, false or expected.")
        },
    )
    note = forms.CharField(
        max_length=NOTE_LENGTH,
        required=False,
        error_messages={"max_length": _("The note is too long. Use 500 characters or fewer.")},
    )


def _texts(given: Any) -> list[str]:
    if not given:
        return []
    return [given] if isinstance(given, str) else [str(one) for one in given if str(one)]
