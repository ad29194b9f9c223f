"""Jobs as JSON."""

from __future__ import annotations

from rest_framework import serializers

from jobs.models import Job, JobEvent


class JobSerializer(serializers.ModelSerializer[Job]):
    """State and progress (0 to 1) of a long task; `eta` in seconds, `error` for people."""

    error = serializers.CharField(source="failure", read_only=True)

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "title",
            "state",
            "progress",
            "message",
            "eta",
            "error",
            "link",
            "attempt",
            "seq",
            "cancel_requested",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class JobEventSerializer(serializers.ModelSerializer[JobEvent]):
    """One milestone."""

    class Meta:
        model = JobEvent
        fields = ["seq", "at", "message", "data"]
        read_only_fields = fields
