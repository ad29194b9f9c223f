"""Steering a race under `/api/v1/predictions/{id}/`: cancel, finish now, stop one model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from forecasting import starting
from forecasting.models import PredictionTask
from forecasting.serializers import PredictionTaskSerializer


class StopModelSerializer(serializers.Serializer[Any]):
    """Which model the race shall go on without."""

    model = serializers.CharField(max_length=60, help_text=_("Its name in the race."))


class RaceActions:
    """What can be asked of a forecast that runs."""

    get_object: Callable[[], Any]
    get_serializer_context: Callable[[], dict[str, Any]]

    @extend_schema(summary="Stop", request=None, responses={202: PredictionTaskSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop the work; what was found so far stays."""
        return self._steered(starting.cancel)

    @extend_schema(
        summary="Finish with the best so far",
        request=None,
        responses={202: PredictionTaskSerializer},
    )
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """End the race now; the best answer so far stands."""
        return self._steered(starting.finish)

    @extend_schema(
        summary="Stop one model of a race",
        description="The others go on; `race` then says of the model that it was stopped.",
        request=StopModelSerializer,
        responses={202: PredictionTaskSerializer},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Let the race go on without one model."""
        task = self.get_object()
        asked = StopModelSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        starting.stop_model(task, asked.validated_data["model"])
        return self._answered()

    def _steered(self, steer: Callable[[PredictionTask], None]) -> Response:
        steer(self.get_object())
        return self._answered()

    def _answered(self) -> Response:
        content = PredictionTaskSerializer(
            self.get_object(), context=self.get_serializer_context()
        ).data
        return Response(content, status=status.HTTP_202_ACCEPTED)
