"""Series of one value, or none: the others are learned from, they are answered or named."""

import numpy as np
import pytest

from forecasting.engine import create
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.scant import Scant, values_of

NONE = np.full(30, np.nan)


def shops(**more):
    random = np.random.default_rng(3)
    usual = {f"shop {n}": 100.0 * (n + 1) + random.normal(0, 10 * (n + 1), 40) for n in range(4)}
    return Panel.from_arrays(usual | more)


def whole(scant, forecast, limits=None):
    others = scant.others(forecast.mean.shape[1], tuple(forecast.lower), limits)
    return scant.whole(forecast, others)


def test_values_are_counted_by_series_and_channel():
    panel = Panel.from_arrays({"a": [[1.0, np.nan], [2.0, np.nan]], "b": [[3.0, 4.0]]})
    assert values_of(panel).tolist() == [[2, 0], [1, 1]]


def test_a_panel_with_enough_or_with_nothing_to_learn_from_stays_as_it_is():
    assert Scant.of(shops()) is None
    assert Scant.of(Panel.from_arrays({"a": [1.0], "b": NONE})) is None


def test_one_value_is_repeated_and_none_is_named():
    scant = Scant.of(shops(new=[400.0], gone=NONE, closed=[np.nan, 50.0, np.nan]))
    forecast = whole(scant, create("auto_ets").fit(scant.learned, horizon=3).predict())
    assert forecast.ids == ("shop 0", "shop 1", "shop 2", "shop 3", "new", "closed")
    assert forecast.mean[4:, :, 0].tolist() == [[400.0] * 3, [50.0] * 3]
    assert list(scant.answered) == ["new", "closed"]
    assert {name: str(why) for name, why in scant.unknown.items()} == {
        "gone": "No values: no forecast."
    }


def test_the_others_have_the_numbers_they_have_alone():
    scant = Scant.of(shops(new=[400.0]))
    alone = create("auto_ets").fit(shops(), horizon=3).predict()
    with_new = whole(scant, create("auto_ets").fit(scant.learned, horizon=3).predict())
    np.testing.assert_array_equal(with_new.mean[:4], alone.mean)
    np.testing.assert_array_equal(with_new.upper[95][:4], alone.upper[95])


def test_one_value_is_as_unsure_for_its_size_as_the_others():
    scant = Scant.of(shops(small=[1.0], large=[1_000_000.0], zero=[0.0]))
    naive = create("seasonal_naive").fit(scant.learned, horizon=3).predict()
    forecast = whole(scant, naive)
    width = (forecast.upper[80] - forecast.lower[80])[:, 0, 0]
    assert width[5] == pytest.approx(1_000_000 * width[4])
    # Spreads are a tenth of the means, and a difference of two days has 1.41 of them.
    assert width[4] == pytest.approx(2 * 1.2816 * 1.414 * 0.1, rel=0.35)
    assert width[6] > 0


def test_bounds_hold_for_what_stands_in():
    scant = Scant.of(shops(new=[2.5]))
    model = create("naive").fit(scant.learned, horizon=2)
    forecast = whole(scant, model.predict(), Limits(low=0, integer=True))
    assert forecast.mean[4, :, 0].tolist() == [2.0, 2.0]
    assert forecast.lower[95][4].ravel().tolist() == [1.0, 1.0]


def test_a_channel_without_values_is_named_and_its_neighbour_answered():
    both = np.stack([np.arange(20.0) % 7, 5 + np.arange(20.0) % 3], axis=1)
    half = both.copy()
    half[:, 1] = np.nan
    scant = Scant.of(Panel.from_arrays({"a": both, "b": both + 1, "c": half}))
    assert (list(scant.answered), list(scant.unknown)) == (["c/y1"], ["c/y2"])
    forecast = whole(scant, create("naive").fit(scant.learned, horizon=7).predict())
    assert np.isnan(forecast.mean[2, :, 1]).all()
    assert forecast.mean[2, :, 0].tolist() == [6.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
