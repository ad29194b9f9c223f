"""Accuracy of forecasts and watches on lines, under their own addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedApiRequest
from forecasting import results
from forecasting.engine.drift.tracking import LIMIT
from forecasting.models import ModelLine, ModelWatch
from forecasting.watching import accuracy, challenging, looking, scoring, tasks, watch_jobs
from forecasting.watching.accuracy import Accuracy, Sums
from forecasting.watching.forms import WatchForm
from forecasting.watching.shown_watch import as_json
from jobs.serializers import JobSerializer

MOST_ROWS: Final = 5_000


class AccuracySerializer(serializers.Serializer[Any]):
    """A forecast against what came; `known` of the `horizon` steps of this run."""

    known = serializers.IntegerField()
    horizon = serializers.IntegerField()
    values = serializers.IntegerField()
    mae = serializers.FloatField(allow_null=True)
    mase = serializers.FloatField(allow_null=True)
    bias = serializers.FloatField(allow_null=True, help_text=_("What came less the forecast."))
    tracking = serializers.DictField(help_text=_("Signal, its limit and its p."))
    coverage = serializers.DictField(help_text=_("Values inside, values, share, by level."))
    steps = serializers.ListField(child=serializers.DictField())
    runs = serializers.ListField(child=serializers.DictField())


class ActualsSerializer(serializers.Serializer[Any]):
    """Values that came, beside their forecast."""

    rows = serializers.ListField(child=serializers.DictField())
    total = serializers.IntegerField()


class WatchSettingsSerializer(serializers.Serializer[Any]):
    """What may be set of a watch; what is left out stays."""

    is_on = serializers.BooleanField(required=False)
    promotes = serializers.ChoiceField(ModelWatch.Promotes.choices, required=False)
    gain = serializers.FloatField(required=False, help_text=_("In percent."))
    most_p = serializers.FloatField(required=False)
    trains_on_drift = serializers.BooleanField(required=False)
    patience = serializers.IntegerField(
        required=False, help_text=_("Steps between two false alarms: 500, 2000 or 10000.")
    )


class WatchSerializer(WatchSettingsSerializer):
    """A watch: what it saw, says and is set to."""

    line = serializers.UUIDField()
    state = serializers.ChoiceField(ModelWatch.State.choices)
    says = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    looked_at = serializers.DateTimeField(allow_null=True)
    champion = serializers.IntegerField(allow_null=True)
    challenger = serializers.IntegerField(allow_null=True)
    seen = serializers.DictField()
    duel = serializers.DictField()
    duel_says = serializers.CharField()
    rule_says = serializers.CharField()
    alarms_say = serializers.CharField()


class AccuracyActions:
    """What can be asked of a forecast once values have come."""

    get_object: Callable[[], Any]

    @extend_schema(summary="Forecast against what came", responses=AccuracySerializer)
    @action(detail=True, pagination_class=None)
    def accuracy(self, request: Request, pk: str) -> Response:
        """Error, bias and coverage over all runs, by step and by run."""
        return Response(_as_json(accuracy.of_task(self.get_object())))

    @extend_schema(
        summary="Values that came",
        parameters=[OpenApiParameter("series", str, description="One series; all without it.")],
        responses=ActualsSerializer,
    )
    @action(detail=True, pagination_class=None)
    def actuals(self, request: Request, pk: str) -> Response:
        """Up to 5,000 rows `unique_id, step, ds, y, mean, lo-80, hi-80, …` of this run."""
        found = getattr(self.get_object(), "score", None)
        if found is None:
            return Response({"rows": [], "total": 0})
        frame = scoring.rows_of(found, request.query_params.get("series", "")[:500])
        shown = frame.head(MOST_ROWS).assign(
            ds=lambda rows: results.iso(rows["ds"].to_numpy().astype("datetime64[ns]"))
        )
        rows = shown.replace({np.nan: None}).to_dict("records")
        return Response({"rows": rows, "total": len(frame)})

    @extend_schema(
        summary="Compare with what came, again", request=None, responses={202: JobSerializer}
    )
    @action(detail=True, methods=["post"])
    def score(self, request: Request, pk: str) -> Response:
        """After a repair; new rows are compared by themselves."""
        job = tasks.start_scoring(self.get_object())
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class WatchActions:
    """What can be asked of a line about its champion and challenger."""

    get_object: Callable[[], Any]

    @extend_schema(methods=["GET"], summary="How the champion does", responses=WatchSerializer)
    @extend_schema(
        methods=["PATCH"],
        summary="Set the watch",
        request=WatchSettingsSerializer,
        responses=WatchSerializer,
    )
    @action(detail=True, methods=["get", "patch"], pagination_class=None)
    def watch(self, request: Request, pk: str) -> Response:
        """Steady or drifting, the duel, and the rule."""
        line: ModelLine = self.get_object()
        if request.method == "PATCH":
            _change(watch_jobs.watch_of(line), request)
        found = ModelWatch.objects.for_judging().filter(line=line).first()
        return Response(as_json(found or ModelWatch(line=line)))

    @extend_schema(summary="Look now", request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def look(self, request: Request, pk: str) -> Response:
        """Judge the rows that came since the champion was trained."""
        watch = watch_jobs.watch_of(self.get_object())
        job = watch_jobs.start_look(watch)
        if job is None:
            raise Conflict(looking.no_champion(watch), code="no_champion")
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Train a challenger", request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def challenger(self, request: Request, pk: str) -> Response:
        """The champion's recipe on the newest rows, tested against the champion."""
        watch = ModelWatch.objects.for_judging().get(pk=watch_jobs.watch_of(self.get_object()).pk)
        actor = cast("AuthenticatedApiRequest", request).user
        job = challenging.start(watch, why=challenging.Why.HAND, actor=actor)
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


def _change(watch: ModelWatch, request: Request) -> None:
    """The same form as on the page, filled with what stands."""
    asked = WatchSettingsSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    form = WatchForm(WatchForm.filled(watch) | asked.validated_data)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise Problem(str(errors[0]), field=field)
    form.save(watch, person=cast("AuthenticatedApiRequest", request).user)


def _as_json(found: Accuracy) -> dict[str, Any]:
    tracking = found.tracking
    return {
        "known": found.known_of_this,
        "horizon": found.task.horizon,
        **_sums(found.whole),
        "coverage": _coverage(found.newest),
        "tracking": {
            "signal": tracking.signal,
            "limit": LIMIT,
            "p": tracking.p_value,
            "values": tracking.count,
            "biased": tracking.is_biased,
        },
        "steps": [{"step": one.step, **_sums(one)} for one in found.steps],
        "runs": [
            {
                "prediction": str(one.task.pk) if one.task else None,
                "run": one.number,
                "cutoff": one.cutoff,
                "known": one.known,
                "horizon": one.horizon,
                "complete": one.is_complete,
                **_sums(one),
            }
            for one in found.runs
        ],
    }


def _sums(found: Sums) -> dict[str, Any]:
    return {
        "values": found.values,
        "mae": found.mae,
        "mase": found.mase,
        "bias": found.bias,
        "coverage": _coverage(found),
    }


def _coverage(found: Sums) -> dict[str, Any]:
    return {
        str(level): {"inside": held.inside, "values": held.count, "share": held.share}
        for level, held in found.coverage.items()
    }
