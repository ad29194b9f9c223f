"""Which anomalies of a list are asked for: by words, label, kind, size, series, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext

from accounts.problems import Problem
from forecasting.models import Anomaly
from forecasting.models.anomaly import AnomalyQuerySet

LABELS = (*Anomaly.Label.values, "none")
# In usual deviations.
SIZES = (5, 10, 20)


@dataclass(frozen=True)
class Filters:
    """What the address of a list says; an empty text leaves a filter out."""

    text: str = ""
    label: str = ""
    kind: str = ""
    size: str = ""
    series: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], text: str = "q") -> Filters:
        """Read `?q=&label=&kind=&size=&series=`. Raises Problem naming what may be said."""
        found = cls(
            asked.get(text, "").strip()[:200],
            asked.get("label", ""),
            asked.get("kind", ""),
            asked.get("size", ""),
            asked.get("series", "")[:500],
        )
        _require(found.label, "label", LABELS)
        _require(found.kind, "kind", Anomaly.Kind.values)
        if found.size and _number(found.size) is None:
            raise Problem(
                gettext("%(text)s is not a size. Write it in usual deviations, such as 5.")
                % {"text": found.size[:40]},
                field="size",
            )
        return found

    def apply(self, rows: AnomalyQuerySet) -> AnomalyQuerySet:
        """Only what fits. Without a label those that fell below the threshold are left out."""
        if self.text:
            rows = rows.search(self.text)
        rows = rows.with_label(self.label) if self.label else rows
        if self.label in {"", "none"}:
            rows = rows.counted()
        if self.kind:
            rows = rows.of_kind(self.kind)
        if self.size:
            rows = rows.at_least(_number(self.size) or 0.0)
        return rows.in_series(self.series) if self.series else rows

    @property
    def is_narrow(self) -> bool:
        """Is anything left out by a wish?"""
        return any((self.text, self.label, self.kind, self.size, self.series))

    @property
    def query(self) -> str:
        """The same as part of an address."""
        named = {
            "q": self.text,
            "label": self.label,
            "kind": self.kind,
            "size": self.size,
            "series": self.series,
        }
        return urlencode({name: value for name, value in named.items() if value})


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found < 1e9 else None


def _require(value: str, field: str, known: tuple[str, ...] | list[str]) -> None:
    if value and value not in known:
        raise Problem(
            gettext("%(text)s is not a %(field)s. Use one of: %(names)s.")
            % {"text": value[:40], "field": field, "names": ", ".join(known)},
            field=field,
        )
