"""The page of jobs, its card on Home, and the same over the API."""

import pytest
from django.urls import reverse

from jobs import moves, registry
from jobs.models import Job

pytestmark = pytest.mark.django_db


def test_it_shows_what_runs_before_what_ended(make_job, owner_client):
    moves.cancel(make_job(title="Ended one"))
    make_job(title="Waiting one")
    text = owner_client.get(reverse("jobs:list")).content.decode()
    assert text.index("Waiting one") < text.index("Ended one")
    assert "0 running, 1 waiting, 0 done, 0 failed" in text


def test_jobs_of_others_do_not_show(make_job, stranger_client):
    make_job(title="Not yours")
    assert "Not yours" not in stranger_client.get(reverse("jobs:list")).content.decode()


def table_of(client, **query):
    page = client.get(reverse("jobs:list"), query).content.decode()
    return page.split('id="job-table"')[1].split('id="job-workers"')[0]


def test_search_and_state_narrow_the_list(make_job, owner_client):
    make_job(title="Gas demand")
    moves.cancel(make_job(title="Wind output"))
    page = table_of(owner_client, q="gas")
    assert "Gas demand" in page
    assert "Wind output" not in page
    page = table_of(owner_client, state="cancelled")
    assert "Wind output" in page
    assert "Gas demand" not in page


def test_nothing_yet_says_what_belongs_here(owner_client):
    text = owner_client.get(reverse("jobs:list")).content.decode()
    assert "No jobs yet" in text


def test_the_page_costs_the_same_however_many_jobs(
    make_job, owner_client, django_assert_max_num_queries
):
    for n in range(30):
        moves.cancel(make_job(title=f"job {n}"))
    with django_assert_max_num_queries(15):
        owner_client.get(reverse("jobs:list"))


def test_the_card_on_home_lists_live_jobs(make_job, owner_client):
    job = make_job(title="Gas demand, next 30 days")
    text = owner_client.get(reverse("jobs:running_card")).content.decode()
    assert "Gas demand, next 30 days" in text
    assert f'data-live-job="{job.pk}"' in text


def test_the_api_lists_filters_and_shows_milestones(make_job, owner_client):
    job = moves.claim(make_job().pk)
    moves.milestone(job, "half way", {"step": 5})
    moves.cancel(make_job(title="other"))
    found = owner_client.get("/api/v1/jobs/", {"state": "running"}).json()["results"]
    assert [row["id"] for row in found] == [str(job.pk)]
    events = owner_client.get(f"/api/v1/jobs/{job.pk}/events/").json()
    assert [(e["message"], e["data"]) for e in events] == [("half way", {"step": 5})]


def test_the_api_cancels(make_job, owner_client):
    job = make_job()
    answer = owner_client.post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert answer.status_code == 202
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert owner_client.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 409


def test_jobs_are_found_by_what_people_call_their_kind(make_job, owner_client, monkeypatch):
    monkeypatch.setitem(registry._labels, "count", "tally")
    make_job(title="Gas demand")
    make_job(title="Wind output", kind="other")
    page = owner_client.get(reverse("jobs:list"), {"q": "Tall"}).content.decode()
    assert "Gas demand" in page
    assert "Wind output" not in page


@pytest.mark.parametrize("shape", ["row", "card"])
def test_lists_get_every_job_in_their_own_shape(make_job, owner_client, monkeypatch, shape):
    monkeypatch.setitem(registry._renderers, "count", lambda job, user: "the kind's own page")
    job = make_job()
    url = reverse("jobs:fragment", args=[job.pk])
    assert owner_client.get(url).content.decode() == "the kind's own page"
    text = owner_client.get(url, {"as": shape}).content.decode()
    assert f'id="job-{shape}-{job.pk}"' in text


def test_a_failed_job_says_why_and_where_it_was(make_job, owner_client):
    job = moves.claim(make_job().pk)
    moves.record(job.pk, by=1, message="row 6 of 9")
    moves.finish(job, to="failed", error="Row 7 has no date. Add one.")
    text = owner_client.get(reverse("jobs:list")).content.decode()
    assert "Row 7 has no date. Add one." in text
    assert "Last step: row 6 of 9" in text


def test_older_jobs_are_a_page_away(make_job, owner_client):
    for n in range(21):
        moves.cancel(make_job(title=f"job number {n}."))
    first = owner_client.get(reverse("jobs:list"))
    assert "job number 0." not in first.content.decode()
    older = owner_client.get(reverse("jobs:list") + first.context["page"].next)
    assert "job number 0." in older.content.decode()


def test_a_running_job_says_what_it_is_at_in_the_words_of_its_kind(
    make_job, owner_client, monkeypatch
):
    monkeypatch.setitem(registry._sayers, "count", lambda job: f"{job.detail['at']} counted")
    job = moves.claim(make_job().pk)
    moves.record(job.pk, by=job.attempt, progress=0.5, message="as written", detail={"at": 7})
    page = owner_client.get(reverse("jobs:list")).content.decode()
    assert "7 counted" in page
    assert "as written" not in page
