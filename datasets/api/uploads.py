"""`/api/v1/uploads/`: files in pieces, by the open protocol tus 1.0 (core, creation, termination).

https://tus.io/protocols/resumable-upload — any of its clients can send files here.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_base import OwnedViewSet
from accounts.ownership import require_creator
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedApiRequest
from datasets.api.raw_body import RawBody, RawBodyParser
from datasets.api.receiving import reading_options
from datasets.models import Dataset, Upload
from datasets.receiving import resumable

VERSION = "1.0.0"
EXTENSIONS = "creation,termination"
CONTENT_TYPE = "application/offset+octet-stream"


class UnknownType(Problem):
    """Bytes were sent as something else than bytes."""

    status = 415
    default_code = "unsupported_media_type"


class OtherVersion(Problem):
    """A client speaks another version of the protocol."""

    status = 412
    default_code = "unsupported_version"


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A file on its way: how much of it has arrived, and what it became."""

    dataset = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = ["id", "name", "size", "received", "dataset", "created_at", "updated_at"]
        read_only_fields = fields

    def get_dataset(self, upload: Upload) -> str | None:
        """The dataset, once the file is whole."""
        found = upload.options.get("dataset")
        return str(found) if found else None


def _header(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=words)


@extend_schema_view(
    list=extend_schema(summary="Files on their way"),
    create=extend_schema(
        summary="Announce a file",
        description="tus creation. Answers 201 with the address to send the bytes to.",
        request=None,
        parameters=[
            _header("Upload-Length", "Size of the file in bytes."),
            _header(
                "Upload-Metadata",
                "Pairs of a key and a base64 value, separated by commas: filename, review (1: "
                "stop before the import), options (the reading options as JSON).",
            ),
        ],
        responses={201: UploadSerializer},
    ),
    retrieve=extend_schema(
        summary="How much has arrived",
        description="HEAD answers with Upload-Offset and Upload-Length; GET also as JSON.",
    ),
    partial_update=extend_schema(
        summary="Send bytes",
        description=(
            "tus PATCH: the body is appended at Upload-Offset; 409 when that is not where the "
            "next byte belongs. With the last byte the file becomes a dataset, whose id and page "
            "are in the headers Almanac-Dataset and Almanac-Page."
        ),
        request={CONTENT_TYPE: OpenApiTypes.BINARY},
        parameters=[_header("Upload-Offset", "Where the first byte of the body belongs.")],
        responses={204: None},
    ),
    destroy=extend_schema(summary="Give up", description="tus termination."),
)
@extend_schema(tags=["uploads"])
class UploadViewSet(OwnedViewSet):
    """Files in pieces."""

    queryset = Upload.objects.select_related("owner").order_by("-created_at", "-id")
    serializer_class = UploadSerializer
    http_method_names = ["get", "head", "post", "patch", "delete", "options"]
    owner_actions = ("destroy", "partial_update")

    def get_parsers(self) -> list[Any]:
        """Bodies are left unread: they are bytes of a file."""
        return [RawBodyParser()]

    def get_throttles(self) -> list[Any]:
        """Announcing a file counts as an upload; its pieces do not."""
        self.throttle_scope = "upload" if self.action == "create" else ""
        return super().get_throttles()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse other versions of the protocol."""
        super().initial(request, *args, **kwargs)
        if request.headers.get("Tus-Resumable", VERSION) != VERSION:
            raise OtherVersion(gettext("Send Tus-Resumable: 1.0.0."))

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Name the version on every answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        if answer.status_code == status.HTTP_412_PRECONDITION_FAILED:
            answer["Tus-Version"] = VERSION
        return answer

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What this server can do."""
        answer = Response(status=status.HTTP_204_NO_CONTENT)
        answer["Tus-Version"] = VERSION
        answer["Tus-Extension"] = EXTENSIONS
        answer["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
        return answer

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Announce a file."""
        require_creator(request.user)
        size = _whole(request, "Upload-Length")
        said = _metadata(request.headers.get("Upload-Metadata", ""))
        upload = resumable.begin(
            owner=cast("AuthenticatedApiRequest", request).user,
            name=said.get("filename", ""),
            size=size,
            options=reading_options(said.get("options", "")),
            review=said.get("review", "") in {"1", "true"},
        )
        answer = Response(UploadSerializer(upload).data, status=status.HTTP_201_CREATED)
        answer["Location"] = reverse("api:upload-detail", args=[upload.pk])
        return _with_offset(answer, upload)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """How much has arrived."""
        upload = self.get_object()
        answer = _with_offset(Response(UploadSerializer(upload).data), upload)
        answer["Cache-Control"] = "no-store"
        return _with_dataset(answer, resumable.dataset_of(upload))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add bytes; the last one makes it a dataset."""
        upload: Upload = self.get_object()
        if (request.content_type or "").partition(";")[0].strip() != CONTENT_TYPE:
            raise UnknownType(gettext("Send the bytes as %s.") % CONTENT_TYPE)
        offset = _whole(request, "Upload-Offset")
        # An empty body is not parsed at all.
        body = cast("dict[str, RawBody]", request.data).get("file")
        try:
            blocks = body.chunks() if body else ()
            upload = resumable.append(upload, offset=offset, blocks=blocks)
        except Conflict:
            upload.refresh_from_db()
            raise
        dataset = resumable.finish(upload) if upload.received == upload.size else None
        answer = _with_offset(Response(status=status.HTTP_204_NO_CONTENT), upload)
        return _with_dataset(answer, dataset)

    def perform_destroy(self, instance: Any) -> None:
        """Give up: the row and what had arrived."""
        resumable.give_up(instance)


def _with_offset(answer: Response, upload: Upload) -> Response:
    answer["Upload-Offset"] = str(upload.received)
    answer["Upload-Length"] = str(upload.size)
    return answer


def _with_dataset(answer: Response, dataset: Dataset | None) -> Response:
    if dataset is not None:
        answer["Almanac-Dataset"] = str(dataset.pk)
        answer["Almanac-Page"] = (
            dataset.import_url if dataset.is_reviewed else dataset.get_absolute_url()
        )
        answer["Almanac-Job"] = str(dataset.job_id or "")
    return answer


def _whole(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Problem(
            gettext("%(name)s must be a whole number of bytes, such as 1048576.") % {"name": name},
            field=name,
        )
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """The pairs of `filename bG9hZC5jc3Y=,review MQ==`."""
    said = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            said[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Problem(
                gettext(
                    "Upload-Metadata: the value of %(key)s must be base64 of UTF-8 text, as in "
                    "filename bG9hZC5jc3Y=."
                )
                % {"key": key[:40]},
                field="Upload-Metadata",
            ) from error
    return said
