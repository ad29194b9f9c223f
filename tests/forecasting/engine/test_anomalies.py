"""Anomalies: found by every detector, never by looking ahead, joined to events of a kind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.anomalies.detectors import DETECTORS, begin, detect, least_rows
from forecasting.engine.anomalies.events import Event, events_of
from forecasting.engine.anomalies.keeping import load_watched, save_watched
from forecasting.engine.errors import (
    ArtifactError,
    BadValuesError,
    Cancelled,
    SettingsError,
    TooShortError,
)
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel
from forecasting.engine.watch import Watch

every_detector = pytest.mark.parametrize("detector", list(DETECTORS))
HOURS = 700


def hourly(rows=HOURS, seed=0, noise=3.0):
    """A daily cycle of 60 from end to end with noise of 3."""
    rng = np.random.default_rng(seed)
    hours = np.arange(rows)
    return 100 + 30 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, noise, rows)


def judged(values, detector="season", frequency="h"):
    return detect(Panel.from_arrays(values, frequency=frequency), detector).scored[0]


def test_all_three_kinds_of_detectors_are_there():
    assert list(DETECTORS) == ["forecast", "season", "forest"]


@every_detector
def test_a_spike_is_among_the_rarest_rows_of_a_series(detector):
    values = hourly()
    values[600] += 60
    scored = judged(values, detector)
    assert scored.p[600] <= np.nanquantile(scored.p, 0.005)
    assert scored.gap[600] > 30
    assert scored.values[600] > scored.upper[600]


@every_detector
def test_ordinary_rows_have_p_values_that_are_about_uniform(detector):
    p = judged(hourly(1200, seed=4), detector).p[400:]
    assert np.mean(p <= 0.1) == pytest.approx(0.1, abs=0.035)
    assert np.mean(p <= 0.5) == pytest.approx(0.5, abs=0.08)


@every_detector
def test_what_comes_later_changes_nothing_about_a_row(detector):
    values = hourly(400)
    values[250] += 50
    changed = values.copy()
    changed[300:] = 1e3 * np.random.default_rng(1).normal(size=100)
    changed[350:] = np.nan
    before, after = judged(values, detector), judged(changed, detector)
    np.testing.assert_allclose(before.p[:300], after.p[:300], rtol=1e-9)
    np.testing.assert_allclose(before.expected[:300], after.expected[:300], rtol=1e-9)
    np.testing.assert_allclose(judged(values[:300], detector).p, before.p[:300], rtol=1e-9)


@settings(max_examples=12, deadline=None)
@given(
    scale=st.floats(1e-3, 1e3),
    shift=st.floats(-1e3, 1e3),
    detector=st.sampled_from(["season", "forecast"]),
)
def test_unit_and_origin_of_a_series_do_not_matter(scale, shift, detector):
    values = hourly(220)
    values[180] += 40
    plain = judged(values, detector)
    moved = judged(values * scale + shift * scale, detector)
    # Ranks of rows that are all but equally strange may swap by rounding.
    np.testing.assert_allclose(moved.p[72:], plain.p[72:], atol=0.02)
    np.testing.assert_allclose(moved.gap[72:], plain.gap[72:] * scale, atol=1e-5 * scale)


@every_detector
def test_rows_that_come_in_parts_are_judged_like_rows_that_come_at_once(detector, tmp_path):
    values = hourly(500)
    values[300] += 50
    values[420:460] += 80
    whole = judged(values, detector)
    start = np.datetime64("2000-01-01", "ns")
    watched = {"series": begin(detector, Frequency.parse("h"), start)}
    parts = []
    for low, high in ((0, 50), (50, 301), (301, 302), (302, 440), (440, 500)):
        parts.append(watched["series"].take("series", values[low:high]))
        save_watched(watched, tmp_path / "state")
        watched = load_watched(tmp_path / "state")
    np.testing.assert_allclose(np.concatenate([part.p for part in parts]), whole.p, rtol=1e-6)
    assert np.array_equal(np.concatenate([part.times for part in parts]), whole.times)


def test_a_damaged_state_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "state").write_bytes(b"nothing")
    with pytest.raises(ArtifactError, match="judge the history again"):
        load_watched(tmp_path / "state")


@every_detector
def test_the_same_seed_gives_the_same_numbers(detector):
    first, second = judged(hourly(300), detector), judged(hourly(300), detector)
    assert np.array_equal(first.p, second.p, equal_nan=True)


@pytest.mark.parametrize("detector", ["forecast", "season"])
def test_one_anomaly_does_not_hide_the_next_of_its_size(detector):
    values = hourly(1000)
    places = [500, 580, 660, 740, 820]
    values[places] += 60
    assert (judged(values, detector).p[places] < 1e-4).all()


def kinds_of(values, threshold=0.0005, detector="forecast"):
    return [(e.kind, e.first, e.last) for e in events_of(judged(values, detector), threshold)]


def test_events_have_kinds():
    values = hourly(1000)
    values[500] += 60
    values[600] -= 60
    values[700:712] = values[700]
    values[800:805] = np.nan
    found = {kind: (first, last) for kind, first, last in kinds_of(values)}
    assert found["spike"] == (500, 500)
    assert found["dip"] == (600, 600)
    assert found["flat"][1] == 711
    assert found["missing"] == (800, 804)


@pytest.mark.parametrize("detector", ["forecast", "season"])
def test_another_level_is_one_event_and_then_the_new_usual(detector):
    values = hourly(1000)
    values[600:] += 70
    scored = judged(values, detector)
    event = events_of(scored, 0.001)[0]
    assert (event.kind, event.first) == ("level_shift", 600)
    assert event.last < 600 + 48
    assert np.median(np.abs(scored.gap[700:])) < 10


def test_a_night_without_sun_is_not_stuck():
    hours = np.arange(1000)
    rng = np.random.default_rng(0)
    sun = np.maximum(0, np.sin(2 * np.pi * hours / 24)) * (50 + rng.normal(0, 4, 1000))
    assert not [kind for kind, *_ in kinds_of(sun, 1e-3, "season") if kind == "flat"]


def test_a_sensor_that_misses_values_all_the_time_raises_no_alarm_for_another_one():
    values = hourly(1000)
    values[np.random.default_rng(0).random(1000) < 0.1] = np.nan
    values[990] = np.nan
    assert judged(values).p[990] > 0.05


def test_an_event_says_how_far_and_how_rare_it_is():
    values = hourly(700)
    values[600] -= 50
    event = events_of(judged(values, "forecast"), 1e-4)[0]
    assert isinstance(event, Event)
    assert event.rows == 1
    assert event.size == pytest.approx(event.value - event.expected)
    assert event.size == pytest.approx(-50, abs=10)
    assert event.times_usual > 8
    assert event.value < event.lower < event.expected < event.upper
    assert str(event.start)[:13] == "2000-01-26T00"


@every_detector
def test_a_series_that_is_too_short_is_refused_with_the_rows_it_needs(detector):
    least = least_rows(Frequency.parse("h"))
    with pytest.raises(TooShortError, match=f"91 rows; {least} are needed"):
        judged(hourly(91), detector)
    assert judged(hourly(least), detector).rows == 20


@every_detector
def test_series_that_never_move_or_hold_nothing_are_refused(detector):
    with pytest.raises(BadValuesError, match="never changes"):
        judged(np.full(300, 5.0), detector)
    with pytest.raises(BadValuesError, match="no value at all"):
        judged(np.full(300, np.nan), detector)
    with pytest.raises(TooShortError):
        judged(np.array([1.0]), detector)


def test_good_series_are_judged_beside_bad_ones():
    panel = Panel.from_arrays({"good": hourly(300), "still": np.ones(300), "short": hourly(10)})
    found = detect(Panel.from_arrays({i: panel.series(i)[:, 0] for i in panel.ids}, frequency="h"))
    assert [one.label for one in found.scored] == ["good"]
    assert set(found.refused) == {"still", "short"}


@every_detector
def test_a_series_with_gaps_at_its_begin_is_judged(detector):
    values = hourly(300)
    values[:80] = np.nan
    scored = judged(values, detector)
    assert np.isfinite(scored.p[72:]).all()


@pytest.mark.parametrize("frequency", ["15min", "D", "B", "W-MON", "MS", "QS", "YS"])
def test_every_frequency_is_judged(frequency):
    values = np.random.default_rng(0).normal(size=least_rows(Frequency.parse(frequency)) + 30)
    assert judged(values, "forecast", frequency).rows == 50


def test_a_detector_that_does_not_exist_is_refused():
    with pytest.raises(SettingsError, match="forecast, season, forest"):
        judged(hourly(300), "crystal")


def test_a_wish_to_stop_is_heard():
    panel = Panel.from_arrays(hourly(300), frequency="h")
    with pytest.raises(Cancelled):
        detect(panel, "season", watch=Watch(should_stop=lambda: True))
