"""`python -m forecasting.serving 127.0.0.1:8100`: load torch once, then answer questions."""

from __future__ import annotations

import os
import sys

import django
import uvicorn


def main(address: str) -> None:
    """Serve until asked to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- the settings come first

    from forecasting.serving.answering import Answers  # noqa: PLC0415
    from forecasting.serving.client import token  # noqa: PLC0415
    from forecasting.serving.process import ServingApp  # noqa: PLC0415

    _load_torch()
    host, _, port = address.rpartition(":")
    answers = Answers(settings.SERVING_CACHE_MB * 1024 * 1024)
    app = ServingApp(answers, token(), threads=len(os.sched_getaffinity(0)))
    config = uvicorn.Config(
        app,
        host=host.strip("[]") or "127.0.0.1",
        port=int(port),
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        ws="none",
        timeout_keep_alive=120,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()


def _load_torch() -> None:
    """One thread a forecast: several are answered side by side, each of them small."""
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8100")
