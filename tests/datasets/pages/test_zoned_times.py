"""Times of a dataset with a zone: seen and typed on its clock, told with offsets to programs."""

import json
import re

import pytest
from django.urls import reverse

from datasets.frames import read_frame
from datasets.models import Dataset, Draft
from datasets.repairs.applying import apply_recipe
from datasets.sniffing.options import ReadingOptions
from tests.datasets.given import read
from tests.datasets.zoned import zoned

pytestmark = pytest.mark.django_db
ZONE = "Europe/Berlin"


@pytest.fixture
def autumn(owner):
    """Ten days of hours around the change of clocks in October."""
    return zoned(owner, ZONE, "2026-10-20 00:00", 240)


@pytest.fixture
def spring(owner):
    """Ten days of hours around the change of clocks in March."""
    return zoned(owner, ZONE, "2026-03-24 00:00", 240)


def page(client, name, version, query="", *args):
    """The text of a page of the dataset, without its tags."""
    answer = client.get(reverse(f"datasets:{name}", args=[version.dataset_id, *args]) + query)
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def chart(client, version, query=""):
    return client.get(reverse("datasets:chart", args=[version.dataset_id]) + query).json()


def test_the_grid_shows_local_times_and_tells_the_repeated_hour_apart(autumn, owner_client):
    words = page(owner_client, "data", autumn, "?jump=2026-10-25+02:00")
    assert "2026-10-25 02:00 CEST" in words
    assert "2026-10-25 02:00 CET" in words
    assert "2026-10-25 03:00" in words
    assert "times in Europe/Berlin" in words
    assert "2026-10-20 00:00" in page(owner_client, "data", autumn)


@pytest.mark.parametrize(
    ("typed", "row"),
    [("2026-10-20 05:00", 6), ("2026-10-25 02:00", 123), ("2026-10-25 02:00 CET", 124),
     ("2026-10-25T01:00Z", 124), ("2026-10-26", 146)],
)  # fmt: skip
def test_jumping_understands_local_times(typed, row, autumn, owner_client):
    answer = owner_client.get(reverse("datasets:data", args=[autumn.dataset_id]), {"jump": typed})
    assert answer.context["marked"] == row


@pytest.mark.parametrize(
    ("filter", "count"),
    [("c1:eq:2026-10-25 02:00", 2), ("c1:eq:2026-10-25 02:00 CET", 1),
     ("c1:between:2026-10-25..2026-10-25 23:00", 25), ("c1:lt:2026-10-20 02:00", 2),
     ("c1:ge:2026-10-29 22:00", 1), ("c1:ne:2026-10-25 02:00", 238)],
)  # fmt: skip
def test_filters_understand_local_times(filter, count, autumn, owner_client):
    answer = owner_client.get(reverse("datasets:data", args=[autumn.dataset_id]), {"f": filter})
    assert answer.context["page"].total == count


def test_finding_the_beginning_of_a_time_looks_at_local_times(autumn, owner_client):
    answer = owner_client.get(reverse("datasets:data", args=[autumn.dataset_id]) + "?q=2026-10-20")
    assert answer.context["page"].total == 24


def test_a_time_that_the_clock_skips_is_refused_in_a_sentence(spring, owner_client):
    for query in ({"jump": "2026-03-29 02:30"}, {"f": "c1:ge:2026-03-29 02:30"}):
        answer = owner_client.get(reverse("datasets:data", args=[spring.dataset_id]), query)
        assert answer.status_code == 422
        assert "does not exist in Europe/Berlin" in answer.content.decode()


def test_a_cell_is_edited_in_local_time(autumn, owner_client):
    address = reverse("datasets:edit_cell", args=[autumn.dataset_id])
    editor = owner_client.get(
        address, {"row": 124, "key": "c1"}, headers={"hx-request": "true"}
    ).content.decode()
    assert 'value="2026-10-25 02:00 CET"' in editor
    answer = owner_client.post(address, {"row": 124, "key": "c1", "value": "2026-10-25 02:30 CET"})
    assert "2026-10-25 02:30 CET" in answer.content.decode()
    assert Draft.objects.get().edits[0]["value"] == "2026-10-25T01:30:00"


def test_the_chart_is_drawn_on_the_local_clock(autumn, owner_client):
    figure = chart(owner_client, autumn)
    (line,) = figure["data"]
    assert line["x"][:2] == ["2026-10-20T00:00:00", "2026-10-20T01:00:00"]
    assert line["x"][122:125] == [
        "2026-10-25T02:00:00", "2026-10-25T02:00:00", "2026-10-25T03:00:00",
    ]  # fmt: skip
    assert line["text"][121:125] == ["", "CEST", "CET", ""]
    assert "%{text}" in line["hovertemplate"]
    assert figure["caption"].endswith("times in Europe/Berlin")
    overview = chart(owner_client, autumn, "?part=overview")
    assert overview["data"][0]["x"][0] == "2026-10-20T00:00:00"


def test_the_line_does_not_run_back_and_the_hour_that_comes_twice_is_marked(owner, owner_client):
    quarters = zoned(owner, ZONE, "2026-10-24 20:00", 60, hours=0.25)
    figure = chart(owner_client, quarters)
    (line,) = figure["data"]
    (place,) = line["meta"]["back"]
    assert line["x"][place - 1 : place + 1] == ["2026-10-25T02:45:00", "2026-10-25T02:00:00"]
    assert line["text"][place - 1 : place + 1] == ["CEST", "CET"]
    (mark,) = figure["layout"]["shapes"]
    assert (mark["x0"], mark["x1"]) == ("2026-10-25T02:00:00", "2026-10-25T03:00:00")
    (label,) = figure["layout"]["annotations"]
    assert label["text"] == "02:00 to 03:00 comes twice: CEST, then CET"


def test_an_hour_of_a_longer_span_is_not_marked(autumn, spring, owner_client):
    for version in (autumn, spring):
        assert not chart(owner_client, version)["layout"].get("shapes")
    week = chart(owner_client, autumn, "?start=2026-10-22&end=2026-10-28")
    assert len(week["layout"]["shapes"]) == 1
    before = chart(owner_client, autumn, "?start=2026-10-20&end=2026-10-24")
    assert not before["layout"].get("shapes")
    assert "meta" not in before["data"][0]


def test_half_an_hour_that_comes_twice_is_marked_as_such(owner, owner_client):
    island = zoned(owner, "Australia/Lord_Howe", "2026-04-04 20:00", 40, hours=0.25)
    (label,) = chart(owner_client, island)["layout"]["annotations"]
    assert label["text"].startswith("01:30 to 02:00 comes twice")


def test_zooming_asks_in_local_time_and_survives_the_skipped_hour(autumn, spring, owner_client):
    query = "?start=2026-10-25T02:00:00&end=2026-10-25T02:00:00"
    assert chart(owner_client, autumn, query)["data"][0]["y"] == [122.0, 123.0]
    query = "?start=2026-03-29T02:30:00&end=2026-03-29T04:00:00"
    assert chart(owner_client, spring, query)["data"][0]["x"] == [
        "2026-03-29T04:00:00",
    ]  # fmt: skip


def test_the_first_look_of_the_explorer_ends_with_the_last_local_time(autumn, owner_client):
    answer = owner_client.get(reverse("datasets:detail", args=[autumn.dataset_id]))
    assert answer.context["first_end"] == "2026-10-29T22:00:00"


def test_programs_get_offsets_and_may_ask_in_local_time(autumn, owner_api):
    base = f"/api/v1/datasets/{autumn.dataset_id}/"
    rows = owner_api.get(f"{base}rows/?f=c1:eq:2026-10-25 02:00").json()["rows"]
    assert [row[0] for row in rows] == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    points = owner_api.get(f"{base}chart/?start=2026-10-20T05:00&end=2026-10-20T06:00").json()
    assert points["x"] == ["2026-10-20T05:00:00+02:00", "2026-10-20T06:00:00+02:00"]
    facts = owner_api.get(f"{base}profile/").json()["facts"]
    assert facts["start"] == "2026-10-20T00:00:00+02:00"
    assert owner_api.get(base).json()["version"]["end"] == "2026-10-29T22:00:00+01:00"


UTC_START, UTC_END = "2026-10-19", "2026-10-29 21:00"


@pytest.mark.parametrize("name", ["detail", "data", "columns", "quality", "versions", "activity"])
def test_no_page_shows_utc_as_local(name, autumn, owner_client):
    words = page(owner_client, name, autumn)
    assert UTC_START not in words
    assert "19 Oct 2026" not in words
    assert UTC_END not in words


def test_no_answer_of_the_api_tells_utc_without_saying_so(autumn, owner_api):
    for part in ("", "rows/", "preview/", "profile/", "chart/", "versions/", "quality/"):
        text = json.dumps(owner_api.get(f"/api/v1/datasets/{autumn.dataset_id}/{part}").json())
        assert not re.findall(r"2026-10-\d\dT\d\d:\d\d:\d\d(?![+-])", text), part
        assert "2026-10-19T22:00:00" not in text


def test_findings_speak_of_local_times(owner, owner_client):

    hours = [hour for hour in range(200) if hour not in {100, 101}]
    text = "time,load\n" + "".join(
        f"2026-01-{1 + hour // 24:02d} {hour % 24:02d}:00,{hour % 24}\n" for hour in hours
    )
    version = read(owner, text, options=ReadingOptions(zone=ZONE))
    Dataset.objects.update(status=Dataset.Status.READY)
    words = page(owner_client, "quality", version)
    assert "Mon 5 Jan 2026 03:00 to 06:00" in words
    (found,) = [one for one in version.findings if one.code == "gaps"]
    assert "Mon 5 Jan 2026 03:00" in found.sentence


def test_a_day_keeps_its_date_in_any_zone(owner, owner_client):
    version = zoned(owner, "Asia/Tokyo", "2026-01-01 00:00", 40, hours=24)
    assert chart(owner_client, version)["data"][0]["x"][0].startswith("2026-01-01T00:00")
    assert "2026-01-01 00:00" in page(owner_client, "data", version)


def test_the_zone_stays_when_a_version_follows_and_goes_when_it_is_converted(autumn, owner):

    def repaired(version, step, **settings):
        return apply_recipe(version, [{"step": step, "settings": settings}], made_by=owner)

    smoothed = repaired(autumn, "smooth", columns=["c2"])
    assert smoothed.clock.zone == ZONE
    hours = repaired(smoothed, "calendar", feature="hour")
    assert read_frame(hours, ["hour"])["hour"].tolist()[:3] == [0, 1, 2]
    shown_in_utc = repaired(hours, "zone", source=ZONE, target="UTC")
    assert shown_in_utc.clock.name == "UTC"
    assert shown_in_utc.profile["start"] == autumn.profile["start"]


def test_days_made_of_zoned_hours_are_days_of_that_zone(autumn, owner):

    step = {"step": "resample", "settings": {"frequency": "D", "how": "sum"}}
    days = apply_recipe(autumn, [step], made_by=owner)
    assert days.profile["start"] == "2026-10-20T00:00:00"
    assert days.row_count == 10
    assert days.clock.name == ""


def test_sql_has_utc_and_can_move_it_to_the_clock(autumn, owner_api):
    address = f"/api/v1/datasets/{autumn.dataset_id}/query/"
    sql = (
        "SELECT time, timezone('Europe/Berlin', timezone('UTC', time)) FROM data ORDER BY 1 LIMIT 1"
    )
    answer = owner_api.post(address, {"sql": sql}, format="json")
    assert "2026-10-19" in str(answer.json())
    assert "2026-10-20" in str(answer.json())
