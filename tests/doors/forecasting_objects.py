"""Rows behind the doors of forecasting."""

from forecasting.fresh import scheduling
from forecasting.models import (
    AlertRule,
    ForecastDraft,
    ModelLine,
    Scenario,
    Schedule,
    TrainedModel,
)
from tests.doors import datasets_objects
from tests.doors.replay import Replay
from tests.forecasting.made import answered


def parts(task):
    results = list(task.results.all())
    trained = TrainedModel.objects.filter(results__in=results).distinct()
    jobs = [job for job in (task.instant_job, task.training_job) if job]
    return [*datasets_objects.parts(task.dataset), *jobs, *trained, task, *results]


forecast = Replay(answered, parts)


def dataset(owner):
    """The dataset of a forecast."""
    return forecast(owner).dataset


def model(owner):
    """The model that leads a forecast."""
    return forecast(owner).model


def line(owner):
    """The line of a forecast, with its leader as champion."""
    task = forecast(owner)
    found = ModelLine.objects.get(owner=owner, dataset=task.dataset)
    found.champion = task.model.registered
    found.save()
    return found


def alert(owner):
    """A rule on a forecast that never fires."""
    task = forecast(owner)
    return AlertRule.objects.create(owner=owner, dataset=task.dataset, task=task, limit=1e9)


def scheduled(owner):
    """A forecast with a schedule, whose key it carries."""
    task = forecast(owner)
    task.schedule_pk = scheduling.make(Schedule(forecast=task), by=owner).pk
    return task


def draft(owner):
    """A forecast that is filled in but not started."""
    return ForecastDraft.objects.create(owner=owner, dataset=forecast(owner).dataset, name="Load")


def scenario(owner):
    """A kept what-if of a forecast."""
    task = forecast(owner)
    found = Scenario.objects.create(task=task, author=owner, name="Warm", model="linear")
    found.owner = owner
    return found
