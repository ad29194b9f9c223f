"""`/api/v1/schedules/`: what runs by itself."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.api_base import OwnedViewSet
from accounts.models.user import User
from accounts.requests import AuthenticatedApiRequest
from forecasting.fresh import scheduling, words
from forecasting.models import PredictionTask, Schedule
from forecasting.models.schedule import ScheduleQuerySet
from forecasting.serializers import PredictionTaskSerializer


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """A schedule. `sentence` says when it runs; `weekday` counts from Monday, 0."""

    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Schedule
        fields = (
            "id", "forecast", "sentence", "does", "every", "at", "weekday", "day", "zone", "is_on",
            "next_at", "last_at", "last_late", "last_run", "last_outcome", "last_words",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "id", "sentence", "next_at", "last_at", "last_late", "last_run", "last_outcome",
            "last_words", "created_at", "updated_at",
        )  # fmt: skip
        extra_kwargs = {"zone": {"required": False}}

    def get_fields(self) -> dict[str, Any]:
        """Let a person name only what they may see; a schedule stays with its forecast."""
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        if request is not None and isinstance(request.user, User):
            fields["forecast"].queryset = PredictionTask.objects.visible_to(request.user)
        if self.instance is not None:
            fields["forecast"].read_only = True
        return fields

    def get_sentence(self, schedule: Schedule) -> str:
        """`every day 18:00`."""
        return words.when(schedule)


@extend_schema_view(
    list=extend_schema(
        summary="List schedules",
        parameters=[OpenApiParameter("search", str, description="Words in forecast or dataset")],
    ),
    create=extend_schema(
        summary="Make a schedule",
        description=(
            "`forecast` is any run of it. `does` is `refit` (models learn again) or `update` (new "
            "rows, no training). `every` is hour, day, weekdays, week, month or drift, `at` the "
            "time of the day in `zone`; without a zone that of your profile."
        ),
    ),
    retrieve=extend_schema(summary="One schedule with its next and its last run"),
    partial_update=extend_schema(summary="Change a schedule, pause it, let it go on"),
    destroy=extend_schema(summary="Delete a schedule; the forecast and its runs stay"),
)
@extend_schema(tags=["schedules"])
class ScheduleViewSet(OwnedViewSet):
    """Schedules; who may change the forecast may change them."""

    queryset = Schedule.objects.with_things()
    serializer_class = ScheduleSerializer
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    filter_backends = ()
    owner_actions = ()

    def get_queryset(self) -> ScheduleQuerySet:
        """What this person may see, narrowed by `search`."""
        found = cast("ScheduleQuerySet", super().get_queryset())
        text = self.request.query_params.get("search", "").strip()
        return found.search(text) if text else found

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Check, save, tell the scheduler."""
        person = cast("User", self.request.user)
        fields = {"zone": person.timezone or "UTC", **serializer.validated_data}
        serializer.instance = scheduling.make(Schedule(**fields), by=person)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """The same for a changed one."""
        row = cast("Schedule", serializer.instance)
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        serializer.instance = scheduling.change(row, by=cast("User", self.request.user))

    def perform_destroy(self, instance: Model) -> None:
        """Forget it."""
        assert isinstance(instance, Schedule)
        scheduling.remove(instance, by=cast("User", self.request.user))

    @extend_schema(
        summary="Run now",
        description="Answers 202 with the new run; 409 with the reason where nothing was to do.",
        request=None,
        responses={202: PredictionTaskSerializer},
    )
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Do at once what it does."""
        person = cast("AuthenticatedApiRequest", request).user
        made = scheduling.run_now(self.get_object(), by=person)
        content = PredictionTaskSerializer(made, context=self.get_serializer_context()).data
        return Response(content, status=status.HTTP_202_ACCEPTED)
