"""People hear of jobs that failed or took long while they looked elsewhere, and of no others."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Notification
from jobs import moves, registry, watching
from jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_looks():
    cache.clear()


def ended(job, state, *, seconds=0, error=""):
    """The job at its end, this long after it was asked for."""
    began = timezone.now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(created_at=began)
    moves.finish(moves.claim(job.pk), to=state, error=error)


def told(person):
    return list(Notification.objects.of(person).values_list("kind", "title", "body", "link"))


def test_a_failed_job_is_told_with_its_reason(make_job, owner):
    ended(make_job(title="gas.csv", link="/data/"), "failed", error="Row 7 has no date.")
    [(kind, title, body, link)] = told(owner)
    assert (kind, body, link) == ("job.failed", "Row 7 has no date.", "/data/")
    assert title.startswith("gas.csv")
    assert Notification.objects.get().level == "bad"


def test_a_long_job_is_told_when_it_is_done(make_job, owner):
    ended(make_job(title="gas.csv"), "succeeded", seconds=21)
    assert [kind for kind, *_ in told(owner)] == ["job.done"]


@pytest.mark.parametrize(("state", "seconds"), [("succeeded", 5), ("cancelled", 60)])
def test_short_and_cancelled_jobs_are_nobodys_news(make_job, owner, state, seconds):
    ended(make_job(), state, seconds=seconds)
    assert told(owner) == []


def test_who_looks_at_the_job_is_not_told(make_job, owner, owner_client):
    job = make_job()
    owner_client.get(f"/jobs/{job.pk}/fragment/")
    ended(job, "failed", error="Why")
    assert told(owner) == []


def test_who_looked_away_is_told(make_job, owner):
    job = make_job()
    watching.note(job.pk, owner)
    watching.forget(job.pk, owner)
    ended(job, "failed", error="Why")
    assert len(told(owner)) == 1


def test_a_look_of_somebody_else_does_not_count(make_job, owner, stranger):
    job = make_job()
    watching.note(job.pk, stranger)
    ended(job, "failed", error="Why")
    assert len(told(owner)) == 1


def test_the_same_failure_again_is_counted(make_job, owner):
    for _ in range(3):
        ended(make_job(title="gas.csv"), "failed", error="No memory.")
    assert Notification.objects.of(owner).get().count == 3


def test_a_kind_may_word_its_end_or_say_nothing(make_job, owner, monkeypatch):
    monkeypatch.setitem(registry._tellers, "count", lambda job: ("Counted", "to 40", "/jobs/"))
    ended(make_job(), "succeeded", seconds=30)
    assert told(owner) == [("job.done", "Counted", "to 40", "/jobs/")]
    monkeypatch.setitem(registry._tellers, "count", lambda job: None)
    ended(make_job(), "succeeded", seconds=30)
    assert len(told(owner)) == 1


def test_progress_alone_tells_nothing(make_job, owner):
    job = make_job()
    moves.claim(job.pk)
    moves.record(job.pk, by=1, progress=0.5)
    assert told(owner) == []
    assert mail.outbox == []
