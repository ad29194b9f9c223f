"""`/api/v1/models/`: the registry for programs: cards, aliases, files, and forecasts on demand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final, cast

from django.db.models import Model
from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.api_base import OwnedViewSet
from accounts.idempotency import answer_once
from accounts.ownership import fetch_visible, require_creator
from accounts.problems import Conflict
from accounts.requests import AuthenticatedApiRequest
from datasets.serializers import JobSummarySerializer
from forecasting.engine.registry import model_types
from forecasting.forms import ready_dataset
from forecasting.models import TrainedModel
from forecasting.models.trained_model import TrainedModelQuerySet
from forecasting.registry import archive, cards, comparing, promoting, removing
from forecasting.registry.lending import lend
from forecasting.registry.reusing import Reuse
from forecasting.registry.serializers import (
    BatchSerializer,
    ModelComparisonSerializer,
    ModelTypeSerializer,
    PredictedSerializer,
    PredictSerializer,
    PromotedSerializer,
    PromoteSerializer,
    RegisteredModelSerializer,
)
from forecasting.serializers import PredictionTaskSerializer, StartedSerializer
from forecasting.serving.predicting import predict_as_asked

SEARCH: Final = OpenApiParameter(
    "search", str, OpenApiParameter.QUERY, description="Words in the name or the dataset's name."
)
STATUS: Final = OpenApiParameter(
    "status", str, OpenApiParameter.QUERY, description="training, ready or error."
)
WITH: Final = OpenApiParameter(
    "with", OpenApiTypes.UUID, OpenApiParameter.QUERY, required=True, description="Another model."
)
# What a request may take of its own limit.
SCOPES: Final = {"download": "export", "predict": "predict"}


@extend_schema_view(
    list=extend_schema(summary="List trained models", parameters=[SEARCH, STATUS]),
    retrieve=extend_schema(summary="One model: version, aliases, settings, environment, metrics"),
    partial_update=extend_schema(summary="Change description and notes"),
    destroy=extend_schema(
        summary="Delete a model",
        description="Refused with 409 while it is champion or challenger or answers a forecast.",
    ),
)
@extend_schema(tags=["models"])
class ModelViewSet(OwnedViewSet):
    """Models that were trained by forecasts."""

    queryset = TrainedModel.objects.for_registry()
    serializer_class = RegisteredModelSerializer
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    filter_backends = ()
    read_only_actions = ("predict",)
    owner_actions = ("destroy",)

    def get_queryset(self) -> TrainedModelQuerySet:
        """What this person may see, narrowed by `search` and `status`."""
        found = cast("TrainedModelQuerySet", super().get_queryset())
        if text := self.request.query_params.get("search", "").strip():
            found = found.search(text)
        if state := self.request.query_params.get("status", ""):
            found = found.in_state(state)
        return found

    def perform_destroy(self, instance: Model) -> None:
        """Delete row and files."""
        assert isinstance(instance, TrainedModel)
        removing.delete_model(instance, actor=cast("AuthenticatedApiRequest", self.request).user)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Only words may change."""
        row = serializer.instance
        assert isinstance(row, TrainedModel)
        cards.describe(row, serializer.validated_data)

    @extend_schema(summary="Types of models", responses={200: ModelTypeSerializer(many=True)})
    @action(detail=False, pagination_class=None)
    def types(self, request: Request) -> Response:
        """What can be trained, with settings and their defaults; custom models included."""
        types = [
            {
                "name": entry.name,
                "label": gettext(entry.label),
                "description": gettext(entry.description),
                "settings": asdict(entry.settings()),
                "trains_long": entry.capabilities.trains_long,
            }
            for entry in model_types()
            if not entry.capabilities.needs_weights
        ]
        return Response(ModelTypeSerializer(types, many=True).data)

    @extend_schema(
        summary="Download a model", responses={(200, "application/zip"): OpenApiTypes.BINARY}
    )
    @action(detail=True)
    def download(self, request: Request, pk: str) -> HttpResponse:
        """Weights (safetensors), settings (JSON) and card (Markdown) in one zip."""
        return archive.as_file(self.get_object())

    @extend_schema(summary="The model card", responses={(200, "text/markdown"): OpenApiTypes.STR})
    @action(detail=True)
    def card(self, request: Request, pk: str) -> HttpResponse:
        """Markdown."""
        return cards.as_file(self.get_object())

    @extend_schema(
        summary="Compare two models", parameters=[WITH], responses=ModelComparisonSerializer
    )
    @action(detail=True)
    def compare(self, request: Request, pk: str) -> Response:
        """Settings, metrics and past windows side by side, with a Diebold-Mariano test."""
        row = self.get_object()
        seen = TrainedModel.objects.for_registry()
        other = fetch_visible(seen, request.user, pk=request.query_params.get("with", ""))
        return Response(ModelComparisonSerializer(comparing.compare(row, other)).data)

    @extend_schema(
        summary="Make champion or challenger",
        description="Written down in the audit trail; `roll-back` of the line undoes it.",
        request=PromoteSerializer,
        responses=PromotedSerializer,
    )
    @action(detail=True, methods=["post"])
    def promote(self, request: Request, pk: str) -> Response:
        """Move an alias to this version."""
        row = self.get_object()
        said = PromoteSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        if not hasattr(row, "registered"):
            raise Conflict(gettext("This model is no version yet: its training did not end."))
        actor = cast("AuthenticatedApiRequest", request).user
        alias = said.validated_data["alias"]
        moved = promoting.promote(row.registered, alias=alias, actor=actor)
        return Response(PromotedSerializer(moved).data)

    @extend_schema(
        summary="Forecast now",
        description=(
            "Answers at once. Without `rows` from the newest rows of the model's dataset; with "
            "them from what you send: one object a row with `ds`, the model's columns (or `y`) "
            "and `unique_id` where there are several series."
        ),
        request=PredictSerializer,
        responses=PredictedSerializer,
    )
    @action(detail=True, methods=["post"])
    def predict(self, request: Request, pk: str) -> Response:
        """The latest forecast of this model."""
        row = fetch_visible(TrainedModel.objects.for_predicting(), request.user, pk=pk)
        return Response(predict_as_asked(row, request.data))

    @extend_schema(
        summary="Forecast a dataset in a job",
        description=(
            "Uses the model, as it is, on its own or another dataset of the same shape. Answers "
            "202 with a forecast whose results and test lie under `/predictions/{id}/`."
        ),
        request=BatchSerializer,
        responses={202: StartedSerializer},
    )
    @action(detail=True, methods=["post"], url_path="predict-batch")
    def predict_batch(self, request: Request, pk: str) -> Response:
        """Start the job."""
        row = self._visible(pk)
        require_creator(request.user)
        person_request = cast("AuthenticatedApiRequest", request)
        return answer_once(person_request, lambda: self._lend(person_request, row))

    def get_throttles(self) -> list[Any]:
        """Files and forecasts on demand have limits of their own."""
        self.throttle_scope = SCOPES.get(self.action or "", "")
        return super().get_throttles()

    def _visible(self, pk: str) -> TrainedModel:
        """Whoever may see a model may use it for a forecast of their own."""
        return fetch_visible(TrainedModel.objects.for_registry(), self.request.user, pk=pk)

    def _lend(self, request: AuthenticatedApiRequest, row: TrainedModel) -> Response:
        said = BatchSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        asked = said.validated_data
        dataset = ready_dataset(request.user, str(asked.get("dataset") or row.dataset_id))
        wish = Reuse(
            row,
            dataset,
            targets=asked.get("targets", ()),
            levels=asked["levels"],
            name=asked.get("name", ""),
        )
        task = lend(wish, owner=request.user)
        content = {
            "prediction": PredictionTaskSerializer(
                task, context=self.get_serializer_context()
            ).data,
            "job": JobSummarySerializer(task.instant_job).data,
        }
        return Response(content, status=status.HTTP_202_ACCEPTED)
