"""`…/export/` and `…/convert/`: a dataset as a file of any format, for programs."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.audit import record
from accounts.idempotency import answer_once
from accounts.requests import AuthenticatedApiRequest
from datasets import converting, exporting
from datasets.api.strict import OneOf
from datasets.formats.registry import FORMATS
from datasets.masking import require_original
from datasets.serializers import JobSummarySerializer
from datasets.views.downloads import ORIGINAL, as_file, sent
from datasets.views.fetching import require_version

_FILE = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
_CURL = (
    'curl -H "Authorization: Token $TOKEN" -H "Content-Type: application/json" '
    '-d \'{"format": "xlsx"}\' -o load.xlsx http://127.0.0.1:8000/api/v1/datasets/$ID/convert/'
)


def _choice(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=words)


_CHOICES = [
    _choice("as", "csv, json, xlsx, parquet, tfb, m4, or original: the file as it was sent."),
    _choice("delimiter", "Of CSV: a comma, semicolon, tab or vertical bar."),
    _choice("decimal", "Of CSV: a point or a comma."),
    _choice("encoding", "Of CSV: utf-8, utf-8-sig (for Excel) or utf-16."),
    _choice("orient", "Of JSON: records, lines (one record a line) or columns."),
]


class ConvertSerializer(serializers.Serializer[Any]):
    """Which format to write, and how."""

    format = OneOf(choices=list(FORMATS))
    delimiter = serializers.CharField(
        required=False, trim_whitespace=False, max_length=1, help_text=_("CSV: , ; tab or |")
    )
    decimal = serializers.CharField(required=False, max_length=1, help_text=_("CSV: . or ,"))
    encoding = serializers.CharField(
        required=False, max_length=20, help_text=_("CSV: utf-8, utf-8-sig or utf-16")
    )
    orient = serializers.CharField(
        required=False, max_length=20, help_text=_("JSON: records, lines or columns")
    )


class ConvertingSerializer(serializers.Serializer[Any]):
    """The job that writes a large file, and where the file is once it has succeeded."""

    job = JobSummarySerializer()
    download = serializers.CharField(help_text=_("Answers 409 until the job has succeeded."))


class ConvertActions(GenericViewSet[Any]):
    """Actions of the datasets' viewset that send a table as a file."""

    @extend_schema(summary="Download", parameters=_CHOICES, responses=_FILE)
    @action(detail=True)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """The whole table as a file, in chunks."""
        return self._as_file(request)

    @extend_schema(
        summary="Export",
        description="The same as `download`. Large tables are refused here: use `convert`.",
        parameters=_CHOICES,
        responses=_FILE,
    )
    @action(detail=True)
    def export(self, request: Request, pk: str) -> HttpResponseBase:
        """The whole table as a file, in chunks."""
        return self._as_file(request)

    @extend_schema(
        summary="Convert",
        description=(
            "Write the current version in another format. A table that is quickly written is the "
            "answer; for a large one it is 202 with a job, and the file waits a day at "
            f"`download` once the job has succeeded. Personal data leave masked.\n\n{_CURL}"
        ),
        request=ConvertSerializer,
        responses={
            **_FILE,
            202: OpenApiResponse(ConvertingSerializer, "A job writes the file."),
        },
    )
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: str) -> HttpResponseBase:
        """Write the table in another format."""
        dataset = self.get_object()
        said = ConvertSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        given = said.validated_data
        version = require_version(dataset)
        format = exporting.wanted_format(given["format"])
        chosen = exporting.choose(format, given)
        person = cast("AuthenticatedApiRequest", request)
        record(person.user, "dataset.download", dataset, format=format.key)
        if not exporting.is_large(version, format):
            return as_file(dataset, format.key, chosen)

        def start() -> Response:
            job = converting.start(version, person.user, format, chosen)
            address = f"/api/v1/datasets/{dataset.pk}/converted/{job.pk}/"
            content = {"job": JobSummarySerializer(job).data, "download": address}
            return Response(content, status=status.HTTP_202_ACCEPTED)

        return answer_once(person, start)

    @extend_schema(
        summary="Fetch a converted file",
        parameters=[OpenApiParameter("job", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=_FILE,
    )
    @action(detail=True, url_path="converted/<uuid:job>")
    def converted(self, request: Request, pk: str, job: UUID) -> HttpResponseBase:
        """The file that a conversion wrote; kept for a day."""
        dataset = self.get_object()
        person = cast("AuthenticatedApiRequest", request)
        done = converting.fetch(dataset, person.user, job)
        format = exporting.wanted_format(done.arguments["format"])
        key = converting.key_of(dataset.pk, done.pk)
        return sent(key, done.arguments["name"], format.content_type)

    def _as_file(self, request: Request) -> HttpResponseBase:
        dataset, asked = self.get_object(), request.query_params
        kind = asked.get("as", "csv")
        if kind == ORIGINAL:
            require_original(dataset, cast("AuthenticatedApiRequest", request).user)
        response = as_file(dataset, kind, asked.dict())
        record(
            cast("AuthenticatedApiRequest", request).user, "dataset.download", dataset, format=kind
        )
        return response
