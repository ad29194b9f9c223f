"""`…/quality/` and `…/repairs/`: the report of a version, and recipes, for programs."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import answer_once
from accounts.problems import Problem
from accounts.requests import AuthenticatedApiRequest
from datasets.models import Dataset, Version
from datasets.quality.reports import report_of
from datasets.repairs.applying import keep_for_new_data
from datasets.repairs.ignoring import ignore, ignored_of
from datasets.repairs.preview import Preview, preview
from datasets.repairs.proposing import propose
from datasets.repairs.recipe import read_recipe
from datasets.repairs.registry import STEPS
from datasets.repairs.repair_jobs import start_repair
from datasets.serializers import JobSummarySerializer, plain
from datasets.views.fetching import require_version
from datasets.views.quality_report import as_csv, as_json, file_name

_CURL = (
    'curl -H "Authorization: Token $TOKEN" -H "Content-Type: application/json" '
    '-d \'{"recipe": [{"step": "fill", "settings": {"method": "linear"}}]}\' '
    "http://127.0.0.1:8000/api/v1/datasets/$ID/repairs/apply/"
)


_AS = OpenApiParameter("as", OpenApiTypes.STR, OpenApiParameter.QUERY, description="csv or json")


class RecipeSerializer(serializers.Serializer[Any]):
    """A recipe: steps with their settings, in order."""

    recipe = serializers.JSONField(help_text="A list of {step, settings, on}.")
    name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    new_data_too = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Keep it for data that come later."
    )


class PreviewSerializer(serializers.Serializer[Any]):
    """A recipe, and which step to look at."""

    recipe = serializers.JSONField(help_text="A list of {step, settings, on}.")
    look = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, help_text="Step, from 0."
    )
    column = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class IgnoreSerializer(serializers.Serializer[Any]):
    """A finding by its name, such as `outliers:c2`."""

    finding = serializers.CharField(max_length=120)
    ignored = serializers.BooleanField(default=True)


class QualityActions(GenericViewSet[Any]):
    """What a version lacks, and what to do about it."""

    def _current(self) -> Version:
        return require_version(cast("Dataset", self.get_object()))

    @extend_schema(
        summary="Quality report",
        description="Findings with severity, place, count and a suggested step of a recipe.",
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get"])
    def quality(self, request: Request, pk: str) -> Response:
        """The report of the current version."""
        version = self._current()
        return Response(plain(as_json(version, report_of(version), ignored_of(version.dataset))))

    @extend_schema(
        summary="Quality report as a file",
        parameters=[
            OpenApiParameter(
                "as", OpenApiTypes.STR, OpenApiParameter.QUERY, description="csv or json"
            )
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    @action(detail=True, methods=["get"], url_path="quality/export")
    def quality_export(self, request: Request, pk: str) -> HttpResponseBase:
        """One line a finding."""
        version = self._current()
        report, ignored = report_of(version), ignored_of(version.dataset)
        if request.query_params.get("as", "csv") == "json":
            answer: HttpResponseBase = Response(plain(as_json(version, report, ignored)))
        else:
            answer = HttpResponse(as_csv(version, report, ignored), content_type="text/csv")
        kind = "json" if request.query_params.get("as") == "json" else "csv"
        answer["Content-Disposition"] = f'attachment; filename="{file_name(version, kind)}"'
        return answer

    @extend_schema(
        summary="Ignore a finding", request=IgnoreSerializer, responses={200: OpenApiTypes.OBJECT}
    )
    @action(detail=True, methods=["post"], url_path="quality/ignore")
    def quality_ignore(self, request: Request, pk: str) -> Response:
        """Keep a finding as it is, or look at it again."""
        dataset = cast("Dataset", self.get_object())
        said = _read(IgnoreSerializer, request)
        kept = ignore(dataset, said["finding"], is_ignored=said["ignored"])
        return Response({"ignored": kept})

    @extend_schema(
        summary="Steps of recipes",
        description="Every step with its settings, and the recipe that repairs what was found.",
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get"])
    def repairs(self, request: Request, pk: str) -> Response:
        """What may be done, and what we would do."""
        version = self._current()
        steps = [
            {
                "step": step.key,
                "label": str(step.label),
                "group": step.group,
                "settings": [setting.schema() for setting in step.settings],
            }
            for step in STEPS.values()
        ]
        proposed = propose(report_of(version)["findings"], ignored_of(version.dataset))
        kept = version.dataset.recipe
        return Response(plain({"steps": steps, "proposed": proposed, "new_data": kept}))

    @extend_schema(
        summary="Preview a recipe",
        description="Counts per step and the place of one step before and after. Saves nothing.",
        request=PreviewSerializer,
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["post"], url_path="repairs/preview")
    def repairs_preview(self, request: Request, pk: str) -> Response:
        """What a recipe would do."""
        version = self._current()
        said = _read(PreviewSerializer, request)
        recipe = read_recipe(said["recipe"])
        found = preview(version, recipe, look=said["look"], column=said["column"])
        return Response(plain(preview_json(found)))

    @extend_schema(
        summary="Make the next version by a recipe",
        description=f"Answers 202 with the job; follow it until it has succeeded.\n\n{_CURL}",
        request=RecipeSerializer,
        responses={202: JobSummarySerializer},
    )
    @action(detail=True, methods=["post"], url_path="repairs/apply")
    def repairs_apply(self, request: Request, pk: str) -> Response:
        """Start the job."""
        version = self._current()
        said = _read(RecipeSerializer, request)
        person = cast("AuthenticatedApiRequest", request)

        def start() -> Response:
            job = start_repair(
                version,
                person.user,
                _some(said["recipe"]),
                note=said.get("name", ""),
                new_data_too=said["new_data_too"],
            )
            return Response(JobSummarySerializer(job).data, status=status.HTTP_202_ACCEPTED)

        return answer_once(person, start)

    @extend_schema(
        methods=["GET"], summary="Recipe for new data", responses={200: OpenApiTypes.OBJECT}
    )
    @extend_schema(
        methods=["PUT"],
        summary="Let new data go through a recipe",
        request=RecipeSerializer,
        responses={200: OpenApiTypes.OBJECT, 422: OpenApiResponse(description="No recipe.")},
    )
    @action(detail=True, methods=["get", "put"], url_path="repairs/recipe")
    def repairs_recipe(self, request: Request, pk: str) -> Response:
        """Read or replace it; an empty list switches it off."""
        dataset = cast("Dataset", self.get_object())
        if request.method == "PUT":
            keep_for_new_data(dataset, read_recipe(_read(RecipeSerializer, request)["recipe"]))
        return Response({"recipe": dataset.recipe})


def preview_json(found: Preview) -> dict[str, Any]:
    """A preview as programs read it."""
    window = found.window
    return {
        "steps": [
            {
                "step": one.step.key,
                "on": one.is_on,
                "counts": one.outcome.counts,
                "problem": str(one.problem) if one.problem else "",
            }
            for one in found.done
        ],
        "totals": found.totals,
        "rows": {"before": found.rows_before, "after": found.rows_after},
        "part": found.is_part,
        "chart": None
        if window is None
        else {
            "column": window.column,
            "series": window.series,
            "before": {"x": window.before[0], "y": window.before[1]},
            "after": {"x": window.after[0], "y": window.after[1]},
            "changed": window.marked,
        },
    }


def _some(recipe: Any) -> list[dict[str, Any]]:
    steps = read_recipe(recipe)
    if not any(step["on"] for step in steps):
        raise Problem(
            gettext("No step is switched on. Add one, or switch one on."),
            code="empty_recipe",
            field="recipe",
        )
    return steps


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    found: dict[str, Any] = given.validated_data
    return found
