"""When a part that died is started again, and when that stops making sense."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RestartPolicy:
    """At most `limit` restarts within `window` seconds; each wait is twice the last one."""

    limit: int = 5
    window: float = 60.0
    first_delay: float = 0.5


@dataclass
class Deaths:
    """The recent deaths of one part. Times are seconds of a monotonic clock."""

    policy: RestartPolicy
    _times: deque[float] = field(default_factory=deque)

    def delay_after(self, now: float) -> float | None:
        """Note a death; answers the seconds until the next start, None when it was one too many."""
        while self._times and now - self._times[0] > self.policy.window:
            self._times.popleft()
        self._times.append(now)
        if self.count > self.policy.limit:
            return None
        delay: float = self.policy.first_delay * 2 ** (self.count - 1)
        return delay

    @property
    def count(self) -> int:
        """Deaths within the window, seen from the last one."""
        return len(self._times)
