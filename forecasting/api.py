"""`/api/v1/predictions/`: everything the pages can do, for programs."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import audit
from accounts.api_base import OwnedViewSet
from accounts.idempotency import answer_once
from accounts.ownership import require_creator
from accounts.problems import Problem
from accounts.requests import AuthenticatedApiRequest
from datasets.serializers import JobSummarySerializer
from forecasting import asking, starting
from forecasting.api_drafts import asked_dataset
from forecasting.api_explaining import ExplainingActions
from forecasting.api_fresh import FreshActions
from forecasting.api_portfolio import PortfolioActions
from forecasting.api_race import RaceActions
from forecasting.api_results import ResultActions
from forecasting.api_scenarios import ScenarioActions
from forecasting.api_watching import AccuracyActions
from forecasting.ask_serializers import AskSerializer
from forecasting.forms import AskForm, first_problem
from forecasting.models import PredictionTask
from forecasting.models.prediction_task import PredictionTaskQuerySet
from forecasting.serializers import (
    PredictionTaskSerializer,
    StartedSerializer,
)


def _query(name: str, words: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=words)


@extend_schema_view(
    list=extend_schema(
        summary="List forecasts",
        description="What you may see, newest first. `next` holds the address of the next page.",
        parameters=[
            _query("search", "Words in the name or in the name of the dataset."),
            _query("status", "pending, running, completed, failed or cancelled."),
            _query("runs", "all for every run of every forecast; only the newest without it."),
        ],
    ),
    retrieve=extend_schema(summary="One forecast with its headline and leaderboard"),
    partial_update=extend_schema(summary="Rename"),
    destroy=extend_schema(
        summary="Delete a forecast with its models and files",
        description="Only its owner may. A running one is stopped first.",
    ),
)
@extend_schema(tags=["predictions"])
class PredictionViewSet(
    ResultActions,
    ExplainingActions,
    RaceActions,
    AccuracyActions,
    FreshActions,
    PortfolioActions,
    ScenarioActions,
    OwnedViewSet,
):
    """Forecasts."""

    queryset = PredictionTask.objects.with_jobs().with_results()
    serializer_class = PredictionTaskSerializer
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    filter_backends = ()
    owner_actions = ("destroy",)
    read_only_actions = ("preview_scenario",)

    def get_queryset(self) -> PredictionTaskQuerySet:
        """What this person may see, narrowed by `search`, `status` and `runs`."""
        found = cast("PredictionTaskQuerySet", super().get_queryset())
        if self.action == "list" and self.request.query_params.get("runs") != "all":
            found = found.newest()
        if text := self.request.query_params.get("search", "").strip():
            found = found.search(text)
        if state := self.request.query_params.get("status", ""):
            found = found.in_state(_state(state))
        return found

    @extend_schema(
        summary="Ask for a forecast",
        description=(
            "Answers 202 with the forecast and the job of its instant answer, which takes about "
            "a second; `balanced` (the default) and `thorough` then race more models. Everything "
            "but the dataset may be left out. Send `Idempotency-Key` to "
            "make repeating it safe."
        ),
        request=AskSerializer,
        responses={202: StartedSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Check what is asked and start."""
        require_creator(request.user)
        person_request = cast("AuthenticatedApiRequest", request)
        return answer_once(person_request, lambda: self._start(person_request))

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Only the name may change."""
        task = serializer.instance
        assert isinstance(task, PredictionTask)
        name = " ".join(serializer.validated_data.get("name", task.name).split())
        PredictionTask.objects.rename(task, name)

    def perform_destroy(self, instance: Model) -> None:
        """Delete rows and files."""
        assert isinstance(instance, PredictionTask)
        audit.record(instance.owner, "forecast.deleted", instance, name=instance.name)
        starting.delete(instance)

    def _start(self, request: AuthenticatedApiRequest) -> Response:
        data = request.data if isinstance(request.data, dict) else {}
        dataset = asked_dataset(request, data)
        body = {"horizon": data.get("h"), **data}
        form = AskForm(dataset, asking.check_version(dataset), body)
        if not form.is_valid():
            raise first_problem(form)
        task = starting.start(form.ask(), owner=request.user)
        context = self.get_serializer_context()
        content = {
            "prediction": PredictionTaskSerializer(task, context=context).data,
            "job": JobSummarySerializer(task.instant_job).data,
        }
        return Response(content, status=status.HTTP_202_ACCEPTED)


def _state(text: str) -> str:
    if text not in PredictionTask.Status.values:
        raise Problem(
            gettext("%(text)s is not a status. Use one of: %(names)s.")
            % {"text": text[:40], "names": ", ".join(PredictionTask.Status.values)},
            field="status",
        )
    return text
