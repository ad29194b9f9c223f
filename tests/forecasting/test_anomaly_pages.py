"""The page of anomalies and their API: what people see, choose and say."""

import json

import pytest
from django.urls import reverse

from accounts.models import Notification
from forecasting.anomalies import alerting, watching
from forecasting.anomalies.forms import STOPS
from forecasting.models import AlertRule, Anomaly, AnomalyWatch
from tests.conftest import browser_of
from tests.datasets.made import read_dataset
from tests.factories import make_share
from tests.forecasting.made import answered
from tests.forecasting.watched import SPIKE, again, anomalies, judged, odd_dataset

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}
WATCHES, ALL = "/api/v1/anomalies/watches/", "/api/v1/anomalies/"


def url(name, row):
    return reverse(f"forecasting:{name}", args=[row.pk])


def page(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def watch(owner):
    return judged(owner, per_week=2)


def test_a_dataset_without_a_watch_offers_one(owner, owner_client):
    dataset = odd_dataset(owner)
    html = page(owner_client, url("anomalies", dataset))
    assert "Nothing is watched here yet" in html
    assert url("watch_new", dataset) in html
    assert url("anomalies", dataset) in page(owner_client, dataset.get_absolute_url())


def test_a_watch_begins_with_a_press(owner, owner_client):
    dataset = odd_dataset(owner)
    html = page(owner_client, url("watch_new", dataset))
    assert 'value="c2" checked' in html
    answer = owner_client.post(url("watch_new", dataset), {"detector": "season", "per_week": "2"})
    watch = AnomalyWatch.objects.get()
    assert answer["Location"] == watch.get_absolute_url()
    assert (watch.names, watch.per_week, watch.name) == (["load"], 2.0, "load")
    assert watch.is_judging
    # Until there is something to show, the page shows the work.
    html = page(owner_client, watch.get_absolute_url())
    assert f'data-live-job="{watch.job_id}"' in html
    assert "anomaly-list" not in html


def test_a_watch_that_could_not_judge_says_why_and_offers_another_try(owner, owner_client):
    text = "time,load\n" + "".join(
        f"2026-01-{d:02d} {h:02d}:00,5\n" for d in range(1, 9) for h in range(24)
    )
    watch = judged(owner, read_dataset(owner, text))
    html = page(owner_client, watch.get_absolute_url())
    assert "load never changes, so nothing can stand out" in html
    assert url("watch_scan", watch) in html


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"per_week": "many"}, "Write the alarms a week as a number"),
        ({"per_week": "0"}, "at least 0.01 alarms a week"),
        ({"per_week": "1000"}, "200 alarms a week or fewer"),
        ({"detector": "crystal"}, "crystal is not a detector"),
        ({"season": "1"}, "at least 2 steps"),
        ({"season": "400"}, "The longest series has 500 rows; 1,200 are needed"),
        ({"season": "501"}, "seasons of up to 500 steps"),
        ({"targets": "c9"}, "no number column called c9"),
    ],
)
def test_what_cannot_be_watched_is_said_beside_the_field(owner, owner_client, given, said):
    dataset = odd_dataset(owner)
    answer = owner_client.post(url("watch_new", dataset), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AnomalyWatch.objects.exists()


def test_anomalies_are_listed_with_the_rate_counted(watch, owner_client):
    html = page(owner_client, watch.get_absolute_url())
    assert "2026-01-17 16:00" in html
    assert "alarms in the 2.5 weeks judged" in html
    assert "with 95% confidence" in html
    assert "chance alone explains" in html


def test_the_list_is_searched_and_narrowed(watch, owner_client):
    address = url("anomalies", watch.dataset)
    assert "spike" in page(owner_client, address, kind="spike").lower()
    assert "No anomaly fits" in page(owner_client, address, kind="missing")
    assert "No anomaly fits" in page(owner_client, address, q="nowhere")
    assert "No anomaly fits" in page(owner_client, address, label="real")
    assert "2026-01-17 16:00" in page(owner_client, address, size="20")
    answer = owner_client.get(address, {"kind": "wonder"})
    assert answer.status_code == 422
    assert "wonder is not a kind" in answer.content.decode()


def test_a_long_list_has_pages(watch, owner_client):
    first = anomalies(watch)[0]
    for number in range(60):
        Anomaly.objects.create(
            watch=watch, series=f"s{number}", kind="spike", start=first.start, end=first.end,
            peak_at=first.peak_at, rows=1, p=0.001,
        )  # fmt: skip
    html = page(owner_client, watch.get_absolute_url())
    assert 'rel="next"' in html
    assert html.count("anomaly-table") == 1


def test_the_page_costs_the_same_for_one_and_for_many(
    watch, owner_client, django_assert_max_num_queries
):
    first = anomalies(watch)[0]
    for number in range(40):
        Anomaly.objects.create(
            watch=watch, series=f"s{number}", kind="spike", start=first.start, end=first.end,
            peak_at=first.peak_at, rows=1, p=0.001,
        )  # fmt: skip
    with django_assert_max_num_queries(24):
        page(owner_client, watch.get_absolute_url())


def test_the_slider_says_what_it_would_raise_before_it_is_kept(watch, owner_client):
    few, many = (page(owner_client, url("anomaly_rate", watch), stop=stop) for stop in (6, 11))
    assert "1 a week" in few
    assert "7 a week" in many
    assert few != many
    assert again(watch).per_week == 2
    owner_client.post(url("watch_sensitivity", watch), {"stop": 11})
    assert again(watch).per_week == STOPS[11] == 7
    assert len(anomalies(watch)) == again(watch).rate["alarms"]
    for stop in ("", "99", "x"):
        assert owner_client.get(url("anomaly_rate", watch), {"stop": stop}).status_code == 422


def test_the_chart_marks_each_anomaly_and_what_was_expected(watch, owner_client):
    figure = json.loads(page(owner_client, url("anomaly_chart", watch)))
    names = [trace.get("name") for trace in figure["data"]]
    assert {"Expected", "load", "Anomaly"} <= set(names)
    marks = figure["data"][names.index("Anomaly")]
    assert len(marks["x"]) == len(anomalies(watch))
    assert "2026-01-17T16:00:00" in marks["x"]
    part = json.loads(page(owner_client, url("anomaly_chart", watch), start="2026-01-17T00:00"))
    assert min(part["data"][names.index("load")]["x"]) == "2026-01-17T00:00:00"


def test_the_chart_of_the_dataset_shows_them_too(watch, owner_client, stranger):
    address = reverse("datasets:chart", args=[watch.dataset_id])
    figure = json.loads(page(owner_client, address, column="c2"))
    marks = [trace for trace in figure["data"] if trace.get("name") == "Anomaly"]
    assert "2026-01-17T16:00:00" in marks[0]["x"]
    # A part of the series shows its own marks only: others would widen it.
    part = json.loads(page(owner_client, address, column="c2", start="2026-01-18T00:00"))
    marks = [trace for trace in part["data"] if trace.get("name") == "Anomaly"]
    assert "2026-01-19T18:00:00" in marks[0]["x"]
    assert min(marks[0]["x"]) >= "2026-01-18T00:00:00"
    make_share(watch.dataset, stranger)
    seen = json.loads(page(browser_of(stranger), address, column="c2"))
    assert any(trace.get("name") == "Anomaly" for trace in seen["data"])


def test_a_label_is_given_in_the_row_and_says_what_it_changed(watch, owner_client):
    rows = sorted(anomalies(watch), key=lambda row: row.p)
    answer = owner_client.post(url("anomaly_label", rows[0]), {"label": "real"}, headers=HTMX)
    assert 'value="real" selected' in answer.content.decode()
    # Another label moves the threshold: the page is loaded anew, and says why.
    answer = owner_client.post(url("anomaly_label", rows[-1]), {"label": "false"}, headers=HTMX)
    assert answer["HX-Refresh"] == "true"
    html = page(owner_client, watch.get_absolute_url())
    assert "1 of 1 labelled false alarms fall away, 1 of 1 real ones stay" in html
    assert "below the threshold now" in page(
        owner_client, url("anomalies", watch.dataset), label="false"
    )


def test_a_note_is_kept_and_a_label_of_another_name_is_refused(watch, owner_client):
    row = anomalies(watch)[0]
    assert "What was this?" in page(owner_client, url("anomaly_label", row))
    owner_client.post(
        url("anomaly_label", row), {"label": "expected", "note": "  Easter \n Monday"}
    )
    row.refresh_from_db()
    assert (row.label, row.note) == ("expected", "Easter Monday")
    # A label alone leaves the note.
    owner_client.post(url("anomaly_label", row), {"label": "real"}, headers=HTMX)
    row.refresh_from_db()
    assert (row.label, row.note) == ("real", "Easter Monday")
    assert owner_client.post(url("anomaly_label", row), {"label": "odd"}).status_code == 422


def test_anomalies_are_taken_away_as_csv(watch, owner, owner_client):
    row = anomalies(watch)[0]
    watching.label(row, "real", "=cmd()", person=owner)
    lines = page(owner_client, url("anomaly_export", watch)).splitlines()
    assert lines[0].startswith("series,kind,start,end,peak,rows,value,expected")
    assert len(lines) == 1 + Anomaly.objects.count()
    assert "'=cmd()" in lines[-1] or any("'=cmd()" in line for line in lines)


def test_a_watch_is_changed_and_deleted_by_its_owner(watch, owner_client, collaborator):
    assert 'value="load"' in page(owner_client, url("watch_edit", watch))
    owner_client.post(
        url("watch_edit", watch), {"detector": "forest", "per_week": "2", "name": "Pump"}
    )
    changed = again(watch)
    assert (changed.detector, changed.name) == ("forest", "Pump")
    assert changed.is_judging
    make_share(watch.dataset, collaborator, "editor")
    assert browser_of(collaborator).post(url("watch_delete", watch)).status_code == 403
    assert "Delete the watch Pump?" in page(owner_client, url("watch_delete", watch))
    owner_client.post(url("watch_delete", watch))
    assert not AnomalyWatch.objects.exists()


def test_programs_set_up_a_watch_and_read_what_it_found(owner, owner_api):
    dataset = odd_dataset(owner)
    answer = owner_api.post(WATCHES, {"dataset": str(dataset.pk), "detector": "season"})
    assert answer.status_code == 202
    told = answer.json()
    assert told["watch"]["columns"] == ["load"]
    assert told["watch"]["rate"] is None
    assert told["job"]["state"] == "queued"
    refused = owner_api.post(WATCHES, {"dataset": str(dataset.pk), "columns": ["nothing"]})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "targets"
    gone = owner_api.post(WATCHES, {"dataset": "7b0a3cd4-0000-4000-8000-000000000000"})
    assert gone.json()["error"]["code"] == "unknown_dataset"


def test_programs_search_watches_by_name_and_dataset(owner, owner_api, stranger_api, watch):
    other = AnomalyWatch.objects.create(owner=owner, dataset=watch.dataset, name="Night only")
    address = "/api/v1/anomalies/watches/"

    def found(api, text):
        return {row["id"] for row in api.get(address, {"search": text}).json()["results"]}

    assert found(owner_api, "NIGHT") == {str(other.pk)}
    assert found(owner_api, watch.dataset.name) == {str(watch.pk), str(other.pk)}
    assert found(owner_api, f"{watch.dataset.name} night") == {str(other.pk)}
    assert found(owner_api, "nowhere") == found(stranger_api, "night") == set()


def test_the_api_and_the_page_say_the_same_numbers(watch, owner_api):
    told = owner_api.get(f"{WATCHES}{watch.pk}/").json()
    rows = owner_api.get(f"/api/v1/datasets/{watch.dataset_id}/anomalies/").json()["results"]
    assert told["rate"]["alarms"] == len(rows) == len(anomalies(watch))
    assert rows[-1]["start"].startswith(str(anomalies(watch)[0].start)[:10])
    found = owner_api.get(ALL, {"kind": "spike", "watch": str(watch.pk)}).json()["results"]
    assert {row["kind"] for row in found} == {"spike"}
    rate = owner_api.get(f"{WATCHES}{watch.pk}/rate/", {"per_week": 2}).json()
    assert rate["alarms"] == told["rate"]["alarms"]
    assert owner_api.get(f"{WATCHES}{watch.pk}/rate/", {"per_week": "x"}).status_code == 422


def test_programs_label_and_change_the_rate(watch, owner_api):
    row = anomalies(watch)[0]
    told = owner_api.patch(f"{ALL}{row.pk}/", {"label": "real", "note": "pump"}).json()
    assert (told["anomaly"]["label"], told["anomaly"]["note"]) == ("real", "pump")
    assert told["watch"]["lesson"]["real"] == 1
    changed = owner_api.patch(f"{WATCHES}{watch.pk}/", {"per_week": 5}).json()
    assert changed["per_week"] == 5
    assert changed["threshold"] > told["watch"]["threshold"]
    rests = owner_api.patch(f"{WATCHES}{watch.pk}/", {"is_active": False}, format="json").json()
    assert rests["is_active"] is False
    assert owner_api.patch(f"{ALL}{row.pk}/", {"label": "odd"}).status_code in {400, 422}


def test_a_rule_on_anomalies_speaks_up_and_is_quiet_again(watch, owner):
    rule = AlertRule.objects.create(owner=owner, dataset=watch.dataset, kind="anomaly")
    spike = next(row for row in anomalies(watch) if row.start.day == 17)
    alerting.tell(AnomalyWatch, watch, [spike], ["load"])
    rule.refresh_from_db()
    assert rule.state == AlertRule.State.FIRING
    assert SPIKE == 400
    news = Notification.objects.get()
    assert "2026-01-17 16:00: spike" in news.body
    for _ in range(rule.clear_after):
        alerting.tell(AnomalyWatch, watch, [], ["load"])
        watch.version_id = None
    rule.refresh_from_db()
    assert rule.state == AlertRule.State.OK


def test_the_chart_of_a_forecast_marks_what_its_history_holds_and_no_more(watch, owner_client):
    task = answered(watch.dataset.owner, watch.dataset, horizon=24)
    address = reverse("forecasting:chart", args=[task.pk])
    figure = json.loads(page(owner_client, address, history="all"))
    marks = next(trace for trace in figure["data"] if trace.get("name") == "Anomaly")
    assert "2026-01-19T18:00:00" in marks["x"]
    history = next(trace for trace in figure["data"] if trace.get("name") == "Observed")["x"]
    assert min(marks["x"]) >= min(history)[:19]
