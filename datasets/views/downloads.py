"""A dataset leaves as a file, in chunks, whatever its size."""

from __future__ import annotations

from typing import Final

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.audit import record
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets import downloads
from datasets.models import Dataset
from datasets.views.fetching import fetch_dataset, require_version

_ANY: Final = "application/octet-stream"
FORMATS: Final = ("csv", "parquet", "original")


@require_safe
def download(request: AuthenticatedHttpRequest, pk: str) -> StreamingHttpResponse:
    """`?as=csv|parquet|original`: the current version, or the file as it was sent."""
    dataset = fetch_dataset(request, pk)
    response = as_file(dataset, request.GET.get("as", "csv"))
    record(request.user, "dataset.download", dataset, format=request.GET.get("as", "csv"))
    return response


def as_file(dataset: Dataset, kind: str) -> StreamingHttpResponse:
    """The answer that streams `dataset`; Problem for an unknown kind of file."""
    if kind not in FORMATS:
        raise Problem(
            gettext("%(format)s is not a file we write. Use csv, parquet or original.")
            % {"format": kind[:40]},
            code="unknown_format",
            field="as",
        )
    if kind == "original":
        content, name, content_type = downloads.original(dataset), dataset.filename, _ANY
    else:
        content = downloads.chunks(require_version(dataset), kind)
        name = downloads.download_name(dataset, kind)
        content_type = downloads.CONTENT_TYPES[kind]
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
