"""Scenarios written down: named once, counted, kept with the numbers they had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts.models import User
from forecasting.models import PredictionResult, PredictionTask, Scenario
from forecasting.refusals import ForecastProblem
from forecasting.scenarios import answering
from forecasting.scenarios.changes import Change, problem

MOST: Final = 50
LONGEST: Final = 100


def keep(
    task: PredictionTask,
    result: PredictionResult,
    series: str,
    changes: Sequence[Change],
    *,
    name: str,
    author: User,
) -> Scenario:
    """Ask the model and keep what it says. Raises Problem with a sentence."""
    words = named(name)
    _require_some(changes)
    if Scenario.objects.filter(task=task).count() >= MOST:
        raise problem(
            gettext("A forecast keeps %(most)s scenarios. Delete one of them first.")
            % {"most": MOST},
            "too_many",
        )
    outcome = answering.preview(task, result, series, changes)
    moments = answering.moments_of(task, result, series)
    row = Scenario(
        task=task,
        author=author,
        name=words,
        model=result.name,
        series=series,
        changes=[one.as_json(moments) for one in changes],
        answer=outcome.as_json(),
    )
    save(row)
    return row


def replace(
    row: Scenario, result: PredictionResult, series: str, changes: Sequence[Change]
) -> None:
    """Keep other changes under its name. Raises Problem with a sentence."""
    _require_some(changes)
    outcome = answering.preview(row.task, result, series, changes)
    moments = answering.moments_of(row.task, result, series)
    row.model, row.series = result.name, series
    row.changes, row.answer = [one.as_json(moments) for one in changes], outcome.as_json()
    save(row)


def rename(row: Scenario, name: str) -> None:
    """Give it another name."""
    row.name = named(name)
    save(row)


def named(name: str) -> str:
    """A name without odd spaces. Raises ForecastProblem where there is none."""
    words = " ".join(str(name).split())[:LONGEST]
    if not words:
        raise ForecastProblem(gettext("Give the scenario a name."), field="name")
    return words


def save(row: Scenario) -> None:
    """Write it. Raises ForecastProblem where the name is taken."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise ForecastProblem(
            gettext("There is a scenario called %(name)s already. Choose another name.")
            % {"name": row.name},
            code="name_taken",
            field="name",
        ) from taken


def _require_some(changes: Sequence[Change]) -> None:
    if not changes:
        raise problem(gettext("Nothing is changed yet. Move a slider or add a change first."))
