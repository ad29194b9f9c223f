"""Series that are in no sum of a forecast, said wherever sums are shown."""

from __future__ import annotations

from typing import Any, Final

import pyarrow.parquet as pq
from django.utils.translation import gettext, ngettext

from forecasting import stood_in
from forecasting.models import PredictionResult

# Names that a program gets; the rows of a portfolio hold all.
MOST_NAMES: Final = 100
SPOKEN: Final = 3


def count_of(result: PredictionResult) -> int:
    """How many series nobody forecasts."""
    return int((result.metrics.get(stood_in.KEPT) or {}).get("left_out", 0))


def sentence(result: PredictionResult) -> str:
    """How many and the first of them, in the active language; "" where all are counted in."""
    count = count_of(result)
    if not count:
        return ""
    names = ", ".join(_names(result, SPOKEN))
    if count > SPOKEN:
        names = gettext("%(names)s and %(n)s more") % {
            "names": names,
            "n": f"{count - SPOKEN:,}",
        }
    said = ngettext(
        "%(n)s series is in no sum here, as it has too few values for a forecast: %(names)s.",
        "%(n)s series are in no sum here, as they have too few values for a forecast: %(names)s.",
        count,
    )
    return said % {"n": f"{count:,}", "names": names}


def facts(result: PredictionResult) -> dict[str, Any] | None:
    """The same for programs; None where all are counted in."""
    if not count_of(result):
        return None
    return {
        "count": count_of(result),
        "series": _names(result, MOST_NAMES),
        "reason": sentence(result),
    }


def _names(result: PredictionResult, most: int) -> list[str]:
    path = stood_in.found(result)
    if path is None:
        return []
    rows = pq.read_table(path, columns=["unique_id"], filters=[("answered", "=", False)])
    names: list[str] = rows["unique_id"].slice(0, most).to_pylist()
    return names
