"""WebSocket doors: origin, sign-in, access, and losing it while the line is open."""

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client
from django.urls import path

from accounts.models import User
from accounts.sockets import NOT_YOURS, SIGNED_OUT, WatchedConsumer, guarded
from tests.factories import make_user
from tests.websockets import Line

pytestmark = pytest.mark.django_db(transaction=True)


class Echo(WatchedConsumer):
    recheck_seconds = 0.05

    async def allowed(self, user):
        return user.name != "refused"

    async def opened(self):
        await self.send_json({"hello": self.user.username})

    async def received(self, content):
        await self.send_json({"echo": content})


class Patient(Echo):
    recheck_seconds = 3600


application = guarded([path("ws/echo/", Echo.as_asgi()), path("ws/patient/", Patient.as_asgi())])


@database_sync_to_async
def cookies_of(user):
    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


@database_sync_to_async
def change(**fields):
    User.objects.update(**fields)


async def line(user=None, where="/ws/echo/", origin="http://localhost"):
    cookies = await cookies_of(user) if user else None
    return Line(application, where, cookies=cookies, origin=origin)


@pytest.fixture
def person(transactional_db):
    return make_user("pia")


async def connected(user, where="/ws/echo/"):
    communicator = await line(user, where)
    accepted, _ = await communicator.connect()
    assert accepted
    assert await communicator.receive_json_from() == {"hello": "pia"}
    return communicator


async def test_a_signed_in_person_gets_through_and_is_answered(person):
    communicator = await connected(person)
    await communicator.send_json_to([1])
    assert await communicator.receive_json_from() == {"echo": [1]}
    await communicator.disconnect()


async def test_signed_out_is_refused():
    accepted, _ = await (await line()).connect()
    assert not accepted


async def test_another_site_is_refused(person):
    accepted, _ = await (await line(person, origin="https://evil.example")).connect()
    assert not accepted


async def test_no_access_is_refused(person):
    await change(name="refused")
    accepted, code = await (await line(person)).connect()
    assert (accepted, code) == (False, NOT_YOURS)


async def test_a_path_that_is_no_route_is_refused_not_a_crash(person):
    accepted, _ = await (await line(person, "/ws/nothing/")).connect()
    assert not accepted


async def test_a_deactivated_person_loses_the_open_line(person):
    communicator = await connected(person)
    await change(is_active=False)
    assert await communicator.closing_code() == SIGNED_OUT


async def test_lost_access_closes_the_open_line(person):
    communicator = await connected(person)
    await change(name="refused")
    assert await communicator.closing_code() == SIGNED_OUT


async def test_a_new_password_closes_the_open_line(person):
    communicator = await connected(person)
    await change(password="another")
    assert await communicator.closing_code() == SIGNED_OUT


async def test_a_message_after_deactivation_is_not_answered(person):
    communicator = await connected(person, "/ws/patient/")
    await change(is_active=False)
    await communicator.send_json_to({"do": "it"})
    assert await communicator.closing_code() == SIGNED_OUT


async def test_a_message_that_is_not_json_does_not_break_the_line(person):
    communicator = await connected(person)
    await communicator.send_text("{not json")
    assert await communicator.receive_json_from() == {"echo": None}
    await communicator.disconnect()


def test_the_recheck_is_quick_enough():
    assert WatchedConsumer.recheck_seconds <= 10
