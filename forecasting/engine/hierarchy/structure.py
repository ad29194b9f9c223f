"""Which series add up to which: totals over bottom series as one sparse matrix.

With the bottom series b every series is y = S b, S = [A; I]: one row of A per total, holding 1 for
every bottom series of a sum, 1/n for a mean (Hyndman and Athanasopoulos, FPP3 chapter 11). S is
never dense: a total knows only its members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.engine.hierarchy.aggregation import Missing

How = Literal["sum", "mean"]
BOTTOM = "bottom"


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Totals and the bottom series they are made of.

    ``levels`` holds the names of every level from the top down, the bottom series last, under the
    name ``bottom``; ``names`` are all of them in this order. Total ``a`` has the bottom series
    ``members[starts[a]:starts[a + 1]]``. Make one with ``from_levels``, ``from_groups`` or
    ``from_children``.
    """

    levels: Mapping[str, tuple[str, ...]]
    members: NDArray[np.int64]
    starts: NDArray[np.int64]
    how: How = "sum"

    def __post_init__(self) -> None:
        if self.how not in ("sum", "mean"):
            raise SettingsError(
                gettext_noop("A total is a sum or a mean of its series, not %(given)s."),
                given=self.how,
            )
        seen: set[str] = set()
        for name in self.names:
            if name in seen:
                raise SettingsError(
                    gettext_noop("Two series of the hierarchy are called %(name)s; rename one."),
                    name=name,
                )
            seen.add(name)

    @staticmethod
    def from_levels(
        frame: pd.DataFrame, columns: Sequence[str], id: str | None = None, how: How = "sum"
    ) -> Hierarchy:
        """Levels inside one another, say country, region, store: one row of ``frame`` per series.

        The names of the bottom series stand in the column ``id``, or in the index. There is a total
        of all, one per country, one per "country/region" and so on; a level that repeats the bottom
        series is left out. An empty cell hangs the series directly on the level above.
        """
        groups = [tuple(columns[: depth + 1]) for depth in range(len(columns))]
        return Hierarchy.from_groups(frame, groups, id, how)

    @staticmethod
    def from_groups(
        frame: pd.DataFrame,
        groups: Sequence[str | Sequence[str]],
        id: str | None = None,
        how: How = "sum",
    ) -> Hierarchy:
        """Levels side by side: ``["region", "product", ("region", "product")]``, and the total."""
        from forecasting.engine.hierarchy.building import from_groups  # noqa: PLC0415 -- a cycle

        return from_groups(frame, groups, id, how)

    @staticmethod
    def from_children(children: Mapping[str, Sequence[str]], how: How = "sum") -> Hierarchy:
        """From a mapping of every total to the totals or series right below it."""
        from forecasting.engine.hierarchy.building import from_children  # noqa: PLC0415 -- a cycle

        return from_children(children, how)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All series, totals first, bottom series last."""
        return tuple(name for names in self.levels.values() for name in names)

    @property
    def bottom(self) -> tuple[str, ...]:
        """The bottom series."""
        return self.levels[BOTTOM]

    @property
    def totals(self) -> int:
        """How many totals there are."""
        return len(self.starts) - 1

    @cached_property
    def matrix(self) -> Any:
        """A as scipy CSR ``[totals, bottom]``."""
        from scipy import sparse  # noqa: PLC0415 -- only a computation needs it

        counts = np.diff(self.starts)
        shares = 1 / counts if self.how == "mean" else np.ones(len(counts))
        shape = (self.totals, len(self.bottom))
        return sparse.csr_array((np.repeat(shares, counts), self.members, self.starts), shape)

    def add_up(self, bottom: Floats) -> Floats:
        """All series ``[n, ...]`` from the bottom series ``[b, ...]``."""
        flat = bottom.reshape(len(bottom), -1)
        return np.concatenate([self.matrix @ flat, flat]).reshape(-1, *bottom.shape[1:])

    def gap(self, values: Floats) -> float:
        """How far totals in ``[n, ...]`` are off at most, relative to the largest number."""
        size = float(np.abs(values).max(initial=0.0))
        off = values[: self.totals] - self.add_up(values[self.totals :])[: self.totals]
        return float(np.abs(off).max(initial=0.0)) / (size or 1.0)

    def place(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Where every series of the hierarchy stands in ``names``; the two hold the same ones."""
        places = {name: place for place, name in enumerate(names)}
        lacking = [name for name in self.names if name not in places]
        if lacking or len(names) != len(self.names):
            known = set(self.names)
            strange = [name for name in names if name not in known]
            raise SettingsError(
                gettext_noop(
                    "Series and hierarchy differ: %(lacking)s are missing, %(strange)s are not "
                    "part of it. Aggregate the data with this hierarchy first."
                ),
                lacking=listed(lacking),
                strange=listed(strange),
            )
        return np.array([places[name] for name in self.names], dtype=np.int64)

    def aggregate(self, panel: Panel, missing: Missing = "unknown") -> Panel:
        """The series of all levels from a panel of the bottom series; see aggregation.py."""
        from forecasting.engine.hierarchy.aggregation import aggregate  # noqa: PLC0415 -- a cycle

        return aggregate(self, panel, missing)

    def to_facts(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "levels": [[level, list(names)] for level, names in self.levels.items()],
            "members": self.members.tolist(),
            "starts": self.starts.tolist(),
            "how": self.how,
        }

    @staticmethod
    def from_facts(facts: Mapping[str, Any]) -> Hierarchy:
        """What ``to_facts`` gave."""
        levels = {level: tuple(names) for level, names in facts["levels"]}
        members, starts = (np.array(facts[key], dtype=np.int64) for key in ("members", "starts"))
        return Hierarchy(levels, members, starts, facts["how"])


def listed(names: Sequence[str]) -> str:
    """At most five names, "none" for none."""
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "") if names else "none"
