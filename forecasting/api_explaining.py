"""Why a forecast is what it is, and what past windows left, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import fetch_editable
from accounts.parsing import refuse_body
from forecasting import backtests, stood_in
from forecasting.api_results import CHOICE
from forecasting.explaining import explain_jobs, leftover_words
from forecasting.explaining.leftovers import Leftovers
from forecasting.explaining.sentences import spoken
from forecasting.explaining.shown import ShownExplanation
from forecasting.models import PredictionTask
from forecasting.views.fetching import require_answer, shown_as_asked
from jobs.serializers import JobSerializer

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    Base = GenericViewSet[Any]
else:
    Base = object

STOOD_IN: Final = _("Why another rule than the model answers for the series; empty where none.")


class ExplanationSerializer(serializers.Serializer[Any]):
    """`found` is null until the model was asked.

    Sentences and the `text` of a name are in the language of the request; its `template` is the
    same in all of them, by which a program knows it.
    """

    model = serializers.CharField()
    series = serializers.CharField()
    ready = serializers.BooleanField()
    stood_in = serializers.CharField(help_text=STOOD_IN)
    job = JobSerializer(allow_null=True)
    sentences = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    found = serializers.DictField(allow_null=True)


class ResidualsSerializer(serializers.Serializer[Any]):
    """Errors of past windows, what came less what was forecast."""

    model = serializers.CharField()
    series = serializers.CharField()
    stood_in = serializers.CharField(help_text=STOOD_IN)
    values = serializers.IntegerField()
    sentences = serializers.ListField(child=serializers.CharField())
    mean = serializers.FloatField(required=False)
    spread = serializers.FloatField(required=False)
    skewness = serializers.FloatField(required=False)
    excess_kurtosis = serializers.FloatField(required=False)
    autocorrelation = serializers.ListField(child=serializers.FloatField(), required=False)
    pairs = serializers.ListField(child=serializers.IntegerField(), required=False)
    bounds = serializers.ListField(child=serializers.FloatField(), required=False)
    tests = serializers.DictField(required=False)


class ExplainingActions(Base):
    """What can be asked about the answer of a forecast."""

    @extend_schema(
        methods=["GET"],
        summary="Why",
        description="Parts, drivers, what moved it, and sentences made of their numbers.",
        parameters=CHOICE,
        responses=ExplanationSerializer,
    )
    @extend_schema(
        methods=["POST"],
        summary="Ask the model why",
        description="Starts a job, once; what is known or under way already is answered.",
        parameters=CHOICE,
        request=None,
        responses={202: ExplanationSerializer},
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def explanation(self, request: Request, pk: str) -> Response:
        """What is known, or 202 with the job that finds it."""
        if request.method == "POST":
            task = fetch_editable(PredictionTask.objects.with_jobs(), request.user, pk=pk)
            refuse_body(self)
            shown = shown_as_asked(task, request)
            result = require_answer(shown)
            explain_jobs.start(result, explain_jobs.series_of(result, shown.series))
        else:
            task = self.get_object()
        found = ShownExplanation(shown_as_asked(task, request), task.version.clock)
        status = 202 if request.method == "POST" and not found.is_ready else 200
        return Response(_as_json(found), status=status)

    @extend_schema(
        summary="Errors of past windows", parameters=CHOICE, responses=ResidualsSerializer
    )
    @action(detail=True, pagination_class=None)
    def residuals(self, request: Request, pk: str) -> Response:
        """Bias, spread, shape and autocorrelation, with their tests."""
        shown = shown_as_asked(self.get_object(), request)
        result = require_answer(shown)
        series = explain_jobs.series_of(result, shown.series)
        left = Leftovers(backtests.residuals(result, series))
        reason = stood_in.reason_for(result, series)
        head = {"model": result.name, "series": series, "stood_in": reason}
        said = {"sentences": leftover_words.sentences(left)}
        return Response(head | left.as_json() | said)


def _as_json(found: ShownExplanation) -> dict[str, Any]:
    result = found.result
    assert result is not None
    job = found.row.job if found.row else None
    known = found.found
    names = known.get("sections", {})
    return {
        "model": result.name,
        "series": found.series,
        "ready": found.is_ready,
        "stood_in": found.stood_in,
        "job": JobSerializer(job).data if job else None,
        "sentences": {name: found.section(name) for name in names},
        "found": spoken({name: known[name] for name in known if name != "sections"}) or None,
    }
