"""Ranks, stretches, rates and lessons of anomalies, on numbers small enough for paper."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.anomalies.agreement import agreement, seen_by
from forecasting.engine.anomalies.events import count_events, events_of
from forecasting.engine.anomalies.lessons import Label, learned
from forecasting.engine.anomalies.ranks import MOST, Ranks, pareto
from forecasting.engine.anomalies.rates import (
    poisson_interval,
    rate_at,
    threshold_for,
    weeks_of,
)
from forecasting.engine.anomalies.scored import FLAT, Scored
from forecasting.engine.anomalies.stretches import Stretches
from forecasting.engine.anomalies.usual import Usual
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.frequency import Frequency


def scored(p, reason=None, gap=None, label="a"):
    """Rows of one hour with these p-values, each 10 above (or ``gap`` from) what was expected."""
    rows = len(p)
    away = np.full(rows, 10.0) if gap is None else np.array(gap, dtype=float)
    times = np.datetime64("2026-01-01T00", "ns") + np.arange(rows) * np.timedelta64(1, "h")
    expected = np.full(rows, 100.0)
    return Scored(
        label=label,
        times=times,
        values=expected + away,
        expected=expected,
        lower=expected - 5,
        upper=expected + 5,
        usual=np.full(rows, 2.0),
        p=np.array(p, dtype=float),
        reason=np.zeros(rows, dtype=np.int8) if reason is None else np.array(reason, np.int8),
    )


def test_a_p_value_is_the_rank_among_the_scores_before():
    ranks = Ranks([1, 2, 3, 4])
    assert ranks.p(5) == 1 / 5
    assert ranks.p(3) == 3 / 5
    assert ranks.p(0) == 1
    assert Ranks().p(7) == 1
    assert ranks.quantile(0.2) == 4
    assert math.isnan(Ranks().quantile(0.5))


@given(st.lists(st.floats(0.1, 100), min_size=100, max_size=300, unique=True), st.floats(1e-6, 0.3))
def test_the_limit_of_a_p_value_has_that_p_value(scores, p):
    ranks = Ranks(scores)
    assert ranks.p(ranks.limit(p)) == pytest.approx(p, abs=2 / len(scores))


def test_ranks_forget_the_oldest():
    ranks = Ranks(range(MOST))
    ranks.add(5000)
    assert len(ranks) == MOST
    assert ranks.p(0) == (1 + MOST) / (1 + MOST)
    assert list(ranks.array()[[0, -1]]) == [1, 5000]
    assert ranks.ordered == sorted(ranks.scores)


def test_beyond_the_highest_scores_the_tail_goes_on():
    scores = -np.log((np.arange(1000) + 0.5) / 1000)
    ranks = Ranks(scores)
    # Of an exponential distribution, e⁻¹⁰ of the scores pass 10.
    assert ranks.p(10) == pytest.approx(math.exp(-10), rel=0.6)
    assert ranks.p(1.0) == pytest.approx(math.exp(-1), abs=0.002)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=300), st.floats(0, 500), st.floats(0, 500))
def test_a_higher_score_is_never_less_rare(scores, one, other):
    ranks = Ranks(scores)
    low, high = sorted((one, other))
    assert 0 < ranks.p(high) <= ranks.p(low) <= 1


def test_a_tail_without_end_is_told_by_its_moments():
    # Of 4 distances: mean 2.5, weighted mean (.8375*1 + .5875*2 + .3375*3 + .0875*4) / 4.
    shape, width = pareto(np.array([1.0, 2, 3, 4]))
    assert (shape, width) == (0.0, 2.5)
    assert pareto(np.zeros(5)) == (0.0, 0.0)


def test_a_stretch_is_as_rare_as_stretches_of_its_length_were():
    gaps = Stretches()
    rows = [0, 0, 1, 1, 0, 0, 0, 1, 0]
    for row in rows:
        gaps.take(goes_on=bool(row))
    # Two stretches so far, of 2 rows and of 1, in 9 rows.
    assert gaps.ended == {2: 1, 1: 1}
    assert gaps.take(goes_on=False) == 1.0
    assert gaps.take(goes_on=True) == (1 + 2) / 11
    assert gaps.take(goes_on=True) == (1 + 1) / 12
    # The third is longer than any: (1 + 3) / (12 + 2) of the rows went on with one.
    assert gaps.take(goes_on=True) == pytest.approx(4 / 14 / 13)


def test_the_usual_distance_is_that_of_the_place_or_of_all():
    usual = Usual()
    for _ in range(10):
        usual.add(1.0, 0)
        usual.add(5.0, 1)
    usual.add(9.0, 2)
    usual.measure(np.arange(10.0), 3, 100)
    # All: median of ten 1s, ten 5s and a 9 is 5; place 0 takes it, place 2 has too few rows.
    assert usual.scale.tolist() == [5.0, 5.0, 5.0]
    usual.measure(np.arange(10.0), 3, 5)
    assert len(usual.distances) == 5


def test_unusual_rows_are_joined_over_two_usual_ones():
    one = scored([1, 0.01, 1, 1, 0.001, 1, 1, 1, 0.02])
    spans = [(event.first, event.last, event.peak) for event in events_of(one, 0.05)]
    assert spans == [(1, 4, 4), (8, 8, 8)]
    assert count_events([one], 0.05) == 2
    assert count_events([one], 0.01) == 1
    assert events_of(one, 0.0001) == []


def test_a_stuck_value_is_another_event_than_the_spike_beside_it():
    one = scored([1, 0.01, 0.01, 0.01, 0.01], reason=[0, 0, FLAT, FLAT, FLAT])
    assert [event.kind for event in events_of(one, 0.05)] == ["spike", "flat"]
    assert count_events([one], 0.05) == 2


def test_a_long_stretch_on_one_side_is_another_level():
    assert [e.kind for e in events_of(scored([0.01] * 6), 0.05)] == ["level_shift"]
    assert [e.kind for e in events_of(scored([0.01] * 5), 0.05)] == ["spike"]
    both = scored([0.01] * 6, gap=[-9, 9, -9, 9, -9, 9])
    assert [e.kind for e in events_of(both, 0.05)] == ["dip"]


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=60), st.floats(0.001, 1))
def test_events_are_counted_as_they_are_joined(p, threshold):
    one = scored(p)
    assert count_events([one], threshold) == len(events_of(one, threshold))


def test_a_rate_is_counted_with_its_exact_bounds():
    one = scored([1.0] * 330 + [0.001] + [1.0] * 5)
    weeks = weeks_of([one], Frequency.parse("h"))
    assert weeks == 2.0
    rate = rate_at([one], 0.01, weeks)
    assert (rate.alarms, rate.per_week, rate.unusual) == (1, 0.5, 1)
    # Garwood: one event, 0.0253 to 5.5716.
    assert (rate.low, rate.high) == pytest.approx((0.02532 / 2, 5.57164 / 2), rel=1e-3)
    assert rate.by_chance == pytest.approx(3.36)
    assert rate.false_share == 1.0
    assert poisson_interval(0) == pytest.approx((0, 3.68888), rel=1e-4)


def test_a_threshold_keeps_to_the_alarms_that_are_wanted():
    p = np.ones(168 * 4)
    places = np.arange(20, 660, 80)
    p[places] = [0.01, 0.002, 0.03, 0.004, 0.05, 0.006, 0.07, 0.008]
    one = scored(p)
    weeks = 4.0
    assert threshold_for([one], 1.0, weeks) == 0.008
    assert threshold_for([one], 0.5, weeks) == 0.004
    assert rate_at([one], threshold_for([one], 0.5, weeks), weeks).per_week == 0.5
    # Less than one alarm in all of the history: half as likely as the rarest row.
    assert threshold_for([one], 0.125, weeks) == 0.001


@given(st.lists(st.floats(1e-6, 1), min_size=20, max_size=400), st.floats(0.05, 50))
def test_a_threshold_never_raises_more_than_wanted(p, per_week):
    one = scored(p)
    weeks = weeks_of([one], Frequency.parse("h"))
    threshold = threshold_for([one], per_week, weeks)
    assert rate_at([one], threshold, weeks).per_week <= per_week * (1 + 1e-9)


def test_a_rate_that_makes_no_sense_is_refused():
    with pytest.raises(SettingsError, match="more than 0 alarms"):
        threshold_for([scored([0.5])], 0, 1)
    with pytest.raises(TooShortError, match="No row was judged"):
        rate_at([], 0.1, 0)


def test_labelled_false_alarms_fall_away_and_real_ones_stay():
    lesson = learned(
        0.01,
        [
            Label(1e-3, real=False),
            Label(2e-3, real=False),
            Label(1e-5, real=True),
            Label(1e-9, real=True),
        ],
    )
    # Halfway between 10⁻³ and 10⁻⁵.
    assert lesson.threshold == pytest.approx(1e-4)
    assert (lesson.real_kept, lesson.real) == (2, 2)
    assert (lesson.false_dropped, lesson.false) == (2, 2)
    assert lesson.moved


def test_a_false_alarm_rarer_than_a_real_one_cannot_be_told_apart():
    lesson = learned(0.01, [Label(1e-8, real=False), Label(1e-4, real=True)])
    assert lesson.threshold == 0.01
    assert (lesson.real_kept, lesson.false_dropped) == (1, 0)
    assert not lesson.moved


def test_false_alarms_alone_move_the_threshold_but_silence_nothing_rare():
    one = learned(0.01, [Label(1e-3, real=False)])
    many = learned(0.01, [Label(1e-3, real=False)] * 12)
    assert 1e-3 > many.threshold > 1e-4
    assert 0.01 > one.threshold > many.threshold


@given(st.floats(1e-12, 0.2))
def test_without_labels_the_threshold_is_the_same_number(before):
    assert learned(before, []).threshold == before


def test_without_false_alarms_the_threshold_stays():
    assert learned(0.01, []).threshold == 0.01
    assert learned(0.01, [Label(1e-4, real=True)]).threshold == 0.01


@given(
    st.lists(st.tuples(st.floats(1e-12, 0.01), st.booleans()), max_size=30),
)
def test_no_label_loses_a_real_event_or_makes_the_threshold_laxer(given_labels):
    lesson = learned(0.01, [Label(p, real=real) for p, real in given_labels])
    assert lesson.threshold <= 0.01
    assert lesson.real_kept == lesson.real


def test_detectors_agree_where_their_events_meet():
    first = events_of(scored([1, 0.01, 1, 1, 1, 1, 1, 1, 0.01]), 0.05)
    second = events_of(scored([1, 1, 0.01, 1, 1, 1, 1, 1, 1]), 0.05)
    found = agreement(first, second)
    assert (found.first, found.second, found.first_met, found.second_met) == (2, 1, 1, 1)
    assert found.share == 0.5
    assert seen_by({"one": first, "two": second}) == {"one": [2, 1], "two": [2]}
    other = events_of(scored([1, 1, 0.01], label="b"), 0.05)
    assert agreement(first, other).share == 0
    assert math.isnan(agreement([], []).share)
