"""How much of a person's storage their data takes, for the foot of the rail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from accounts.models.user import User
from config import display
from datasets.receiving.quota import quota_bytes, used_bytes

# Percent from which the bar warns.
NEARLY_FULL: Final = 90


@dataclass(frozen=True)
class StorageMeter:
    """Bytes used, and bytes that may be."""

    used: int
    quota: int

    @classmethod
    def of(cls, user: User) -> StorageMeter:
        """Measured now."""
        return cls(used_bytes(user), quota_bytes())

    @property
    def percent(self) -> int:
        """Whole percents, 100 at most; anything at all shows."""
        if self.used >= self.quota:
            return 100
        share = 100 * self.used / self.quota
        return max(1, int(share)) if self.used else 0

    @property
    def state(self) -> str:
        """ "" while there is room, `warn` above nine tenths, `failed` when nothing more fits."""
        if self.used >= self.quota:
            return "failed"
        return "warn" if 100 * self.used > NEARLY_FULL * self.quota else ""

    @property
    def words(self) -> str:
        """`15.6 / 50 GB`; both units where they differ."""
        used, quota = display.size_in_bytes(self.used), display.size_in_bytes(self.quota)
        number, _, unit = used.rpartition(" ")
        return f"{number if quota.endswith(f' {unit}') else used} / {quota}"

    @property
    def title(self) -> str:
        """What is left, and what to do when that is little."""
        left = display.size_in_bytes(max(self.quota - self.used, 0))
        if self.state == "failed":
            return gettext("Nothing more fits. Delete datasets to make room.")
        if self.state:
            return gettext("%(left)s left. Delete datasets to make room.") % {"left": left}
        return gettext("%(left)s left") % {"left": left}
