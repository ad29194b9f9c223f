"""`/api/v1/queries/`: saved and past SQL of a person, with what can be made of its results."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_base import OwnedViewSet
from accounts.ownership import require_creator
from accounts.requests import AuthenticatedApiRequest
from datasets.api.strict import OneOf
from datasets.models import Query
from datasets.query import jobs as query_jobs
from datasets.query.files import KINDS
from datasets.query.saving import forget, save, searched
from datasets.serializers import JobSummarySerializer
from datasets.views.query_keeping import file_of_job


class QuerySerializer(serializers.ModelSerializer[Query]):
    """A statement, and how its last run went."""

    page = serializers.SerializerMethodField()

    class Meta:
        model = Query
        fields = [
            "id",
            "name",
            "sql",
            "rows",
            "seconds",
            "error",
            "ran_at",
            "page",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["rows", "seconds", "error", "ran_at"]
        extra_kwargs = {"sql": {"trim_whitespace": False}}

    def get_page(self, query: Query) -> str:
        """The address of its page for people."""
        return f"{reverse('datasets:sql')}?query={query.pk}"


class KeepSerializer(serializers.Serializer[Any]):
    """What the new dataset is called."""

    name = serializers.CharField(max_length=200)


class ExportSerializer(serializers.Serializer[Any]):
    """The kind of file."""

    format = OneOf(choices=sorted(KINDS))


class QueryJobSerializer(serializers.Serializer[Any]):
    """The job that does it; `then` is where its result will be."""

    job = JobSummarySerializer()
    then = serializers.CharField(help_text=_("Ask here once the job has succeeded."))


@extend_schema_view(
    list=extend_schema(
        summary="Your queries, saved and past",
        parameters=[
            OpenApiParameter("search", description="Words in the name or the text."),
            OpenApiParameter("saved", OpenApiTypes.BOOL, description="1: only those with a name."),
        ],
    ),
    create=extend_schema(summary="Save a query"),
    retrieve=extend_schema(summary="One query with how its last run went"),
    update=extend_schema(summary="Rename or rewrite"),
    partial_update=extend_schema(summary="Rename or rewrite"),
    destroy=extend_schema(summary="Forget a query with its result"),
)
@extend_schema(tags=["queries"])
class QueryViewSet(OwnedViewSet):
    """SQL that a person keeps."""

    queryset = Query.objects.order_by("-created_at", "-id")
    serializer_class = QuerySerializer
    read_only_actions = ("export",)

    def get_queryset(self) -> models.QuerySet[Any]:
        """What this person may see, narrowed by `search` and `saved`."""
        found = searched(super().get_queryset(), self.request.query_params.get("search", ""))
        if self.request.query_params.get("saved", "") in {"1", "true"}:
            found = found.exclude(name="")
        return found

    def get_throttles(self) -> list[Any]:
        """Files have a limit of their own."""
        self.throttle_scope = "export" if self.action == "export" else ""
        return super().get_throttles()

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        """Save under a name, as the page does."""
        said = serializer.validated_data
        user = cast("AuthenticatedApiRequest", self.request).user
        serializer.instance = save(user, None, sql=said["sql"], name=said.get("name", ""))

    def perform_update(self, serializer: serializers.BaseSerializer[Any]) -> None:
        """Rename or rewrite, as the page does."""
        query: Any = serializer.instance
        said = serializer.validated_data
        save(query.owner, query, sql=said.get("sql", query.sql), name=said.get("name", query.name))

    def perform_destroy(self, instance: models.Model) -> None:
        """With its result and files."""
        forget(cast("Query", instance))

    @extend_schema(
        summary="Save the whole result as a dataset",
        request=KeepSerializer,
        responses={202: QueryJobSerializer},
    )
    @action(detail=True, methods=["post"])
    def dataset(self, request: Request, pk: str) -> Response:
        """Run it again for all its rows and keep them."""
        require_creator(request.user)
        query = self.get_object()
        said = _said(KeepSerializer, request)
        person = cast("AuthenticatedApiRequest", request)
        job = query_jobs.save_as_dataset(person.user, query, said["name"])
        return _started(job, reverse("datasets:sql_made", args=[job.pk]))

    @extend_schema(
        summary="Export the whole result",
        request=ExportSerializer,
        responses={202: QueryJobSerializer},
    )
    @action(detail=True, methods=["post"])
    def export(self, request: Request, pk: str) -> Response:
        """Run it again for all its rows and write them into a file."""
        query = self.get_object()
        said = _said(ExportSerializer, request)
        person = cast("AuthenticatedApiRequest", request)
        job = query_jobs.export_whole(person.user, query, said["format"])
        return _started(job, reverse("api:query-file", args=[query.pk, job.pk]))

    @extend_schema(
        summary="The exported file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @action(detail=True, url_path="files/<uuid:job>")
    def file(self, request: Request, pk: str, job: str) -> Any:
        """What an export has written."""
        person = cast("AuthenticatedApiRequest", request)
        return file_of_job(person.user, self.get_object(), job)


def _said(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    said: dict[str, Any] = sent.validated_data
    return said


def _started(job: Any, then: str) -> Response:
    content = {"job": JobSummarySerializer(job).data, "then": then}
    return Response(content, status=status.HTTP_202_ACCEPTED)
