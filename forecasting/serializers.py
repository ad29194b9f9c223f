"""Forecasts and models as JSON."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.serializers import JobSummarySerializer
from forecasting import standing
from forecasting.exports import metrics_table
from forecasting.forms import NAME_LENGTH
from forecasting.models import PredictionTask
from forecasting.refusals import spoken
from forecasting.shown import ShownForecast


class PredictionTaskSerializer(serializers.ModelSerializer[PredictionTask]):
    """A forecast with its state, its leader and its leaderboard."""

    name = serializers.CharField(max_length=NAME_LENGTH)
    version = serializers.IntegerField(source="version.number", read_only=True)
    model = serializers.SerializerMethodField()
    headline = serializers.SerializerMethodField()
    leaderboard = serializers.SerializerMethodField()
    race = serializers.SerializerMethodField()
    job = JobSummarySerializer(read_only=True)

    class Meta:
        model = PredictionTask
        fields = [
            "id",
            "name",
            "dataset",
            "version",
            "origin",
            "run",
            "moved_by",
            "status",
            "progress",
            "error_message",
            "parameters",
            "receipt",
            "model",
            "headline",
            "leaderboard",
            "race",
            "job",
            "created_at",
            "completed_at",
        ]
        read_only_fields = [name for name in fields if name != "name"]

    @extend_schema_field({"type": "string", "nullable": True})
    def get_model(self, task: PredictionTask) -> str | None:
        """The type of the leading model."""
        return task.model.type if task.model else None

    @extend_schema_field({"type": "string"})
    def get_headline(self, task: PredictionTask) -> str:
        """The answer in words; empty in lists and before there is one."""
        if getattr(self, "parent", None) is not None:
            return ""
        headline = ShownForecast(task).headline
        return headline.text if headline else ""

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_leaderboard(self, task: PredictionTask) -> list[dict[str, Any]]:
        """Rank, scores on past windows, coverage and seconds of every model."""
        return metrics_table(ShownForecast(task))

    @extend_schema_field({"type": "object"})
    def get_race(self, task: PredictionTask) -> dict[str, Any]:
        """Stage, leader and every model of the race with its state; empty before there is one."""
        found = standing.of_task(task)
        models = [
            {**one, "reason": spoken(one["reason"]) if one["reason"] else ""}
            for one in standing.runners_of(task)
        ]
        return {**found, "models": models} if found else {}


class StartedSerializer(serializers.Serializer[Any]):
    """The answer to a creation: the forecast and the job to follow."""

    prediction = PredictionTaskSerializer()
    job = JobSummarySerializer()


class OriginSerializer(serializers.Serializer[Any]):
    """Which forecast, data and model the numbers of an answer come from."""

    forecast = serializers.UUIDField()
    name = serializers.CharField()
    dataset = serializers.CharField()
    version = serializers.IntegerField()
    data_hash = serializers.CharField()
    model = serializers.CharField()
    horizon = serializers.IntegerField()
    frequency = serializers.CharField()
    levels = serializers.ListField(child=serializers.IntegerField())
    not_in_totals = serializers.DictField(
        allow_null=True,
        help_text=_(
            "`count`, the first names as `series` and the `reason` where series have too few "
            "values for a forecast, so that no sum counts them; null where all are counted."
        ),
    )


class ResultsSerializer(OriginSerializer):
    """Rows `unique_id, ds, mean, lo-80, hi-80, …` of one model."""

    total = serializers.IntegerField()
    next_offset = serializers.IntegerField(allow_null=True)
    results = serializers.ListField(child=serializers.DictField())


class BacktestSerializer(OriginSerializer):
    """Errors of one model on one series; coverage is a share, mape and wape are in percent."""

    series = serializers.CharField()
    whole = serializers.DictField()
    windows = serializers.ListField(child=serializers.DictField())
    steps = serializers.ListField(child=serializers.DictField())


class MetricsSerializer(serializers.Serializer[Any]):
    """One row a model."""

    metrics = serializers.ListField(child=serializers.DictField())
