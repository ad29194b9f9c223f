"""Plain numbers as a panel: the flat `y` and `sizes` that clients of TimeGPT send, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from django.utils.translation import gettext
from numpy.typing import NDArray

from forecasting.engine.covariates import Known
from forecasting.engine.frequency import Frequency, infer
from forecasting.engine.panel import Panel
from forecasting.refusals import ForecastProblem, speaking

Floats = NDArray[np.float64]

MOST_VALUES: Final = 200_000
MOST_SERIES: Final = 1_000
MOST_STEPS: Final = 10_000
MOST_ANSWERS: Final = 100_000
MOST_LEVELS: Final = 8
START: Final = "2000-01-01"
LEVELS: Final = (80.0, 95.0)
# What clients of TimeGPT may send along and no instant model acts on.
IGNORED: Final = (
    "clean_ex_first",
    "feature_contributions",
    "finetune_depth",
    "finetune_loss",
    "finetune_steps",
    "finetuned_model_id",
    "hist_exog",
    "model_parameters",
    "multivariate",
)


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was sent: `panel`, steps, levels; `has_times` where the times are real."""

    panel: Panel
    horizon: int
    levels: tuple[float, ...]
    has_times: bool
    model: str = ""
    notes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def read(asked: Any) -> Numbers:
    """Raises ForecastProblem naming the field that is wrong and what to send."""
    if not isinstance(asked, Mapping):
        raise ForecastProblem(
            gettext('Send one JSON object, such as {"y": [3, 5, 4], "freq": "D", "h": 2}.')
        )
    inner = asked.get("series")
    told = {**asked, **inner} if isinstance(inner, Mapping) else dict(asked)
    steps = _steps(told.get("h"))
    values, times = _values(told.get("y"))
    sizes = _sizes(told.get("sizes"), len(values))
    if len(sizes) * steps > MOST_ANSWERS:
        raise _too_much("h", len(sizes) * steps, MOST_ANSWERS)
    frequency = _frequency(told.get("freq"), times)
    panel = _panel(told, (values, sizes, frequency), times)
    notes = _unused(told)
    known, note = _known(told, panel, steps)
    if known is not None:
        panel = Panel(
            panel.ids,
            panel.channels,
            panel.frequency,
            panel.starts,
            panel.values,
            panel.indptr,
            known,
        )
    return Numbers(
        panel=panel,
        horizon=steps,
        levels=_levels(told),
        has_times=times is not None or bool(told.get("start")),
        model=str(told.get("model") or ""),
        notes=(*notes, note) if note else notes,
        ignored=tuple(name for name in IGNORED if told.get(name) is not None),
    )


def _values(given: Any) -> tuple[Floats, pd.DatetimeIndex | None]:
    """A list, or an object of time → value as older clients send it."""
    if isinstance(given, Mapping):
        with speaking("y"):
            times = pd.DatetimeIndex(_times(list(given)))
        order = np.argsort(times)
        return _floats(list(given.values()), "y")[order], times[order]
    if not isinstance(given, list) or not given:
        raise ForecastProblem(
            gettext("y holds the numbers to forecast, oldest first: send a list of them."),
            field="y",
        )
    if len(given) > MOST_VALUES:
        raise _too_much("y", len(given), MOST_VALUES)
    return _floats(given, "y"), None


def _times(given: Sequence[Any]) -> Any:
    try:
        return pd.to_datetime(given, utc=False)
    except (ValueError, TypeError) as problem:
        raise ForecastProblem(
            gettext("%(value)s is not a time; write it like 2026-11-23 or 2026-11-23T19:00.")
            % {"value": str(given[0])[:40] if given else ""},
            field="y",
        ) from problem


def _floats(given: Sequence[Any], name: str) -> Floats:
    """Missing values may be null."""
    for place, value in enumerate(given):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ForecastProblem(
                gettext("Value %(place)s of %(name)s is not a number: send a number, or null.")
                % {"place": f"{place + 1:,}", "name": name},
                field=name,
            )
    return np.array([np.nan if value is None else value for value in given], dtype=np.float64)


def _sizes(given: Any, count: int) -> list[int]:
    if given is None:
        return [count]
    whole = isinstance(given, list) and all(
        isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in given
    )
    if not whole or sum(given) != count:
        raise ForecastProblem(
            gettext("sizes says how many values each series has; together they must be %(count)s.")
            % {"count": f"{count:,}"},
            field="sizes",
        )
    if len(given) > MOST_SERIES:
        raise _too_much("sizes", len(given), MOST_SERIES)
    return list(given)


def _steps(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_STEPS:
        raise ForecastProblem(
            gettext("h says how many steps to forecast: a whole number from 1 to %(most)s.")
            % {"most": f"{MOST_STEPS:,}"},
            field="h",
        )
    return given


def _levels(told: Mapping[str, Any]) -> tuple[float, ...]:
    given = told.get("level", list(LEVELS))
    if given is None:
        return ()
    numbers = isinstance(given, list) and all(
        isinstance(level, int | float) and not isinstance(level, bool) and 0 < level < 100
        for level in given
    )
    if not numbers or len(given) > MOST_LEVELS:
        raise ForecastProblem(
            gettext("level is a list of up to %(most)s numbers between 0 and 100, such as [80].")
            % {"most": MOST_LEVELS},
            field="level",
        )
    return tuple(sorted({float(level) for level in given}))


def _frequency(given: Any, times: pd.DatetimeIndex | None) -> Frequency:
    with speaking("freq"):
        if given:
            return Frequency.parse(str(given)[:40])
        if times is not None:
            return infer(times.to_numpy())
    raise ForecastProblem(
        gettext("freq says how far apart the values are, such as D, h, W or MS."), field="freq"
    )


def _panel(
    told: Mapping[str, Any],
    rows: tuple[Floats, list[int], Frequency],
    times: pd.DatetimeIndex | None,
) -> Panel:
    values, sizes, frequency = rows
    ids = told.get("ids") or [f"series {number}" for number in range(1, len(sizes) + 1)]
    if not isinstance(ids, list) or len({str(name) for name in ids}) != len(sizes):
        raise ForecastProblem(
            gettext("ids names the series: send %(count)s different names.")
            % {"count": len(sizes)},
            field="ids",
        )
    if times is not None:
        frame = pd.DataFrame({"ds": times, "y": values})
        with speaking("y"):
            return Panel.from_wide(frame, "ds", ["y"], frequency)
    starts = told.get("start") or START
    many = starts if isinstance(starts, list) else [starts] * len(sizes)
    if len(many) != len(sizes):
        raise ForecastProblem(
            gettext("start is the time of the first value, one for all or one per series."),
            field="start",
        )
    parts = np.split(values, np.cumsum(sizes)[:-1])
    named = {str(name)[:200]: part for name, part in zip(ids, parts, strict=True)}
    with speaking("y"):
        return Panel.from_arrays(named, [_time(text) for text in many], frequency)


def _time(text: Any) -> pd.Timestamp:
    try:
        return pd.Timestamp(str(text)).tz_localize(None)
    except (ValueError, TypeError) as problem:
        raise ForecastProblem(
            gettext("%(value)s is not a time; write it like 2026-11-23 or 2026-11-23T19:00.")
            % {"value": str(text)[:40]},
            field="start",
        ) from problem


def _known(told: Mapping[str, Any], panel: Panel, steps: int) -> tuple[Known | None, str]:
    """`X` up to now and `X_future` after it, as covariates that are known ahead."""
    past, ahead = told.get("X") or [], told.get("X_future") or []
    if not past and not ahead:
        return None, ""
    table = [_row(row, len(panel.values), "X") for row in _lists(past, "X")]
    future = [_row(row, len(panel) * steps, "X_future") for row in _lists(ahead, "X_future")]
    if len(future) > len(table):
        raise ForecastProblem(
            gettext("X_future has %(ahead)s features, X only %(past)s: send the past of each.")
            % {"ahead": len(future), "past": len(table)},
            field="X",
        )
    note = (
        gettext("Features of X that have no future in X_future are not used by instant models.")
        if len(future) < len(table)
        else ""
    )
    if not future:
        return None, note
    blocks = []
    for place, (first, last) in enumerate(zip(panel.indptr, panel.indptr[1:], strict=False)):
        seen = np.stack([row[first:last] for row in table[: len(future)]], axis=1)
        coming = np.stack([row[place * steps : (place + 1) * steps] for row in future], axis=1)
        blocks.append(np.concatenate([seen, coming]))
    sizes = np.cumsum([len(block) for block in blocks])
    names = tuple(f"x{number}" for number in range(1, len(future) + 1))
    indptr = np.concatenate([[0], sizes]).astype(np.int64)
    with speaking("X"):
        return Known(names, np.concatenate(blocks), indptr), note


def _lists(given: Any, name: str) -> list[Any]:
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise ForecastProblem(
            gettext("%(name)s is a list of features, each a list of numbers.") % {"name": name},
            field=name,
        )
    return given


def _row(given: list[Any], count: int, name: str) -> Floats:
    if len(given) != count:
        raise ForecastProblem(
            gettext("A feature of %(name)s has %(given)s values; it needs %(count)s.")
            % {"name": name, "given": f"{len(given):,}", "count": f"{count:,}"},
            field=name,
        )
    return _floats(given, name)


def _unused(told: Mapping[str, Any]) -> tuple[str, ...]:
    """What asks for something that does not happen here; a client's own empty words do not."""
    names = [name for name in IGNORED if told.get(name)]
    if not names:
        return ()
    return (gettext("Not used here: %(names)s.") % {"names": ", ".join(names)},)


def _too_much(name: str, given: int, most: int) -> ForecastProblem:
    return ForecastProblem(
        gettext(
            "%(given)s values for %(name)s are more than the %(most)s answered at once. Upload "
            "the data and ask for a forecast there."
        )
        % {"given": f"{given:,}", "name": name, "most": f"{most:,}"},
        code="too_large",
        field=name,
    )
