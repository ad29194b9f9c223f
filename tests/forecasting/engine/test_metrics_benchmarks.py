"""The scores of public benchmarks: by hand, and against what the organisers published."""

import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from forecasting.engine.benchmark_metrics import (
    GroupScore,
    Normaliser,
    normalised_mae,
    normalised_mse,
    owa,
)
from forecasting.engine.naive2 import is_seasonal, naive2, seasonal_factors
from forecasting.engine.panel import Panel
from forecasting.engine.scaled_metrics import naive_scales

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"
M4 = Path(os.environ.get("ALMANAC_DATA", str(BESIDE))) / "m4"
needs_m4 = pytest.mark.skipif(not M4.is_dir(), reason="the public M4 files are not here")


def test_normalised_errors_are_scaled_by_the_training_rows_per_window():
    # Training 1, 3 has mean 2 and spread 1; 10, 10 does not vary and has spread 1.
    training = Panel.from_arrays(np.array([[1.0, 10.0], [3.0, 10.0]]))
    normaliser = Normaliser.of(training)
    assert normaliser.mean.tolist() == [[2.0, 10.0]]
    assert normaliser.spread.tolist() == [[1.0, 1.0]]
    actual = np.array([[[[2.0, 10.0]]], [[[5.0, np.nan]]]])
    forecast = np.array([[[[4.0, 10.0]]], [[[2.0, 7.0]]]])
    # First window errors 2 and 0, second 3 alone: (2 + 9) / 2 and (1 + 3) / 2
    assert normalised_mse(actual, forecast, normaliser) == pytest.approx(5.5)
    assert normalised_mae(actual, forecast, normaliser) == pytest.approx(2.0)


def test_normalising_divides_by_the_spread():
    normaliser = Normaliser.of(Panel.from_arrays(np.array([0.0, np.nan, 8.0])))
    actual, forecast = np.full((1, 1, 1, 1), 10.0), np.full((1, 1, 1, 1), 4.0)
    # Mean 4, standard deviation 4
    assert normaliser.scaled(actual).item() == pytest.approx(1.5)
    assert normalised_mse(actual, forecast, normaliser) == pytest.approx(2.25)


def test_the_overall_weighted_average_is_made_of_group_means():
    actual = np.array([[2.0, 6.0], [1.0, 3.0]])
    forecast = np.array([[2.0, 2.0], [1.0, 1.0]])
    score = GroupScore.of(actual, forecast, np.array([2.0, 0.5]))
    # sMAPE 0 and 100, 0 and 100; MASE 4 / 2 / 2 and 2 / 0.5 / 2
    assert score == GroupScore(pytest.approx(50.0), pytest.approx(1.5))
    assert owa(score, GroupScore(100.0, 1.0)) == pytest.approx((0.5 + 1.5) / 2)


def test_factors_of_a_pure_season_are_found_exactly():
    series = np.tile([1.0, 2.0, 3.0, 2.0], 6)
    assert seasonal_factors(series[None], 4)[0] == pytest.approx([0.5, 1.0, 1.5, 1.0])
    odd = np.tile([1.0, 2.0, 3.0], 6)
    assert seasonal_factors(odd[None], 3)[0] == pytest.approx([0.5, 1.0, 1.5])


def test_naive2_repeats_a_pure_season_from_any_place():
    season = np.array([1.0, 2.0, 3.0, 2.0])
    columns = [np.resize(season, rows) for rows in (24, 26, 33)]
    expected = [np.resize(np.roll(season, -rows), 6) for rows in (24, 26, 33)]
    assert naive2(columns, 4, 6) == pytest.approx(np.stack(expected))


def test_naive2_repeats_the_last_value_where_there_is_no_season():
    noise = np.random.default_rng(3).normal(10, 1, size=60)
    short = np.array([1.0, 9.0, 1.0, 9.0, 1.0])
    crossing = np.tile([-1.0, 2.0, -3.0, 2.0], 6)
    constant = np.full(40, 5.0)
    columns = [noise, short, crossing, constant]
    assert naive2(columns, 4, 3) == pytest.approx(np.repeat([[c[-1]] for c in columns], 3, axis=1))
    assert naive2([noise], 1, 2).tolist() == [[noise[-1]] * 2]


def test_the_test_for_a_season_by_hand():
    # Centred 1, -1, 1, -1, 1, -1: r_1 = -5/6, r_2 = 4/6, limit 1.645 sqrt((1 + 50/36) / 6) = 1.04
    alternating = np.tile([1.0, -1.0], 3)
    assert not is_seasonal(alternating[None], 2)[0]
    # Twenty rows: r_1 = -19/20, r_2 = 18/20, limit 1.645 sqrt((1 + 1.805) / 20) = 0.62
    assert is_seasonal(np.tile([1.0, -1.0], 10)[None], 2)[0]


def test_series_in_one_call_are_forecast_as_one_by_one():
    random = np.random.default_rng(1)
    columns = [
        np.resize([1.0, 2.0, 4.0, 3.0, 2.0], rows) * random.uniform(0.9, 1.1, rows)
        for rows in (15, 40, 23, 100, 7)
    ]
    together = naive2(columns, 5, 8)
    assert np.array_equal(together, np.concatenate([naive2([c], 5, 8) for c in columns]))


def read(name):
    path = M4 / name
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
        rows = csv.reader(file)
        next(rows)
        return [np.array([float(v) for v in row[1:] if v not in ("", "NA")]) for row in rows]


@needs_m4
@pytest.mark.parametrize(
    ("group", "season", "horizon", "published"),
    [("Hourly", 24, 48, (18.383, 2.395)), ("Weekly", 1, 13, (9.161, 2.777))],
)
def test_naive2_is_the_one_the_organisers_submitted(group, season, horizon, published):
    training, actual = read(f"{group}-train.csv.gz"), np.stack(read(f"{group}-test.csv"))
    submitted = np.stack(read(f"Naive2-{group}.csv"))
    own = naive2(training, season, horizon)
    assert own == pytest.approx(submitted, rel=1e-8, abs=1e-3)
    scales = np.array([naive_scales(column, season)[0] for column in training])
    score = GroupScore.of(actual, own, scales)
    assert (round(score.smape, 3), round(score.mase, 3)) == published


@needs_m4
def test_seasonal_naive_scores_what_is_published_for_hourly_series():
    training, actual = read("Hourly-train.csv.gz"), np.stack(read("Hourly-test.csv"))
    scales = np.array([naive_scales(column, 24)[0] for column in training])
    forecast = np.stack([np.resize(column[-24:], 48) for column in training])
    score = GroupScore.of(actual, forecast, scales)
    assert (round(score.smape, 3), round(score.mase, 3)) == (13.912, 1.193)
    assert owa(score, GroupScore(18.383, 2.395)) == pytest.approx(0.6275, abs=1e-4)
