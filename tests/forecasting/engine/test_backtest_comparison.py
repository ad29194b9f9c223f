"""Models side by side on the same cutoffs."""

import numpy as np
import pytest

from forecasting.engine.backtest import backtest
from forecasting.engine.baselines import Drift, Naive, SeasonalNaive
from forecasting.engine.budget import TimeBudget
from forecasting.engine.comparison import compare
from forecasting.engine.errors import SettingsError
from forecasting.engine.linear import Linear
from forecasting.engine.panel import Panel
from forecasting.engine.significance import compare_windows


def test_every_model_is_tested_as_if_it_were_alone(hourly):
    models = [SeasonalNaive(), Linear(lookback=24), Naive()]
    comparison = compare(models, hourly, horizon=6, windows=4, stride=3)
    assert list(comparison.results) == ["seasonal_naive", "linear", "naive"]
    for model in models:
        alone = backtest(model, hourly, horizon=6, windows=4, stride=3)
        result = comparison.results[model.name]
        assert np.array_equal(result.mean, alone.mean)
        assert np.array_equal(result.cutoffs, alone.cutoffs)
        assert result.metrics == alone.metrics


def test_the_frame_has_one_column_per_model(hourly):
    comparison = compare([Naive(), Drift()], hourly, horizon=6, windows=2, levels=[80])
    frame = comparison.frame()
    bands = [["naive", "naive-lo-80", "naive-hi-80"], ["drift", "drift-lo-80", "drift-hi-80"]]
    assert list(frame) == ["unique_id", "ds", "cutoff", "y", *bands[0], *bands[1]]
    drift = backtest(Drift(), hourly, horizon=6, windows=2, levels=[80]).frame()
    assert frame[["unique_id", "ds", "cutoff", "y", *bands[1]]].equals(drift)


def test_the_best_model_is_tested_against_the_yardstick(hourly):
    models = [Naive(), SeasonalNaive(), Linear(lookback=24)]
    comparison = compare(models, hourly, horizon=6, windows=8, stride=3)
    assert (comparison.yardstick, comparison.best) == ("seasonal_naive", "linear")
    own, other = comparison.results["linear"], comparison.results["seasonal_naive"]
    expected = compare_windows(own.actual, own.mean, other.mean, 3, scales=own.scales)
    assert comparison.significance == expected
    assert comparison.significance.p_better < 0.05
    assert [name for name, _ in comparison.ranking()] == ["linear", "seasonal_naive", "naive"]


def test_scores_are_scaled_so_that_large_series_do_not_decide(hourly):
    comparison = compare([SeasonalNaive(), Linear(lookback=24)], hourly, horizon=6, windows=8)
    result = comparison.results["linear"]
    naive = np.empty((2, 2))
    past = hourly.drop_last(48)
    for s, c in np.ndindex(2, 2):
        column = past.at(s)[:, c]
        naive[s, c] = np.abs(column[24:] - column[:-24]).mean()
    assert result.scales == pytest.approx(naive)


def test_a_best_yardstick_needs_no_test(single):
    comparison = compare([Naive(), SeasonalNaive()], single, horizon=12, windows=3)
    assert comparison.best == comparison.yardstick == "seasonal_naive"
    assert comparison.significance is None


def test_the_first_model_is_the_yardstick_unless_named(single):
    assert compare([Drift(), Naive()], single, horizon=6).yardstick == "drift"
    named = compare([Drift(), Naive()], single, horizon=6, yardstick="naive")
    assert named.yardstick == "naive"
    with pytest.raises(SettingsError, match="theta is not among the models: drift, naive"):
        compare([Drift(), Naive()], single, horizon=6, yardstick="theta")


def test_two_settings_of_one_model_need_names_of_their_own(single):
    models = {"day": SeasonalNaive(), "half day": SeasonalNaive(season_length=12)}
    comparison = compare(models, single, horizon=6, windows=3, levels=())
    assert list(comparison.frame())[4:] == ["day", "half day"]
    assert comparison.results["half day"].model == "half day"
    with pytest.raises(SettingsError, match="Two models are called seasonal_naive"):
        compare(list(models.values()), single, horizon=6)


def test_no_model_is_nothing_to_compare(single):
    with pytest.raises(SettingsError, match="at least one model"):
        compare([], single, horizon=6)


def test_series_without_variation_are_ranked_by_their_absolute_error():
    flat = Panel.from_arrays(np.r_[np.zeros(40), np.ones(10)])
    comparison = compare([Naive(), Drift()], flat, horizon=5, windows=4)
    assert comparison.results["naive"].metrics["mase"] is None
    assert comparison.ranking()[0][1] is not None


def test_all_models_are_judged_on_the_windows_every_one_reached(single):
    class Slow(Naive):
        name = "slow"

        def _predict_at(self, panel, ends, horizon):
            for end in ends:
                if end < ends[0]:
                    object.__setattr__(self.watch_budget, "seconds", 0.0)
                yield self._predict(panel.drop_last(end), horizon)

    class Shared(TimeBudget):
        def share(self, parts):
            Slow.watch_budget = super().share(parts)
            return Slow.watch_budget

    budget = Shared(1000.0)
    comparison = compare([Drift(), Slow()], single, horizon=6, windows=5, budget=budget)
    assert [len(result.mean) for result in comparison.results.values()] == [2, 2]
    assert comparison.notes == ("Time ran out: 2 of 5 windows were tested.",)
    drift = comparison.results["drift"]
    assert drift.planned == 5
    assert drift.notes == comparison.notes
    error = np.abs(drift.actual - drift.mean).mean()
    assert drift.metrics["mae"] == pytest.approx(error)
    assert len(comparison.frame()) == 12
    full = compare([Drift(), Naive()], single, horizon=6, windows=5)
    assert full.results["drift"].metrics["mae"] != pytest.approx(error)
    assert full.notes == ()


def test_progress_runs_through_all_models(single):
    seen = []
    compare(
        [Naive(), Drift()], single, horizon=6, windows=3, progress=lambda done, _: seen.append(done)
    )
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
