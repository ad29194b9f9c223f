"""Logs: one JSON object a line (or plain text), each with the ids of request, job and person."""

import logging
from typing import Any

from accounts import tracing


class IdsFilter(logging.Filter):
    """Adds `request_id`, `job_id` and `user_id` to every record; empty ones are left out."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name in ("request_id", "job_id", "user_id"):
            value = getattr(tracing, name).get()
            if value and not hasattr(record, name):
                setattr(record, name, value)
        return True


class OneLineFormatter(logging.Formatter):
    """Plain text in which a message cannot pretend to be another line."""

    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(
            f"{name}={getattr(record, name)}"
            for name in ("request_id", "job_id")
            if hasattr(record, name)
        )
        record.message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {record.message} {ids}"
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line.rstrip()


def tree(kind: str, level: str) -> dict[str, Any]:
    """Return the LOGGING setting for `kind` ("json" or "text") and the lowest level shown."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"ids": {"()": "config.logging.IdsFilter"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
                "json_ensure_ascii": False,
            },
            "text": {"()": "config.logging.OneLineFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if kind == "json" else "text",
                "filters": ["ids"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # One line per request comes from the request-id middleware.
            "uvicorn.access": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.error": {"handlers": [], "propagate": True},
            # Its line per request names whole addresses, which may hold somebody's secret.
            "httpx2": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
