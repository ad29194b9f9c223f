"""`/api/v1/datasets/{id}/…`: columns, versions, edits, new rows and what happened."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import audit
from accounts.idempotency import answer_once
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedApiRequest
from datasets.api.strict import OneOf
from datasets.cells import editing
from datasets.models import Column, Dataset, Version
from datasets.problems import DatasetProblem
from datasets.serializers import (
    ColumnSerializer,
    JobSummarySerializer,
    VersionSerializer,
    plain,
)
from datasets.versioning import appending, version_jobs
from datasets.versioning import versions as making
from datasets.versioning.activity import happenings
from datasets.versioning.appending import ASK
from datasets.versioning.column_changes import ColumnChange, change_columns
from datasets.versioning.comparing import compare
from datasets.versioning.version_words import difference_words
from datasets.views.appending import require_same
from datasets.views.asked import whole_number
from datasets.views.fetching import loaded_version, no_version, require_version, version_asked
from jobs.models import Job

_MOST_EDITS = 1000
_VERSION = OpenApiParameter(
    "version", int, OpenApiParameter.QUERY, description="Number of a version; the current without."
)


class ColumnChangeSerializer(serializers.Serializer[Any]):
    """A column to change: its key, and a name or a role."""

    key = serializers.CharField(max_length=8)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    role = OneOf(choices=Column.Role.choices, required=False, default="")


class CellSerializer(serializers.Serializer[Any]):
    """A cell to change: row from 1, column (key or name), the value as text, "" for missing."""

    row = serializers.IntegerField(min_value=1)
    column = serializers.CharField()
    value = serializers.CharField(allow_blank=True, allow_null=True, max_length=10_000)


class EditsSerializer(serializers.Serializer[Any]):
    """Cells to change at once, and why."""

    edits = serializers.ListField(child=CellSerializer(), min_length=1, max_length=_MOST_EDITS)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class ComparisonSerializer(serializers.Serializer[Any]):
    """What the newer version changed: in counts, in words, and the first cells."""

    old = serializers.IntegerField()
    new = serializers.IntegerField()
    diff = serializers.DictField()
    words = serializers.ListField(child=serializers.CharField())
    cells = serializers.ListField(child=serializers.DictField())


class PointsSerializer(serializers.Serializer[Any]):
    """Rows as objects with a value for every column name."""

    rows = serializers.ListField(child=serializers.DictField(), allow_empty=False)
    same = OneOf(
        choices=appending.SAME,
        required=False,
        help_text=_("What becomes of rows at a time that is there: ask, old, new or both."),
    )


class HappeningSerializer(serializers.Serializer[Any]):
    """One thing that happened."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    title = serializers.CharField()
    person = serializers.CharField()
    detail = serializers.CharField()
    version = serializers.IntegerField()


class ActivitySerializer(serializers.Serializer[Any]):
    """A page of what happened; send `next` as `?after=` for the following one."""

    results = HappeningSerializer(many=True)
    next = serializers.CharField()


class VersionActions(GenericViewSet[Any]):
    """Part of the resource of datasets."""

    @extend_schema(
        methods=["GET"],
        summary="Columns",
        parameters=[_VERSION],
        responses={200: ColumnSerializer(many=True)},
    )
    @extend_schema(
        methods=["PATCH"],
        summary="Rename columns and change their roles",
        description=(
            "Makes a new version. Answers 200 with its columns, or 202 with a job when another "
            "time or series column puts the rows into another order."
        ),
        request=ColumnChangeSerializer(many=True),
        responses={200: ColumnSerializer(many=True), 202: JobSummarySerializer},
    )
    @action(detail=True, methods=["get", "patch"], pagination_class=None)
    def columns(self, request: Request, pk: str) -> Response:
        """Every column with its role, type and statistics."""
        dataset: Dataset = self.get_object()
        if request.method == "GET":
            found = version_asked(cast("Any", request), dataset)
            return Response(ColumnSerializer(found.columns.all(), many=True).data)
        asked = ColumnChangeSerializer(data=request.data, many=True)
        asked.is_valid(raise_exception=True)
        changes = [ColumnChange(**change) for change in asked.validated_data]
        version, person = require_version(dataset), _person(request)
        made = change_columns(version, changes, person.user)
        if made is None:
            return _accepted(version_jobs.start_rewriting(version, person.user, changes, ""))
        return Response(ColumnSerializer(made.columns.all(), many=True).data)

    @extend_schema(summary="Versions", responses={200: VersionSerializer(many=True)})
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Every immutable state, newest first."""
        found = self.get_object().versions.select_related("made_by", "parent")
        return Response(VersionSerializer(found.defer("quality"), many=True).data)

    @extend_schema(summary="One version", responses={200: VersionSerializer})
    @action(detail=True, url_path="versions/<int:number>", url_name="version")
    def version(self, request: Request, pk: str, number: int) -> Response:
        """One immutable state."""
        return Response(VersionSerializer(_numbered(self.get_object(), number)).data)

    @extend_schema(
        summary="Make an older version the current one",
        description="As a new version with its rows; nothing is lost.",
        request=None,
        responses={201: VersionSerializer},
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="versions/<int:number>/restore",
        url_name="restore",
    )
    def restore(self, request: Request, pk: str, number: int) -> Response:
        """Go back to an older version."""
        dataset, person = self.get_object(), _person(request)
        made = making.restore(dataset, _numbered(dataset, number), person.user)
        audit.record(person.user, "dataset.restored", dataset, version=number)
        return Response(VersionSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Undo the newest change",
        description="The next version has the rows of the one before; nothing is lost.",
        request=None,
        responses={201: VersionSerializer},
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Go one step back."""
        dataset, person = self.get_object(), _person(request)
        made = making.undo(dataset, person.user)
        audit.record(person.user, "dataset.undo", dataset, version=made.number)
        return Response(VersionSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Compare two versions",
        parameters=[
            OpenApiParameter("old", int, OpenApiParameter.QUERY),
            OpenApiParameter("new", int, OpenApiParameter.QUERY),
        ],
        responses={200: ComparisonSerializer},
    )
    @action(detail=True)
    def compare(self, request: Request, pk: str) -> Response:
        """Counts of what changed, and the first cells that did."""
        dataset = self.get_object()
        current = require_version(dataset).number
        new = whole_number(request.query_params.get("new", "") or str(current), "new")
        old = whole_number(request.query_params.get("old", "") or str(max(new - 1, 1)), "old")
        found = compare(loaded_version(dataset, old), loaded_version(dataset, new))
        cells = [vars(cell) for cell in found.cells]
        return Response(
            {
                "old": old,
                "new": new,
                "diff": plain(found.diff),
                "words": difference_words(found.diff),
                "cells": cells,
            }
        )

    @extend_schema(
        summary="Edit cells",
        description="Makes a version in which these cells are changed. Answers 202 with a job.",
        request=EditsSerializer,
        responses={202: JobSummarySerializer},
    )
    @action(detail=True, methods=["post"])
    def edits(self, request: Request, pk: str) -> Response:
        """Change cells, all or none."""
        dataset, person = self.get_object(), _person(request)
        asked = EditsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return answer_once(person, lambda: _edited(dataset, person, asked.validated_data))

    @extend_schema(
        summary="Append rows",
        description=(
            "Send JSON rows, or a file as the body or as the form field `file`. Columns are "
            "matched by name. `same` says what becomes of rows at a time that is there already: "
            "`old` keeps what is there, `new` takes the new row, `both` keeps both; without it "
            "the job ends with their count. Answers 202 with the job.\n\n"
            'curl -H "Authorization: Token $TOKEN" --data-binary @more.csv '
            '"http://127.0.0.1:8000/api/v1/datasets/$ID/points/?same=new"'
        ),
        request={
            "application/json": PointsSerializer,
            "text/csv": OpenApiTypes.BINARY,
            "multipart/form-data": OpenApiTypes.BINARY,
        },
        parameters=[
            OpenApiParameter("same", str, OpenApiParameter.QUERY, enum=list(appending.SAME)),
            OpenApiParameter("name", str, OpenApiParameter.QUERY, description="File name."),
        ],
        responses={202: JobSummarySerializer},
    )
    @action(detail=True, methods=["post"])
    def points(self, request: Request, pk: str) -> Response:
        """Add rows."""
        dataset, person = self.get_object(), _person(request)
        require_version(dataset)
        return answer_once(person, lambda: _appended(dataset, person))

    @extend_schema(
        summary="What happened",
        parameters=[
            OpenApiParameter("q", str, OpenApiParameter.QUERY, description="Words to look for."),
            OpenApiParameter("after", str, OpenApiParameter.QUERY, description="`next`."),
        ],
        responses={200: ActivitySerializer},
    )
    @action(detail=True, pagination_class=None)
    def activity(self, request: Request, pk: str) -> Response:
        """Imports, versions, shares and downloads, newest first."""
        said = request.query_params
        page = happenings(self.get_object(), text=said.get("q", ""), after=said.get("after", ""))
        return Response(
            {"results": HappeningSerializer(page.rows, many=True).data, "next": page.next}
        )


def _person(request: Request) -> AuthenticatedApiRequest:
    """The request behind the API's door, where somebody is always signed in."""
    return cast("AuthenticatedApiRequest", request)


def _numbered(dataset: Dataset, number: int) -> Version:
    found: Version | None = (
        dataset.versions.select_related("made_by", "parent").filter(number=number).first()
    )
    if found is None:
        raise no_version(dataset, number)
    return found


def _accepted(job: Job) -> Response:
    return Response(JobSummarySerializer(job).data, status=status.HTTP_202_ACCEPTED)


def _edited(dataset: Dataset, person: AuthenticatedApiRequest, said: dict[str, Any]) -> Response:
    version = require_version(dataset)
    if editing.draft_of(dataset, person.user) is not None:
        raise Conflict(
            gettext("You have edits of this dataset that are not saved yet. Save or discard them."),
            code="unsaved_edits",
        )
    keys = {column.name: column.key for column in version.columns.all()}
    keys |= {column.key: column.key for column in version.columns.all()}
    try:
        for cell in said["edits"]:
            key = keys.get(cell["column"], cell["column"])
            row, text = cell["row"], cell["value"] or ""
            if editing.edit(version, person.user, row=row, key=key, text=text) and said["note"]:
                editing.explain(dataset, person.user, row=row, key=key, note=said["note"])
        return _accepted(version_jobs.start_saving(dataset, person.user))
    except Problem:
        editing.discard(dataset, person.user)
        raise


def _appended(dataset: Dataset, request: AuthenticatedApiRequest) -> Response:
    said = request.data if isinstance(request.data, dict) else {"rows": request.data}
    same = require_same(str(request.query_params.get("same") or said.get("same") or ASK))
    sent: Any = said.get("file")
    if hasattr(sent, "chunks"):
        name = request.query_params.get("name", "").strip() or sent.name
        content = sent if hasattr(sent, "file") else sent.chunks()
        arrived = appending.keep(dataset, name=name, content=content, size=sent.size)
    else:
        rows = _rows_of(said.get("rows"))
        arrived = appending.keep(dataset, name="points.csv", content=_as_csv(rows))
    return _accepted(version_jobs.start_appending(dataset, request.user, arrived, same))


def _rows_of(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given or not all(isinstance(row, dict) for row in given):
        raise DatasetProblem(
            gettext(
                'Send the rows as {"rows": [{"time": "2026-01-31T12:00", "load": 4812}]}, or a '
                "file."
            ),
            code="no_rows",
            field="rows",
        )
    for number, row in enumerate(given, 1):
        for name, value in row.items():
            if isinstance(value, dict | list):
                raise DatasetProblem(
                    gettext("Row %(row)s, column %(column)s holds a list or an object. Send text.")
                    % {"row": number, "column": str(name)[:80]},
                    code="nested",
                    field="rows",
                )
    return given


def _as_csv(rows: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """The rows as the reader of files takes them, some at a time."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    for start in range(0, len(rows), 1000):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not start:
            writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows[start:][:1000])
        yield text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
