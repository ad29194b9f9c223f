"""When a part that died is started again, and when that stops making sense."""

from collections import deque
from dataclasses import dataclass, field

FIRST_DELAY = 0.5


@dataclass
class RestartPolicy:
    """At most `limit` restarts within `window` seconds, each waiting twice as long."""

    limit: int = 5
    window: float = 60.0
    _deaths: deque[float] = field(default_factory=deque)

    def delay_after_death(self, now: float) -> float | None:
        """Seconds to wait before the next start; None when it died too often.

        `now` is a monotonic clock in seconds.
        """
        while self._deaths and now - self._deaths[0] > self.window:
            self._deaths.popleft()
        self._deaths.append(now)
        if len(self._deaths) > self.limit:
            return None
        delay: float = FIRST_DELAY * 2 ** (len(self._deaths) - 1)
        return delay

    @property
    def recent_deaths(self) -> int:
        """Deaths within the window, counted at the last death."""
        return len(self._deaths)
