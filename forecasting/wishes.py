"""What people ask of a race while it runs: to finish now, or to go on without one model."""

from __future__ import annotations

import time

from django.conf import settings

from forecasting.models import PredictionTask


class Wishes:
    """Reads the row of the forecast at most once a second."""

    def __init__(self, task: PredictionTask) -> None:
        self._task = task.pk
        self._asked = float("-inf")
        self._finish = False
        self._stopped: frozenset[str] = frozenset()

    def to_finish(self) -> bool:
        """Shall the best so far be the answer?"""
        self._look()
        return self._finish

    def to_skip(self, name: str) -> bool:
        """Shall the race go on without this model?"""
        self._look()
        return name in self._stopped

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._asked < settings.JOB_REPORT_SECONDS:
            return
        self._asked = now
        rows = PredictionTask.objects.filter(pk=self._task)
        found = rows.values_list("finish_requested", "stopped_models").first()
        if found is not None:
            self._finish, self._stopped = found[0], frozenset(found[1])
