"""`/api/v1/predictions/{id}/scenarios/`: what-ifs, tried out and kept, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import Problem
from forecasting.addresses import Choice
from forecasting.models import PredictionResult, PredictionTask, Scenario
from forecasting.scenarios import answering, changes, comparing, keeping
from forecasting.shown import ShownForecast
from forecasting.views.fetching import require_answer

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    from accounts.models import User

    Base = GenericViewSet[Any]
else:
    Base = object

ONE: Final = "scenarios/<uuid:scenario>"
# A scenario may be replaced, a forecast may not.
ONE_METHODS: Final = ("get", "put", "patch", "delete")


class ChangeSerializer(serializers.Serializer[Any]):
    """One column, from one time to another, both included; a day without a time is the whole day.

    Steps instead of times: 1 is the first to come, 0 the last known. Without either: all of it.
    """

    column = serializers.CharField(help_text=_("A covariate or a target, by its name."))
    how = serializers.ChoiceField(changes.HOW)
    value = serializers.FloatField()
    first = serializers.IntegerField(required=False, help_text=_("A step, instead of from."))
    last = serializers.IntegerField(required=False, help_text=_("A step, instead of to."))

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name that a class can have."""
        times = {
            "from": serializers.CharField(
                required=False, help_text=_("A time, such as 2026-11-24 08:00, or a day.")
            ),
            "to": serializers.CharField(
                required=False, help_text=_("The last time, or day, that is changed.")
            ),
        }
        return {**super().get_fields(), **times}


class ScenarioPreviewSerializer(serializers.Serializer[Any]):
    """What to change, for which series and model; the first and the leader without them."""

    changes = ChangeSerializer(many=True)
    series = serializers.CharField(required=False)
    model = serializers.CharField(required=False)


class ScenarioAskSerializer(ScenarioPreviewSerializer):
    """The same with a name to keep it under."""

    name = serializers.CharField(max_length=keeping.LONGEST)


class ScenarioEditSerializer(serializers.Serializer[Any]):
    """Another name, other changes, or both; what is left out stays."""

    name = serializers.CharField(max_length=keeping.LONGEST, required=False)
    changes = ChangeSerializer(many=True, required=False)
    series = serializers.CharField(required=False)
    model = serializers.CharField(required=False)


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
    covariates = serializers.ListField(
        child=serializers.DictField(),
        help_text=_(
            "For every covariate that the model looks at ahead: `column`, `known_to` which time, "
            "for how many steps (`known_steps`), and for how many after them the model was given "
            "a forecast of it (`forecast_steps`)."
        ),
    )


class ScenarioComparisonSerializer(serializers.Serializer[Any]):
    """Kept scenarios of one series beside each other, each with what it is compared with."""

    series = serializers.CharField()
    ds = serializers.ListField(child=serializers.CharField())
    scenarios = serializers.ListField(child=serializers.DictField())


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

    @extend_schema(
        summary="Compare scenarios",
        description="All of a series, or those named by `id`, oldest first.",
        parameters=[
            OpenApiParameter("series", str, description="The first series without it."),
            OpenApiParameter("id", str, many=True, description="Which; all without it."),
            OpenApiParameter("as", str, enum=["json", "csv"], description="How it is written."),
        ],
        responses={
            (200, "application/json"): ScenarioComparisonSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    @action(detail=True, url_path="scenarios/compare", url_name="scenario-compare")
    def compare_scenarios(self, request: Request, pk: str) -> HttpResponse | Response:
        """Every line with its total and peak; as CSV one row per scenario and time."""
        task, said = self.get_object(), request.query_params
        series = said.get("series") or ShownForecast(task).series
        found = comparing.chosen(task, series, said.getlist("id"))
        if said.get("as") == "csv":
            return comparing.file(task, found)
        return Response(comparing.table(series, found))

    @extend_schema(methods=["GET"], summary="One scenario", responses=ScenarioSerializer)
    @extend_schema(
        methods=["PATCH"],
        summary="Change a scenario",
        description="What is left out stays. For anything but a name the model is asked again.",
        request=ScenarioEditSerializer,
        responses=ScenarioSerializer,
    )
    @extend_schema(
        methods=["PUT"],
        summary="Replace a scenario",
        description="All of it: a series or a model that is left out is the usual one again.",
        request=ScenarioAskSerializer,
        responses=ScenarioSerializer,
    )
    @extend_schema(methods=["DELETE"], summary="Delete a scenario", responses={204: None})
    @action(
        detail=True,
        methods=ONE_METHODS,
        http_method_names=(*ONE_METHODS, "head", "options"),
        url_path=ONE,
        url_name="scenario",
    )
    def one_scenario(self, request: Request, pk: str, scenario: str) -> Response:
        """Read, replace, change or delete."""
        rows = Scenario.objects.for_list()
        if request.method == "GET":
            found = fetch_visible(rows, request.user, pk=scenario, task_id=pk)
            return Response(ScenarioSerializer(found).data)
        found = fetch_editable(rows, request.user, pk=scenario, task_id=pk)
        if request.method in {"PUT", "PATCH"}:
            (_replace if request.method == "PUT" else _edit)(found, request)
            return Response(ScenarioSerializer(found).data)
        audit.record(request.user, "scenario.deleted", found.task, name=found.name)
        found.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _body(request: Request) -> dict[str, Any]:
    return request.data if isinstance(request.data, dict) else {}


def _edit(row: Scenario, request: Request) -> None:
    """What is said of it; the model is asked again where that is more than a name."""
    body = _body(request)
    if "name" in body:
        row.name = keeping.named(str(body["name"]))
    if {"changes", "series", "model"} & set(body):
        kept = {"series": row.series, "model": row.model, "changes": row.changes}
        result, series, wanted = _asked(row.task, request, kept)
        keeping.replace(row, result, series, wanted)
    else:
        keeping.save(row)


def _replace(row: Scenario, request: Request) -> None:
    """All of it anew, under the same key."""
    row.name = keeping.named(_body(request).get("name", ""))
    keeping.replace(row, *_asked(row.task, request))


def _asked(
    task: PredictionTask, request: Request, kept: Mapping[str, Any] | None = None
) -> tuple[PredictionResult, str, list[changes.Change]]:
    body = {**(kept or {}), **_body(request)}
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
    name = series or shown.series
    moments = answering.moments_of(task, result, name)
    return result, name, changes.read(body.get("changes"), moments)
