"""Importance by shuffling: what made the series ranks first, noise is told apart, nothing leaks."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.baseline_settings import NoSettings
from forecasting.engine.baselines import Naive
from forecasting.engine.budget import TimeBudget
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.covariates import Past, Static
from forecasting.engine.errors import Cancelled, NotFittedError, SettingsError, TooShortError
from forecasting.engine.explaining.importance import _corrected, importance
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.importance_words import sentences
from forecasting.engine.explaining.shuffling import Input, shuffled
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_explaining_lag_weights import two_lags

QUICK = ImportanceSettings(windows=6, repeats=2)


def named(found):
    return dict(zip((str(name) for name in found.names), found.increase, strict=True))


def test_the_lags_that_made_the_series_matter_most():
    panel = Panel.from_arrays({"y": two_lags(1_500)}, "2024-01-01", "h")
    model = create("linear", lookback=48).fit(panel.drop_last(60), horizon=1)
    lags = ImportanceSettings(windows=60, repeats=2, lags=tuple(range(1, 31)))
    found = importance(model, panel, lags)
    first, second = (found.names[b] for b in found.ranking()[:2])
    assert {str(first), str(second)} == {"1 hour ago (1 step)", "1 day ago (24 steps)"}
    assert found.significant[[0, 23]].all()
    assert not np.delete(found.significant, [0, 23]).any()
    assert not found.in_sample


def test_groups_of_lags_are_named_and_ranked():
    panel = Panel.from_arrays({"y": two_lags(1_500)}, "2024-01-01", "h")
    model = create("linear", lookback=48).fit(panel.drop_last(60), horizon=1)
    found = importance(model, panel, ImportanceSettings(windows=60, repeats=2))
    by = dict(zip((str(name) for name in found.names), found.significant, strict=True))
    assert by["the last 3 hours"]
    assert by["the same time of earlier days"]
    assert not by["other values up to 1 day back"]
    assert not by["older values"]
    said = [str(s) for s in sentences(found)]
    assert len(said) == 2
    assert "mean absolute error grow by" in said[0]
    assert "(60 past cutoffs)" in said[0]


def with_covariates(rows=900, horizon=12):
    """y moves with the price; the noise has nothing to do with it."""
    random = np.random.default_rng(5)
    price, noise = random.normal(size=(2, rows + horizon))
    table = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=rows + horizon, freq="h")})
    y = seasonal(rows + horizon, noise=0.3) + 3 * price
    table["y"] = np.where(np.arange(rows + horizon) < rows, y, np.nan)
    table["price"], table["noise"] = price, noise
    return Panel.from_wide(table, "ds", ["y"], known=["price", "noise"])


@pytest.mark.parametrize(
    ("name", "settings"), [("linear_stack", {"preset": "fast"}), ("lightgbm", {"rounds": 40})]
)
def test_a_covariate_that_moves_the_series_ranks_first_and_noise_is_told(name, settings):
    panel = with_covariates()
    model = create(name, **settings).fit(panel.drop_last(96), horizon=12)
    found = importance(model, panel, ImportanceSettings(windows=8, repeats=3))
    by = named(found)
    assert found.names[found.ranking()[0]] == "price"
    assert by["price"] > 5 * max(by["noise"], 0.0)
    places = [found.names.index("price"), found.names.index("noise")]
    assert found.significant[places].tolist() == [True, False]
    assert found.percent[places[0]] > 100
    assert not found.in_sample
    said = [str(s) for s in sentences(found)]
    assert said[0].startswith("Shuffling price makes the mean absolute error grow by")
    [idle] = [s for s in said if s.startswith("Shuffling noise changes the ")]
    assert "which may be luck (p = " in idle


def test_what_is_measured_by_hand():
    # Naive repeats the last value; shuffling it brings another value of the series, which is 0 or
    # 2 in turn. From a cutoff at 2 the next value is 0: error 2, with a shuffled 0 it is 0.
    panel = Panel.from_arrays({"y": np.tile([0.0, 2.0], 30)}, "2024-01-01", "D")
    model = create("naive").fit(panel, horizon=1)
    found = importance(model, panel, ImportanceSettings(windows=10, repeats=40))
    assert found.base == pytest.approx(2.0)
    # A turn by an even number of rows changes nothing, by an odd one takes all the error away.
    assert found.increase[0] == pytest.approx(-1.0, abs=0.15)
    assert found.percent[0] == pytest.approx(-50, abs=8)
    assert found.increase[0] == pytest.approx(found.per_series[0, 0])
    assert found.increase[0] == pytest.approx(found.per_step[0, 0])
    assert not found.significant[0]
    # A rule learns nothing that could flatter it.
    assert not found.in_sample
    assert found.spread[0] > 0


def test_holm_corrects_for_the_number_of_inputs():
    # Sorted .01 .02 .04 (of three): 3 * .01, 2 * .02, 1 * .04, never falling; NaN does not count.
    found = _corrected(np.array([0.04, np.nan, 0.01, 0.02]))
    assert found == pytest.approx([0.04, np.nan, 0.03, 0.04], nan_ok=True)


class Watched(Naive):
    """Repeats the last value and remembers what it was shown."""

    seen: list = []
    settings_type = NoSettings

    def _predict(self, panel, horizon):
        self.seen.append(panel)
        return super()._predict(panel, horizon)


class WatchedCovariates(Watched):
    capabilities = Capabilities(
        any_horizon=True, uses_known_future=True, uses_past=True, uses_static=True
    )


def rich_panel():
    values = np.arange(400.0)
    panel = Panel.from_arrays({"a": values, "b": 1_000 + values}, "2024-01-01", "h")
    table = pd.DataFrame({"ds": np.tile(pd.date_range("2024-01-01", periods=410, freq="h"), 2)})
    table["unique_id"] = np.repeat(["a", "b"], 410)
    table["plan"] = np.tile(np.arange(410.0), 2)
    ends = table.groupby("unique_id").cumcount() < 400
    table["y"] = np.where(ends, table["plan"] + 1_000 * (table["unique_id"] == "b"), np.nan)
    panel = Panel.from_long(table, known=["plan"])
    past = Past(("sensor",), np.tile(np.arange(400.0), 2)[:, None])
    static = Static(("area", "region=n", "region=s"), np.array([[1.0, 1, 0], [2.0, 0, 1]]))
    return dataclasses.replace(panel, past=past, static=static)


def test_nothing_after_the_cutoff_is_ever_shown():
    panel = rich_panel()
    model = WatchedCovariates().fit(panel, horizon=5)
    Watched.seen.clear()
    found = importance(model, panel, ImportanceSettings(windows=3, repeats=4))
    assert [str(n) for n in found.names] == ["the last value", "plan", "sensor", "area", "region"]
    assert found.kinds == ("history", "known", "past", "static", "static")
    assert len(Watched.seen) == 3 + 3 * 4 * 5
    for shown in Watched.seen:
        rows = shown.future_times(1)[0, 0] - panel.starts[0]
        cutoff = int(rows / np.timedelta64(1, "h"))
        assert cutoff in (385, 390, 395)
        for s in range(2):
            assert shown.at(s).max() <= 1_000 * s + cutoff - 1
            # Of the plan not a row behind the forecast, and never one changed in its place alone.
            assert shown.known.at(s)[: len(shown.at(s)) + 5].max() <= cutoff + 5 - 1
        assert shown.past.values.max() <= cutoff - 1
        assert sorted(shown.static.values[:, 0]) == [1, 2]
    # A rule that looks at its last value only does not mind anything else.
    assert found.increase[1:] == pytest.approx([0, 0, 0, 0])
    assert not found.significant[1:].any()
    assert "Shuffling plan changes nothing: it is not used." in map(str, sentences(found))


def test_shuffling_keeps_the_values_and_the_other_inputs():
    panel = rich_panel()
    random = np.random.default_rng(0)
    known = shuffled(panel.drop_last(10), Input("plan", "known", np.array([0])), 5, random)
    assert sorted(known.known.at(0)[:, 0]) == list(range(395))
    assert np.array_equal(known.values, panel.drop_last(10).values)
    history = shuffled(panel, Input("", "history", np.array([1, 24])), 5, random)
    changed = np.flatnonzero((history.values != panel.values)[:400, 0])
    assert changed.tolist() == [400 - 24, 399]
    assert history.known is panel.known


def test_several_series_are_compared_in_scaled_errors(hourly):
    model = create("linear").fit(hourly, horizon=6)
    found = importance(model, hourly, QUICK)
    assert found.metric == "mase"
    assert found.per_series.shape == (len(found.names), 4)
    assert found.per_step.shape == (len(found.names), 6)
    again = importance(model, hourly, QUICK)
    assert np.array_equal(found.increase, again.increase)


def test_a_refitted_copy_has_not_seen_the_outcomes(single):
    model = create("linear").fit(single, horizon=5)
    before = model.predict().mean
    seen = importance(model, single, dataclasses.replace(QUICK, refit=False))
    assert seen.in_sample
    assert "flatters" in str(sentences(seen)[-1])
    honest = importance(model, single, QUICK)
    assert not honest.in_sample
    assert honest.base != seen.base
    assert np.array_equal(model.predict().mean, before)


def test_only_who_insists_on_a_copy_hears_that_it_cannot_be(single):
    # Six windows of 45 steps leave 30 of 300 rows; as many steps need more to learn from.
    model = create("linear").fit(single, horizon=45)
    assert importance(model, single, QUICK).in_sample
    with pytest.raises(TooShortError, match="30 rows"):
        importance(model, single, dataclasses.replace(QUICK, refit=True))


def test_it_stops_when_asked_and_keeps_to_the_budget(single):
    model = create("linear").fit(single, horizon=5)
    told = []
    importance(model, single, QUICK, Watch(lambda done, _: told.append(done)))
    assert told == sorted(told)
    assert told[-1] == 1
    with pytest.raises(Cancelled):
        importance(model, single, QUICK, Watch(should_stop=lambda: len(told) > 0))
    short = importance(model, single, QUICK, Watch(budget=TimeBudget(0.0)))
    assert short.windows == short.repeats == 1
    assert str(short.notes[0]) == "Time ran out: 1 of 12 shuffles were tried."
    assert np.isfinite(short.increase).all()
    assert np.isnan(short.spread).all()
    assert sentences(short) == []


def test_refusals_say_what_to_do(single):
    with pytest.raises(NotFittedError, match="Fit the model"):
        importance(create("naive"), single)
    model = create("naive").fit(single, horizon=50)
    with pytest.raises(TooShortError, match="Ask for fewer windows"):
        importance(model, single)
    with pytest.raises(SettingsError, match="mae, mse, mase"):
        ImportanceSettings(metric="mape")
    with pytest.raises(SettingsError, match="at least once"):
        ImportanceSettings(repeats=0)
