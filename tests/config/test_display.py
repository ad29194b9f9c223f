"""Numbers and moments read the same everywhere."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from config import display

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (4812, None, "4,812"),
        (4812.0, None, "4,812"),
        (-0.5, None, "−0.5"),
        (1234.5, 2, "1,234.50"),
        (-0.001, 1, "0.0"),
        (0, None, "0"),
        (None, None, "–"),
        ("", None, "–"),
        (float("nan"), None, "–"),
        (float("inf"), 1, "–"),
        ("not a number", None, "–"),
        ("17", None, "17"),
    ],
)
def test_number_has_thousands_a_true_minus_and_a_dash_for_nothing(value, decimals, text):
    assert display.number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4812.4, "4,812"),
        (12.345, "12.35"),
        (0.01234, "0.01234"),
        (-3.0, "−3"),
        (0, "0"),
        (1.234e-9, "1.23 × 10⁻⁹"),
        (-2e-5, "−2 × 10⁻⁵"),
        (1.5e15, "1.5 × 10¹⁵"),
        (None, "–"),
    ],
)
def test_measure_keeps_four_significant_digits(value, text):
    assert display.measure(value) == text


def test_compact_number_scales_as_the_language_does():
    assert display.compact_number(18_200_000) == "18.2 M"
    assert display.compact_number(950) == "950"
    assert display.compact_number(1_234) == "1.2 k"
    with translation.override("zh-hans"):
        assert display.compact_number(18_200_000) == "1,820 万"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.038, "+3.8%"), (-0.038, "−3.8%"), (0.0, "0.0%"), (-0.0001, "0.0%"), (None, "–")],
)
def test_signed_percent_shows_a_sign_only_when_something_changed(share, text):
    assert display.signed_percent(share) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (2_100_000, "2.1 MB"), (2e9, "2 GB")]
)
def test_bytes_use_powers_of_a_thousand(count, text):
    assert display.size_in_bytes(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (24, "0:24"),
        (0, "0:00"),
        (725, "12:05"),
        (11_100, "3 h 05 min"),
        (187_200, "2 d 4 h"),
        (None, "–"),
    ],
)
def test_duration_counts_in_the_unit_that_fits(seconds, text):
    assert display.duration(seconds) == text


def test_took_shows_tenths_below_ten_seconds():
    assert display.took(0.42) == "0.4 s"
    assert display.took(0.04) == "<0.1 s"
    assert display.took(0) == "0 s"
    assert display.took(41) == "0:41"


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=2), "2 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=40), "14 Oct 2026"),
    ],
)
def test_ago_gets_coarser_with_time(back, text):
    assert display.ago(NOON - back, now=NOON) == text


def test_moment_is_said_in_the_reader_s_zone_with_the_zone_on_hover():
    with timezone.override("Europe/Berlin"):
        html = Template("{{ at|moment }}").render(Context({"at": NOON}))
    assert ">Mon 23 Nov 13:00</time>" in html
    assert 'title="2026-11-23 13:00:00 CET"' in html
    assert 'datetime="2026-11-23T12:00:00+00:00"' in html


def test_absent_moments_are_a_dash():
    assert Template("{{ a|ago }}{{ a|moment }}{{ a|day }}").render(Context({"a": None})) == "–––"


def test_a_plain_date_is_a_day_too():
    assert display.day(date(2026, 11, 21)) == "21 Nov 2026"


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (0, "0%"),
        (0.004, "<0.01%"),
        (0.01, "0.01%"),
        (1.5, "1.5%"),
        (12.345, "12.35%"),
        (99.999, ">99.99%"),
        (100, "100%"),
        (None, "–"),
    ],
)
def test_a_share_is_zero_only_when_it_is(percent, text):
    assert display.share(percent) == text


def test_neighbours_share_their_decimals_unless_they_have_none_in_common():
    assert display.alike(4.3, 3) == "4.300"
    assert display.alike(0.00001234, None) == display.measure(0.00001234)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "LSTM, 8 windows"), ("zh-hans", "LSTM，8 windows")]
)
def test_facts_are_joined_as_the_language_does(language, text):
    with translation.override(language):
        assert display.facts("LSTM", "8 windows") == text
        assert display.facts("LSTM", "") == "LSTM"
        assert display.facts("<b>", "&") == text.replace("LSTM", "&lt;b&gt;").replace(
            "8 windows", "&amp;"
        )
