"""`/api/v1/forecast-drafts/`: forecasts that are filled in but not started."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_base import OwnedViewSet
from accounts.idempotency import answer_once
from accounts.ownership import require_creator
from accounts.requests import AuthenticatedApiRequest
from datasets.models import Dataset
from forecasting.ask_serializers import AskSerializer, DraftSerializer
from forecasting.choosing import drafts
from forecasting.forms import ready_dataset
from forecasting.models import ForecastDraft
from forecasting.models.forecast_draft import ForecastDraftQuerySet
from forecasting.refusals import ForecastProblem


@extend_schema_view(
    list=extend_schema(
        summary="List drafts of forecasts",
        parameters=[OpenApiParameter("search", str, description="Words in name or dataset")],
    ),
    retrieve=extend_schema(summary="One draft"),
    destroy=extend_schema(summary="Delete a draft"),
)
@extend_schema(tags=["predictions"])
class ForecastDraftViewSet(OwnedViewSet):
    """Drafts of forecasts; the body of one is what `POST /predictions/` takes."""

    queryset = ForecastDraft.objects.select_related("dataset", "owner")
    serializer_class = DraftSerializer
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    filter_backends = ()

    def get_queryset(self) -> ForecastDraftQuerySet:
        """Drafts of this person, narrowed by `search`."""
        found = cast("ForecastDraftQuerySet", super().get_queryset())
        text = self.request.query_params.get("search", "").strip()
        return found.search(text) if text else found

    @extend_schema(summary="Keep a draft", request=AskSerializer, responses={201: DraftSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Keep what is filled in, as it is."""
        require_creator(request.user)
        person_request = cast("AuthenticatedApiRequest", request)
        return answer_once(person_request, lambda: self._keep(person_request))

    @extend_schema(summary="Replace choices of a draft", request=AskSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Fields that are given replace those of the draft; null takes one away."""
        draft = self.get_object()
        data = request.data if isinstance(request.data, dict) else {}
        merged = {**draft.body, **data}
        body = {name: value for name, value in merged.items() if value is not None}
        kept = drafts.keep(body, dataset=draft.dataset, owner=draft.owner, draft=draft)
        return Response(self.get_serializer(kept).data)

    def _keep(self, request: AuthenticatedApiRequest) -> Response:
        data = request.data if isinstance(request.data, dict) else {}
        dataset = asked_dataset(request, data)
        kept = drafts.keep(data, dataset=dataset, owner=request.user)
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)


def asked_dataset(request: AuthenticatedApiRequest, data: dict[str, Any]) -> Dataset:
    """The dataset a body names. Raises ForecastProblem when this person may see none such."""
    try:
        return ready_dataset(request.user, str(data.get("dataset", "")))
    except Http404:
        raise ForecastProblem(
            gettext("There is no such dataset. Give the id of one you may see."),
            code="unknown_dataset",
            field="dataset",
        ) from None
