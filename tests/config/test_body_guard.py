"""Bodies that are too large never reach the application."""

import asyncio
import json

import pytest

from config.body_guard import BodyGuard

SIGNED_IN = (b"cookie", b"almanac_session=abc")


@pytest.fixture(autouse=True)
def small(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    settings.SESSION_COOKIE_NAME = "almanac_session"


async def read_all(scope, receive, send):
    """An application that reads the body and answers with its size, as Django does."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def ask(headers, blocks, *, ends=True, silence=5.0, app=read_all):
    waiting = list(blocks)

    async def receive():
        if waiting:
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting) or not ends}
        await asyncio.Event().wait()
        return {}

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": list(headers)}
    await BodyGuard(app, silence=silence)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_a_body_within_the_limit_passes():
    assert await ask([SIGNED_IN, (b"content-length", b"6")], [b"abc", b"def"]) == (200, b"6")


async def test_an_announced_size_over_the_limit_is_refused_before_a_byte_is_read():
    async def never(scope, receive, send):
        raise AssertionError("must not be reached")

    status, body = await ask([SIGNED_IN, (b"content-length", b"9999999")], [], app=never)
    assert status == 413
    assert json.loads(body)["error"]["code"] == "too_large"


async def test_a_body_without_announced_size_is_counted():
    status, _ = await ask([SIGNED_IN], [b"x" * 700_000] * 3)
    assert status == 413


async def test_a_body_larger_than_announced_is_counted():
    status, _ = await ask([SIGNED_IN, (b"content-length", b"5")], [b"x" * 2_000_000])
    assert status == 413


@pytest.mark.parametrize("value", [b"-5", b"abc", b"", b"1.5"])
async def test_a_length_that_is_no_number_is_refused(value):
    assert (await ask([SIGNED_IN, (b"content-length", value)], [b"x"]))[0] == 400


async def test_two_different_lengths_are_refused():
    lengths = [(b"content-length", b"5"), (b"content-length", b"6")]
    assert (await ask([SIGNED_IN, *lengths], [b"x"]))[0] == 400


async def test_a_body_that_stops_arriving_ends():
    assert (await ask([SIGNED_IN], [b"x"], ends=False, silence=0.05))[0] == 408


async def test_people_who_are_not_signed_in_get_little_room():
    assert (await ask([(b"content-length", b"101")], [b"x" * 101]))[0] == 413
    token = (b"authorization", b"Token alm_x")
    assert (await ask([token, (b"content-length", b"101")], [b"x" * 101]))[0] == 200


async def test_other_protocols_pass_untouched():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    await BodyGuard(app)({"type": "websocket"}, None, None)
    assert seen == ["websocket"]
