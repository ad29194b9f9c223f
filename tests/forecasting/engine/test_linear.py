import numpy as np
import pytest

from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.folds import expanding_folds, fold_lookback
from forecasting.engine.gram import half_gram
from forecasting.engine.linear import Linear
from forecasting.engine.panel import Panel
from forecasting.engine.ridge import Path, choose_penalties, penalty_path, spread_penalties
from tests.forecasting.engine.series import seasonal


def frozen_ridge(column, lookback, horizon, penalty):
    """Ridge by the normal equations over anchored windows, one system per penalty."""
    rows = np.lib.stride_tricks.sliding_window_view(column, lookback + horizon)
    rows = rows - rows[:, lookback - 1 : lookback]
    x, y = rows[:, :lookback], rows[:, lookback:]
    system = x.T @ x / len(rows) + penalty * np.eye(lookback)
    return np.linalg.solve(system, x.T @ y / len(rows))


@pytest.mark.parametrize("penalty", [1e-3, 0.1, 10.0])
def test_one_eigendecomposition_gives_the_ridge_of_every_penalty(penalty):
    column = np.random.default_rng(3).normal(size=300).cumsum() / 10
    windows = 300 - 28 + 1
    path = Path.of(half_gram(column[None], 20, 28) / windows, "last")
    slow = frozen_ridge(column, 20, 8, penalty)
    assert np.abs(path.weights(np.full(8, penalty)) - slow).max() < 1e-8


def test_an_infinite_penalty_is_the_naive_forecast():
    column = np.random.default_rng(3).normal(size=300)
    path = Path.of(half_gram(column[None], 20, 28), "last")
    assert not path.weights(np.full(8, np.inf)).any()


def test_a_linear_recurrence_is_learned_exactly():
    t = np.arange(400)
    panel = Panel.from_arrays(5 + np.sin(2 * np.pi * t / 24), frequency="h")
    forecast = Linear(lookback=48).fit(panel, horizon=24).predict()
    truth = 5 + np.sin(2 * np.pi * np.arange(400, 424) / 24)
    assert np.abs(forecast.mean[0, :, 0] - truth).max() < 1e-3


def test_a_random_walk_is_left_to_the_last_value():
    walk = np.random.default_rng(1).normal(size=5000).cumsum()
    model = Linear(lookback=48, normalise="last").fit(Panel.from_arrays(walk), horizon=12)
    gap = np.abs(model.predict().mean[0, :, 0] - walk[-1])
    assert gap.max() < 2.0
    assert model.report_["fold_ratio"] == pytest.approx(1.0, abs=0.1)


def test_the_best_penalty_is_taken_for_every_step():
    penalties = np.array([0.1, 1.0, np.inf])
    ratios = np.array([[0.5, 0.5, 0.5, 0.9, 0.9, 0.9], [0.9, 0.9, 0.9, 0.5, 0.5, 0.5], [1.0] * 6])
    chosen, ratio = choose_penalties(ratios, penalties)
    assert chosen.tolist() == [0.1, 0.1, 0.1, 1.0, 1.0, 1.0]
    assert ratio == pytest.approx(0.5)


def test_a_step_that_no_fold_knows_takes_the_choice_before_it():
    ratios = np.array([[0.5, np.nan], [0.9, np.nan]])
    assert choose_penalties(ratios, np.array([0.1, 1.0]))[0].tolist() == [0.1, 0.1]


def test_penalties_are_interpolated_in_their_logarithm():
    steps = np.array([0, 2])
    assert spread_penalties(np.array([0.01, 1.0]), steps, 3).round(6).tolist() == [0.01, 0.1, 1.0]
    assert np.isinf(spread_penalties(np.array([np.inf, np.inf]), steps, 3)).all()
    assert np.isinf(penalty_path(4)[-1])


def test_folds_never_fit_on_what_they_score():
    folds = expanding_folds(np.array([100, 50]), 20)
    assert [(f.fit_ends.tolist(), f.score_ends.tolist()) for f in folds] == [
        ([60, 30], [80, 40]),
        ([80, 40], [100, 50]),
    ]


def test_validation_rows_are_scored_and_never_fitted():
    folds = expanding_folds(np.array([120]), 20, validation=20)
    assert folds[-1].fit_ends.tolist() == [100]
    assert folds[-1].score_ends.tolist() == [120]
    assert max(int(f.fit_ends.max()) for f in folds) == 100


@pytest.mark.parametrize(
    ("length", "horizon", "lookback"), [(17420, 96, 336), (100, 10, 23), (48, 12, 12), (10, 5, 0)]
)
def test_the_lookback_shrinks_with_the_series(length, horizon, lookback):
    season = 12 if length == 48 else 1
    found = fold_lookback(length, horizon, 336, season)
    assert found == lookback or (lookback == 0 and found <= 2)


def test_values_after_the_end_of_fitting_do_not_change_the_validated_model():
    values = seasonal(400)
    changed = values.copy()
    changed[350:] *= -3
    models = [Linear(lookback=24, normalise="last", validation=50, penalties=1) for _ in range(2)]
    for model, data in zip(models, (values, changed), strict=True):
        model.fit(Panel.from_arrays(data, frequency="h"), horizon=5)
    spreads = [model.intervals_.spread for model in models]
    assert spreads[0] == spreads[1]


def test_short_series_are_forecast_with_the_map_of_the_others():
    panel = Panel.from_arrays({"long": seasonal(500), "short": seasonal(8)}, frequency="h")
    forecast = Linear().fit(panel, horizon=24).predict()
    assert np.isfinite(forecast.mean).all()


def test_too_little_history_is_refused_with_the_number_needed():
    with pytest.raises(TooShortError, match="10 rows; forecasting 8 steps needs at least 12"):
        Linear().fit(Panel.from_arrays(np.arange(10.0)), horizon=8)


@pytest.mark.parametrize("wrong", [{"lookback": -1}, {"normalise": "none"}, {"penalties": 0}])
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(SettingsError):
        Linear(**wrong)
