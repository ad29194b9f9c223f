"""Watches and anomalies as JSON."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.clock import AS_STORED
from datasets.serializers import JobSummarySerializer
from forecasting.models import Anomaly, AnomalyWatch
from forecasting.models.anomaly import NOTE_LENGTH
from forecasting.models.anomaly_watch import FEWEST, MOST


class AnomalyRateSerializer(serializers.Serializer[Any]):
    """What a threshold would have raised in the history, bounds with 95 % confidence."""

    threshold = serializers.FloatField(help_text=_("Rows with a p-value up to it are unusual."))
    alarms = serializers.IntegerField()
    weeks = serializers.FloatField()
    per_week = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    unusual = serializers.IntegerField(help_text=_("Rows beyond the threshold."))
    by_chance = serializers.FloatField(help_text=_("How many of them chance alone explains."))
    false_share = serializers.FloatField(allow_null=True)


class AnomalyWatchSerializer(serializers.ModelSerializer[AnomalyWatch]):
    """A watch with its threshold, and what it would have raised."""

    columns = serializers.ListField(
        source="names", child=serializers.CharField(), read_only=True, help_text=_("Watched.")
    )
    threshold = serializers.FloatField(source="in_force", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True, default=None)
    rate = serializers.SerializerMethodField()
    lesson = serializers.JSONField(read_only=True)
    refused = serializers.DictField(child=serializers.CharField(), read_only=True)
    comparison = serializers.JSONField(read_only=True)
    job = JobSummarySerializer(read_only=True)

    class Meta:
        model = AnomalyWatch
        fields = [
            "id",
            "name",
            "dataset",
            "columns",
            "series",
            "detector",
            "season",
            "per_week",
            "is_active",
            "version",
            "rows_judged",
            "threshold",
            "rate",
            "lesson",
            "refused",
            "comparison",
            "job",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(AnomalyRateSerializer(allow_null=True))
    def get_rate(self, watch: AnomalyWatch) -> dict[str, Any] | None:
        """None before anything was judged."""
        names = [str(name) for name in AnomalyRateSerializer().fields]
        return {name: watch.rate.get(name) for name in names} if watch.rate else None


class AskWatchSerializer(serializers.Serializer[Any]):
    """What to watch; only the dataset is required."""

    dataset = serializers.UUIDField()
    columns = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Names or keys of number columns; the usual one without it."),
    )
    series = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Series of a long table; all of them without it."),
    )
    detector = serializers.ChoiceField(choices=AnomalyWatch.Detector.choices, required=False)
    season = serializers.IntegerField(min_value=2, required=False, allow_null=True)
    per_week = serializers.FloatField(min_value=FEWEST, max_value=MOST, required=False)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ChangeWatchSerializer(serializers.Serializer[Any]):
    """What may be changed; another detector, season or column judges the history again."""

    columns = serializers.ListField(child=serializers.CharField(), required=False)
    series = serializers.ListField(child=serializers.CharField(), required=False)
    detector = serializers.ChoiceField(choices=AnomalyWatch.Detector.choices, required=False)
    season = serializers.IntegerField(min_value=2, required=False, allow_null=True)
    per_week = serializers.FloatField(min_value=FEWEST, max_value=MOST, required=False)
    name = serializers.CharField(max_length=200, required=False)
    is_active = serializers.BooleanField(required=False)


class AnomalySerializer(serializers.ModelSerializer[Anomaly]):
    """One anomaly; times on the clock of the dataset's zone, with their offset if known."""

    dataset = serializers.UUIDField(source="watch.dataset_id", read_only=True)
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    peak = serializers.SerializerMethodField()
    labelled_by = serializers.CharField(source="labelled_by.username", read_only=True, default=None)

    class Meta:
        model = Anomaly
        fields = [
            "id",
            "watch",
            "dataset",
            "series",
            "kind",
            "start",
            "end",
            "peak",
            "rows",
            "value",
            "expected",
            "lower",
            "upper",
            "size",
            "times_usual",
            "p",
            "counts",
            "lasts",
            "label",
            "note",
            "labelled_by",
            "labelled_at",
        ]
        read_only_fields = fields

    def get_start(self, row: Anomaly) -> str:
        """Time of the first row."""
        return _time(row, "start")

    def get_end(self, row: Anomaly) -> str:
        """Time of the last row."""
        return _time(row, "end")

    def get_peak(self, row: Anomaly) -> str:
        """Time of the most unusual row."""
        return _time(row, "peak_at")


class LabelAnomalySerializer(serializers.Serializer[Any]):
    """What somebody calls an anomaly; an empty label takes it back."""

    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Anomaly.Label.choices, required=False, allow_blank=True
    )
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class LabelledSerializer(serializers.Serializer[Any]):
    """The anomaly, and its watch with what the label changed."""

    anomaly = AnomalySerializer()
    watch = AnomalyWatchSerializer()


class WatchStartedSerializer(serializers.Serializer[Any]):
    """A watch and the job that judges its history."""

    watch = AnomalyWatchSerializer()
    job = JobSummarySerializer()


def _time(row: Anomaly, field: str) -> str:
    version = row.watch.version
    clock = version.clock if version is not None else AS_STORED
    return clock.iso(getattr(row, field).replace(tzinfo=None))
