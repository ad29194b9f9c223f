"""What the listener wants: to stop and have nothing, or to finish now with the best so far."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.errors import Cancelled, gettext_noop
from forecasting.engine.watch import ShouldStop


@dataclass(eq=False)
class Asked:
    """Two questions the race asks again and again, in the thread of its listener.

    What was wanted once stays wanted.
    """

    should_stop: ShouldStop | None = None
    should_finish: ShouldStop | None = None
    stopping: bool = False
    finishing: bool = False

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

    def to_end(self) -> bool:
        """Either of the two: the model that is running shall stop."""
        return self.to_stop() or self.to_finish()

    def check(self) -> None:
        """Raise Cancelled when it was asked to stop."""
        if self.to_stop():
            raise Cancelled(gettext_noop("Stopped as asked."))
