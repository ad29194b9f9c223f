"""A live line that breaks says so, and speaks the language of the page around it."""

import pytest
from asgiref.sync import sync_to_async
from django.utils import translation

from accounts.sockets import guarded
from jobs import moves, registry
from jobs.consumers import BROKEN
from jobs.routing import websocket_urlpatterns
from tests.conftest import browser_of
from tests.websockets import Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line_of():
    def make(user, job, **cookies):
        signed_in = {name: morsel.value for name, morsel in browser_of(user).cookies.items()}
        path = f"/ws/jobs/{job.pk}/"
        return Line(guarded(websocket_urlpatterns), path, cookies={**signed_in, **cookies})

    return make


async def test_a_fragment_that_cannot_be_made_ends_the_line_so_that_the_page_polls(
    make_job, owner, line_of, monkeypatch, caplog
):
    def breaks(job, user):
        raise ZeroDivisionError

    job = await sync_to_async(make_job)()
    line = await sync_to_async(line_of)(owner, job)
    await line.connect()
    await line.receive_json_from()
    monkeypatch.setitem(registry._renderers, "count", breaks)
    await sync_to_async(moves.claim)(job.pk)
    assert await line.closing_code() == BROKEN
    assert "broke" in caplog.text


async def test_fragments_speak_the_language_of_the_page(
    make_job, owner, line_of, monkeypatch, settings
):
    monkeypatch.setitem(registry._renderers, "count", lambda job, user: translation.get_language())
    job = await sync_to_async(make_job)()
    chinese = {settings.LANGUAGE_COOKIE_NAME: "zh-hans"}
    line = await sync_to_async(line_of)(owner, job, **chinese)
    await line.connect()
    assert (await line.receive_json_from())["html"] == "zh-hans"
    await line.disconnect()
