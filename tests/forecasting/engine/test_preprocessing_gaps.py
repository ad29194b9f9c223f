"""Outliers become gaps, gaps are closed, and both say what they did."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.preprocessing import imputation, outlier_masks
from forecasting.engine.preprocessing.imputation import Imputation
from forecasting.engine.preprocessing.outlier_masks import OutlierMask, nan_median
from tests.forecasting.engine.series import seasonal

every_mask = pytest.mark.parametrize("method", outlier_masks.METHODS)
HOLED = arrays(
    np.float64, st.integers(1, 50), elements=st.one_of(st.floats(-9, 9), st.just(np.nan))
)


def spiked():
    values = seasonal(240)
    values[[50, 170]] = [60.0, -40.0]
    return values


@every_mask
def test_spikes_become_missing_and_are_counted(method):
    panel = Panel.from_arrays({"clean": seasonal(240, seed=5), "spiked": spiked()}, frequency="h")
    step = OutlierMask(method).fit(panel)
    masked = step.apply(panel)
    assert np.flatnonzero(np.isnan(masked.series("spiked")[:, 0])).tolist() == [50, 170]
    assert step.counts_[:, 0].tolist() == [0, 2]
    seen = ~np.isnan(masked.values)
    assert np.array_equal(masked.values[seen], panel.values[seen])


def test_a_seasonal_mask_sees_what_the_range_hides():
    values = seasonal(240)
    values[66] = 13.0  # 18 o'clock, the valley of the day, at the height of its peak
    panel = Panel.from_arrays(values, frequency="h")
    assert OutlierMask("iqr").fit(panel).counts_[0, 0] == 0
    assert np.isnan(OutlierMask("seasonal").fit(panel).apply(panel).values[66, 0])


def test_fences_are_those_of_the_formula():
    # Quartiles of 1..5 are 2 and 4; three ranges beyond: -4 and 10.
    step = OutlierMask("iqr").fit(Panel.from_arrays([1.0, 2.0, 3.0, 4.0, 5.0]))
    later = Panel.from_arrays([-4.1, -3.9, 9.9, 10.1])
    assert step.mask(later)[:, 0].tolist() == [True, False, False, True]


def test_the_season_of_later_rows_goes_on_from_the_fitted_ones():
    panel = Panel.from_arrays(seasonal(240), "2024-01-01", "h")
    step = OutlierMask("seasonal", threshold=3.0).fit(panel)
    assert step.counts(panel.window(7, None))[0, 0] == step.counts_[0, 0] == 0


@every_mask
@given(HOLED)
def test_masking_only_takes_away(method, values):
    panel = Panel.from_arrays(values)
    found = OutlierMask(method, season_length=3).fit(panel).apply(panel).values
    kept = ~np.isnan(found)
    assert np.array_equal(found[kept], panel.values[kept])


@every_mask
def test_what_was_learned_survives_as_json_and_ignores_the_future(method):
    panel = Panel.from_arrays(spiked(), frequency="h")
    changed = np.where(np.arange(240) >= 200, 1e5, spiked())
    step = OutlierMask(method).fit(panel.window(0, 200))
    other = OutlierMask(method).fit(Panel.from_arrays(changed, frequency="h").window(0, 200))
    text = json.dumps(step.learned(), allow_nan=False)
    assert text == json.dumps(other.learned(), allow_nan=False)
    again = OutlierMask(**step.settings())
    again.restore(json.loads(text))
    assert np.array_equal(again.mask(panel), step.mask(panel))


@given(arrays(np.float64, (4, 7), elements=st.one_of(st.floats(-9, 9), st.just(np.nan))))
def test_the_median_skips_what_is_missing(windows):
    wanted = [np.median(w[~np.isnan(w)]) if (~np.isnan(w)).any() else np.nan for w in windows]
    assert np.allclose(nan_median(windows), wanted, equal_nan=True)


def filled(method, values, **options):
    return Imputation(method, **options).apply(Panel.from_arrays(values)).values[:, 0].tolist()


def test_every_way_to_fill_does_what_it_says():
    values = [np.nan, 1.0, np.nan, 3.0, np.nan, np.nan, 7.0]
    assert filled("linear", values) == pytest.approx([1, 1, 2, 3, 13 / 3, 17 / 3, 7])
    assert filled("forward", values) == [1, 1, 1, 3, 3, 3, 7]
    # Season 2: even rows hold 7 only at the end, odd rows 1, 3 and then 3 again.
    assert filled("seasonal", values, season_length=2) == [7, 1, 7, 3, 7, 3, 7]
    assert filled("constant", values, value=-1.0) == [-1, 1, -1, 3, -1, -1, 7]
    assert np.isnan(filled("none", values)).sum() == 4


def test_a_phase_never_seen_is_filled_by_a_line():
    assert filled("seasonal", [1.0, np.nan, 3.0, 5.0, np.nan, 3.0], season_length=3) == [
        1, 2, 3, 5, 4, 3,
    ]  # fmt: skip


@pytest.mark.parametrize("method", [m for m in imputation.METHODS if m != "none"])
@given(HOLED)
def test_filling_keeps_what_was_seen_and_leaves_no_gap(method, values):
    panel = Panel.from_arrays(values)
    found = Imputation(method, season_length=4).apply(panel).values
    assert np.array_equal(found[panel.mask], panel.values[panel.mask])
    if method == "constant" or panel.mask.any():
        assert not np.isnan(found).any()


def test_unknown_methods_are_refused():
    with pytest.raises(SettingsError, match="there are linear, forward"):
        Imputation("magic")
    with pytest.raises(SettingsError, match="threshold must not be negative"):
        OutlierMask(threshold=-1)
