"""What the trees add: parts sum to the forecast, names are right, covariates show their effect."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.engine import artifacts
from forecasting.engine.covariates import Past, Static
from forecasting.engine.errors import Cancelled, NotFittedError, SettingsError
from forecasting.engine.explaining.contribution_words import sentences
from forecasting.engine.explaining.contributions import contributions
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal

LIBRARIES = pytest.mark.parametrize("name", ["lightgbm", "xgboost"])


def whole(found):
    return found.anchor + found.bias + found.values.sum(axis=2)


@LIBRARIES
@pytest.mark.parametrize(
    "settings",
    [{}, {"objective": "quantile"}, {"strategy": "recursive"}, {"anchor": "seasonal"}],
    ids=lambda s: next(iter(s.values()), "direct"),
)
def test_anchor_bias_and_contributions_add_up_to_the_forecast(name, settings, hourly):
    model = create(name, rounds=8, **settings).fit(hourly, horizon=6)
    found = contributions(model)
    forecast = model.predict().mean.transpose(0, 2, 1).reshape(4, 6)
    assert whole(found) == pytest.approx(found.forecast, rel=1e-12)
    # Crossing quantiles are sorted; here the median stays the median.
    assert found.forecast == pytest.approx(forecast, rel=1e-9)
    assert tuple(f.key for f in found.features) == model.feature_names_
    # The trees say the same on average everywhere, on the scale of the series.
    spread = model.intervals_.spread
    assert np.ptp(found.bias / spread[:, None]) < (1e-9 if name == "lightgbm" else 1e-5)
    assert np.abs(found.values).max() > 0


@LIBRARIES
def test_covariates_of_every_kind_have_names_and_a_share(name):
    rows, horizon = 500, 12
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "ds": np.tile(pd.date_range("2024-01-01", periods=rows + horizon, freq="h"), 2),
            "unique_id": np.repeat(["a", "b"], rows + horizon),
            "price": random.normal(size=2 * (rows + horizon)),
        }
    )
    y = np.tile(seasonal(rows + horizon), 2) + 6 * table["price"]
    table["y"] = y.where(table.groupby("unique_id").cumcount() < rows)
    panel = Panel.from_long(table, known=["price"])
    panel = dataclasses.replace(
        panel,
        past=Past(("sensor",), random.normal(size=(2 * rows, 1))),
        static=Static(("area",), np.array([[1.0], [2.0]])),
    )
    model = create(name, rounds=40, country="DE").fit(panel, horizon=horizon)
    found = contributions(model, panel)
    names, sums = found.groups()
    assert set(names) == {
        "series", "step", "recent", "cycle", "calendar", "holiday", "known", "past", "static",
    }  # fmt: skip
    assert sums.sum(axis=2) == pytest.approx(found.values.sum(axis=2), abs=1e-9)
    largest = int(found.weight.argmax())
    assert str(found.features[largest].name) in ("price", "price compared with before")
    known = sums[0, :, names.index("known")]
    assert np.corrcoef(known, table["price"][rows : rows + horizon])[0, 1] > 0.8
    said = " ".join(str(s) for s in sentences(found))
    assert "They are moved by known covariates (" in said
    assert "price" in said


def test_features_are_said_in_words(hourly):
    model = create("lightgbm", rounds=5).fit(hourly, horizon=6)
    words = {f.key: str(f.name) for f in contributions(model).features}
    assert words["lag_24"] == "1 day ago (24 steps)"
    assert words["mean_168"] == "mean of the last 1 week"
    assert words["season_24_back_2"] == "the same time 2 days before"
    assert words["season_168_mean"] == "mean of the same time of earlier weeks"
    assert words["hour"] == "hour of the day"


def test_trees_that_learned_nothing_add_nothing():
    panel = Panel.from_arrays({"s": np.full(60, 7.0)}, "2024-01-01", "h")
    found = contributions(create("lightgbm", rounds=5).fit(panel, horizon=3))
    assert not found.values.any()
    assert found.forecast == pytest.approx(np.full((1, 3), 7.0))
    (only,) = sentences(found)
    assert str(only).startswith("The trees start from the last value, 7 on average")


def test_a_loaded_model_says_the_same(hourly, tmp_path):
    model = create("xgboost", rounds=10).fit(hourly, horizon=4)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    assert np.array_equal(contributions(model).values, contributions(loaded).values)


def test_refusals_and_a_stop(single):
    with pytest.raises(SettingsError, match="naive has no trees"):
        contributions(create("naive").fit(single, horizon=2))
    with pytest.raises(NotFittedError):
        contributions(create("lightgbm"))
    model = create("lightgbm", rounds=5).fit(single, horizon=2)
    with pytest.raises(Cancelled):
        contributions(model, watch=Watch(should_stop=lambda: True))
