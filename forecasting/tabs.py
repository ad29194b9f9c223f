"""The tabs of a forecast: a tab is one line here and one page with its own address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecasting.shown import ShownForecast


def _nothing(_shown: ShownForecast) -> int | None:
    return None


def _always(_shown: ShownForecast) -> bool:
    return True


@dataclass(frozen=True)
class Tab:
    """`name` is its id in the page, `url_name` the page that takes the forecast's key.

    `count` stands beside the label in grey, `is_offered` says whether this forecast has the tab.
    """

    name: str
    label: str | Promise
    url_name: str
    count: Callable[[ShownForecast], int | None] = _nothing
    is_offered: Callable[[ShownForecast], bool] = _always


@dataclass(frozen=True)
class ShownTab:
    """A tab as one page shows it."""

    name: str
    label: str
    url: str
    count: int | None
    is_here: bool


# In the order of the page. Each page extends `forecasting/_tab_page.html` and fills its `panel`.
TABS: Final = (
    Tab("forecast", _("Forecast"), "forecasting:detail"),
    Tab("backtest", _("Backtest"), "forecasting:backtest", lambda shown: shown.windows),
    Tab(
        "series",
        _("Series"),
        "forecasting:portfolio",
        lambda shown: shown.series_total,
        lambda shown: shown.labels_total > 1,
    ),
    Tab("components", _("Components"), "forecasting:components"),
    Tab("residuals", _("Residuals"), "forecasting:residuals"),
    Tab("drivers", _("Drivers"), "forecasting:drivers"),
    Tab("whatif", _("What if"), "forecasting:whatif"),
    Tab("accuracy", _("Accuracy"), "forecasting:accuracy"),
    Tab("data", _("Data"), "forecasting:data", lambda shown: shown.values_count),
)


def tabs_of(shown: ShownForecast, here: str) -> list[ShownTab]:
    """The tabs of a forecast; every address keeps the model and the series that are drawn."""
    return [
        ShownTab(
            name=tab.name,
            label=str(tab.label),
            url=reverse(tab.url_name, args=[shown.task.pk]) + shown.query,
            count=tab.count(shown),
            is_here=tab.name == here,
        )
        for tab in TABS
        if tab.is_offered(shown)
    ]
