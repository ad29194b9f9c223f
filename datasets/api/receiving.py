"""A file that arrives in one request: which bytes, how they are to be read, what was understood."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from accounts.problems import Problem
from accounts.requests import AuthenticatedApiRequest
from datasets.api.mapping import MappingSerializer
from datasets.models import Dataset
from datasets.receiving import uploads
from datasets.sniffing.options import ReadingOptions


def receive(request: AuthenticatedApiRequest) -> Dataset:
    """Keep the file of a request; `?review=1` stops before the import."""
    said = request.data if isinstance(request.data, dict) else {}
    sent: Any = said.get("file")
    if not hasattr(sent, "chunks"):
        raise Problem(
            gettext("No file arrived. Send it as the form field file, or as the body."),
            code="no_file",
            field="file",
        )
    return uploads.receive(
        owner=request.user,
        name=request.query_params.get("name", "").strip() or sent.name,
        content=sent if hasattr(sent, "file") else sent.chunks(),
        size=sent.size,
        options=reading_options(said.get("options") or request.query_params.get("options") or ""),
        review=request.query_params.get("review", "") in {"1", "true"},
    )


def reading_options(text: Any) -> ReadingOptions:
    """Reading options sent as JSON. Raises Problem when one of them is none."""
    if not text:
        return ReadingOptions()
    try:
        given = json.loads(text)
    except (TypeError, ValueError):
        given = None
    if not isinstance(given, dict):
        raise Problem(
            gettext('options must be a JSON object, such as {"decimal": ","}.'), field="options"
        )
    checked = MappingSerializer(data=given)
    try:
        checked.is_valid(raise_exception=True)
    except serializers.ValidationError as wrong:
        field, words = _first_error(wrong.detail)
        raise Problem(f"{field}: {words}" if field else words, field="options") from wrong
    return ReadingOptions.from_dict(dict(checked.validated_data))


def _first_error(detail: Any) -> tuple[str, str]:
    field = ""
    while isinstance(detail, dict | list):
        if isinstance(detail, dict):
            name, detail = next(iter(detail.items()))
            field = f"{field}.{name}" if field else str(name)
        else:
            detail = detail[0]
    return field, str(detail)


def understood_at_once(dataset: Dataset) -> dict[str, Any] | None:
    """How a text file was understood from its beginning; None for files a worker has to open."""
    reading = dataset.reading
    if not reading:
        return None
    known = ("encoding", "delimiter", "decimal", "header", "skip", "time_column", "zone")
    columns = [
        {"key": column["key"], "name": column["name"], "type": column["type"]}
        for column in reading["columns"]
    ]
    return {**{name: reading.get(name) for name in known}, "columns": columns}
