"""The workers' entry: two pools, JSON ids only, one source of redelivery (the database)."""

from __future__ import annotations

import importlib
import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("almanac")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Imported before work arrives, so that a quick job is quick. Never torch: a fork after it hangs.
AHEAD = (
    "numpy",
    "pandas",
    "scipy.linalg",
    "duckdb",
    "pyarrow.parquet",
    "forecasting.engine.linear",
)


@signals.setup_logging.connect
def use_our_logs(**_kwargs: Any) -> None:
    """Let Django's logging setting stand; Celery would replace it."""


@signals.worker_init.connect
def import_ahead(sender: Any = None, **_kwargs: Any) -> None:
    """Load what both pools need before the first job."""
    for name in AHEAD:
        importlib.import_module(name)
