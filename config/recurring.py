"""What the scheduler sends on its own, and how often in seconds; people's schedules come beside."""

from typing import Any, Final

_EVERY: Final = {
    "jobs.forget": 3600.0,
    "datasets.sweep": 3600.0,
    "forecasting.look_for_silence": 60.0,
    # What the scheduler missed while it stood still; what it sends on time is due no more.
    "forecasting.catch_up_schedules": 60.0,
    "accounts.deliver_due": 15.0,
    "accounts.forget_notifications": 3600.0,
}


def schedule() -> dict[str, dict[str, Any]]:
    """The same as Celery reads it; each entry bears the name of its task."""
    return {name: {"task": name, "schedule": seconds} for name, seconds in _EVERY.items()}
