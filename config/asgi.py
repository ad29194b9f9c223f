"""The web process: HTTP behind a body guard, WebSockets behind sign-in and origin checks."""

from __future__ import annotations

import os
from typing import Any, cast

from channels.routing import ProtocolTypeRouter

from config import lasting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Only here threads outlive their work: elsewhere a kept connection would be one that is lost.
os.environ.setdefault("ALMANAC_DATABASE_KEEP", "60")
http = lasting.application()

# Consumers import models, so they come after the application is set up.
from accounts import routing as people  # noqa: E402
from accounts.sockets import guarded  # noqa: E402
from config.body_guard import BodyGuard  # noqa: E402
from jobs import routing as jobs  # noqa: E402

lines = [*people.websocket_urlpatterns, *jobs.websocket_urlpatterns]
application = ProtocolTypeRouter(
    {"http": BodyGuard(cast("Any", http)), "websocket": guarded(lines)}
)
