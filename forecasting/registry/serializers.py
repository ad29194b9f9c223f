"""Lines, versions, aliases and forecasts on demand as JSON."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasting.models import Alias, ModelLine, ModelPromotion, ModelVersion, TrainedModel
from forecasting.registry.comparing import Compared

MOST_NOTES = 20_000


class ModelTypeSerializer(serializers.Serializer[Any]):
    """A kind of model that can be trained."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the attribute of Field is another
    description = serializers.CharField()
    settings = serializers.DictField(help_text=_("Settings with their defaults."))
    trains_long = serializers.BooleanField()


class RegisteredModelSerializer(serializers.ModelSerializer[TrainedModel]):
    """A trained model: what it is, how good, from which data, with what, and its place."""

    version = serializers.IntegerField(source="version.number", read_only=True)
    data_hash = serializers.CharField(source="version.content_hash", read_only=True)
    line = serializers.SerializerMethodField()
    number = serializers.SerializerMethodField()
    alias = serializers.SerializerMethodField()
    environment = serializers.SerializerMethodField()
    notes = serializers.CharField(
        required=False, allow_blank=True, max_length=MOST_NOTES, write_only=True
    )

    class Meta:
        model = TrainedModel
        fields = [
            "id",
            "name",
            "type",
            "description",
            "status",
            "dataset",
            "version",
            "data_hash",
            "line",
            "number",
            "alias",
            "accuracy",
            "parameters",
            "metrics",
            "environment",
            "notes",
            "size",
            "created_at",
        ]
        read_only_fields = [n for n in fields if n not in {"description", "notes"}]
        extra_kwargs = {"description": {"max_length": MOST_NOTES}}

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_line(self, row: TrainedModel) -> str | None:
        """The line it is a version of."""
        version = _registered(row)
        return str(version.line_id) if version else None

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_number(self, row: TrainedModel) -> int | None:
        """Its number there."""
        version = _registered(row)
        return version.number if version else None

    @extend_schema_field({"type": "string"})
    def get_alias(self, row: TrainedModel) -> str:
        """champion, challenger or nothing."""
        version = _registered(row)
        return str(version.alias) if version else ""

    @extend_schema_field({"type": "object"})
    def get_environment(self, row: TrainedModel) -> dict[str, Any]:
        """Versions of Python and the libraries, and the device."""
        version = _registered(row)
        return dict(version.environment) if version else {}

    def to_representation(self, instance: TrainedModel) -> dict[str, Any]:
        """With the notes, which are written through the version."""
        version = _registered(instance)
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | {"notes": version.notes if version else ""}


class LineSerializer(serializers.ModelSerializer[ModelLine]):
    """What is forecast again and again, with its champion and challenger."""

    champion = serializers.UUIDField(source="champion.model_id", read_only=True, default=None)
    challenger = serializers.UUIDField(source="challenger.model_id", read_only=True, default=None)

    class Meta:
        model = ModelLine
        fields = [
            "id",
            "name",
            "dataset",
            "targets",
            "horizon",
            "frequency",
            "champion",
            "challenger",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [n for n in fields if n != "name"]


class PromoteSerializer(serializers.Serializer[Any]):
    """Which alias."""

    alias = serializers.ChoiceField(choices=Alias.choices, default=Alias.CHAMPION)


class PromotedSerializer(serializers.ModelSerializer[ModelPromotion]):
    """An alias that moved; `replaced` is the number of the version that had it before."""

    actor = serializers.CharField(source="actor.username", read_only=True, default=None)

    class Meta:
        model = ModelPromotion
        fields = [
            "id",
            "line",
            "alias",
            "number",
            "replaced_number",
            "actor",
            "reason",
            "evidence",
            "created_at",
        ]
        read_only_fields = fields


class PredictSerializer(serializers.Serializer[Any]):
    """What a forecast on demand takes; everything may be left out."""

    rows = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text=_("The latest rows, oldest first; the newest of the dataset without them."),
    )
    horizon = serializers.IntegerField(required=False, min_value=1)
    levels = serializers.ListField(child=serializers.FloatField(), required=False)


class PredictedSerializer(serializers.Serializer[Any]):
    """One object a series: `unique_id, last, ds, mean, lo-80, hi-80, …`, numbers as lists."""

    model = serializers.UUIDField()
    type = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    asked_with = serializers.ChoiceField(choices=["rows", "dataset"])
    notes = serializers.ListField(child=serializers.CharField())
    results = serializers.ListField(child=serializers.DictField())


class BatchSerializer(serializers.Serializer[Any]):
    """Which dataset, and how."""

    dataset = serializers.UUIDField(required=False, help_text=_("The model's own without it."))
    targets = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text=_("Names or keys of number columns; those named as the model's without it."),
    )
    levels = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=99), default=[80, 95]
    )
    name = serializers.CharField(required=False, max_length=200)


class DifferenceSerializer(serializers.Serializer[Any]):
    """One setting or figure of both."""

    name = serializers.CharField()
    one = serializers.JSONField(allow_null=True)
    other = serializers.JSONField(allow_null=True)
    differs = serializers.BooleanField()


class SharedWindowSerializer(serializers.Serializer[Any]):
    """Mean absolute errors on one past window."""

    cutoff = serializers.CharField()
    one = serializers.FloatField()
    other = serializers.FloatField()


class ModelComparisonSerializer(serializers.Serializer[Any]):
    """Two models side by side."""

    one = serializers.UUIDField(source="one.pk")
    other = serializers.UUIDField(source="other.pk")
    verdict = serializers.CharField()
    gain = serializers.FloatField(allow_null=True)
    p_value = serializers.SerializerMethodField()
    settings = DifferenceSerializer(many=True)
    metrics = DifferenceSerializer(many=True)
    windows = SharedWindowSerializer(many=True)

    @extend_schema_field({"type": "number", "nullable": True})
    def get_p_value(self, compared: Compared) -> float | None:
        """Two-sided, of the Diebold-Mariano test."""
        return compared.test.p_value if compared.test else None


def _registered(row: TrainedModel) -> ModelVersion | None:
    found: ModelVersion | None = getattr(row, "registered", None)
    return found
