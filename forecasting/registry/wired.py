"""What the registry hears: results that are written, forecasts that end, models that go."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils.translation import pgettext_lazy

from forecasting import live, transitions
from forecasting.models import ModelLine, ModelVersion, PredictionResult
from forecasting.registry import enrolling, following
from forecasting.registry.reusing import KIND
from jobs.registry import name_kind, on_transition, register_fragment


def connect(*kinds: str) -> None:
    """Follow the jobs of these kinds, after their own hooks have moved the states."""
    on_transition(KIND, transitions.follow)
    name_kind(KIND, pgettext_lazy("kind of job", "forecast"))
    register_fragment(KIND, live.fragment)
    post_save.connect(note_result, sender=PredictionResult)
    post_delete.connect(forget_empty_line, sender=ModelVersion)
    for kind in kinds:
        on_transition(kind, following.follow)


def note_result(sender: type[PredictionResult], instance: PredictionResult, **_signal: Any) -> None:
    """A model with a result is a version."""
    enrolling.enrol(instance)


def forget_empty_line(sender: type[ModelVersion], instance: ModelVersion, **_signal: Any) -> None:
    """A line without versions says nothing any more."""
    if not ModelVersion.objects.filter(line=instance.line_id).exists():
        ModelLine.objects.filter(pk=instance.line_id).delete()
