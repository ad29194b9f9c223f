"""Does other data have the shape that a model learned? If not, the sentence says what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from datasets.models import Column, Dataset, Version
from forecasting import asking, spans
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency
from forecasting.models import TrainedModel
from forecasting.refusals import ForecastProblem


@dataclass(frozen=True)
class Shape:
    """What a model needs of a table, read from the recipe it was made with."""

    channels: int
    frequency: Frequency
    horizon: int
    names: tuple[str, ...]
    covariates: tuple[str, ...]

    @staticmethod
    def of(model: TrainedModel, recipe: Mapping[str, Any]) -> Shape:
        """Raises ForecastProblem when nobody knows any more how the model was made."""
        if not recipe:
            raise ForecastProblem(
                gettext("Nobody knows any more what this model was made from. Train it again."),
                code="no_recipe",
            )
        told = recipe.get("covariates") or {}
        keys = [*told.get("known", ()), *told.get("past", ())]
        return Shape(
            channels=len(recipe["targets"]),
            frequency=Frequency.parse(str(recipe["frequency"])),
            horizon=int(model.parameters.get("horizon") or recipe["horizon"]),
            names=tuple(str(name) for name in recipe.get("names", ())),
            covariates=tuple(_column_names(model.version, keys)),
        )


def chosen_targets(shape: Shape, version: Version, wanted: Sequence[str] = ()) -> list[Column]:
    """The columns to forecast: those named, else those called as the model's, else the usual ones.

    Raises ForecastProblem saying why the version does not fit the model.
    """
    _require_frequency(shape, version)
    numbers = {column.name: column for column in version.columns.all() if column.is_number}
    if wanted:
        columns = list(asking.check_targets(version, wanted))
    elif shape.names and all(name in numbers for name in shape.names):
        columns = [numbers[name] for name in shape.names]
    else:
        columns = _usual(shape, version)
    if len(columns) != shape.channels:
        raise ForecastProblem(
            gettext(
                "The model forecasts %(known)s columns together; %(given)s were chosen. Choose "
                "%(known)s."
            )
            % {"known": shape.channels, "given": len(columns)},
            code="other_channels",
            field="targets",
        )
    return columns


def covariate_keys(shape: Shape, version: Version, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe's covariates as columns of `version`. Raises ForecastProblem for a missing one."""
    told = recipe.get("covariates") or {}
    if not told:
        return {}
    known = {column.name: column.key for column in version.columns.all()}
    for name in shape.covariates:
        if name not in known:
            raise ForecastProblem(
                gettext("The model needs the column %(name)s, which %(dataset)s does not have.")
                % {"name": name, "dataset": version.dataset.name},
                code="missing_covariate",
                field="dataset",
            )
    keys = [known[name] for name in shape.covariates]
    ahead = len(told.get("known", ()))
    return {"known": keys[:ahead], "past": keys[ahead:]}


def why_not(shape: Shape, dataset: Dataset, recipe: Mapping[str, Any]) -> str:
    """The reason why a dataset cannot be used, "" where it can."""
    try:
        version = asking.check_version(dataset)
        chosen_targets(shape, version)
        covariate_keys(shape, version, recipe)
    except ForecastProblem as problem:
        return str(problem.message)
    return ""


def _require_frequency(shape: Shape, version: Version) -> None:
    try:
        given = Frequency.parse(version.frequency)
    except EngineError:
        given = None
    if given is not None and _same_step(given, shape.frequency):
        return
    raise ForecastProblem(
        gettext(
            "The model learned with steps of %(known)s; %(dataset)s has %(given)s. Resample it, or "
            "train a model of its own."
        )
        % {
            "known": _step(shape.frequency),
            "given": gettext("steps of %(span)s") % {"span": _step(given)}
            if given
            else gettext("no fixed step"),
            "dataset": version.dataset.name,
        },
        code="other_frequency",
        field="dataset",
    )


def _step(frequency: Frequency) -> str:
    return spans.in_words(frequency.multiple, frequency.unit)


def _same_step(one: Frequency, other: Frequency) -> bool:
    """Weeks that end on other days, and months counted from other edges, are the same step."""
    return (one.unit, one.multiple) == (other.unit, other.multiple)


def _usual(shape: Shape, version: Version) -> list[Column]:
    if shape.channels == 1:
        return asking.usual_targets(version)
    return [c for c in version.value_columns() if not asking.trouble_with(c, version)]


def _column_names(version: Version, keys: Sequence[str]) -> list[str]:
    known = {column.key: column.name for column in version.columns.all()} if keys else {}
    return [known.get(str(key), str(key)) for key in keys]
