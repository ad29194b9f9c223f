"""The clock by which people read times that are stored in UTC."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.problems import Problem
from datasets.building.duck import connect
from datasets.clock import AS_STORED, Clock, profile_clock

BERLIN = Clock("Europe/Berlin", is_utc=True)
ZONES = (
    "Europe/Berlin", "America/St_Johns", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "UTC",
)  # fmt: skip


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A time without a zone, as it is stored."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001


MOMENTS = st.datetimes(at(1990, 1, 1), at(2090, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)


def test_a_stored_time_is_shown_on_the_clock_of_its_zone():
    assert BERLIN.text(at(2026, 1, 31, 12)) == "2026-01-31 13:00"
    assert BERLIN.text(at(2026, 7, 31, 12, 30)) == "2026-07-31 14:30"
    assert BERLIN.iso(at(2026, 7, 31, 12)) == "2026-07-31T14:00:00+02:00"


def test_the_hour_that_comes_twice_says_which_of_the_two_it_is():
    texts = [BERLIN.text(at(2026, 10, 25, hour)) for hour in range(3)]
    assert texts == ["2026-10-25 02:00 CEST", "2026-10-25 02:00 CET", "2026-10-25 03:00"]
    assert BERLIN.stored("2026-10-25 02:00 CET") == at(2026, 10, 25, 1)
    assert BERLIN.stored("2026-10-25 02:00") == at(2026, 10, 25, 0)
    assert BERLIN.stored("2026-10-25 02:00", late=True) == at(2026, 10, 25, 1)
    assert BERLIN.stored("2026-10-25T02:00+01:00") == at(2026, 10, 25, 1)


def test_a_time_that_the_clock_skips_is_refused_with_those_beside_it():
    with pytest.raises(Problem) as refused:
        BERLIN.stored("2026-03-29 02:30")
    assert "2026-03-29 02:30 does not exist in Europe/Berlin" in str(refused.value)
    assert "2026-03-29 01:30 or 2026-03-29 03:30" in str(refused.value)
    assert refused.value.code == "skipped_time"


def test_a_place_on_a_chart_in_the_skipped_hour_is_moved_on():
    assert BERLIN.nearest(at(2026, 3, 29, 2, 30)) == at(2026, 3, 29, 1, 30)


def test_a_day_whose_midnight_is_skipped_begins_with_its_first_moment():
    brazil = Clock("America/Sao_Paulo", is_utc=True)
    assert brazil.stored("2018-11-04") == at(2018, 11, 4, 3)
    assert brazil.text(at(2018, 11, 4, 3)) == "2018-11-04 01:00"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Kolkata", "2026-01-01 05:30"), ("Asia/Kathmandu", "2026-01-01 05:45"),
     ("Asia/Tokyo", "2026-01-01 09:00")],
)  # fmt: skip
def test_zones_without_summer_time_and_with_odd_offsets(zone, shown):
    clock = Clock(zone, is_utc=True)
    assert clock.text(at(2026, 1, 1)) == shown
    assert clock.stored(shown) == at(2026, 1, 1)


def test_words_that_name_no_offset_of_the_zone_are_no_time():
    for text in ("2026-10-25 02:00 PST", "2026-07-01 02:00 CET", "soon", ""):
        with pytest.raises(ValueError, match=r"^Invalid isoformat|^2026|^$"):
            BERLIN.stored(text)


def test_days_have_no_clock_and_are_not_moved():
    days = profile_clock(
        {"zone": "Asia/Tokyo", "time_zone": "UTC", "step_seconds": 86_400,
         "start": "2026-01-01T00:00:00", "end": "2026-02-01T00:00:00"}
    )  # fmt: skip
    assert days.text(at(2026, 1, 1)) == "2026-01-01 00:00"
    assert days.iso(at(2026, 1, 1)) == "2026-01-01T00:00:00"


def test_times_of_no_known_zone_stay_as_they_are():
    assert AS_STORED.text(at(2026, 3, 29, 2, 30)) == "2026-03-29 02:30"
    assert AS_STORED.iso(at(2026, 3, 29, 2, 30)) == "2026-03-29T02:30:00"
    assert AS_STORED.words == ""


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_what_is_shown_can_be_typed_again(moment, zone):
    clock = Clock(zone, is_utc=True)
    assert clock.stored(clock.text(moment)) == moment
    assert clock.stored(clock.iso(moment)) == moment


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
@settings(max_examples=20, deadline=None)
def test_sql_says_the_same_as_the_page(moment, zone):
    # The far future is a matter of opinion: the two have their rules from different places.
    moment = min(moment, at(2030, 1, 1))
    clock = Clock(zone, is_utc=True)
    with connect() as connection:
        local, iso = connection.execute(
            f"SELECT {clock.sql('t')}, {clock.sql_iso('t')} "  # noqa: S608
            "FROM (SELECT ?::TIMESTAMP AS t)",
            [moment],
        ).fetchone()
    assert local == clock.shown(moment).replace(fold=0)
    assert datetime.fromisoformat(iso) == moment.replace(tzinfo=UTC)


@given(day=st.dates(at(2000, 1, 1).date(), at(2035, 1, 1).date()))
@settings(max_examples=20, deadline=None)
def test_one_step_after_another_never_shows_the_same_time(day):
    start = at(day.year, day.month, day.day)
    texts = [BERLIN.text(start + timedelta(hours=hour)) for hour in range(30)]
    assert len(set(texts)) == 30
