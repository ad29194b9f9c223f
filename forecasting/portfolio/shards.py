"""How the work on many series is dealt out, as the job tells it and the receipt keeps it.

`shards` is a list of `{"number", "series", "state", "seconds", "per_second"}`, of which `done` may
say how many of its series are; a state is waiting, running, done or failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecasting.models import PredictionTask

DONE: Final = "done"
_BARS: Final = {DONE: "done", "failed": "failed", "running": "", "waiting": "waiting"}
_STATES: Final[Mapping[str, str | Promise]] = {
    DONE: _("done"),
    "failed": _("failed"),
    "running": _("running"),
    "waiting": _("waiting"),
}
# Larger lists show what is not done first, and then the newest.
LISTED: Final = 24


@dataclass(frozen=True)
class Shard:
    """One part of the series: how many it has, and how many of them are done."""

    number: int
    series: int
    done: int
    state: str
    seconds: float | None
    per_second: float | None

    @property
    def percent(self) -> int:
        """How much is done."""
        return 100 * self.done // max(1, self.series)

    @property
    def bar(self) -> str:
        """The look of its bar."""
        return _BARS.get(self.state, "")

    @property
    def state_words(self) -> str | Promise:
        """Its state for people."""
        return _STATES.get(self.state, self.state)


@dataclass(frozen=True)
class Shards:
    """All of them, in order."""

    every: tuple[Shard, ...]

    @property
    def series(self) -> int:
        """How many series there are."""
        return sum(one.series for one in self.every)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(one.done for one in self.every)

    @property
    def percent(self) -> int:
        """The same as a share."""
        return 100 * self.done // max(1, self.series)

    @property
    def per_second(self) -> float | None:
        """Series a second, of those that work now, else over all that told their time."""
        running = [one.per_second for one in self.every if one.state == "running"]
        found = [pace for pace in running if pace]
        if found:
            return sum(found)
        seconds = sum(one.seconds or 0.0 for one in self.every)
        return self.done / seconds if seconds else None

    @property
    def listed(self) -> list[Shard]:
        """Those that a card has room for, in order: what works or waits before what is done."""
        if len(self.every) <= LISTED:
            return list(self.every)
        order = sorted(self.every, key=lambda one: (one.state == DONE, one.state == "waiting"))
        return sorted(order[:LISTED], key=lambda one: one.number)

    @property
    def hidden(self) -> int:
        """How many are not listed."""
        return len(self.every) - len(self.listed)


def of(task: PredictionTask) -> Shards | None:
    """What the job of a running forecast tells, or the receipt of one that is over."""
    job = task.job if task.is_live else None
    told = (job.detail if job is not None else {}).get("shards")
    found = told or task.receipt.get("shards")
    if not isinstance(found, list) or not found:
        return None
    return Shards(tuple(_shard(one) for one in found))


def _shard(told: Mapping[str, Any]) -> Shard:
    series, state = int(told["series"]), str(told["state"])
    done = series if state == DONE else int(told.get("done", 0))
    return Shard(
        number=int(told["number"]),
        series=series,
        done=min(done, series),
        state=state,
        seconds=told.get("seconds"),
        per_second=told.get("per_second"),
    )
