"""The live line of a job: the current state at once, then every change; nobody else listens."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from accounts.sockets import guarded
from jobs import live, moves
from jobs.models import Job
from jobs.routing import websocket_urlpatterns
from tests.conftest import browser_of
from tests.factories import make_share
from tests.websockets import Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line_of():
    def make(user, job):
        cookies = {name: morsel.value for name, morsel in browser_of(user).cookies.items()}
        return Line(guarded(websocket_urlpatterns), f"/ws/jobs/{job.pk}/", cookies=cookies)

    return make


async def test_the_current_state_is_sent_at_once(make_job, owner, line_of):
    job = await sync_to_async(make_job)()
    line = await sync_to_async(line_of)(owner, job)
    assert (await line.connect())[0]
    first = await line.receive_json_from()
    assert (first["seq"], first["state"], first["progress"]) == (0, "queued", 0.0)
    assert f'id="job-{job.pk}"' in first["html"]
    await line.disconnect()


async def test_each_change_rings_and_the_last_one_is_never_lost(make_job, owner, line_of):
    job = await sync_to_async(make_job)()
    line = await sync_to_async(line_of)(owner, job)
    await line.connect()
    await line.receive_json_from()
    claimed = await sync_to_async(moves.claim)(job.pk)
    for n in range(20):
        await sync_to_async(moves.record)(job.pk, by=1, progress=n / 20)
    await sync_to_async(moves.finish)(claimed, to="succeeded")
    last = (await Job.objects.aget(pk=job.pk)).seq
    bells, seen = [], []
    while not seen or seen[-1]["state"] != "succeeded" or bells[-1:] != [last]:
        message = await asyncio.wait_for(line.receive_json_from(), 10)
        if "bell" in message:
            bells.append(message["bell"])
        else:
            seen.append(message)
    numbers = [message["seq"] for message in seen]
    assert bells == list(range(1, last + 1))
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == last
    await line.disconnect()


async def test_a_stranger_is_refused(make_job, stranger, line_of):
    job = await sync_to_async(make_job)()
    line = await sync_to_async(line_of)(stranger, job)
    assert not (await line.connect())[0]


async def test_a_person_it_was_shared_with_may_listen(make_job, collaborator, line_of):
    job = await sync_to_async(make_job)()
    await sync_to_async(make_share)(job, collaborator)
    line = await sync_to_async(line_of)(collaborator, job)
    assert (await line.connect())[0]
    await line.disconnect()


def test_polling_gives_the_same_fragment_as_the_line(make_job, owner, owner_client):
    job = make_job()
    moves.claim(job.pk)
    answer = owner_client.get(f"/jobs/{job.pk}/fragment/")
    job.refresh_from_db()

    def without_tokens(html):
        return [row for row in html.splitlines() if "csrfmiddlewaretoken" not in row]

    assert without_tokens(answer.content.decode()) == without_tokens(live.fragment(job, owner))
    assert answer["X-Job-Seq"] == str(job.seq)
