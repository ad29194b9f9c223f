"""`/api/v1/model-lines/`: what is forecast again and again, and who is champion there."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_base import OwnedViewSet
from accounts.problems import Conflict
from accounts.requests import AuthenticatedApiRequest
from forecasting.api_watching import WatchActions
from forecasting.models import ModelLine, ModelVersion
from forecasting.models.model_line import ModelLineQuerySet
from forecasting.registry import promoting
from forecasting.registry.serializers import (
    LineSerializer,
    PredictedSerializer,
    PredictSerializer,
    PromotedSerializer,
    RegisteredModelSerializer,
)
from forecasting.serving.predicting import predict_as_asked

MOST_VERSIONS = 200


@extend_schema_view(
    list=extend_schema(
        summary="List registered models",
        parameters=[OpenApiParameter("search", str, description="Words in names, or a type.")],
    ),
    retrieve=extend_schema(summary="One registered model"),
    partial_update=extend_schema(summary="Rename"),
)
@extend_schema(tags=["models"])
class LineViewSet(WatchActions, OwnedViewSet):
    """Lines of models: one for each dataset, targets and horizon."""

    queryset = ModelLine.objects.with_aliases()
    serializer_class = LineSerializer
    http_method_names = ("get", "post", "patch", "head", "options")
    filter_backends = ()
    read_only_actions = ("predict",)

    def get_queryset(self) -> ModelLineQuerySet:
        """What this person may see, narrowed by `search`."""
        found = cast("ModelLineQuerySet", super().get_queryset())
        text = self.request.query_params.get("search", "").strip()
        return found.search(text) if text else found

    @extend_schema(
        summary="Versions, the newest first", responses=RegisteredModelSerializer(many=True)
    )
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Up to 200 models of this line."""
        user = cast("AuthenticatedApiRequest", request).user
        seen = ModelVersion.objects.of_line(self.get_object(), user)[:MOST_VERSIONS]
        rows = [version.model for version in seen]
        return Response(RegisteredModelSerializer(rows, many=True).data)

    @extend_schema(summary="What happened", responses=PromotedSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, pk: str) -> Response:
        """Up to 200 moves of champion and challenger, the newest first."""
        moves = self.get_object().promotions.newest_first()[:MOST_VERSIONS]
        return Response(PromotedSerializer(moves, many=True).data)

    @extend_schema(
        summary="Forecast now with the champion",
        description="Keeps its address when another version is promoted.",
        request=PredictSerializer,
        responses=PredictedSerializer,
    )
    @action(detail=True, methods=["post"])
    def predict(self, request: Request, pk: str) -> Response:
        """The latest forecast of whoever is champion."""
        line = self.get_object()
        if line.champion is None:
            raise Conflict(
                gettext("%(line)s has no champion. Promote a version.") % {"line": line.name}
            )
        # Whoever may see the line may ask its champion.
        return Response(predict_as_asked(line.champion.model, request.data))

    @extend_schema(
        summary="Let the champion before return", request=None, responses=PromotedSerializer
    )
    @action(detail=True, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request, pk: str) -> Response:
        """Undo the last promotion."""
        actor = cast("AuthenticatedApiRequest", request).user
        moved = promoting.roll_back(self.get_object(), actor=actor)
        return Response(PromotedSerializer(moved).data)

    @extend_schema(summary="Withdraw the challenger", request=None, responses=LineSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Let nobody challenge the champion."""
        line = self.get_object()
        promoting.withdraw(line, actor=cast("AuthenticatedApiRequest", request).user)
        return Response(LineSerializer(self.get_object()).data)

    def get_throttles(self) -> list[Any]:
        """Forecasts on demand have a limit of their own."""
        self.throttle_scope = "predict" if self.action == "predict" else ""
        return super().get_throttles()
