"""Cancel a job: its owner and editors may, readers and strangers may not."""

import pytest
from django.urls import reverse

from accounts.models import Share
from jobs import moves
from tests.factories import make_share

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(make_job):
    return make_job()


@pytest.fixture
def url(job):
    return reverse("jobs:cancel", args=[job.pk])


def test_a_waiting_job_ends_at_once(job, url, owner_client):
    assert owner_client.post(url).status_code == 302
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_running_job_is_asked_to_stop(job, url, owner_client):
    moves.claim(job.pk)
    answer = owner_client.post(url, headers={"hx-request": "true"})
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("running", True)
    assert "Stopping" in answer.content.decode()


def test_an_editor_may(job, url, collaborator, collaborator_client):
    make_share(job, collaborator, Share.Level.EDITOR)
    assert collaborator_client.post(url).status_code == 302


def test_a_stranger_finds_nothing(job, url, stranger_client):
    assert stranger_client.post(url).status_code == 404
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_reader_may_not(job, url, viewer, viewer_client):
    make_share(job, viewer)
    assert viewer_client.post(url).status_code == 403


def test_signed_out_people_are_asked_to_sign_in(url, anonymous_client):
    assert anonymous_client.post(url).status_code == 302


def test_looking_is_not_cancelling(url, owner_client):
    assert owner_client.get(url).status_code == 405


def test_an_ended_job_says_so(job, url, owner_client):
    moves.cancel(job)
    answer = owner_client.post(url, headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert "already ended" in answer.content.decode()
