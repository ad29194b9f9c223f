"""A dataset leaves as a file, in chunks, whatever its size."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Any, Final

from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.audit import record
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets import downloads, exporting, storage
from datasets.masking import require_original
from datasets.models import Dataset
from datasets.views.fetching import fetch_dataset, version_named

_ANY: Final = "application/octet-stream"
ORIGINAL: Final = "original"


@require_safe
def download(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`?as=csv|json|xlsx|parquet|tfb|m4|original`: the current version or
    that of `?version=`, or the file as sent."""
    dataset = fetch_dataset(request, pk)
    kind = request.GET.get("as", "csv")
    if kind == ORIGINAL:
        require_original(dataset, request.user)
    response = as_file(dataset, kind, request.GET.dict())
    record(request.user, "dataset.download", dataset, format=kind)
    return response


def as_file(dataset: Dataset, kind: str, given: Mapping[str, Any]) -> HttpResponseBase:
    """The answer that sends `dataset` as `kind`.

    Raises Problem for an unknown kind, and for a file that takes so long to write that it has to
    be converted first.
    """
    if kind == ORIGINAL:
        return sent(dataset.file_path, dataset.filename, _ANY)
    format = exporting.wanted_format(kind)
    version = version_named(dataset, given)
    chosen = exporting.choose(format, given)
    exporting.require_writable(version, format)
    if exporting.is_large(version, format):
        raise Problem(
            gettext(
                "%(name)s is too large to be written as %(label)s while you wait. Convert it, and "
                "download the file when it is done."
            )
            % {"name": dataset.name, "label": format.label},
            code="convert_first",
            field="as",
        )
    name = exporting.file_name(dataset, format, chosen)
    return streamed(downloads.chunks(version, format, chosen), name, format.content_type)


def sent(key: str, name: str, content_type: str) -> HttpResponseBase:
    """A stored file: from the store itself where it can sign addresses, else through us."""
    address = storage.download_url(key, name)
    if address:
        return HttpResponseRedirect(address)
    try:
        return streamed(downloads.stored(key), name, content_type)
    except FileNotFoundError as missing:
        raise Problem(
            gettext("This file is no longer stored. Make it again."), code="file_gone"
        ) from missing


def streamed(blocks: AsyncIterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    """Blocks as a file to save."""
    response = StreamingHttpResponse(blocks, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
