"""A horizon that ends at a date: how many steps that is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from django.utils.translation import gettext

from datasets.models import Version
from datasets.problems import DatasetProblem
from forecasting import wording
from forecasting.engine.frequency import Frequency
from forecasting.refusals import ForecastProblem

_DATE: Final = len("2026-12-24")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


def is_date(text: str) -> bool:
    """Does a horizon name a date rather than steps or a span?"""
    return _ISO.match(text) is not None


def steps_until(given: Any, version: Version, end: pd.Timestamp, frequency: Frequency) -> int:
    """Steps from the last row to the last one that is not after `given`, typed on the clock of the
    dataset; a day without a time means its end. Raises ForecastProblem.
    """
    text = str(given).strip()
    try:
        moment = version.clock.stored(text, late=True)
        if len(text) <= _DATE:
            moment += timedelta(days=1) - timedelta(microseconds=1)
        target = pd.Timestamp(moment)
    except DatasetProblem as problem:
        raise _about(str(problem.message)) from problem
    except (ValueError, OverflowError):
        raise _about(
            gettext("%(text)s is not a date. Write it as 2026-12-24 or 2026-12-24 18:00.")
            % {"text": text[:40]}
        ) from None
    steps, _ = frequency.positions(
        np.array([end], dtype="datetime64[ns]"), np.array([target], dtype="datetime64[ns]")
    )
    if steps[0] < 1:
        raise _about(
            gettext(
                "%(text)s is not after the last row, %(last)s. Choose a date from %(first)s on."
            )
            % {
                "text": text[:40],
                "last": wording.moment(end.isoformat(), frequency, version.clock),
                "first": wording.moment(
                    frequency.add(end, 1).isoformat(), frequency, version.clock
                ),
            }
        )
    return int(steps[0])


def _about(sentence: str) -> ForecastProblem:
    return ForecastProblem(sentence, code="bad_date", field="until")
