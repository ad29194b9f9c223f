"""Some series of a forecast once more, asked for anew: a draft that New forecast opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from accounts.models.user import User
from accounts.problems import Problem
from datasets.models import Dataset
from forecasting import asking
from forecasting.choosing import drafts, filled
from forecasting.choosing.which_series import MOST_NAMED
from forecasting.models import ForecastDraft, PredictionTask
from forecasting.portfolio.levels import METHODS

SAME, CROSTON = "same", "croston"
# Each answers rare demand in another way; the race says which is closest.
CROSTONS: Final = ("croston_sba", "croston_optimized", "tsb", "adida", "imapa")


def draft(
    task: PredictionTask, labels: Sequence[str], how: str, *, dataset: Dataset, owner: User
) -> ForecastDraft:
    """Ask for these series as the forecast did, or with models for rare events.

    Totals are left out: those of some series would be others. Raises Problem where no series is
    named, or too many are.
    """
    if not labels:
        raise Problem(gettext("Tick at least one series."), code="no_series", field="name")
    if len(labels) > MOST_NAMED:
        raise Problem(
            gettext("%(n)s series are too many. Tick, or filter to, %(most)s or fewer.")
            % {"n": f"{len(labels):,}", "most": f"{MOST_NAMED:,}"},
            code="too_many_series",
            field="name",
        )
    version = asking.check_version(dataset)
    body, _ = filled.from_task(task, version)
    body.pop("hierarchy", None)
    body |= _chosen(task, labels, body)
    if how == CROSTON:
        body |= {"quality": str(PredictionTask.Quality.BALANCED), "models": list(CROSTONS)}
    name = _name(task, len(labels), how)
    return drafts.keep(body | {"name": name}, dataset=dataset, owner=owner)


def reconciled(
    task: PredictionTask, method: str, *, dataset: Dataset, owner: User
) -> ForecastDraft:
    """Ask for all of it again with totals that are made to agree in another way."""
    if method not in METHODS:
        raise Problem(
            gettext("%(given)s is not known here. Use one of: %(known)s.")
            % {"given": method[:60], "known": ", ".join(METHODS)},
            field="method",
        )
    body, _ = filled.from_task(task, asking.check_version(dataset))
    body["hierarchy"] = {**(body.get("hierarchy") or {}), "method": method}
    return drafts.keep(body | {"name": task.name}, dataset=dataset, owner=owner)


def _chosen(task: PredictionTask, labels: Sequence[str], body: dict[str, Any]) -> dict[str, Any]:
    """These labels as columns and series of the dataset."""
    names = task.asked("names", [])
    keys = dict(zip(names, task.asked("targets", []), strict=False))
    if not task.version.series_column:
        return {"targets": _kept(body, (keys[one] for one in labels if one in keys))}
    if len(names) < 2:
        return {"series": list(labels)}
    parts = [label.rpartition("/") for label in labels]
    columns = (keys[channel] for _, _, channel in parts if channel in keys)
    return {
        "series": list(dict.fromkeys(series for series, _, _ in parts)),
        "targets": _kept(body, columns),
    }


def _kept(body: dict[str, Any], wanted: Iterable[str]) -> list[str]:
    """Those of the columns that the dataset still has."""
    still = body.get("targets") or []
    return [key for key in dict.fromkeys(wanted) if key in still]


def _name(task: PredictionTask, count: int, how: str) -> str:
    words = {"name": task.name, "n": f"{count:,}"}
    if how == CROSTON:
        return (
            ngettext(
                "%(name)s, Croston on %(n)s series", "%(name)s, Croston on %(n)s series", count
            )
            % words
        )[:200]
    return (ngettext("%(name)s, %(n)s series", "%(name)s, %(n)s series", count) % words)[:200]
