"""Every WebSocket route refuses the signed-out, strangers and other sites."""

import uuid

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from config.asgi import application
from tests.doors.matrix import door_of
from tests.doors.routes import all_routes
from tests.factories import make_user
from tests.websockets import Line

SOCKETS = [route for route in all_routes() if route.is_socket]
pytestmark = pytest.mark.django_db(transaction=True)
every_socket = pytest.mark.parametrize("route", SOCKETS, ids=lambda route: route.name)


@database_sync_to_async
def scene(door):
    owner, stranger = make_user(), make_user()
    row = door.make(owner) if door.object else None
    return row, cookies_of(owner), cookies_of(stranger)


def cookies_of(user):
    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def path_of(route, door, row, *, missing=False):
    path = "/" + route.path
    for argument, attribute in door.args.items():
        value = uuid.uuid4() if missing else getattr(row, attribute)
        start = path.index("<", 0)
        assert argument in path[start : path.index(">")]
        path = path[:start] + str(value) + path[path.index(">") + 1 :]
    return path


async def outcome(path, **options):
    line = Line(application, path, **options)
    answer = await line.connect()
    if answer[0]:
        await line.disconnect()
    return answer


@every_socket
async def test_only_the_owner_gets_a_line(route):
    door = door_of(route)
    row, owner, stranger = await scene(door)
    path = path_of(route, door, row)
    assert (await outcome(path, cookies=owner))[0]
    assert not (await outcome(path))[0]
    assert not (await outcome(path, cookies=owner, origin="https://evil.example"))[0]
    if door.access == "signed-in":
        return  # it leads to nobody's thing: each gets a line of their own
    foreign = await outcome(path, cookies=stranger)
    absent = await outcome(path_of(route, door, row, missing=True), cookies=owner)
    assert foreign == absent
    assert not foreign[0]
