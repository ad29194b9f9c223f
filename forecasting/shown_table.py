"""The Data tab: the answer as a long table, one series or all, with columns called as asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, overload
from urllib.parse import urlencode

import pandas as pd
from django.urls import reverse

from datasets.decimals import decimals_of
from datasets.query.files import KINDS
from forecasting import exports, naming, results, wording
from forecasting.shown import ShownForecast

_KEYS = frozenset({"unique_id", "ds"})


class ShownTable(Sequence[dict[str, Any]]):
    """Rows with `series`, `time` and `values`; `every` is all series, not just the shown one."""

    def __init__(self, shown: ShownForecast, *, every: bool, naming: str) -> None:
        self.shown = shown
        self.every = every and len(shown.labels) > 1
        self.naming = naming if naming in names_of() else ""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """What is stored."""
        return exports.table_of(self.shown, series="" if self.every else self.shown.series)

    @cached_property
    def called(self) -> dict[str, str]:
        """Columns of numbers in the order they are shown, and what they are called."""
        assert self.shown.chosen is not None
        stored = [str(name) for name in self.frame.columns]
        called = naming.names(stored, self.naming, self.shown.chosen.name)
        return {name: text for name, text in called.items() if name not in _KEYS}

    @property
    def columns(self) -> list[str]:
        """What the columns of numbers are called."""
        return list(self.called.values())

    @cached_property
    def decimals(self) -> int:
        """Of every number here."""
        return decimals_of(self.frame[list(self.called)].to_numpy())

    def __len__(self) -> int:
        return len(self.frame)

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, at: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(at, int):
            return self._rows(self.frame.iloc[[at]])[0]
        return self._rows(self.frame.iloc[at])

    @property
    def namings(self) -> list[dict[str, Any]]:
        """The ways to call columns."""
        return [
            {"name": one.name, "label": one.label, "chosen": one.name == (self.naming or "plain")}
            for one in naming.NAMINGS.values()
        ]

    @property
    def files(self) -> list[dict[str, str]]:
        """Downloads of this table as it is called here."""
        here = reverse("forecasting:export", args=[self.shown.task.pk])
        assert self.shown.chosen is not None
        said = {"what": "predictions", "model": self.shown.chosen.name}
        if not self.every:
            said["series"] = self.shown.series
        if self.naming:
            said["columns"] = self.naming
        return [
            {"label": kind.label, "url": f"{here}?{urlencode({**said, 'as': kind.key})}"}
            for kind in KINDS.values()
        ]

    @property
    def query(self) -> str:
        """What the address of a page says after its number."""
        more = [("columns", self.naming)] if self.naming else []
        more += [("all", "1")] if self.every else []
        said = urlencode(more)
        return self.shown.extra_query + (f"&{said}" if said else "")

    def _rows(self, part: pd.DataFrame) -> list[dict[str, Any]]:
        frequency, clock = self.shown.frequency, self.shown.task.version.clock
        return [
            {"series": label, "time": wording.stamp(time, frequency, clock), "values": values}
            for label, time, values in zip(
                part["unique_id"],
                results.iso(part["ds"].to_numpy()),
                part[list(self.called)].to_numpy().tolist(),
                strict=True,
            )
        ]


def names_of() -> list[str]:
    """Names of the ways to call columns."""
    return list(naming.NAMINGS)
