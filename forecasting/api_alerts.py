"""`/api/v1/alerts/`: rules, what they would have done, what fired."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.api_base import OwnedViewSet
from accounts.models.user import User
from accounts.notification_serializers import NotificationSerializer
from accounts.notifying.kinds import CHANNELS
from accounts.ownership import require_creator
from accounts.paging import KeysetPagination
from datasets.models import Dataset
from forecasting.alerts import keeping, telling, words
from forecasting.alerts.preview import as_json, preview
from forecasting.models import AlertFiring, AlertRule, PredictionTask
from forecasting.models.alert_rule import AlertRuleQuerySet


class AlertRuleSerializer(serializers.ModelSerializer[AlertRule]):
    """A rule. `sentence` is the rule read aloud; `within` counts steps of the data."""

    sentence = serializers.SerializerMethodField()
    channels = serializers.ListField(
        child=serializers.ChoiceField([(name, name) for name in CHANNELS]),
        required=False,
        help_text=_("Empty: as in your preferences."),
    )

    class Meta:
        model = AlertRule
        fields = (
            "id", "name", "sentence", "kind", "dataset", "task", "series", "measure", "level",
            "direction", "limit", "within", "margin", "clear_after", "repeat_hours", "channels",
            "audience", "urgent_limit", "is_on", "snoozed_until", "state", "last_value",
            "judged_at", "fired_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "id", "sentence", "snoozed_until", "state", "last_value", "judged_at", "fired_at",
            "created_at", "updated_at",
        )  # fmt: skip
        extra_kwargs = {"dataset": {"required": False}}

    def get_fields(self) -> dict[str, Any]:
        """Let a person name only what they may see."""
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        if request is not None and isinstance(request.user, User):
            fields["dataset"].queryset = Dataset.objects.visible_to(request.user)
            fields["task"].queryset = PredictionTask.objects.visible_to(request.user)
        return fields

    def get_sentence(self, rule: AlertRule) -> str:
        """The rule, read aloud."""
        return words.title(rule)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A rule on a forecast takes its dataset from it."""
        task = attrs.get("task")
        if task is not None and "dataset" not in attrs:
            attrs["dataset"] = task.dataset
        if self.instance is None and "dataset" not in attrs:
            kind = attrs.get("kind", AlertRule.Kind.FORECAST)
            field = "dataset" if kind == AlertRule.Kind.MISSING else "task"
            raise serializers.ValidationError({field: _("Choose what the rule watches.")})
        return attrs


class AlertFiringSerializer(serializers.ModelSerializer[AlertFiring]):
    """From when to when a rule was true; `value` is the furthest it went."""

    words = serializers.SerializerMethodField()

    class Meta:
        model = AlertFiring
        fields = (
            "id", "rule", "words", "series", "value", "first_time", "peak_time", "started_at",
            "resolved_at", "told",
        )  # fmt: skip
        read_only_fields = fields

    def get_words(self, firing: AlertFiring) -> str:
        """What happened, in a sentence."""
        return words.fired(firing.rule, firing)


class AlertWindowSerializer(serializers.Serializer[Any]):
    time = serializers.CharField()
    fired = serializers.BooleanField()
    came_true = serializers.BooleanField(allow_null=True)


class AlertPreviewSerializer(serializers.Serializer[Any]):
    """What a rule would have done: on past forecasts (`windows`) or in the data (`rows`)."""

    source = serializers.ChoiceField(["windows", "rows", "none"])  # type: ignore[assignment]
    since = serializers.CharField(required=False)
    until = serializers.CharField(required=False)
    fired = serializers.IntegerField()
    fired_last_30_days = serializers.IntegerField()
    came_true = serializers.IntegerField(required=False)
    missed = serializers.IntegerField(required=False)
    windows = AlertWindowSerializer(many=True)


class SnoozeSerializer(serializers.Serializer[Any]):
    hours = serializers.IntegerField(
        min_value=0, max_value=keeping.MOST_HOURS, help_text=_("0 ends the silence.")
    )


class AlertTestSerializer(serializers.Serializer[Any]):
    sent = NotificationSerializer(many=True)


class NewestFirings(KeysetPagination):
    """Pages by when it began."""

    ordering = ("-started_at", "-id")


@extend_schema_view(
    list=extend_schema(
        summary="List alert rules",
        parameters=[
            OpenApiParameter("state", str, description="ok or firing"),
            OpenApiParameter("kind", str, description="forecast, missing, anomaly or drift"),
            OpenApiParameter("search", str, description="Words in name, series or forecast"),
        ],
    ),
    create=extend_schema(
        summary="Make an alert rule",
        description=(
            "Forecast: `task`, `limit`, and `measure` (mean, interval or width) with `level`. "
            "Missing data: `dataset` and `within` (steps of silence). It is judged at once."
        ),
    ),
    retrieve=extend_schema(summary="One alert rule"),
    partial_update=extend_schema(summary="Change a rule, or switch it on or off"),
    destroy=extend_schema(summary="Delete a rule with its history"),
)
@extend_schema(tags=["alerts"])
class AlertViewSet(OwnedViewSet):
    """Rules that tell people."""

    queryset = AlertRule.objects.with_things()
    serializer_class = AlertRuleSerializer
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    filter_backends = ()
    owner_actions = ()
    read_only_actions = ("preview",)

    def get_queryset(self) -> AlertRuleQuerySet:
        """What this person may see, narrowed by `state`, `kind` and `search`."""
        found = cast("AlertRuleQuerySet", super().get_queryset())
        asked = self.request.query_params
        if state := asked.get("state", ""):
            found = found.in_state(state)
        if kind := asked.get("kind", ""):
            found = found.of_kind(kind)
        if text := asked.get("search", "").strip():
            found = found.search(text)
        return found

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Check, save, look once."""
        owner = cast("User", self.request.user)
        rule = AlertRule(owner=owner, **serializer.validated_data)
        serializer.instance = keeping.make(rule)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Check, save, begin anew."""
        rule = cast("AlertRule", serializer.instance)
        for name, value in serializer.validated_data.items():
            setattr(rule, name, value)
        serializer.instance = keeping.change(rule, by=cast("User", self.request.user))

    def perform_destroy(self, instance: Any) -> None:
        """Forget it."""
        keeping.remove(instance, by=cast("User", self.request.user))

    @extend_schema(
        summary="When a rule would have fired; nothing is saved",
        request=AlertRuleSerializer,
        responses={200: AlertPreviewSerializer},
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def preview(self, request: Request) -> Response:
        """Look at past windows or at the data."""
        require_creator(request.user)
        data = AlertRuleSerializer(data=request.data, context=self.get_serializer_context())
        data.is_valid(raise_exception=True)
        rule = AlertRule(owner=cast("User", request.user), **data.validated_data)
        keeping.check(rule)
        return Response(as_json(preview(rule)))

    @extend_schema(summary="Be silent for a while", request=SnoozeSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Snooze, or with 0 hours wake."""
        data = SnoozeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        rule = self.get_object()
        keeping.snooze(rule, hours=data.validated_data["hours"], by=cast("User", request.user))
        return Response(self.get_serializer(rule).data)

    @extend_schema(
        summary="Send what a firing would look like",
        request=None,
        responses={202: AlertTestSerializer},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """A test on the rule's own ways."""
        sent = telling.test(self.get_object())
        body = {"sent": NotificationSerializer(sent, many=True).data}
        return Response(body, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="What fired, newest first",
        responses=AlertFiringSerializer(many=True),
        parameters=[OpenApiParameter("rule", str, description="Only of this rule")],
    )
    @action(detail=False, pagination_class=NewestFirings)
    def firings(self, request: Request) -> Response:
        """The history."""
        rules = self.get_queryset()
        found = AlertFiring.objects.of(rules)
        if rule := request.query_params.get("rule", ""):
            found = found.of_rule(rule)
        page = self.paginate_queryset(found)
        return self.get_paginated_response(AlertFiringSerializer(page, many=True).data)
