"""Data to start with: made here, the same on every machine, nobody's rights in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from datasets.models import Dataset
from datasets.receiving import uploads

_SPARK = 60
Words = str | Promise


@dataclass(frozen=True)
class Sample:
    """A sample as Home offers it; `spark` are 60 numbers of its main column."""

    key: str
    name: Words
    caption: Words
    description: Words
    make: Callable[[], pd.DataFrame]
    main: str

    @property
    def spark(self) -> list[float]:
        """The last 60 numbers."""
        return list(_spark(self.key))


def catalogue() -> list[Sample]:
    """All samples, in the order they are offered."""
    return list(_SAMPLES.values())


def create(*, owner: User, key: str) -> Dataset:
    """Make a sample a dataset of `owner`, the way an upload is one. KeyError if unknown."""
    sample = _SAMPLES[key]
    text = sample.make().to_csv(index=False)

    def describe(dataset: Dataset) -> None:
        dataset.name = str(sample.name)
        dataset.description = str(sample.description)
        dataset.metadata["sample"] = key

    return uploads.receive(
        owner=owner, name=f"{key}.csv", content=[text.encode()], describe=describe
    )


@lru_cache(maxsize=16)
def _spark(key: str) -> tuple[float, ...]:
    sample = _SAMPLES[key]
    return tuple(float(y) for y in sample.make()[sample.main].to_numpy()[-_SPARK:])


def _electricity() -> pd.DataFrame:
    """Hourly load of a city over three years; cold and hot days cost power."""
    rng = np.random.default_rng(7)
    times = pd.date_range("2023-01-01", periods=3 * 365 * 24, freq="h")
    hour, day = times.hour.to_numpy(), times.dayofyear.to_numpy()
    weather = _drifting(rng, len(times), keep=0.995, step=0.35)
    temperature = 10 - 11 * np.cos(2 * np.pi * (day - 20) / 365) + weather
    temperature += 3.5 * np.sin(2 * np.pi * (hour - 9) / 24)
    weekend = times.dayofweek.to_numpy() >= 5
    daily = 520 * np.sin(2 * np.pi * (hour - 8) / 24) + 240 * np.sin(4 * np.pi * (hour - 6) / 24)
    comfort = 34 * np.maximum(15 - temperature, 0) + 46 * np.maximum(temperature - 22, 0)
    load = 4100 + daily * np.where(weekend, 0.72, 1.0) - 410 * weekend + comfort
    load += _drifting(rng, len(times), keep=0.9, step=38)
    return pd.DataFrame(
        {
            "timestamp": times.strftime("%Y-%m-%d %H:%M"),
            "temp_c": temperature.round(1),
            "load_mw": load.round(1),
            "is_weekend": np.where(weekend, "yes", "no"),
        }
    )


def _visits() -> pd.DataFrame:
    """Daily visits of a website over four years: growth, weekdays, a quiet end of the year."""
    rng = np.random.default_rng(11)
    days = pd.date_range("2022-01-01", periods=4 * 365 + 1, freq="D")
    growth = 4200 * np.exp(0.00042 * np.arange(len(days)))
    weekday = np.array([1.12, 1.16, 1.14, 1.1, 0.98, 0.72, 0.78])[days.dayofweek.to_numpy()]
    doy = days.dayofyear.to_numpy()
    season = 1 + 0.09 * np.sin(2 * np.pi * (doy - 60) / 365)
    quiet = np.where((doy > 356) | (doy < 4), 0.62, 1.0)
    noise = np.exp(_drifting(rng, len(days), keep=0.6, step=0.035))
    visits = growth * weekday * season * quiet * noise
    signups = rng.binomial(visits.astype(int), 0.021)
    return pd.DataFrame(
        {"date": days.strftime("%Y-%m-%d"), "visits": visits.astype(int), "signups": signups}
    )


def _stores() -> pd.DataFrame:
    """Weekly sales of twelve stores over four years, one row per store and week."""
    rng = np.random.default_rng(13)
    weeks = pd.date_range("2022-01-03", periods=4 * 52, freq="W-MON")
    cities = ("Bergen", "Cork", "Delft", "Evora", "Gdansk", "Lyon")
    season = 1 + 0.18 * np.cos(2 * np.pi * (weeks.dayofyear.to_numpy() - 350) / 365)
    frames = []
    for number, city in enumerate(np.repeat(cities, 2)):
        level = rng.uniform(18_000, 52_000) * (1 + rng.normal(0, 0.0008) * np.arange(len(weeks)))
        promotion = rng.random(len(weeks)) < 0.12
        noise = np.exp(_drifting(rng, len(weeks), keep=0.5, step=0.04))
        sales = level * season * np.where(promotion, 1.22, 1.0) * noise
        frames.append(
            pd.DataFrame(
                {
                    "store": f"{city} {number % 2 + 1}",
                    "week": weeks.strftime("%Y-%m-%d"),
                    "sales": sales.round(0).astype(int),
                    "promotion": np.where(promotion, "yes", "no"),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _freight() -> pd.DataFrame:
    """Monthly air freight over twelve years: a seasonal swing that grows with the level."""
    rng = np.random.default_rng(17)
    months = pd.date_range("2013-01-01", periods=144, freq="MS")
    growth = 112 * np.exp(0.0098 * np.arange(len(months)))
    month = months.month.to_numpy()
    season = 1 + 0.16 * np.sin(2 * np.pi * (month - 4.5) / 12) + 0.05 * np.cos(np.pi * month / 3)
    noise = np.exp(rng.normal(0, 0.025, len(months)))
    tonnes = growth * season * noise
    return pd.DataFrame({"month": months.strftime("%Y-%m"), "tonnes": tonnes.round(1)})


def _drifting(
    rng: np.random.Generator, count: int, *, keep: float, step: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise that remembers: each value keeps a share of the one before."""
    shocks = rng.normal(0, step, count)
    values = np.empty(count)
    last = 0.0
    for place in range(count):
        last = keep * last + shocks[place]
        values[place] = last
    return values


_SAMPLES = {
    sample.key: sample
    for sample in (
        Sample(
            "electricity",
            _("Electricity load"),
            _("hourly, 3 years"),
            _("Generated: hourly power use of a city with its temperature."),
            _electricity,
            "load_mw",
        ),
        Sample(
            "visits",
            _("Website visits"),
            _("daily, 4 years"),
            _("Generated: daily visits and sign-ups of a growing website."),
            _visits,
            "visits",
        ),
        Sample(
            "stores",
            _("Store sales"),
            _("weekly, 12 stores"),
            _("Generated: weekly sales of twelve stores, one row per store and week."),
            _stores,
            "sales",
        ),
        Sample(
            "freight",
            _("Air freight"),
            _("monthly, 12 years"),
            _("Generated: monthly tonnes with a seasonal swing that grows."),
            _freight,
            "tonnes",
        ),
    )
}
