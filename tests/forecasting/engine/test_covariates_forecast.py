"""Covariates nobody knows ahead are forecast, and the intervals carry how unsure they are."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.budget import TimeBudget
from forecasting.engine.command_line import main
from forecasting.engine.covariates import Known, Past
from forecasting.engine.errors import BadValuesError, SettingsError, TooShortError
from forecasting.engine.forecast import Forecast
from forecasting.engine.future.completing import Completed
from forecasting.engine.future.mixing import LEVELS, POINTS, mixed, offsets
from forecasting.engine.future.residual_paths import ResidualPaths
from forecasting.engine.future.wrapping import over_horizon, with_forecast_covariates
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch

HORIZON = 6


def driven(rows=400, seed=0, series=1, gaps=False):
    """The temperature wanders (AR(1)) and moves the load by 2; both have noise of their own."""
    random = np.random.default_rng(seed)
    warm = np.zeros((series, rows))
    own = np.zeros((series, rows))
    for t in range(1, rows):
        warm[:, t] = 0.95 * warm[:, t - 1] + random.normal(size=series)
        own[:, t] = 0.5 * own[:, t - 1] + 0.8 * random.normal(size=series)
    load = 50 + 2 * warm + own
    if gaps:
        warm[:, 7::31] = np.nan
    panel = Panel.from_arrays({f"s{i}": row for i, row in enumerate(load)}, "2024-01-01", "h")
    return dataclasses.replace(panel, past=Past(("warm",), warm.reshape(-1, 1)))


def known_as_given(panel, future):
    """The same covariate as a known one that goes on with ``future``."""
    warm = np.concatenate([panel.past.values, np.reshape(future, (-1, 1))])
    known = Known(("warm",), warm, np.array([0, len(warm)]))
    return dataclasses.replace(panel, known=known, past=None)


def flow(**changes):
    return with_forecast_covariates(create("linear"), **changes)


PANEL = driven()


def inside(actual, low, high):
    return float(np.mean((actual >= low) & (actual <= high)))


def test_the_intervals_cover_what_they_say_and_not_by_taking_a_forecast_for_the_truth():
    carried, trusting, actual = [], [], []
    for seed in range(8):
        panel = driven(600, seed)
        model = flow(paths=16).fit(panel.drop_last(150), horizon=HORIZON)
        for end in range(HORIZON, 150, HORIZON):
            past = panel.drop_last(end)
            actual.append(panel.at(0)[600 - end :][:HORIZON])
            carried.append(model.predict(past, levels=(80,)))
            guess = model.covariates(past, levels=())[0].mean[0]
            trusting.append(model.model_.predict(known_as_given(past, guess), levels=(80,)))
    actual = np.stack(actual)
    found = [
        inside(
            actual,
            *(np.concatenate([getattr(f, side)[80] for f in kind]) for side in ("lower", "upper")),
        )
        for kind in (carried, trusting)
    ]
    assert found[0] == pytest.approx(0.80, abs=0.06)
    assert found[1] < 0.60


def test_without_uncertain_covariates_it_is_the_model_alone():
    known = known_as_given(PANEL, np.zeros(HORIZON))
    alone = create("linear").fit(known, horizon=HORIZON).predict(known)
    beside = flow().fit(known, horizon=HORIZON).predict(known)
    assert np.array_equal(beside.mean, alone.mean)
    assert np.array_equal(beside.upper[95], alone.upper[95])
    assert beside.notes == alone.notes


def test_a_covariate_known_for_some_steps_is_continued_from_there():
    # What is known of the future stays as it is; the path begins after it.
    short = known_as_given(PANEL, [9.0, 8.0])
    model = flow().fit(short, horizon=HORIZON)
    completed = Completed.of(short, model.unknown_, None, HORIZON)
    assert np.all(completed.steps[:, 0, :2, 0] == [9.0, 8.0])
    assert np.isfinite(completed.steps).all()
    assert completed.steps[1:, 0, 2:, 0].std(axis=0).min() > 0.3
    alone = create("linear").fit(known_as_given(PANEL, np.zeros(HORIZON)), horizon=HORIZON)
    with pytest.raises(TooShortError, match="known for 2 steps"):
        alone.predict(short)
    width = model.predict(short).upper[80] - model.predict(short).lower[80]
    assert width[0, 2, 0] > 1.2 * width[0, 1, 0]


def test_a_path_keeps_what_hangs_together_in_time():
    paths = flow().fit(PANEL, horizon=HORIZON).unknown_[0].paths
    errors = paths.errors[:, 0, :, 0]
    # The errors of a wandering temperature add up: steps next to each other are alike.
    assert np.corrcoef(errors[:, 4], errors[:, 5])[0, 1] > 0.8
    assert np.abs(errors.mean(axis=0)).max() < 1e-5
    assert errors[:, 5].std() > 1.5 * errors[:, 0].std()


def test_covariates_of_one_cutoff_stay_together():
    wind = Past(("warm", "same"), np.repeat(PANEL.past.values, 2, axis=1) * [1.0, -3.0])
    model = flow().fit(dataclasses.replace(PANEL, past=wind), horizon=HORIZON)
    first, second = np.moveaxis(model.unknown_[0].futures(model.context_, HORIZON)[:, 0], -1, 0)
    assert np.allclose(second, -3 * first, atol=0.2 * np.abs(first).max())


def test_the_mean_of_paths_is_the_forecast_of_the_covariate():
    model = flow().fit(PANEL, horizon=HORIZON)
    completed = Completed.of(PANEL, model.unknown_, None, HORIZON)
    likely = model.model_.predict(completed.future(0), HORIZON, ()).mean
    # The instant model is a straight line in its covariates.
    assert model.predict(PANEL).mean == pytest.approx(likely, abs=1e-4)


def test_the_past_errors_were_made_on_rows_not_learned_from():
    rows = Panel.from_arrays({"a": np.arange(100.0)}, "2024-01-01", "h")
    paths = ResidualPaths.of(create("naive"), rows, 4, 10, Watch())
    # The last value repeated falls behind a line by 1, 2, 3 and 4 at every cutoff: no spread.
    assert paths.errors.shape == (10, 1, 4, 1)
    assert np.abs(paths.errors).max() < 1e-6
    assert paths.loss == pytest.approx(2.5 / np.arange(100.0).std())


def test_a_short_history_takes_the_intervals_of_the_covariate():
    panel = driven(14)
    model = flow().fit(panel, horizon=HORIZON)
    assert model.unknown_[0].paths is None
    forecast = model.predict()
    assert np.isfinite(forecast.upper[80]).all()
    assert (forecast.upper[80] > forecast.mean).all()


def test_paths_keep_to_what_the_covariate_has_kept_to():
    promo = (np.random.default_rng(0).random((400, 1)) < 0.3).astype(float)
    rain = np.maximum(np.random.default_rng(1).normal(size=(400, 1)), 0)
    beside = Past(("promo", "rain"), np.hstack([promo, rain]))
    model = flow().fit(dataclasses.replace(PANEL, past=beside), horizon=HORIZON)
    futures = model.unknown_[0].futures(model.context_, HORIZON)[1:]
    assert set(np.unique(futures[..., 0])) == {0.0, 1.0}
    assert 0.1 < futures[..., 0].mean() < 0.5
    assert futures[..., 1].min() == 0


def test_a_series_that_was_not_learned_borrows_the_errors_of_another():
    panel = driven(series=2)
    model = flow().fit(panel.select(["s0"]), horizon=HORIZON)
    forecast = model.predict(panel)
    assert np.isfinite(forecast.upper[80]).all()
    assert (forecast.upper[80] - forecast.lower[80])[1].min() > 1


def test_mixtures_by_hand():
    # Two futures, 0 and 10, and errors spread evenly from -1 to 1: half of the outcomes lie
    # within -1..1, half within 9..11; the middle 80 % reach from -0.6 to 10.6.
    means = np.array([0.0, 10.0]).reshape(2, 1, 1, 1)
    around = np.linspace(-0.99, 0.99, POINTS).reshape(-1, 1, 1, 1)
    lower, upper = mixed(means, around, (80,))
    assert lower[80].item() == pytest.approx(-0.6, abs=0.03)
    assert upper[80].item() == pytest.approx(10.6, abs=0.03)


def test_offsets_are_the_quantiles_behind_the_levels():
    mean = np.zeros((1, 1, 1))
    ends = {level: np.full((1, 1, 1), level / 100) for level in LEVELS}
    answer = Forecast("m", ("a",), ("y",), np.zeros((1, 1), "M8[ns]"), mean,
                      {p: -e for p, e in ends.items()}, ends)  # fmt: skip
    assert offsets(answer).ravel() == pytest.approx(np.linspace(-0.99, 0.99, POINTS))


def test_it_saves_and_loads_with_all_it_learned(tmp_path):
    panel = driven(gaps=True)
    model = flow(calendar=True, paths=10).fit(panel, horizon=HORIZON)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    for rows in (None, panel, panel.drop_last(5)):
        assert np.array_equal(loaded.predict(rows).mean, model.predict(rows).mean)
        assert np.array_equal(loaded.predict(rows).lower[80], model.predict(rows).lower[80])
    assert loaded.update(driven(gaps=True).tail(60)).predict().mean.shape == (1, HORIZON, 1)


def test_new_rows_move_the_covariates_too():
    model = flow(paths=10).fit(PANEL.drop_last(50), horizon=HORIZON).update(PANEL)
    again = flow(paths=10).fit(PANEL, horizon=HORIZON)
    assert model.covariates()[0].times[0, 0] == PANEL.future_times(1)[0, 0]
    assert model.predict().mean == pytest.approx(again.predict().mean, abs=1.5)


def test_new_rows_of_a_known_covariate_that_ends_move_it_too():
    short = known_as_given(PANEL, [])
    model = flow(paths=10).fit(short.window(0, 350), horizon=HORIZON)
    assert model.unknown_ == []
    with pytest.raises(TooShortError, match="known for 0 steps"):
        model.predict(short)
    model.update(short)
    assert np.array_equal(model.unknown_[0].model.context_.at(0)[-1], short.known.values[-1])
    assert np.isfinite(model.predict().upper[80]).all()


@pytest.mark.parametrize("name", ["lightgbm", "auto_arima", "linear_stack"])
def test_any_model_that_looks_ahead_may_be_inside(name):
    quick = {"lightgbm": {"rounds": 20}, "auto_arima": {"season_length": 1, "max_rows": 60}}
    model = with_forecast_covariates(create(name, **quick.get(name, {})), paths=6)
    forecast = model.fit(PANEL, horizon=HORIZON).predict()
    alone = model.model_.predict(Completed.of(PANEL, model.unknown_, None, HORIZON).future(0))
    assert (forecast.upper[80] - forecast.lower[80]).mean() > 1.2 * (
        alone.upper[80] - alone.lower[80]
    ).mean()


def test_the_best_covariate_model_of_the_past_is_taken():
    hours = np.arange(400)
    daily = Past(("warm",), np.sin(2 * np.pi * hours / 24)[:, None] + 0 * hours[:, None])
    model = flow(covariate_model="auto").fit(dataclasses.replace(PANEL, past=daily), horizon=24)
    assert model.unknown_[0].model.name in ("linear", "seasonal_naive")
    assert model.covariates()[0].mean[0, :, 0] == pytest.approx(
        np.sin(2 * np.pi * (400 + np.arange(24)) / 24), abs=0.05
    )


def test_the_forecast_says_that_covariates_were_forecast():
    forecast = flow(paths=4).fit(PANEL, horizon=HORIZON).predict()
    assert any("covariates are forecast as well" in note for note in forecast.notes)


def test_a_backtest_never_sees_the_covariates_to_come():
    values = PANEL.past.values.copy()
    values[-2 * HORIZON :] += 1e4
    changed = dataclasses.replace(PANEL, past=Past(("warm",), values))
    plain, after = (
        backtest(flow(paths=5), p, horizon=HORIZON, windows=2) for p in (PANEL, changed)
    )
    assert np.array_equal(plain.upper[80][0], after.upper[80][0])
    assert not np.array_equal(plain.mean[1], after.mean[1])


def test_what_cannot_work_is_said_with_the_remedy():
    with pytest.raises(SettingsError, match=r"naive does not look at covariates.*linear_stack"):
        with_forecast_covariates(create("naive")).fit(PANEL, horizon=HORIZON)
    with pytest.raises(SettingsError, match="at least two sample paths"):
        flow(paths=1)
    with pytest.raises(SettingsError, match="forecast once"):
        with_forecast_covariates(flow())
    empty = dataclasses.replace(PANEL, past=Past(("warm",), np.full((400, 1), np.nan)))
    with pytest.raises(BadValuesError, match="warm of series s0 holds no value"):
        flow().fit(empty, horizon=HORIZON)


def test_a_budget_is_passed_on():
    assert flow(paths=4).fit(PANEL, horizon=HORIZON, budget=TimeBudget(5)).predict().mean.size == 6


def test_only_who_needs_it_gets_its_covariates_forecast():
    whole = known_as_given(PANEL, np.zeros(HORIZON))
    for name, panel, wrapped in (
        ("linear", PANEL, True),
        ("linear", whole, False),
        ("linear", known_as_given(PANEL, [0.0]), True),
        ("lightgbm", PANEL, False),
        ("lightgbm", known_as_given(PANEL, [0.0]), True),
        ("naive", PANEL, False),
    ):
        found = over_horizon(create(name), panel, HORIZON).name
        assert found == ("forecast_covariates" if wrapped else name)


def test_a_shell_needs_no_covariates_of_the_future(tmp_path, capsys):
    frame = pd.DataFrame({"ds": PANEL.times("s0"), "y": PANEL.values[:, 0]})
    frame["warm"] = PANEL.past.values
    frame.to_csv(tmp_path / "load.csv", index=False)
    for kind in ("--past", "--known"):
        asked = ["forecast", str(tmp_path / "load.csv"), "--horizon", "6", "--model", "linear"]
        assert main([*asked, "--value", "y", kind, "warm"]) == 0
        rows = capsys.readouterr().out.splitlines()
        assert rows[0].startswith("unique_id,ds,forecast_covariates,")
        assert len(rows) == 7
