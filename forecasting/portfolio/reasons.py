"""Why a series is hard, or its forecast weak: one reason a row, built from its numbers.

The first that holds is kept, as a code, with the rows; its sentence is made where it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from forecasting import spans, stood_in, wording
from forecasting.engine.frequency import Frequency
from forecasting.models.trained_model import ADDING_UP, YARDSTICK, label_of, name_label

# A series that stands still for so many of its values is one of rare events.
RARE: Final = 0.3
# Models made for those.
FOR_RARE: Final = frozenset(
    {"croston_classic", "croston_optimized", "croston_sba", "adida", "imapa", "tsb"}
)
LEAST_IDLE: Final = 5
SHORT: Final = 0.5
LEAP: Final = 2.0
ALIKE: Final = 0.05
ONE_SIDED: Final = 0.9
BETTER: Final = 0.9


def rare_sql() -> str:
    """Is a row one of rare events?"""
    return f"known > 0 AND zeros >= {RARE} * known"


def why_sql(chosen: str) -> str:
    """The code of a row, NULL where there is nothing to say; `chosen` is the model that is shown,
    as a literal."""
    cases = {
        "stood_in": "stood_in IS NOT NULL",
        "constant": "constant IS NOT NULL",
        "idle": f"idle >= {LEAST_IDLE} AND idle < known AND zeros < 2 * idle",
        "rare": rare_sql(),
        "short": f"known < {SHORT} * max(known) OVER (PARTITION BY level)",
        "leap": f"abs(leap) >= {LEAP} AND leap_share IS NOT NULL",
        "better": f"best <> {chosen} AND best_mae <= {BETTER} * mae",
        "high": f"mae > 0 AND bias >= {ONE_SIDED} * mae",
        "low": f"mae > 0 AND bias <= -{ONE_SIDED} * mae",
        "alike": f"abs(skill) < {ALIKE} AND {chosen} <> '{YARDSTICK}'",
    }
    whens = " ".join(f"WHEN {test} THEN '{code}'" for code, test in cases.items())
    return f"CASE {whens} END"


class Words:
    """Sentences for rows of one forecast: `kinds` are the types of its models by name, `kind` that
    of the model that is shown."""

    def __init__(
        self, *, horizon: int, frequency: Frequency, kind: str, kinds: Mapping[str, str]
    ) -> None:
        self.span = spans.span_words(horizon, frequency)
        self.frequency, self.kind, self.kinds = frequency, kind, kinds
        self._made: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
            "stood_in": lambda row: stood_in.said(row["stood_in"]),
            "constant": self._constant,
            "idle": self._idle,
            "rare": self._rare,
            "short": self._short,
            "leap": self._leap,
            "better": self._better,
            "high": lambda _row: gettext("Nearly always forecast too high"),
            "low": lambda _row: gettext("Nearly always forecast too low"),
            "alike": lambda _row: gettext("Too close to seasonal naive to tell apart"),
        }

    def of(self, row: Mapping[str, Any]) -> str:
        """The sentence of a row; "" where there is nothing to say."""
        made = self._made.get(row["why"] or "")
        return made(row) if made else ""

    def _constant(self, row: Mapping[str, Any]) -> str:
        value = wording.figure(float(row["constant"]))
        return gettext("Never changed: always %(value)s") % {"value": value}

    def _idle(self, row: Mapping[str, Any]) -> str:
        span = spans.span_words(int(row["idle"]), self.frequency)
        return gettext("Zero for the last %(span)s: closed, or missing?") % {"span": span}

    def _rare(self, row: Mapping[str, Any]) -> str:
        some = int(row["known"]) - int(row["zeros"])
        words = {"n": f"{some:,}", "all": f"{int(row['known']):,}"}
        if self.kind in FOR_RARE:
            return gettext("Not zero in %(n)s of %(all)s values") % words
        return gettext("Not zero in %(n)s of %(all)s values: try Croston") % words

    def _short(self, row: Mapping[str, Any]) -> str:
        count = int(row["known"])
        said = ngettext("Short: %(n)s value of history", "Short: %(n)s values of history", count)
        return said % {"n": f"{count:,}"}

    def _leap(self, row: Mapping[str, Any]) -> str:
        share = float(row["leap_share"])
        said = (
            gettext("Last %(span)s: %(size)s above all before")
            if share > 0
            else gettext("Last %(span)s: %(size)s below all before")
        )
        return said % {"span": self.span, "size": wording.percent(share)}

    def _better(self, row: Mapping[str, Any]) -> str:
        share = 1 - float(row["best_mae"]) / float(row["mae"])
        model = model_label(row["best"], self.kinds)
        return gettext("%(model)s was %(size)s closer on past windows") % {
            "model": model,
            "size": wording.percent(share),
        }


def model_label(name: str, kinds: Mapping[str, str]) -> str:
    """A model as people call it, without that its forecasts add up."""
    kind = kinds.get(name, name)
    return label_of(name) if kind == ADDING_UP else name_label(name, kind)
