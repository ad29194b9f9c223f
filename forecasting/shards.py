"""How far the shards of a model of many series are, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from forecasting import standing
from forecasting.models import PredictionTask
from forecasting.models.trained_model import name_label


@dataclass(frozen=True)
class Shard:
    """One of them: `series` fitted of all it holds."""

    number: int
    done: int
    series: int

    @property
    def percent(self) -> int:
        """How much is done."""
        return 100 * self.done // self.series

    @property
    def state(self) -> str:
        """How its bar looks."""
        if self.done == self.series:
            return "done"
        return "" if self.done else "waiting"

    @property
    def state_words(self) -> str:
        """Its state for people."""
        words = {"done": gettext("done"), "": gettext("running"), "waiting": gettext("waiting")}
        return words[self.state]


@dataclass(frozen=True)
class Shards:
    """The shards of one model, with its pace while it fits."""

    model: str
    shards: Sequence[Shard]
    workers: int
    per_second: float | None
    left: float | None

    @property
    def done(self) -> int:
        """Series that are fitted."""
        return sum(one.done for one in self.shards)

    @property
    def series(self) -> int:
        """All of them."""
        return sum(one.series for one in self.shards)

    @property
    def percent(self) -> int:
        """How much of all is done."""
        return 100 * self.done // self.series

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.done == self.series

    @property
    def pace(self) -> str:
        """Series a second, as people read it; "" before anybody knows."""
        return "" if self.per_second is None else pace(self.per_second)

    @property
    def words(self) -> str:
        """`8 shards on 2 workers`."""
        workers = ngettext("%(n)s worker", "%(n)s workers", self.workers) % {"n": self.workers}
        shards = ngettext("%(n)s shard", "%(n)s shards", len(self.shards))
        return gettext("%(shards)s on %(workers)s") % {
            "shards": shards % {"n": len(self.shards)},
            "workers": workers,
        }


def of_task(task: PredictionTask) -> Shards | None:
    """Those of the model that is at work, else of the last one that had any."""
    found = [one for one in standing.runners_of(task) if one.get("shards")]
    busy = [one for one in found if one["state"] == standing.RUNNING]
    refits = standing.of_task(task).get("stage") == standing.CALIBRATE
    unfinished = [one for one in found if any(have < all_ for have, all_ in one["shards"])]
    chosen = (unfinished if refits else busy) or found
    return _shown(chosen[-1]) if chosen else None


def receipt_words(task: PredictionTask) -> str:
    """`ETS: 8 shards on 2 workers, 11 series a second`, one after another."""
    found = [_shown(one) for one in standing.runners_of(task) if one.get("shards")]
    return "; ".join(_told(one) for one in found)


def _told(one: Shards) -> str:
    words = {"model": one.model, "shards": one.words}
    if one.per_second is None:
        return gettext("%(model)s: %(shards)s") % words
    return gettext("%(model)s: %(shards)s, %(pace)s series a second") % {
        **words,
        "pace": one.pace,
    }


def pace(per_second: float) -> str:
    """Whole series a second, a decimal of fewer than ten."""
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"


def _shown(runner: dict[str, Any]) -> Shards:
    return Shards(
        model=name_label(runner["name"], runner["kind"]),
        shards=[
            Shard(place + 1, done, series) for place, (done, series) in enumerate(runner["shards"])
        ],
        workers=runner["workers"],
        per_second=runner["per_second"],
        left=runner["shards_left"],
    )
