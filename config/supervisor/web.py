"""`python -m config.supervisor.web FD`: the web server on a socket that the supervisor holds.

The supervisor keeps listening while the server restarts, so that browsers wait instead of failing.
"""

import socket
import sys
from threading import Thread

import uvicorn

from forecasting.engine import plugins, registry

GRACE = 5


def main(descriptor: int) -> None:
    """Serve until asked to stop; open connections get five seconds."""
    listening = socket.socket(fileno=descriptor)
    if plugins.plugins():
        # Another process looks at models of packages; the first page need not wait for it.
        Thread(target=registry.model_types, daemon=True).start()
    config = uvicorn.Config(
        "config.asgi:application",
        lifespan="off",
        access_log=False,
        log_config=None,
        # Django reads the proxy's headers itself, by ALMANAC_PROXIES.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        ws_max_size=64 * 1024,
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))
