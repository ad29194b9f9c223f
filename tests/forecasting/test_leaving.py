"""Leaving a running forecast: what the page promises of the bell."""

import pytest

from jobs import moves
from tests.forecasting.made import again, ready_to_race, share

pytestmark = pytest.mark.django_db
PROMISE = "The bell tells you when the final answer is ready."


def running(owner, eta):
    """A race with so many seconds left."""
    task = ready_to_race(owner, "linear")
    job = moves.claim(task.training_job_id)
    moves.record(job.pk, by=job.attempt, progress=0.2, eta=eta, detail={})
    return again(task)


def page_of(client, task):
    return client.get(task.get_absolute_url()).content.decode()


def test_who_leaves_a_long_race_is_told_of_its_end(owner, owner_client):
    assert PROMISE in page_of(owner_client, running(owner, eta=60.0))


def test_nobody_is_promised_news_of_what_ends_at_once(owner, owner_client):
    html = page_of(owner_client, running(owner, eta=2.0))
    assert PROMISE not in html
    assert "You can leave this page." in html


def test_news_are_for_its_owner(owner, collaborator, collaborator_client):
    task = running(owner, eta=60.0)
    share(task, collaborator)
    assert PROMISE not in page_of(collaborator_client, task)
