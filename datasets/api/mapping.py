"""`/datasets/{id}/mapping/`: what the mapper page shows and does, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.parsing import KnownNamesParser
from accounts.problems import Conflict
from datasets.api.strict import OneOf, StrictSerializer
from datasets.mapping import choosing, sentences
from datasets.mapping.understood import Understood, understood
from datasets.models import Dataset
from datasets.receiving import staging, uploads
from datasets.serializers import DatasetSerializer, JobSummarySerializer, plain
from datasets.sniffing.options import (
    DELIMITERS,
    ENCODINGS,
    FAILING,
    FORMATS,
    FREQUENCIES,
    MOST_SKIPPED,
    ORDERS,
    ORIENTS,
    REPEATED,
    ROLES,
    SHAPES,
    TYPES,
    WORDS,
    ReadingOptions,
)


class ColumnChoiceSerializer(StrictSerializer):
    """What is decided about one column; leave out what is right as found."""

    name = serializers.CharField(required=False, max_length=200)
    role = OneOf(choices=ROLES, required=False)
    type = OneOf(choices=TYPES, required=False)
    failing = OneOf(choices=FAILING, required=False)
    words = OneOf(choices=WORDS, required=False)


class MappingSerializer(StrictSerializer):
    """How a file is written and what its columns are for; leave out what we should find."""

    header = serializers.BooleanField(allow_null=True, required=False)
    skip = serializers.IntegerField(
        allow_null=True, required=False, min_value=0, max_value=MOST_SKIPPED
    )
    day_first = serializers.BooleanField(allow_null=True, required=False)
    date_order = OneOf(choices=ORDERS, allow_null=True, required=False)
    decimal = OneOf(choices=[".", ","], allow_null=True, required=False)
    delimiter = OneOf(choices=DELIMITERS, allow_null=True, required=False)
    encoding = OneOf(choices=ENCODINGS, allow_null=True, required=False)
    format = OneOf(choices=FORMATS, allow_null=True, required=False)
    sheet = serializers.CharField(allow_null=True, required=False, max_length=255)
    orient = OneOf(choices=ORIENTS, allow_null=True, required=False)
    frequency = OneOf(choices=FREQUENCIES, allow_null=True, required=False)
    zone = serializers.CharField(allow_blank=True, allow_null=True, required=False, max_length=64)
    layout = OneOf(choices=SHAPES, allow_null=True, required=False)
    repeated = OneOf(choices=REPEATED, allow_null=True, required=False)
    leave_out_bad_times = serializers.BooleanField(required=False)
    leave_out_long_rows = serializers.BooleanField(
        required=False,
        help_text=_("Leave out rows with more cells than there are columns, counted and listed."),
    )
    columns = serializers.DictField(
        child=ColumnChoiceSerializer(),
        required=False,
        help_text=_("By internal name: c1 is the first column of the file."),
    )
    corrections = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True)),
        required=False,
        help_text=_("By internal name: the cell as it stands in the file, and what was meant."),
    )

    def validate_zone(self, value: str | None) -> str | None:
        """A zone that exists."""
        if value and ReadingOptions.from_dict({"zone": value}).zone != value:
            raise serializers.ValidationError(
                gettext("%(zone)s is no time zone. Use a name such as Europe/Berlin.")
                % {"zone": value[:64]}
            )
        return value


class DecideSerializer(MappingSerializer):
    """The same, and what to do with it."""

    name = serializers.CharField(required=False, max_length=200, help_text=_("Of the dataset."))
    reset = serializers.BooleanField(
        required=False, help_text=_("Forget every decision made before.")
    )

    def get_fields(self) -> dict[str, Any]:
        """`import` is a word of the language, so it cannot stand above."""
        known = super().get_fields()
        words = _("Import it once the choices are read.")
        return known | {"import": serializers.BooleanField(required=False, help_text=words)}


class MappingActions:
    """Mixed into the viewset of datasets."""

    @extend_schema(
        methods=["GET"], summary="What was understood", responses={200: OpenApiTypes.OBJECT}
    )
    @extend_schema(
        methods=["POST"],
        summary="Decide how a file is read, and import it",
        description=(
            "Names and roles change at once (200). Other choices read the file again (202 with "
            "the job). With `import` true the dataset is imported; when reading again brings "
            "other counts it waits once more, so that nothing changes unseen. On a dataset that "
            "is imported already the file is read again and becomes the next version."
        ),
        request=DecideSerializer,
        responses={200: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get", "post"], parser_classes=[KnownNamesParser])
    def mapping(self, request: Request, pk: str) -> Response:
        """Show or decide."""
        dataset: Dataset = self.get_object()  # type: ignore[attr-defined]
        if request.method == "GET":
            return Response(described(dataset))
        said = DecideSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        return _decided(dataset, dict(said.validated_data))


def _decided(dataset: Dataset, said: dict[str, Any]) -> Response:
    is_import, name = said.pop("import", False), said.pop("name", "")
    is_reset = said.pop("reset", False)
    if dataset.is_being_read:
        raise Conflict(gettext("This file is being read right now. Wait for it, or cancel it."))
    if name:
        uploads.rename(dataset, name=name)
    if not dataset.is_staged:
        job = uploads.again(dataset, options=ReadingOptions.from_dict(said))
        return _answer(dataset, job)
    if is_reset:
        return _answer(dataset, choosing.read_as_found(dataset))
    options = choosing.merged(dataset, staging.load(dataset), said)
    if not is_import:
        return _answer(dataset, choosing.apply(dataset, options))
    reading = choosing.import_after_reading(dataset, options)
    if reading is None:
        choosing.import_now(dataset)
    return _answer(dataset, reading)


def _answer(dataset: Dataset, job: Any) -> Response:
    dataset.refresh_from_db()
    content = described(dataset)
    content["job"] = JobSummarySerializer(job).data if job else None
    return Response(content, status=status.HTTP_202_ACCEPTED if job else status.HTTP_200_OK)


def described(dataset: Dataset) -> dict[str, Any]:
    """What was understood of a dataset's file, as JSON; `mapping` is null once it is imported."""
    content: dict[str, Any] = {
        "dataset": DatasetSerializer(dataset).data,
        "state": _state(dataset),
        "options": choosing.options_of(dataset).to_dict(),
        "mapping": None,
    }
    if not dataset.is_staged or dataset.is_being_read:
        return content
    found = understood(dataset, staging.load(dataset))
    content["mapping"] = {
        "sentence": sentence(found),
        "questions": sentences.questions(found),
        "noticed": found.noticed,
        "rows": found.rows,
        "cells": found.cells,
        "unread": found.unread,
        "columns": [_column(column) for column in found.columns],
        "decisions": asdict(found.decisions),
        "evidence": {
            "date_order": sentences.order_words(found.decisions),
            "decimal": sentences.decimal_words(found.decisions),
            "zone": sentences.zone_words(found.decisions),
        },
        "preview": found.preview,
        "seconds": found.seconds,
    }
    return dict(plain(content))


def _column(column: Any) -> dict[str, Any]:
    found = asdict(column)
    found["word_examples"] = found.pop("word_list")
    return found


def _state(dataset: Dataset) -> str:
    if dataset.is_being_read:
        return "reading"
    if dataset.is_staged:
        return "waiting"
    return str(dataset.status)


def sentence(found: Understood) -> str:
    """The headline of the mapper as plain text."""
    decisions = found.decisions
    html = render_to_string(
        "datasets/_understood.html",
        {
            "found": found,
            "headline": sentences.series_words(found),
            "start": sentences.moment(found.start),
            "end": sentences.moment(found.end),
            "city": sentences.city(decisions.zone) if decisions.zone_facts else "",
        },
    )
    return " ".join(strip_tags(html).split())
