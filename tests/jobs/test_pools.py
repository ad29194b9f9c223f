"""What the pools of workers are busy with, without other people's titles."""

import pytest
from django.utils import timezone, translation

from jobs.models import Job
from jobs.pools import pools

pytestmark = pytest.mark.django_db


@pytest.fixture
def put(make_job):
    """Puts a job of somebody into a state."""

    def put(person, title, state, pool="fast"):
        job = make_job(owner=person, title=title, pool=pool)
        ended = timezone.now() if state in {"failed", "succeeded"} else None
        Job.objects.filter(pk=job.pk).update(
            state=state, started_at=timezone.now(), finished_at=ended
        )

    return put


def test_a_pool_names_my_job_and_only_counts_those_of_others(owner, stranger, owner_client, put):
    put(owner, "My race", "running", pool="training")
    put(stranger, "Secret race", "running", pool="training")
    put(stranger, "Secret import", "queued")
    fast, training = pools(Job.objects.visible_to(owner))
    assert (training.running, training.waiting, training.job.title) == (2, 0, "My race")
    assert (fast.running, fast.waiting, fast.job, fast.last) == (0, 1, None, None)
    card = owner_client.get("/jobs/").content.decode().split('id="job-workers"')[1]
    card = card.split("</section>")[0]
    assert "My race" in card
    assert "2 run" in card
    assert "1 waits" in card
    assert "Secret" not in card


def test_a_free_pool_says_what_it_did_last_for_me(owner, owner_client, put):
    put(owner, "Older", "failed")
    put(owner, "Newer", "succeeded")
    fast, _training = pools(Job.objects.visible_to(owner))
    assert fast.last.title == "Newer"
    assert "Last: Newer" in owner_client.get("/jobs/").content.decode()


def test_a_pool_that_works_for_others_says_no_more(stranger, owner_client, put):
    put(stranger, "Secret", "running")
    html = owner_client.get("/jobs/").content.decode()
    assert "Busy for somebody else" in html
    assert "Secret" not in html


def test_a_pool_for_training_is_not_said_to_be_training_in_chinese():
    with translation.override("zh-hans"):
        assert str(Job.Pool.TRAINING.label) == "训练"
