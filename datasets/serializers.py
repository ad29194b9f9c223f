"""Datasets as JSON: what programs may read and write."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.forms import DESCRIPTION_LENGTH, NAME_LENGTH
from datasets.grid.statistics import shown_stats
from datasets.models import Column, Dataset, Version
from datasets.problems import SENTENCES
from jobs.models import Job

# Above this a JSON reader in a browser rounds; such numbers travel as text.
EXACT_INTEGER = 2**53


def plain(value: Any) -> Any:
    """`value` as JSON can carry it: no NaN, no infinity, no rounded large integers."""
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _plain_number(value)
    return value


def _plain_number(value: float) -> float | str | None:
    if isinstance(value, int):
        return value if abs(value) <= EXACT_INTEGER else str(value)
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


class JobSummarySerializer(serializers.ModelSerializer[Job]):
    """The job that reads the file: ask its url, or listen on its socket."""

    error = serializers.CharField(source="failure", read_only=True)
    url = serializers.SerializerMethodField()
    socket = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = ["id", "kind", "state", "progress", "message", "error", "url", "socket"]

    def get_url(self, job: Job) -> str:
        """Where the job is asked for."""
        return f"/api/v1/jobs/{job.pk}/"

    def get_socket(self, job: Job) -> str:
        """Where the job tells by itself."""
        return f"/ws/jobs/{job.pk}/"


class VersionSerializer(serializers.ModelSerializer[Version]):
    """One immutable state."""

    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    made_by = serializers.CharField(source="made_by.username", default="", read_only=True)
    made_from = serializers.IntegerField(source="parent.number", default=None, read_only=True)

    class Meta:
        model = Version
        fields = [
            "id",
            "number",
            "origin",
            "made_from",
            "made_by",
            "note",
            "diff",
            "content_hash",
            "row_count",
            "file_size",
            "frequency",
            "time_column",
            "series_column",
            "layout",
            "start",
            "end",
            "created_at",
        ]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_start(self, version: Version) -> Any:
        """The first time in the data."""
        return version.clock.iso_text(version.profile.get("start")) or None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_end(self, version: Version) -> Any:
        """The last time in the data."""
        return version.clock.iso_text(version.profile.get("end")) or None


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A dataset with the facts of its current version; name and description can be written."""

    owner = serializers.CharField(source="owner.username", read_only=True)
    error = serializers.CharField(source="error_sentence", read_only=True)
    version = VersionSerializer(source="current_version", read_only=True, allow_null=True)
    page = serializers.SerializerMethodField()
    name = serializers.CharField(
        max_length=NAME_LENGTH,
        error_messages=dict.fromkeys(("blank", "null", "required"), SENTENCES["empty_name"]),
    )
    description = serializers.CharField(
        max_length=DESCRIPTION_LENGTH, allow_blank=True, required=False
    )

    class Meta:
        model = Dataset
        fields = [
            "id",
            "name",
            "description",
            "owner",
            "filename",
            "file_size",
            "file_hash",
            "record_count",
            "status",
            "error",
            "format",
            "version",
            "page",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [
            "filename",
            "file_size",
            "file_hash",
            "record_count",
            "status",
            "format",
        ]

    def get_page(self, dataset: Dataset) -> str:
        """The address of its page for people."""
        return reverse("datasets:detail", args=[dataset.pk])

    def validate_name(self, value: str) -> str:
        """The name on one line."""
        return " ".join(value.split())


class ColumnSerializer(serializers.ModelSerializer[Column]):
    """A column: `name` as in the file, `key` to sort and filter by."""

    stats = serializers.SerializerMethodField()

    class Meta:
        model = Column
        fields = ["key", "name", "type", "role", "missing", "unreadable", "stats"]

    @extend_schema_field(serializers.DictField())
    def get_stats(self, column: Column) -> Any:
        """Numbers about the column, without NaN and without hidden values."""
        stats, clock = plain(shown_stats(column)), column.clock
        if column.type == Column.Type.DATETIME:
            stats |= {end: clock.iso_text(stats[end]) for end in ("min", "max") if end in stats}
        return stats


class UploadedSerializer(serializers.Serializer[Any]):
    """What an upload answers: the dataset, and the job that reads it."""

    dataset = DatasetSerializer()
    job = JobSummarySerializer()
    understood = serializers.DictField(
        allow_null=True, help_text=_("How a text file was understood from its beginning.")
    )


class SampleSerializer(serializers.Serializer[Any]):
    """A ready-made table to try."""

    key = serializers.CharField(help_text=_("Send this to create the dataset."))
    name = serializers.CharField(read_only=True)
    caption = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)


class RowsSerializer(serializers.Serializer[Any]):
    """A page of rows; values in the order of `columns`, missing ones null."""

    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField())
    row_numbers = serializers.ListField(child=serializers.IntegerField())
    total = serializers.IntegerField(help_text=_("Rows that match the filters."))
    of = serializers.IntegerField(help_text=_("All rows."))
    page = serializers.IntegerField()
    pages = serializers.IntegerField()


class ProfileSerializer(serializers.Serializer[Any]):
    """Facts about the current version and what was noticed while reading it."""

    version = serializers.IntegerField()
    facts = serializers.DictField()
    findings = serializers.ListField(child=serializers.DictField())
    reading = serializers.DictField(help_text=_("Encoding, separator, decimal mark, header."))


class ChartSerializer(serializers.Serializer[Any]):
    """Points of one column in a range, at most two for each pixel of `width`."""

    version = serializers.IntegerField()
    column = serializers.CharField()
    series = serializers.CharField(allow_null=True)
    x = serializers.ListField(child=serializers.DateTimeField())
    y = serializers.ListField(child=serializers.FloatField(allow_null=True))
    total = serializers.IntegerField(help_text=_("Rows in the range."))
    exact = serializers.BooleanField(help_text=_("True when every row is among the points."))
