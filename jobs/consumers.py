"""The live line of one job: its current fragment at once, then at every bell."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from django.utils import translation

from accounts.models.user import User
from accounts.sockets import WatchedConsumer
from jobs import live
from jobs.models import Job


class JobConsumer(WatchedConsumer):
    """`/ws/jobs/<id>/`: sends `{"seq", "state", "progress", "html"}`.

    Bells that ring while a fragment is being made are answered by one newer fragment, so a slow
    browser gets the newest state and never a backlog.
    """

    _rung: asyncio.Event
    _sender: asyncio.Task[None] | None = None
    _sent = -1

    async def allowed(self, user: User) -> bool:
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

    async def closed(self) -> None:
        await self.channel_layer.group_discard(live.group(self.job_id), self.channel_name)
        if self._sender is not None:
            self._sender.cancel()

    async def received(self, content: Any) -> None:
        """A page that comes back from sleep asks for the current state."""
        self._sent = -1
        self._rung.set()

    async def job_changed(self, event: dict[str, Any]) -> None:
        self._rung.set()

    async def _send_newest(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            message = await database_sync_to_async(self._message)()
            if message is not None and message["seq"] > self._sent:
                self._sent = message["seq"]
                await self.send_json(message)

    def _message(self) -> dict[str, Any] | None:
        job = Job.objects.visible_to(self.user).with_id(self.job_id).first()
        if job is None:
            return None
        with translation.override(self.user.language or None):
            return live.message(job, self.user)
