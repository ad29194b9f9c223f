"""Progress out, stop requests in: the two lines between a long computation and its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled, gettext_noop

ReportProgress = Callable[[float, str], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class EpochReport:
    """What one epoch brought; ``eta_seconds`` to the end of training at this pace."""

    epoch: int
    epochs: int
    train_loss: float
    valid_loss: float
    eta_seconds: float
    windows_per_second: float


@dataclass(frozen=True)
class WindowReport:
    """So many past windows are forecast; ``score`` is the MASE over them, None where undefined."""

    done: int
    planned: int
    score: float | None = None


@dataclass(frozen=True)
class ShardReport:
    """Series fitted and all series of every shard, on so many workers; ``per_second`` and the
    seconds ``left`` at that pace are None before there is one."""

    shards: tuple[tuple[int, int], ...]
    workers: int
    per_second: float | None = None
    left: float | None = None

    @property
    def is_done(self) -> bool:
        """Whether no shard has anything left to do."""
        return all(done == series for done, series in self.shards)


Tell = Callable[[EpochReport | WindowReport | ShardReport], None]


@dataclass(frozen=True)
class Watch:
    """Reports fractions of its own part ``[low, high]`` of the whole work.

    ``budget`` is the time the whole work may take; who can stop earlier with a result, does.
    ``tell`` hears of epochs, past windows and shards, from those that have any.
    """

    progress: ReportProgress | None = None
    should_stop: ShouldStop | None = None
    low: float = 0.0
    high: float = 1.0
    budget: TimeBudget = field(default_factory=TimeBudget)
    tell: Tell | None = None

    def report(self, fraction: float, message: str = "") -> None:
        """Tell the caller how far this part is (0 to 1), after checking for a stop request."""
        self.check()
        if self.progress is not None:
            done = min(max(fraction, 0.0), 1.0)
            self.progress(self.low + (self.high - self.low) * done, message)

    def stopping(self) -> bool:
        """Whether the caller has asked to stop."""
        return self.should_stop is not None and self.should_stop()

    def check(self) -> None:
        """Raise Cancelled when the caller has asked to stop."""
        if self.stopping():
            raise Cancelled(gettext_noop("Stopped as asked."))

    def part(self, low: float, high: float) -> Watch:
        """A watch whose 0 to 1 is the range ``low`` to ``high`` of this one."""
        width = self.high - self.low
        return replace(self, low=self.low + width * low, high=self.low + width * high)
