"""`/api/v1/anomalies/`: watches, what they found, and what people say about it."""

from __future__ import annotations

from typing import Any, Final, cast

from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_base import OwnedViewSet
from accounts.idempotency import answer_once
from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.paging import KeysetPagination
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedApiRequest
from datasets.models import Dataset
from datasets.serializers import JobSummarySerializer
from forecasting import asking
from forecasting.anomalies import storing, syncing, watch_jobs, watching
from forecasting.anomalies.filters import Filters
from forecasting.anomalies.forms import WatchForm
from forecasting.anomalies.serializers import (
    AnomalyRateSerializer,
    AnomalySerializer,
    AnomalyWatchSerializer,
    AskWatchSerializer,
    ChangeWatchSerializer,
    LabelAnomalySerializer,
    LabelledSerializer,
    WatchStartedSerializer,
)
from forecasting.engine.anomalies.rates import rate_at, threshold_for
from forecasting.forms import first_problem, ready_dataset
from forecasting.models import Anomaly, AnomalyWatch
from forecasting.models.anomaly import AnomalyQuerySet
from forecasting.models.anomaly_watch import FEWEST, MOST, AnomalyWatchQuerySet
from forecasting.refusals import ForecastProblem


def _query(name: str, words: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=words)


NARROW: Final = [
    _query("search", "Words in the series or the note."),
    _query("label", "real, false, expected or none."),
    _query("kind", "spike, dip, level_shift, flat or missing."),
    _query("size", "At least so many usual deviations.", OpenApiTypes.NUMBER),
    _query("series", "Name of one series."),
]


class NewestFirst(KeysetPagination):
    """Anomalies by when they began."""

    ordering = ("-start", "-id")


@extend_schema_view(
    list=extend_schema(
        summary="List watches for anomalies",
        parameters=[
            _query("dataset", "Those of one dataset.", OpenApiTypes.UUID),
            _query("search", "Words in the name or the dataset's name."),
        ],
    ),
    retrieve=extend_schema(summary="One watch with its rate of alarms"),
    destroy=extend_schema(summary="Delete a watch with its anomalies"),
)
@extend_schema(tags=["anomalies"])
class AnomalyWatchViewSet(OwnedViewSet):
    """Watches on datasets."""

    queryset = AnomalyWatch.objects.for_list()
    serializer_class = AnomalyWatchSerializer
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    filter_backends = ()

    def get_queryset(self) -> AnomalyWatchQuerySet:
        """What this person may see, narrowed by `dataset` and `search`."""
        found = cast("AnomalyWatchQuerySet", super().get_queryset())
        if text := self.request.query_params.get("search", "").strip():
            found = found.search(text)
        if wanted := self.request.query_params.get("dataset", ""):
            try:
                dataset = fetch_visible(Dataset.objects, self.request.user, pk=wanted)
            except Http404:
                return found.none()
            found = found.filter(dataset=dataset)
        return found

    @extend_schema(
        summary="Watch a dataset for anomalies",
        description=(
            "Answers 202 with the watch and the job that judges the history; every later version "
            "of the dataset is judged by itself, new rows only. Send `Idempotency-Key` to make "
            "repeating it safe."
        ),
        request=AskWatchSerializer,
        responses={202: WatchStartedSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Check what is asked and begin."""
        require_creator(request.user)
        person_request = cast("AuthenticatedApiRequest", request)
        return answer_once(person_request, lambda: self._begin(person_request))

    @extend_schema(
        summary="Change a watch",
        request=ChangeWatchSerializer,
        responses={200: AnomalyWatchSerializer},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another rate moves the threshold at once."""
        watch: AnomalyWatch = self.get_object()
        asked = ChangeWatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        fields = {name: said.pop(name) for name in ("is_active",) if name in said}
        if said:
            version = asking.check_version(watch.dataset)
            form = WatchForm(watch.dataset, version, _as_form(watch) | _columns_as_targets(said))
            if not form.is_valid():
                raise first_problem(form)
            fields |= form.wish().fields()
        person = cast("AuthenticatedApiRequest", request).user
        return self._shown(watching.change(watch, fields, person=person))

    def perform_destroy(self, instance: Model) -> None:
        """Delete rows and files, and say so in the trail."""
        assert isinstance(instance, AnomalyWatch)
        watching.end(instance, person=cast("AuthenticatedApiRequest", self.request).user)

    @extend_schema(
        summary="What a rate of alarms would have raised",
        parameters=[_query("per_week", "Alarms a week, 0.01 to 200.", OpenApiTypes.NUMBER)],
        responses={200: AnomalyRateSerializer},
    )
    @action(detail=True)
    def rate(self, request: Request, pk: str) -> Response:
        """Counted in the history, without changing the watch."""
        watch: AnomalyWatch = self.get_object()
        wanted = _rate(request.query_params.get("per_week", str(watch.per_week)))
        scored = storing.read_scores(watch)
        if not scored:
            raise Conflict(gettext("Nothing was judged yet. Wait until the job has ended."))
        span = syncing.weeks(watch, scored)
        return Response(syncing.told(rate_at(scored, threshold_for(scored, wanted, span), span)))

    @extend_schema(
        summary="Judge what is not judged yet", request=None, responses={202: JobSummarySerializer}
    )
    @action(detail=True, methods=["post"])
    def scan(self, request: Request, pk: str) -> Response:
        """After a failure, say; new versions are judged by themselves."""
        job = watch_jobs.start_scan(self.get_object())
        return Response(JobSummarySerializer(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Try the other detectors", request=None, responses={202: JobSummarySerializer}
    )
    @action(detail=True, methods=["post"])
    def compare(self, request: Request, pk: str) -> Response:
        """On the same rows; `comparison` of the watch then says who saw what."""
        job = watch_jobs.start_comparison(self.get_object())
        return Response(JobSummarySerializer(job).data, status=status.HTTP_202_ACCEPTED)

    def _begin(self, request: AuthenticatedApiRequest) -> Response:
        asked = AskWatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        try:
            dataset = ready_dataset(request.user, str(said.pop("dataset")))
        except Http404:
            raise ForecastProblem(
                gettext("There is no such dataset. Give the id of one you may see."),
                code="unknown_dataset",
                field="dataset",
            ) from None
        form = WatchForm(dataset, asking.check_version(dataset), _columns_as_targets(said))
        if not form.is_valid():
            raise first_problem(form)
        watch = watching.begin(form.wish(), owner=request.user)
        watch = AnomalyWatch.objects.for_list().get(pk=watch.pk)
        content = {
            "watch": AnomalyWatchSerializer(watch).data,
            "job": JobSummarySerializer(watch.job).data,
        }
        return Response(content, status=status.HTTP_202_ACCEPTED)

    def _shown(self, watch: AnomalyWatch) -> Response:
        return Response(self.get_serializer(watch).data)


@extend_schema_view(
    list=extend_schema(
        summary="List anomalies",
        description=(
            "Newest first. Those that labels moved below the threshold come with their label only."
        ),
        parameters=[*NARROW, _query("watch", "Those of one watch.", OpenApiTypes.UUID)],
    ),
    retrieve=extend_schema(summary="One anomaly"),
)
@extend_schema(tags=["anomalies"])
class AnomalyViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """Anomalies of all watches that this person may see."""

    queryset = Anomaly.objects.select_related("watch__version", "labelled_by")
    serializer_class = AnomalySerializer
    pagination_class = NewestFirst
    lookup_value_converter = "uuid"
    filter_backends = ()

    def get_queryset(self) -> AnomalyQuerySet:
        """What this person may see, narrowed."""
        rows = cast("AnomalyQuerySet", super().get_queryset()).visible_to(self.request.user)
        if self.action != "list":
            return rows
        if wanted := self.request.query_params.get("watch", ""):
            rows = rows.filter(watch=_watch(self.request, wanted))
        return Filters.of(self.request.query_params, "search").apply(rows)

    @extend_schema(
        summary="Label an anomaly",
        description=(
            "`real` and `false` teach the threshold of the watch: false alarms fall away, real ones"
            " stay. `expected` (a holiday, maintenance) does not."
        ),
        request=LabelAnomalySerializer,
        responses={200: LabelledSerializer},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Say what it was."""
        row = fetch_editable(Anomaly.objects.select_related("watch"), request.user, pk=pk)
        asked = LabelAnomalySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = cast("AuthenticatedApiRequest", request).user
        watch = watching.label(
            row, said.get("label", row.label), said.get("note", row.note), person=person
        )
        row = fetch_visible(self.queryset, request.user, pk=pk)
        content = {
            "anomaly": AnomalySerializer(row).data,
            "watch": AnomalyWatchSerializer(watch).data,
        }
        return Response(content)


@extend_schema(tags=["anomalies"], summary="List the anomalies of a dataset", parameters=NARROW)
class DatasetAnomaliesView(ListAPIView[Any]):
    """Of all watches on one dataset."""

    serializer_class = AnomalySerializer
    pagination_class = NewestFirst
    filter_backends = ()
    queryset = Anomaly.objects.none()

    def get_queryset(self) -> AnomalyQuerySet:
        """What this person may see, narrowed."""
        dataset = fetch_visible(Dataset.objects, self.request.user, pk=self.kwargs["pk"])
        watches = AnomalyWatch.objects.visible_to(self.request.user).of_dataset(dataset)
        rows = Anomaly.objects.of_watches(watches.values("pk"))
        found = Filters.of(self.request.query_params, "search").apply(rows)
        return found.select_related("watch__version", "labelled_by")


def _watch(request: Request, pk: str) -> AnomalyWatch:
    watch: AnomalyWatch = fetch_visible(AnomalyWatch.objects, request.user, pk=pk)
    return watch


def _columns_as_targets(said: dict[str, Any]) -> dict[str, Any]:
    return {("targets" if name == "columns" else name): value for name, value in said.items()}


def _as_form(watch: AnomalyWatch) -> dict[str, Any]:
    return {
        "name": watch.name,
        "targets": list(watch.names),
        "series": list(watch.series),
        "detector": watch.detector,
        "season": watch.season,
        "per_week": watch.per_week,
    }


def _rate(text: str) -> float:
    try:
        wanted = float(text)
    except ValueError:
        wanted = 0.0
    if not FEWEST <= wanted <= MOST:
        raise Problem(
            gettext("%(text)s is no rate of alarms. Use a number of alarms a week, 0.01 to 200.")
            % {"text": text[:40]},
            field="per_week",
        )
    return wanted
