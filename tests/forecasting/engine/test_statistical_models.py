"""The adapters to statsforecast, one series at a time."""

import numpy as np
import pytest

from forecasting.engine.statistical.adapter import Learned
from forecasting.engine.statistical.arima import ARIMA
from forecasting.engine.statistical.complex_smoothing import CES, stable
from forecasting.engine.statistical.exponential import ETS
from forecasting.engine.statistical.local import Local
from forecasting.engine.statistical.repetition import Repetition
from forecasting.engine.statistical.rows_alone import Intermittent
from forecasting.engine.statistical.seasons import Seasons, without_seasons
from forecasting.engine.statistical.tbats import TBATS
from forecasting.engine.statistical.theta import Theta
from tests.forecasting.engine.series import seasonal

NAN = np.nan


def level(model, y, horizon=2):
    learned = model.fit(np.array(y), (), quick=False)
    return model.forward(learned, np.array(y), horizon).mean.tolist()


def test_simple_smoothing_moves_the_level_by_alpha_times_the_error():
    structure = {"components": "ANNN", "m": 1, "n_params": 3}
    learned = Learned(structure, np.array([0.5, NAN, NAN, NAN, 10.0]))
    # 10 + 0.5 (12 - 10) = 11, then 11 + 0.5 (8 - 11) = 9.5, where it stays.
    y = np.array([12.0, 8.0, 9.5, 9.5, 9.5, 9.5])
    assert ETS().forward(learned, y, 3).mean.tolist() == [9.5, 9.5, 9.5]


def test_the_own_spread_of_simple_smoothing_is_the_one_of_its_errors():
    structure = {"components": "ANNN", "m": 1, "n_params": 3}
    learned = Learned(structure, np.array([0.5, NAN, NAN, NAN, 0.0]))
    y = np.array([2.0, 1.0, -1.5, 1.75, 0.0, 1.0, 0.0])
    spread = ETS().forward(learned, y, 2).spread
    # Errors of the levels before each row. Of 7 rows 3 go for parameters, as one more does; the
    # second step adds 0.5² to the variance.
    errors = y - np.array([0.0, 1.0, 1.0, -0.25, 0.75, 0.375, 0.6875])
    variance = np.sum(errors**2) / (7 - 3 - 1)
    assert spread**2 == pytest.approx([variance, variance * 1.25])


def test_an_autoregression_halves_the_distance():
    structure = {"arma": [1, 0, 0, 0, 1, 0, 0], "names": ["ar1"]}
    learned = Learned(structure, np.array([1.0, 0.5]))
    ahead = ARIMA().forward(learned, np.array([1.0, 3.0, 8.0]), 3)
    assert ahead.mean == pytest.approx([4.0, 2.0, 1.0])
    # Variances 1, 1 + 0.25 and 1 + 0.25 + 0.0625.
    assert ahead.spread**2 == pytest.approx([1.0, 1.25, 1.3125])


def test_a_drift_goes_on_from_other_rows():
    structure = {"arma": [0, 0, 0, 0, 1, 1, 0], "names": ["drift"]}
    learned = Learned(structure, np.array([1.0, 2.0]))
    few = np.array([5.0, 6.0, 9.0, 2.0, 4.0, 1.0])
    assert ARIMA().forward(learned, few, 2).mean == pytest.approx([3.0, 5.0])
    assert ARIMA().forward(learned, np.arange(50.0), 2).mean == pytest.approx([51.0, 53.0])


RARE = [0.0, 0.0, 3.0, 0.0, 5.0, 0.0, 0.0, 2.0]


def test_croston_divides_the_demand_by_the_time_between():
    # Demand 3, then 0.1 * 5 + 0.9 * 3 = 3.2, then 0.1 * 2 + 0.9 * 3.2 = 3.08; gaps 3, 2 and 3 make
    # 3, 2.9 and 2.91.
    assert level(Intermittent("CrostonClassic"), RARE) == pytest.approx([3.08 / 2.91] * 2)


def test_the_corrected_croston_is_a_twentieth_lower():
    assert level(Intermittent("CrostonSBA"), RARE) == pytest.approx([0.95 * 3.08 / 2.91] * 2)


def test_tsb_multiplies_the_demand_by_its_probability():
    weights = (("alpha_d", 0.5), ("alpha_p", 0.5))
    # Demand 3, 4, 3. Probability 0, 0, 1/2, 1/4, 5/8, 5/16, 5/32, 37/64.
    assert level(Intermittent("TSB", weights), RARE) == pytest.approx([3 * 37 / 64] * 2)


@pytest.mark.parametrize("kind", ["ADIDA", "CrostonOptimized"])
def test_a_regular_demand_is_shared_out_over_its_gap(kind):
    assert level(Intermittent(kind), [0.0, 0.0, 3.0] * 4) == pytest.approx([1.0, 1.0])


def test_imapa_averages_over_all_lengths_up_to_the_gap():
    # Sums of one row smooth 0, 4, 0, 4, … and sums of two rows are always 4, which is 2 per row.
    one = level(Intermittent("IMAPA"), [0.0, 4.0] * 4)[0]
    assert 1.0 < one < 3.0
    assert one != pytest.approx(2.0)


def test_a_repetition_is_the_last_season_and_its_changes():
    y = np.array([1.0, 5.0, 3.0, 6.0])
    ahead = Repetition().forward(Learned({"m": 2}, np.empty(0)), y, 4)
    assert ahead.mean.tolist() == [3.0, 6.0, 3.0, 6.0]
    # Changes 2 and 1 have the mean square 2.5; the second season ahead has twice the variance.
    assert ahead.spread**2 == pytest.approx([2.5, 2.5, 5.0, 5.0])


def test_seasons_are_taken_off_and_continued():
    t = np.arange(120)
    wave = np.tile([3.0, -1.0, -2.0], 40)
    rest, ahead = without_seasons(0.5 * t + wave, (3,), 4)
    assert rest[5:-5] == pytest.approx(0.5 * t[5:-5], abs=0.05)
    assert ahead == pytest.approx([3.0, -1.0, -2.0, 3.0], abs=0.05)


def test_two_seasons_are_continued_each_at_its_own_pace():
    t = np.arange(240)
    short, long = np.tile([2.0, -2.0, 1.0, -1.0], 60), 5 * np.sin(2 * np.pi * t / 30)
    _, ahead = without_seasons(short + long, (4, 30), 40)
    later = np.arange(240, 280)
    expected = np.tile([2.0, -2.0, 1.0, -1.0], 10) + 5 * np.sin(2 * np.pi * later / 30)
    assert ahead == pytest.approx(expected, abs=0.3)


@pytest.mark.parametrize(
    ("par", "expected"),
    [
        # One weight: the potential follows by 1 - alpha_0, the level by 1 - alpha_0 + alpha_1.
        ({"alpha_0": 1.2, "alpha_1": 1.0, "beta_0": NAN, "beta_1": NAN}, True),
        ({"alpha_0": 0.9, "alpha_1": 1.0, "beta_0": NAN, "beta_1": NAN}, False),
        ({"alpha_0": 1.2, "alpha_1": 1.0, "beta_0": 0.1, "beta_1": NAN}, True),
        ({"alpha_0": 1.2, "alpha_1": 1.0, "beta_0": 0.0, "beta_1": NAN}, False),
        ({"alpha_0": 1.2, "alpha_1": 1.0, "beta_0": 1.2, "beta_1": 1.0}, True),
        ({"alpha_0": 1.2, "alpha_1": 1.0, "beta_0": 0.9, "beta_1": 1.0}, False),
    ],
)
def test_a_filter_that_forgets_is_stable(par, expected):
    assert stable(par) is expected


def test_complex_smoothing_is_as_good_on_rows_it_was_not_fitted_on():
    y = seasonal(400, seed=1)
    learned = CES().fit(y[:264], (24,), quick=False)
    wrong = [
        np.abs(CES().forward(learned, y[:end], 12).mean - y[end : end + 12]).mean()
        for end in range(264, 388, 4)
    ]
    assert max(wrong) < 0.2


ANCHORED = {
    "ets": (ETS("AAA"), 24),
    "multiplicative ets": (ETS("MAM"), 24),
    "level": (ETS("ANN"), 1),
    "tbats": (TBATS(box_cox=False, trend=False, arma_errors=False), 24),
}


def rows(seed=0):
    return seasonal(240, seed=seed, noise=0.5, level=20.0)


def quiet_fit(model, season, y):
    local = Local(model)
    seasons = Seasons(own=(season,) if season > 1 else (), usual=season)
    learned = local.learn(y, seasons, 6)
    assert "rule" not in learned.structure
    return local, learned


@pytest.mark.parametrize("name", ANCHORED)
def test_a_moved_model_forecasts_the_same_from_fewer_rows(name):
    model, season = ANCHORED[name]
    y = rows()
    local, learned = quiet_fit(model, season, y)
    moved = local.moved(learned, y, 50)
    assert np.allclose(local.ahead(moved, y[50:], 6)[0].mean, local.ahead(learned, y, 6)[0].mean)


def test_a_moved_theta_goes_on_from_its_level():
    y = rows() + 0.05 * np.arange(240)
    local, learned = quiet_fit(Theta(), 24, y)
    moved = local.moved(learned, y, 50)
    difference = local.ahead(moved, y[50:], 6)[0].mean - local.ahead(learned, y, 6)[0].mean
    assert np.abs(difference).max() < 0.3


@pytest.mark.parametrize("name", [*ANCHORED, "theta"])
@pytest.mark.parametrize("phase", [48, 53, -7])
def test_a_model_in_another_phase_knows_the_season(name, phase):
    model, season = ANCHORED.get(name, (Theta(), 24))
    y = rows(seed=3)
    local, learned = quiet_fit(model, season, y)
    t = np.arange(phase, phase + 200)
    other = 20.0 + 3 * np.sin(2 * np.pi * t / 24)
    fresh = local.fresh(learned, other[:-6], phase)
    ahead = local.ahead(fresh, other[:-6], 6)[0].mean
    bound = 3.0 if season == 1 else 1.0
    assert np.abs(ahead - other[-6:]).max() < bound
