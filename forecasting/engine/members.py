"""Fitted models inside the artifact of another one, each under a prefix of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from numpy.typing import NDArray

from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import Conformal
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create


def arrays_of(members: Sequence[Forecaster]) -> dict[str, NDArray[Any]]:
    """All that the members learned in numbers."""
    arrays: dict[str, NDArray[Any]] = {}
    for place, member in enumerate(members):
        learned, widths = member.learned_arrays(), member.intervals_.arrays()
        arrays |= {f"member{place}.model.{name}": array for name, array in learned.items()}
        arrays |= {f"member{place}.intervals.{name}": array for name, array in widths.items()}
    return arrays


def facts_of(members: Sequence[Forecaster]) -> list[dict[str, Any]]:
    """The rest, as JSON."""
    return [
        {
            "model": member.name,
            "settings": asdict(member.settings),
            "lookback": member.lookback_,
            "facts": member.learned_facts(),
            "report": member.report_,
            "interval_ids": list(member.intervals_.ids),
            "data_fingerprint": member.fingerprint_,
        }
        for member in members
    ]


def restored(
    facts: Sequence[dict[str, Any]], arrays: dict[str, NDArray[Any]], context: Panel, horizon: int
) -> list[Forecaster]:
    """The members as they were; ``context`` holds at least what each of them remembered."""
    return [
        _restored(fact, _section(arrays, f"member{place}."), context, horizon)
        for place, fact in enumerate(facts)
    ]


def _restored(
    fact: dict[str, Any], arrays: dict[str, NDArray[Any]], context: Panel, horizon: int
) -> Forecaster:
    member = create(fact["model"], **fact["settings"])
    member.horizon_, member.lookback_ = horizon, fact["lookback"]
    member.report_, member.fingerprint_ = fact["report"], fact["data_fingerprint"]
    member.context_ = context
    member.intervals_ = Conformal(tuple(fact["interval_ids"]), **_section(arrays, "intervals."))
    member.restore(_section(arrays, "model."), fact["facts"])
    return member


def _section(arrays: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
