"""The chart points at what the headline names, and says little else, in small print."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import figures
from forecasting.chart_notes import Notes, SideNote
from forecasting.engine.explaining.components import components
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel
from forecasting.explaining import explain_jobs, shifts
from forecasting.models import Explanation
from forecasting.shown import ShownForecast
from forecasting.turning import Kind, turning_of
from tests.datasets.made import read_dataset
from tests.forecasting.made import again, answered
from tests.forecasting.test_words import HOURS, line, said

PAST = [f"2026-11-22T{hour:02d}:00:00" for hour in range(20, 24)]


def drawn(answer, history, **how):
    figure = figures.fan(answer, (PAST[-len(history) :], history), HOURS, **how)
    return figure["layout"]["annotations"]


def big(notes):
    return [one for one in notes if one.get("showarrow")]


@pytest.mark.parametrize(
    ("mean", "history", "kind", "step", "sentence", "words"),
    [
        ([10, 30, 20], [15, 25], Kind.PEAK, 1,
         "peak at 30 on Mon 23 Nov at 01:00", "Peak <b>30</b> Mon 23 Nov 01:00"),
        ([30, 20, 10], [31, 31], Kind.LOW, 2,
         "fall to a low of 10 on Mon 23 Nov at 02:00", "Low <b>10</b> Mon 23 Nov 02:00"),
        ([20, 5, 25], [18, 26], Kind.LOW, 1,
         "fall to a low of 5 on Mon 23 Nov at 01:00", "Low <b>5</b> Mon 23 Nov 01:00"),
        ([2, -3, -4], [5, 4], Kind.FALLS, 1,
         "fall below 0 on Mon 23 Nov at 01:00", "Below <b>0</b> Mon 23 Nov 01:00"),
        ([-2, 3, 4], [-5, -4], Kind.RISES, 1,
         "rise above 0 on Mon 23 Nov at 01:00", "Above <b>0</b> Mon 23 Nov 01:00"),
        # One value alone has no range to leave.
        (
            [10, 30, 20],
            [25],
            Kind.PEAK,
            1,
            "peak at 30 on Mon 23 Nov at 01:00",
            "Peak <b>30</b> Mon 23 Nov 01:00",
        ),
        # Through zero and back every day is nothing to point at.
        ([-2, 3, -4], [4, -5, 5], Kind.PEAK, 1,
         "peak at 3 on Mon 23 Nov at 01:00", "Peak <b>3</b> Mon 23 Nov 01:00"),
    ],
)  # fmt: skip
def test_sentence_and_note_name_the_same_thing(mean, history, kind, step, sentence, words):
    answer = line(*(float(value) for value in mean))
    turning = turning_of(answer, history)
    assert (turning.kind, turning.step) == (kind, step)
    assert sentence in said(answer, history).text
    [note] = big(drawn(answer, history))
    assert note["text"] == words
    assert (note["x"], note["y"]) == (answer.times[step], mean[step])
    band = answer.lower[95][step] if turning.is_below else answer.upper[95][step]
    assert (note["ay"] < band) if turning.is_below else (note["ay"] > band)


@pytest.mark.parametrize(
    ("mean", "place"),
    [([10.0, 30.0, 20.0], "at the peak."), ([30.0, 20.0, 10.0], "at the low."),
     ([2.0, -3.0, -4.0], "at that step.")],
)  # fmt: skip
def test_the_band_is_that_of_the_step_that_is_named(mean, place):
    answer = line(*mean)
    step = turning_of(answer, [5.0]).step
    words = f"80% likely between {mean[step] - 1:g} and {mean[step] + 1:g} {place}"
    assert words.replace("-", "−") in said(answer, [5.0]).text


def test_a_level_forecast_has_nothing_to_point_at():
    assert not big(drawn(line(5.0, 5.0), [4.0, 4.0]))


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=24),
    st.lists(st.none() | st.floats(-1e6, 1e6), max_size=8),
)
def test_whatever_comes_is_named_at_a_step_of_its_own(mean, history):
    answer = line(*mean)
    turning = turning_of(answer, history)
    value = answer.mean[turning.step]
    assert {
        Kind.PEAK: value == max(mean),
        Kind.LOW: value == min(mean),
        Kind.RISES: value > 0,
        Kind.FALLS: value < 0,
    }[turning.kind]


def test_quiet_notes_are_small_muted_and_over_each_other():
    answer = line(*range(10))
    quiet = [SideNote(answer.times[2], "Labour Day: −8"), SideNote(answer.times[8], "<b>x</b>")]
    notes = Notes(turning_of(answer, [1.0]), quiet)
    small = [one for one in drawn(answer, [1.0], notes=notes) if one.get("font")]
    assert len(big(drawn(answer, [1.0], notes=notes))) == 1
    assert [one["text"] for one in small] == ["&lt;b&gt;x&lt;/b&gt;", "Labour Day: −8"]
    assert [one["x"] for one in small] == [answer.times[8], answer.times[2]]
    # Rows of their own, over the lines.
    top = figures.fan(answer, (PAST[:1], [1.0]), HOURS, notes=notes)["layout"]["yaxis"]["domain"][1]
    assert 1 > small[0]["y"] > small[1]["y"] >= top - 1e-9
    assert all(one["font"] == {"size": 10, "color": "var(--ink-3)"} for one in small)


def daily(rows, value_of):
    first = datetime(2023, 1, 1, tzinfo=UTC)
    noise = np.random.default_rng(3).normal(0, 2, rows)
    days = [first + timedelta(days=number) for number in range(rows)]
    lines = [f"{day:%Y-%m-%d},{value_of(day, n) + noise[n]:.2f}" for n, day in enumerate(days)]
    return "\n".join(["day,visits", *lines]) + "\n"


@pytest.mark.django_db
def test_a_holiday_ahead_is_noted_once_its_effect_is_measured(owner, owner_client):
    closed = {(12, 25), (12, 26), (1, 1), (5, 1), (10, 3)}
    text = daily(850, lambda day, n: 200 - 80 * ((day.month, day.day) in closed))
    dataset = read_dataset(owner, text, name="visits.csv")
    # The last row is 29 April 2025.
    task = answered(owner, dataset, horizon=14, place=("DE", ""))
    assert not ShownForecast(task).notes.quiet
    result = task.results.ranked().first()
    found = explain_jobs.find(result, "visits")
    Explanation.objects.create(result=result, series="visits", found=found)
    notes = ShownForecast(again(task)).notes.quiet
    [note] = [one for one in notes if one.text.startswith("Labor Day: ")]
    assert note.time == "2025-05-01T00:00:00"
    effect = next(one["mean"] for one in found["holidays"] if one["name"] == "Labor Day")
    assert effect == pytest.approx(-80, abs=4)
    assert note.text == f"Labor Day: −{abs(effect):.2f} on average"
    # Not of Easter, on which nothing was different.
    clear = {one["name"] for one in found["holidays"] if one["clear"]}
    assert {"Labor Day", "Christmas Day"} <= clear
    assert not clear & {"Good Friday", "Easter Monday", "Ascension Day"}
    page = owner_client.get(task.get_absolute_url()).content.decode()
    label = page.split('id="fan"')[1].split('aria-label="')[1].split('"')[0]
    assert f"{note.text}, on Thu 1 May." in label
    assert page.count(note.text) == 2


@pytest.mark.django_db
def test_a_level_that_changed_lately_is_noted_where_it_is_drawn(owner, owner_client):
    text = daily(400, lambda day, n: 100 + 40 * (n >= 388) + 10 * (day.weekday() >= 5))
    task = answered(owner, read_dataset(owner, text, name="visits.csv"), horizon=14)
    result = task.results.ranked().first()
    found = explain_jobs.find(result, "visits")
    Explanation.objects.create(result=result, series="visits", found=found)
    [note] = ShownForecast(again(task)).notes.quiet
    assert note.time == "2024-01-24T00:00:00"
    change = found["shift"]["after"] - found["shift"]["before"]
    assert change == pytest.approx(40, abs=4)
    assert note.text == f"Level higher by {change:.2f} from here on"
    near = owner_client.get(f"{task.get_absolute_url()}?history=ahead").content.decode()
    assert note.text not in near


@pytest.mark.parametrize("seed", range(5))
def test_noise_slopes_and_old_jumps_are_no_change_of_level(seed):
    noise = np.random.default_rng(seed).normal(size=300)
    for column in (
        noise,
        0.1 * np.arange(300) + noise,
        np.r_[np.zeros(200), np.full(100, 9)] + noise,
    ):
        panel = Panel.from_arrays({"y": 100 + column}, "2024-01-01", "D")
        assert shifts.told(components(panel), 0) is None


def test_a_jump_of_hours_is_found_under_a_daily_wave():
    at = np.arange(24 * 30)
    column = 100 + 20 * np.sin(2 * np.pi * at / 24) + np.random.default_rng(1).normal(size=len(at))
    column[-48:] -= 30
    panel = Panel.from_arrays({"y": column}, "2024-01-01", "h")
    found = shifts.told(components(panel), 0)
    began = np.datetime64(found["time"]) - np.datetime64("2024-01-01T00:00:00")
    assert abs(began / np.timedelta64(1, "h") - (24 * 30 - 48)) <= 6
    assert found["after"] - found["before"] == pytest.approx(-30, abs=5)


def test_frequencies_without_a_clock_name_their_day():
    answer = line(1.0, 3.0)
    figure = figures.fan(answer, (PAST[:1], [2.0]), Frequency.parse("D"))
    assert big(figure["layout"]["annotations"])[0]["text"] == "Peak <b>3</b> Mon 23 Nov"
