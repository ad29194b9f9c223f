"""What the listener wants: to stop and have nothing, to finish now, or one model less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from forecasting.engine.errors import Cancelled, EngineError, gettext_noop
from forecasting.engine.watch import ShouldStop

ShouldSkip = Callable[[str], bool]


@dataclass(eq=False)
class Asked:
    """Three questions the race asks again and again, in the thread of its listener.

    What was wanted once stays wanted.
    """

    should_stop: ShouldStop | None = None
    should_finish: ShouldStop | None = None
    should_skip: ShouldSkip | None = None
    stopping: bool = False
    finishing: bool = False
    skipping: set[str] = field(default_factory=set)

    def to_stop(self) -> bool:
        """Whether the race shall end without a result."""
        if self.should_stop is not None and not self.stopping:
            self.stopping = self.should_stop()
        return self.stopping

    def to_finish(self) -> bool:
        """Whether no further model shall run."""
        if self.should_finish is not None and not self.finishing:
            self.finishing = self.should_finish()
        return self.finishing

    def to_skip(self, name: str) -> bool:
        """Whether this model shall not run, or not any longer."""
        if self.should_skip is not None and name not in self.skipping and self.should_skip(name):
            self.skipping.add(name)
        return name in self.skipping

    def to_end(self, name: str) -> bool:
        """Any of them: the model that is running shall stop."""
        return self.to_stop() or self.to_finish() or self.to_skip(name)

    def check(self) -> None:
        """Raise Cancelled when it was asked to stop."""
        if self.to_stop():
            raise Cancelled(gettext_noop("Stopped as asked."))


def stopped(name: str) -> EngineError:
    """Why a model gave nothing that somebody stopped."""
    return EngineError(
        gettext_noop("%(model)s was stopped by hand; the others went on."), model=name
    )
