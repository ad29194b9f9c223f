"""Small pictures say what the numbers say."""

import re
from datetime import date, timedelta

import pytest
from django.utils import translation

from config import pictures


def path_of(svg, name=""):
    return re.search(rf'<path{name} d="([^"]*)"', svg)[1]


def test_a_spark_goes_from_low_to_high_over_its_width():
    svg = pictures.spark([1, 3, 2], size=(88, 24))
    assert path_of(svg) == "M1.0 21.0L44.0 3.0L87.0 12.0"


def test_a_gap_in_a_spark_stays_a_gap():
    assert path_of(pictures.spark([1, None, 2])) == "M1.0 21.0M87.0 3.0"


def test_the_forecast_starts_at_the_last_observed_point():
    svg = pictures.spark([1, 2], ahead=[3], size=(88, 24))
    assert path_of(svg).endswith("L44.0 12.0")
    assert path_of(svg, ' class="fore"') == "M44.0 12.0L87.0 3.0"


@pytest.mark.parametrize("values", [[], [5], [None, None], ["x", 1]])
def test_fewer_than_two_numbers_draw_nothing(values):
    assert pictures.spark(values) == ""


def test_bars_are_as_tall_as_their_share_of_the_largest():
    svg = pictures.distribution([0, 5, 10], size=(30, 20))
    assert re.findall(r' height="([\d.]+)"', svg) == ["0.0", "10.0", "20.0"]


def test_no_counts_draw_no_bars():
    assert pictures.distribution([0, 0]) == ""


def test_a_year_has_52_weeks_of_7_squares_on_five_steps():
    days = [(date(2026, 1, 1) + timedelta(days=at), at) for at in range(365)]
    svg = pictures.year_strip(days, label="A year that rises")
    assert svg.count("<rect") == 364
    assert svg.index('class="c0"') < svg.index('class="c4"')
    assert 'aria-label="A year that rises"' in svg


def test_a_label_cannot_carry_markup():
    svg = pictures.year_strip([(date(2026, 1, 1), 1)], label='"><script>')
    assert "<script>" not in svg


def test_daylight_at_the_equator_is_twelve_hours_and_a_little():
    hours = [value for _, value in pictures.daylight(2026, 0.0)]
    assert min(hours) == pytest.approx(12.12, abs=0.01)
    assert max(hours) == pytest.approx(12.12, abs=0.01)


def test_daylight_is_longest_in_june_in_the_north_and_in_december_in_the_south():
    def longest(latitude):
        return max(pictures.daylight(2026, latitude), key=lambda pair: pair[1])[0].month

    assert longest(52.0) == 6
    assert longest(-52.0) == 12


def test_the_pole_has_days_without_a_night_and_nights_without_a_day():
    hours = [value for _, value in pictures.daylight(2026, 80.0)]
    assert min(hours) == 0
    assert max(hours) == 24


@pytest.mark.parametrize(("language", "month"), [("en", ">Jan<"), ("zh-hans", ">1月<")])
def test_months_below_the_strip_are_short_in_every_language(language, month):
    days = [(date(2026, 1, 1) + timedelta(days=at), at) for at in range(364)]
    with translation.override(language):
        strip = pictures.year_strip(days, label="")
    assert month in strip
