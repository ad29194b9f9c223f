"""Forecasts of a dataset with a zone are told and drawn on its clock."""

from datasets.clock import Clock
from forecasting import figures, wording
from forecasting.engine.frequency import Frequency
from forecasting.results import Line

BERLIN = Clock("Europe/Berlin", is_utc=True)
HOURS, DAYS = Frequency.parse("h"), Frequency.parse("D")


def test_moments_are_local_and_tell_the_repeated_hour_apart():
    assert wording.moment("2026-07-01T17:00:00", HOURS, BERLIN) == "Wed 1 Jul 19:00"
    assert wording.at_moment("2026-10-25T01:00:00", HOURS, BERLIN) == "on Sun 25 Oct at 02:00 CET"
    assert wording.stamp("2026-10-25T00:00:00", HOURS, BERLIN) == "2026-10-25 02:00 CEST"


def test_days_are_not_moved():
    days = Clock("Europe/Berlin", is_utc=True, is_days=True)
    assert wording.moment("2026-07-01T00:00:00", DAYS, days) == "Wed 1 Jul"
    assert wording.stamp("2026-07-01T00:00:00", DAYS, days) == "2026-07-01"


def test_the_fan_is_drawn_on_the_local_clock():
    times = ["2026-10-25T00:00:00", "2026-10-25T01:00:00"]
    answer = Line("load", times, [5.0, 9.0], {80: [4.0, 8.0]}, {80: [6.0, 10.0]})
    history = (["2026-10-24T22:00:00", "2026-10-24T23:00:00"], [1.0, 2.0])
    drawn = figures.fan(answer, history, HOURS, (), BERLIN)
    forecast = drawn["data"][-1]
    assert forecast["x"] == ["2026-10-25T01:00:00", "2026-10-25T02:00:00", "2026-10-25T02:00:00"]
    assert forecast["text"] == ["", "CEST", "CET"]
    notes = drawn["layout"]["annotations"]
    assert {note["x"] for note in notes} == {"2026-10-25T01:00:00", "2026-10-25T02:00:00"}
    assert "02:00 CET" in notes[-1]["text"]
