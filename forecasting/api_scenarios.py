"""`/api/v1/predictions/{id}/scenarios/`: what-ifs, tried out and kept, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import Problem
from forecasting.addresses import Choice
from forecasting.models import PredictionResult, PredictionTask, Scenario
from forecasting.scenarios import answering, changes, keeping
from forecasting.shown import ShownForecast
from forecasting.views.fetching import require_answer

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    from accounts.models import User

    Base = GenericViewSet[Any]
else:
    Base = object

ONE: Final = "scenarios/<uuid:scenario>"


class ChangeSerializer(serializers.Serializer[Any]):
    """One column, from one step to another; step 1 is the first to come, 0 the last known."""

    column = serializers.CharField(help_text=_("A covariate or a target, by its name."))
    how = serializers.ChoiceField(changes.HOW)
    value = serializers.FloatField()
    first = serializers.IntegerField(required=False)
    last = serializers.IntegerField(required=False)


class ScenarioPreviewSerializer(serializers.Serializer[Any]):
    """What to change, for which series and model; the first and the leader without them."""

    changes = ChangeSerializer(many=True)
    series = serializers.CharField(required=False)
    model = serializers.CharField(required=False)


class ScenarioAskSerializer(ScenarioPreviewSerializer):
    """The same with a name to keep it under."""

    name = serializers.CharField(max_length=keeping.LONGEST)


class ScenarioNameSerializer(serializers.Serializer[Any]):
    """Another name."""

    name = serializers.CharField(max_length=keeping.LONGEST)


class ScenarioSerializer(serializers.ModelSerializer[Scenario]):
    """A kept what-if with the answer it had."""

    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = Scenario
        fields = ("id", "name", "author", "model", "series", "changes", "answer", "created_at")
        read_only_fields = fields


class ScenarioOutcomeSerializer(serializers.Serializer[Any]):
    """The answer with and without the changes, and its bounds under `lo-80`, `hi-80` and so on.

    Changes of total and peak are shares of what they were, null from zero.
    """

    series = serializers.CharField()
    ds = serializers.ListField(child=serializers.CharField())
    base = serializers.ListField(child=serializers.FloatField())
    mean = serializers.ListField(child=serializers.FloatField())
    difference = serializers.ListField(child=serializers.FloatField())
    total = serializers.FloatField()
    base_total = serializers.FloatField()
    total_change = serializers.FloatField(allow_null=True)
    peak = serializers.FloatField()
    peak_at = serializers.CharField()
    base_peak = serializers.FloatField()
    peak_change = serializers.FloatField(allow_null=True)


class ScenarioActions(Base):
    """What-ifs of a forecast."""

    @extend_schema(
        methods=["GET"],
        summary="List scenarios",
        responses=ScenarioSerializer(many=True),
    )
    @extend_schema(
        methods=["POST"],
        summary="Keep a scenario",
        request=ScenarioAskSerializer,
        responses={201: ScenarioSerializer},
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def scenarios(self, request: Request, pk: str) -> Response:
        """Those that were kept; a new one."""
        if request.method != "POST":
            rows = self.get_object().scenarios.for_list()
            return Response(ScenarioSerializer(rows, many=True).data)
        task = fetch_editable(PredictionTask.objects.with_jobs(), request.user, pk=pk)
        result, series, wanted = _asked(task, request)
        name = _body(request).get("name", "")
        row = keeping.keep(
            task, result, series, wanted, name=name, author=cast("User", request.user)
        )
        return Response(ScenarioSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Try a scenario out",
        description="Nothing is kept. Whoever sees the forecast may ask.",
        request=ScenarioPreviewSerializer,
        responses=ScenarioOutcomeSerializer,
    )
    @action(
        detail=True, methods=["post"], url_path="scenarios/preview", url_name="scenario-preview"
    )
    def preview_scenario(self, request: Request, pk: str) -> Response:
        """Both lines, their difference, total and peak."""
        task = self.get_object()
        result, series, wanted = _asked(task, request)
        return Response(answering.preview(task, result, series, wanted).as_json())

    @extend_schema(methods=["GET"], summary="One scenario", responses=ScenarioSerializer)
    @extend_schema(
        methods=["PATCH"],
        summary="Rename a scenario",
        request=ScenarioNameSerializer,
        responses=ScenarioSerializer,
    )
    @extend_schema(methods=["DELETE"], summary="Delete a scenario", responses={204: None})
    @action(detail=True, methods=["get", "patch", "delete"], url_path=ONE, url_name="scenario")
    def one_scenario(self, request: Request, pk: str, scenario: str) -> Response:
        """Read, rename or delete."""
        rows = Scenario.objects.for_list()
        if request.method == "GET":
            found = fetch_visible(rows, request.user, pk=scenario, task_id=pk)
            return Response(ScenarioSerializer(found).data)
        found = fetch_editable(rows, request.user, pk=scenario, task_id=pk)
        if request.method == "PATCH":
            keeping.rename(found, str(_body(request).get("name", "")))
            return Response(ScenarioSerializer(found).data)
        audit.record(request.user, "scenario.deleted", found.task, name=found.name)
        found.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _body(request: Request) -> dict[str, Any]:
    return request.data if isinstance(request.data, dict) else {}


def _asked(
    task: PredictionTask, request: Request
) -> tuple[PredictionResult, str, list[changes.Change]]:
    body = _body(request)
    model, series = str(body.get("model", "")), str(body.get("series", ""))
    shown = ShownForecast(task, Choice(series=series, model=model))
    result = require_answer(shown)
    if model and result.name != model:
        names = ", ".join(one.name for one in shown.ranked)
        raise Problem(
            gettext("No model %(name)s ran here. Use one of: %(names)s.")
            % {"name": model[:40], "names": names},
            field="model",
        )
    return result, series or shown.series, changes.read(body.get("changes"), task.horizon)
