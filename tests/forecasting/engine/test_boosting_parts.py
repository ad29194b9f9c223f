"""The parts of the boosted trees, by hand."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.boosting.anchors import aligned, anchored, best_anchor
from forecasting.engine.boosting.features import inputs_of
from forecasting.engine.boosting.fitting import held_from
from forecasting.engine.boosting.growing import grow
from forecasting.engine.boosting.histories import Histories
from forecasting.engine.boosting.plan import Plan
from forecasting.engine.boosting.sampling import Rows, training_rows
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.budget import TimeBudget
from forecasting.engine.intervals import PROBABILITIES
from forecasting.engine.panel import Panel
from forecasting.engine.recalibration import QUANTILES, Recalibration, native, nested
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal

WINDOW = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
STEPS = np.array([[0, 1, 2, 3]])


def test_the_same_phase_is_found_in_earlier_seasons():
    # Season 2: steps 0 and 2 meet 4 and then 2, steps 1 and 3 meet 5 and then 3.
    found = aligned(WINDOW, STEPS, 2, 3)[0]
    assert found[0, :2].tolist() == found[2, :2].tolist() == [4.0, 2.0]
    assert found[1].tolist() == found[3].tolist() == [5.0, 3.0, 1.0]
    assert np.isnan(found[0, 2])


def test_anchors_are_the_last_value_the_mean_and_the_season():
    assert anchored(WINDOW, STEPS, "last", 2).tolist() == [[5, 5, 5, 5]]
    assert anchored(WINDOW, STEPS, "mean", 2).tolist() == [[4.5, 4.5, 4.5, 4.5]]
    assert anchored(WINDOW, STEPS, "seasonal", 2).tolist() == [[4, 5, 4, 5]]


def test_a_missing_anchor_falls_back_to_what_was_seen_last_and_then_to_zero():
    window = np.array([[1.0, np.nan, 3.0, np.nan, np.nan], [np.nan] * 5])
    steps = np.array([[0, 1], [0, 1]])
    for kind in ("last", "mean", "seasonal"):
        assert anchored(window, steps, kind, 2).tolist() == [[3, 3], [0, 0]]


def test_the_best_anchor_is_the_one_that_errs_least():
    season = np.tile([0.0, 10.0], 4)[None]
    assert best_anchor(season, STEPS, np.array([[0.0, 10.0, 0.0, 10.0]]), 2) == "seasonal"
    walk = np.array([[0.0, 10.0, 20.0, 40.0]])
    assert best_anchor(walk, STEPS, np.full((1, 4), 40.0), 2) == "last"
    assert best_anchor(walk, STEPS, np.full((1, 4), 30.0), 2) == "mean"
    assert best_anchor(walk, STEPS, np.full((1, 4), 30.0), 9) == "last"


def test_few_rows_are_all_learned():
    rows = training_rows(np.array([4, 1, 3]), horizon=2, most=100, seed=0)
    assert rows.variates.tolist() == [0, 0, 0, 2, 2]
    assert rows.origins.tolist() == [1, 2, 3, 1, 2]
    assert rows.steps.tolist() == [[0, 1], [0, 1], [0, 0], [0, 1], [0, 0]]


@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=5),
    st.integers(1, 50),
    st.integers(10, 3000),
    st.integers(0, 3),
)
def test_drawn_rows_keep_the_bound_and_their_place(ends, horizon, most, seed):
    ends = np.array(ends)
    rows = training_rows(ends, horizon, most, seed)
    again = training_rows(ends, horizon, most, seed)
    assert rows.steps.size <= max(most, rows.steps.shape[1])
    assert np.array_equal(rows.steps, again.steps)
    assert np.array_equal(rows.origins, again.origins)
    assert (rows.origins >= 1).all()
    assert (rows.steps >= 0).all()
    assert (rows.steps < horizon).all()
    assert (rows.targets() < ends[rows.variates][:, None]).all()


@given(st.lists(st.integers(2, 500), min_size=1, max_size=5), st.integers(1, 100))
def test_held_out_rows_follow_rows_to_learn_from(lengths, horizon):
    lengths = np.array(lengths)
    cuts = held_from(lengths, horizon)
    assert (cuts >= 1).all()
    assert (cuts < lengths).all()


def plan_and_histories(values, **options):
    panel = Panel.from_arrays({"a": values, "b": values * 2}, "2024-01-01", "h")
    plan = Plan.of(panel, BoostingSettings(**options), 48, 12)
    return plan, Histories.of(panel, np.zeros(2), np.ones(2), 48)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 150), st.integers(0, 11))
def test_inputs_know_nothing_from_the_origin_on(origin, step):
    values = seasonal(160)
    changed = np.where(np.arange(160) >= origin, 1e3, values)
    rows = Rows(np.array([0, 1]), np.array([origin] * 2), np.array([[step]] * 2))
    found = [inputs_of(*plan_and_histories(v), rows) for v in (values, changed)]
    assert np.array_equal(found[0][0], found[1][0], equal_nan=True)
    assert np.array_equal(found[0][1], found[1][1])


def test_inputs_stand_in_the_order_of_their_names():
    plan, histories = plan_and_histories(np.arange(160.0))
    rows = Rows(np.array([1]), np.array([100]), np.array([[5]]))
    inputs, level = inputs_of(plan, histories, rows)
    row = dict(zip(plan.names(), inputs[0].tolist(), strict=True))
    # Series b holds twice the row number; the last row before 100 is 99, its value 198.
    assert level.tolist() == [[198.0]]
    assert (row["series"], row["step"], row["lag_1"], row["lag_3"]) == (1, 6, 0, -4)
    assert row["mean_24"] == -23
    assert row["std_24"] == pytest.approx(2 * np.sqrt((24**2 - 1) / 12))
    # Row 105 is forecast; a day before it is row 81 with 162, two days before 57 with 114.
    assert (row["season_24_back_1"], row["season_24_back_2"]) == (162 - 198, 114 - 198)
    assert row["hour"] == 105 % 24


class Countdown:
    """A booster whose held-out loss is given."""

    def __init__(self, losses, splits=10**9):
        self.losses, self.splits, self.rounds = losses, splits, 0

    def advance(self):
        self.rounds += 1
        return self.rounds < self.splits

    def loss(self):
        return self.losses[self.rounds - 1]


def test_growth_goes_back_to_its_best_round():
    booster = Countdown([5, 3, 4, 3, 3, 9, 9])
    found = grow(booster, 7, Watch(), TimeBudget(), patience=3)
    assert (found.rounds, found.loss, found.ended_by, booster.rounds) == (2, 3, "patience", 5)


def test_growth_ends_by_rounds_by_time_or_for_want_of_splits():
    assert grow(Countdown([]), 4, Watch(), TimeBudget()).ended_by == "rounds"
    assert grow(Countdown([]), 4, Watch(), TimeBudget(0.0)).rounds == 1
    stuck = grow(Countdown([], splits=2), 9, Watch(), TimeBudget())
    assert (stuck.rounds, stuck.ended_by) == (2, "no split")


def test_quantiles_between_the_learned_ones_lie_on_the_normal_scale():
    normal = np.array([NormalDist().inv_cdf(q) for q in QUANTILES])
    for probability in (0.3, 0.8, 0.9, 0.95, 0.99):
        low, high = native(normal, probability)
        assert high == pytest.approx(NormalDist().inv_cdf((1 + probability) / 2))
        assert low == pytest.approx(-high)


def test_recalibration_moves_both_ends_by_the_ranked_score():
    # The quantiles say the value lies at 0 with no spread; nine outcomes miss by 1 to 9.
    quantiles = np.zeros((5, 9, 1))
    actual = np.arange(1.0, 10.0)[:, None]
    found = Recalibration.fit(quantiles, actual, np.array([0]), 1)
    # 80 % of 9 + 1 outcomes is the eighth smallest score.
    low, high = found.bands(np.zeros((5, 1, 1, 1)), np.full((1, 1, 1), 2.0), 80)
    assert (low[0, 0, 0], high[0, 0, 0]) == (-16.0, 16.0)


def test_recalibration_also_narrows():
    quantiles = np.array([-50.0, -40, 0, 40, 50])[:, None, None] * np.ones((5, 99, 1))
    actual = np.linspace(-1, 1, 99)[:, None]
    found = Recalibration.fit(quantiles, actual, np.array([0]), 1)
    low, high = found.bands(quantiles[:, :1, :, None], np.ones((1, 1, 1)), 80)
    assert 0.7 < high[0, 0, 0] < 0.9
    assert low[0, 0, 0] == pytest.approx(-high[0, 0, 0])


def test_a_block_without_outcomes_takes_the_correction_of_the_one_before():
    actual = np.full((4, 30), np.nan)
    actual[:, :8] = 2.0
    found = Recalibration.fit(np.zeros((5, 4, 30)), actual, np.arange(30), 30)
    assert found.table.shape == (len(PROBABILITIES), 3)
    assert (found.table == 2.0).all()


def test_wider_levels_never_lie_inside_narrower_ones():
    middle = np.zeros((1, 1, 1))
    bands = {80.0: (middle - 1, middle + 3), 95.0: (middle - 2, middle + 2)}
    lower, upper = nested(bands, middle)
    assert (lower[95.0].item(), upper[95.0].item()) == (-2, 3)
    lower, upper = nested({50.0: (middle + 1, middle + 2)}, middle)
    assert (lower[50.0].item(), upper[50.0].item()) == (0, 2)
