"""Runs of a forecast for programs: bring up to date, forecast anew, follow, list."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_base import OwnedViewSet
from accounts.requests import AuthenticatedApiRequest
from datasets.serializers import JobSummarySerializer
from forecasting.fresh import following, refitting, roll, runs
from forecasting.models import PredictionTask
from forecasting.serializers import PredictionTaskSerializer, StartedSerializer


class FollowSerializer(serializers.Serializer[Any]):
    """Do new rows move the forecast?"""

    on = serializers.BooleanField()


class RunSerializer(serializers.ModelSerializer[PredictionTask]):
    """One run of a forecast, without its numbers."""

    version = serializers.IntegerField(source="version.number", read_only=True)
    series = serializers.SerializerMethodField(
        help_text=_("Series that came, went or stand still: `new`, `gone`, `quiet`.")
    )

    class Meta:
        model = PredictionTask
        fields = (
            "id", "run", "moved_by", "refits", "version", "status", "error_message", "created_at",
            "completed_at", "series",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.DictField()))
    def get_series(self, task: PredictionTask) -> dict[str, Any]:
        """Counts and names, of a run that moved."""
        found: dict[str, Any] = task.receipt.get("moved", {}).get(roll.KEPT, {})
        return found


class FreshActions(OwnedViewSet):
    """What keeps a forecast fresh."""

    @extend_schema(
        summary="Bring up to date without training",
        description=(
            "Every model takes in the rows that came: the next run, in seconds. 409 where nothing "
            "is new or a run is under way."
        ),
        request=None,
        responses={202: StartedSerializer},
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """The next run on the newest rows."""
        return self._started(following.move(self.get_object(), moved_by=runs.MovedBy.ASKED))

    @extend_schema(
        summary="Forecast anew: the same recipe on the newest data",
        description="The models learn again: the next run. 409 while a run is under way.",
        request=None,
        responses={202: StartedSerializer},
    )
    @action(detail=True, methods=["post"])
    def refit(self, request: Request, pk: str) -> Response:
        """The next run, trained anew."""
        person = cast("AuthenticatedApiRequest", request).user
        return self._started(refitting.refit(self.get_object(), actor=person))

    @extend_schema(
        summary="Let new rows move a forecast, or not",
        request=FollowSerializer,
        responses={200: FollowSerializer},
    )
    @action(detail=True, methods=["post"])
    def follow(self, request: Request, pk: str) -> Response:
        """Switch it."""
        task = self.get_object()
        asked = FollowSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = cast("AuthenticatedApiRequest", request).user
        following.set_following(task, on=asked.validated_data["on"], by=person)
        return Response(asked.validated_data)

    @extend_schema(
        summary="All runs of a forecast, the newest first",
        responses={200: RunSerializer(many=True)},
    )
    @action(detail=True, pagination_class=None)
    def runs(self, request: Request, pk: str) -> Response:
        """Those that are kept."""
        found = PredictionTask.objects.runs_of(self.get_object()).select_related("version")
        return Response(RunSerializer(found, many=True).data)

    def _started(self, task: PredictionTask) -> Response:
        context = self.get_serializer_context()
        content = {
            "prediction": PredictionTaskSerializer(task, context=context).data,
            "job": JobSummarySerializer(task.instant_job).data,
        }
        return Response(content, status=status.HTTP_202_ACCEPTED)
