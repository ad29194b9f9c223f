"""A serving process inside the test: the real application behind a real port."""

import threading
import time
from contextlib import contextmanager

import uvicorn

from config.embedded.ports import free_port
from forecasting.serving import client
from forecasting.serving.answering import Answers
from forecasting.serving.client import token
from forecasting.serving.process import ServingApp


@contextmanager
def served(settings, *, secret=None, port=0, keep=False):
    """Answers the application; `settings.SERVING_URL` leads to it. Connections may be kept."""
    port = port or free_port()
    app = ServingApp(Answers(64 * 1024 * 1024), secret or token(), threads=2)
    config = uvicorn.Config(
        app, port=port, lifespan="off", log_config=None, access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    settings.SERVING_URL = f"http://127.0.0.1:{port}"
    try:
        yield app
    finally:
        if not keep:
            drain(settings)
        server.should_exit = True
        thread.join(timeout=10)


def drain(settings):
    """Close the connections that wait for their next use."""
    kept = client._pool(settings.SERVING_URL).kept
    while not kept.empty():
        kept.get().close()
