"""Covariates that are known for different times: each as far as it is, the rest is forecast."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import tested as tried
from forecasting.engine.covariates import Known
from forecasting.engine.explaining.covariate_effects import covariate_effects
from forecasting.engine.explaining.shuffling import KNOWN, Input, shuffled
from forecasting.engine.future.completing import Completed, as_at_every_cutoff
from forecasting.engine.future.frames import with_calendar
from forecasting.engine.future.wrapping import over_horizon
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.joining import joined
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.watch import Watch

ROWS, HORIZON, NEAR, FAR = 240, 8, 2, 5


def table(near=NEAR, far=FAR, rows=ROWS):
    """Load is 10 + 3 near + 2 far; both plans are drawn anew at every hour."""
    random = np.random.default_rng(4)
    total = rows + HORIZON
    plans = random.normal(size=(total, 2))
    load = 10 + plans @ [3.0, 2.0] + 0.1 * random.normal(size=total)
    frame = pd.DataFrame(
        {
            "ds": pd.date_range("2026-03-02", periods=total, freq="h"),
            "y": np.where(np.arange(total) < rows, load, np.nan),
            "near": np.where(np.arange(total) < rows + near, plans[:, 0], np.nan),
            "far": np.where(np.arange(total) < rows + far, plans[:, 1], np.nan),
        }
    )
    return frame


def read(frame):
    return Panel.from_wide(frame, "ds", "y", "h", known=["near", "far"])


def ragged(**changes):
    return as_at_every_cutoff(read(table(**changes)), HORIZON)


def wrapped(panel):
    model = over_horizon(create("linear"), panel, HORIZON)
    assert model.name == "forecast_covariates"
    return model


@pytest.fixture(scope="module")
def fitted():
    panel = ragged()
    return wrapped(panel).fit(panel, horizon=HORIZON)


def test_every_covariate_is_read_as_far_as_it_is_known():
    panel = ragged()
    assert panel.known.beyond(panel.lengths).tolist() == [NEAR]
    assert panel.known.reach(panel.lengths).tolist() == [[NEAR, FAR]]
    frame = table()
    np.testing.assert_array_equal(
        panel.known.whole(0)[: ROWS + FAR, 1], frame["far"][: ROWS + FAR].to_numpy()
    )
    assert np.isnan(panel.known.whole(0)[ROWS + NEAR :, 0]).all()


def test_a_hole_ends_what_is_known():
    frame = table()
    frame.loc[ROWS + NEAR + 1, "far"] = np.nan
    panel = read(frame)
    assert panel.known.reach(panel.lengths).tolist() == [[NEAR, NEAR + 1]]


def test_the_futures_hold_what_is_known_of_each_and_forecasts_of_the_rest(fitted):
    panel = ragged()
    completed = Completed.of(panel, fitted.unknown_, None, HORIZON)
    frame, steps = table(), completed.steps[:, 0]
    near, far = (completed.known.names.index(name) for name in ("near", "far"))
    assert np.isfinite(steps).all()
    for name, place, reach in (("near", near, NEAR), ("far", far, FAR)):
        truth = frame[name].to_numpy()[ROWS : ROWS + reach]
        np.testing.assert_array_equal(steps[:, :reach, place], np.tile(truth, (len(steps), 1)))
        assert (np.ptp(steps[1:, reach:, place], axis=0) > 0.5).all()


def test_intervals_widen_where_each_ends(fitted):
    said = fitted.predict(levels=(80,))
    width = (said.upper[80] - said.lower[80])[0, :, 0]
    known, half, none = width[:NEAR], width[NEAR:FAR], width[FAR:]
    # 2.56 deviations: of the noise 0.1 alone, of 3 with it, of the root of 9 + 4.
    assert known.max() < 1
    assert 5 < half.mean() < 10
    assert none.mean() > 1.08 * half.mean()


def test_each_covariate_that_ends_has_a_model_of_its_own_reach(fitted):
    assert [one.names for one in fitted.unknown_] == [("near",), ("far",)]


def test_the_calendar_reaches_over_the_horizon_whatever_the_columns_do():
    panel = with_calendar(read(table()), HORIZON, "DE", features=["hour"])
    panel = as_at_every_cutoff(panel, HORIZON)
    reach = dict(zip(panel.known.names, panel.known.reach(panel.lengths)[0], strict=True))
    assert reach.pop("near") == NEAR
    assert reach.pop("far") == FAR
    assert set(reach.values()) == {HORIZON}
    model = wrapped(panel).fit(panel, horizon=HORIZON)
    assert {name for one in model.unknown_ for name in one.names} == {"near", "far"}
    completed = Completed.of(panel, model.unknown_, None, HORIZON)
    hours = [n for n, name in enumerate(completed.known.names) if name not in ("near", "far")]
    assert (np.ptp(completed.steps[..., hours], axis=0) == 0).all()


def test_every_cutoff_of_the_past_knows_of_each_as_much_as_the_end_does():
    panel = ragged()
    past = panel.drop_last(40)
    assert past.known.reach(past.lengths).tolist() == [[NEAR, FAR]]
    older = past.drop_last(7)
    assert older.known.reach(older.lengths).tolist() == [[NEAR, FAR]]
    np.testing.assert_array_equal(
        older.known.whole(0)[: ROWS - 47 + FAR, 1], panel.known.whole(0)[: ROWS - 47 + FAR, 1]
    )
    same = panel.tail(50)
    assert same.known.reach(same.lengths).tolist() == [[NEAR, FAR]]


def spoiled(panel, cutoff):
    """The same rows with other numbers wherever a forecast at the cutoff may not look."""
    values = panel.known.values.copy()
    for column, reach in enumerate((NEAR, FAR)):
        values[cutoff + reach :, column] += 1000
    targets = panel.values.copy()
    targets[cutoff:] -= 500
    return replace(panel, values=targets, known=replace(panel.known, values=values))


def test_a_backtest_sees_nothing_that_a_forecast_at_its_cutoff_could_not():
    panel = ragged()
    origin = RollingOrigin(HORIZON, 1)
    cutoff = ROWS - HORIZON
    true, other = (
        tried(wrapped(data), data, origin, (80,), Watch())
        for data in (panel, spoiled(panel, cutoff))
    )
    np.testing.assert_array_equal(true.mean, other.mean)
    np.testing.assert_array_equal(true.upper[80], other.upper[80])
    # And it does look at what is known: five steps of the far plan.
    values = panel.known.values.copy()
    values[cutoff + FAR - 1, 1] += 1
    moved = replace(panel, known=replace(panel.known, values=values))
    changed = tried(wrapped(moved), moved, origin, (80,), Watch()).mean - true.mean
    assert changed.ravel()[FAR - 1] == pytest.approx(2, abs=0.2)


def test_a_saved_model_forecasts_the_same(fitted, tmp_path):
    artifacts.save(fitted, tmp_path)
    np.testing.assert_allclose(artifacts.load(tmp_path).predict().mean, fitted.predict().mean)


def test_new_rows_bring_new_plans():
    panel = ragged()
    model = wrapped(panel).fit(panel.drop_last(30), horizon=HORIZON)
    model.update(panel)
    reach = model.context_.known.reach(model.context_.lengths)
    assert reach.tolist() == [[NEAR, FAR]]
    completed = Completed.of(model.context_, model.unknown_, None, HORIZON)
    far = completed.known.names.index("far")
    np.testing.assert_array_equal(
        completed.steps[0, 0, :FAR, far], table()["far"].to_numpy()[ROWS : ROWS + FAR]
    )
    whole = read(table(near=HORIZON, far=HORIZON))
    assert joined(panel, whole).known.beyond(panel.lengths).tolist() == [HORIZON]


def test_a_covariate_that_ends_early_only_in_new_rows_is_forecast_from_then_on():
    full = as_at_every_cutoff(read(table(near=NEAR, far=HORIZON)), HORIZON)
    model = wrapped(full).fit(full, horizon=HORIZON)
    assert [one.names for one in model.unknown_] == [("near",)]
    shifted = ragged(rows=ROWS + 3)
    # Three rows later far is known for 5 steps instead of 8.
    model.update(shifted)
    assert {name for one in model.unknown_ for name in one.names} == {"near", "far"}
    assert np.isfinite(model.predict().mean).all()


def test_two_panels_that_differ_in_what_is_known_later_are_not_the_same():
    panel = ragged()
    later = panel.known.later.copy()
    later[0, 0, 1] += 1
    other = replace(panel, known=replace(panel.known, later=later))
    assert panel.fingerprint() != other.fingerprint()


def test_series_may_know_different_lengths():
    blocks = [np.ones((4, 2)), np.ones((6, 2))]
    blocks[0][3:, 0] = np.nan
    known = Known.of(("a", "b"), blocks, [3, 4])
    assert known.reach(np.array([2, 3])).tolist() == [[1, 2], [3, 3]]
    assert known.select([1]).reach(np.array([3])).tolist() == [[3, 3]]
    only = known.only(("b",))
    assert only.beyond(np.array([2, 3])).tolist() == [2, 3]


def test_a_total_knows_each_covariate_as_far_as_all_its_members_do():
    shops = [("a", 2, 7), ("b", 4, 5)]
    frames = [table(near, far).assign(shop=name) for name, near, far in shops]
    rows = Panel.from_long(pd.concat(frames), "shop", "ds", "y", "h", known=["near", "far"])
    every = Hierarchy.from_children({"all": ["a", "b"]}).aggregate(rows)
    reach = every.known.reach(every.lengths).tolist()
    assert dict(zip(every.ids, reach, strict=True)) == {"all": [2, 5], "a": [2, 7], "b": [4, 5]}
    assert every.known.whole(0)[ROWS + 4, 1] == pytest.approx(
        np.mean([frame["far"][ROWS + 4] for frame in frames])
    )


def test_effects_and_importance_leave_what_is_unknown_unknown(fitted):
    panel = ragged()
    found = covariate_effects(fitted, panel)
    # Three more of the load for one more of near where it is known, and two for far.
    by_name = dict(zip(found.names, found.per_unit[0], strict=True))
    assert by_name["far"] == pytest.approx(2 * FAR / HORIZON, abs=0.5)
    item = Input("far", KNOWN, np.array([1]))
    turned = shuffled(panel, item, HORIZON, np.random.default_rng(0)).known
    assert turned.reach(panel.lengths).tolist() == [[NEAR, FAR]]
    before, after = (known.whole(0)[: ROWS + FAR, 1] for known in (panel.known, turned))
    assert sorted(before) == sorted(after)
    assert (before != after).any()
