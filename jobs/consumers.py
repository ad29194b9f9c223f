"""The live line of one job: its current fragment at once, then at every bell."""

from __future__ import annotations

import asyncio
import logging
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import timezone, translation

from accounts.models.user import User
from accounts.sockets import WatchedConsumer
from jobs import live, watching
from jobs.models import Job

logger = logging.getLogger(__name__)
BROKEN = 1011

# Making a fragment costs database and template time; more than ten a second nobody can read.
FRAGMENT_PAUSE = 0.1


class JobConsumer(WatchedConsumer):
    """`/ws/jobs/<id>/`: passes each bell on as `{"bell": seq}`, then sends the fragment.

    The fragment is `{"seq", "state", "progress", "html"}`; `?as=row` or `?as=card` asks for it in
    the shape of a list. Bells that ring while one is being made
    are answered by one newer fragment, so a slow browser gets the newest state, never a backlog.
    """

    _rung: asyncio.Event
    _sender: asyncio.Task[None] | None = None
    _closing: asyncio.Task[None] | None = None
    _sent = -1
    _looking = True

    async def allowed(self, user: User) -> bool:
        if self._looking:
            await database_sync_to_async(watching.note)(self.job_id, user)
        visible = Job.objects.visible_to(user)
        return await visible.with_id(self.job_id).aexists()

    @property
    def job_id(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["job_id"])

    async def opened(self) -> None:
        self._rung = asyncio.Event()
        await self.channel_layer.group_add(live.group(self.job_id), self.channel_name)
        self._rung.set()
        self._sender = asyncio.ensure_future(self._send_newest())
        self._sender.add_done_callback(self._hang_up)

    async def closed(self) -> None:
        await self.channel_layer.group_discard(live.group(self.job_id), self.channel_name)
        if self._sender is not None:
            self._sender.cancel()

    async def received(self, content: Any) -> None:
        """A page says whether it is seen; one that comes back asks for the current state."""
        if isinstance(content, dict) and "looking" in content:
            self._looking = bool(content["looking"])
            if not self._looking:
                await database_sync_to_async(watching.forget)(self.job_id, self.user)
                return
        self._sent = -1
        self._rung.set()

    async def job_changed(self, event: dict[str, Any]) -> None:
        """A bell of the group: the number goes out at once, the fragment when it is made."""
        self._rung.set()
        await self.send_json({"bell": event["seq"]})

    def _hang_up(self, sender: asyncio.Task[None]) -> None:
        # A line that fell silent would look like a job without news; a closed one makes pages poll.
        if not sender.cancelled() and (error := sender.exception()):
            logger.error("The live line of job %s broke.", self.job_id, exc_info=error)
            self._closing = asyncio.ensure_future(self.close(BROKEN))

    async def _send_newest(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            message = await database_sync_to_async(self._message)()
            if message is not None and message["seq"] > self._sent:
                self._sent = message["seq"]
                await self.send_json(message)
                await asyncio.sleep(FRAGMENT_PAUSE)

    def _message(self) -> dict[str, Any] | None:
        job = Job.objects.visible_to(self.user).with_id(self.job_id).first()
        if job is None:
            return None
        zone = self.user.timezone or timezone.get_default_timezone()
        with translation.override(self._language), timezone.override(zone):
            return live.message(job, self.user, self._shape)

    @cached_property
    def _shape(self) -> str:
        query: bytes = self.scope["query_string"]
        return parse_qs(query.decode("latin-1")).get("as", [""])[0]

    @cached_property
    def _language(self) -> str:
        """The language of the page around the line: the person's, else the browser's."""
        headers = {name.decode(): value.decode("latin-1") for name, value in self.scope["headers"]}
        request = HttpRequest()
        request.COOKIES = parse_cookie(headers.get("cookie", ""))
        request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get("accept-language", "")
        return self.user.language or translation.get_language_from_request(request)
