"""Jobs over REST: list, look, events, cancel."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_base import OwnedViewSet
from accounts.problems import Conflict
from jobs import moves
from jobs.models import Job
from jobs.serializers import JobEventSerializer, JobSerializer


@extend_schema(
    parameters=[
        OpenApiParameter("state", str, description="queued, running, succeeded, failed, cancelled"),
        OpenApiParameter("kind", str, description="For example ingest or forecast"),
    ],
    methods=["GET"],
)
class JobViewSet(OwnedViewSet):
    """Long tasks and how far they are."""

    queryset = Job.objects.newest_first()
    serializer_class = JobSerializer
    http_method_names = ("get", "post", "head", "options")

    def get_queryset(self) -> Any:
        """Jobs this person may see, narrowed by `?state=` and `?kind=`."""
        asked = self.request.query_params
        found: Any = super().get_queryset()
        return found.in_state(asked.get("state", "")).of_kind(asked.get("kind", ""))

    @extend_schema(responses=JobEventSerializer(many=True))
    @action(detail=True)
    def events(self, request: Request, pk: str | None = None) -> Response:
        """Milestones of one job, oldest first."""
        events = self.get_object().events.order_by("seq")
        return Response(JobEventSerializer(events, many=True).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """End a waiting job at once, a running one within its next step."""
        job = self.get_object()
        if moves.cancel(job) is None:
            raise Conflict(gettext("This job has already ended."))
        job.refresh_from_db()
        return Response(JobSerializer(job).data, status=202)
