"""`POST …/query/`: SQL over one dataset or several, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.requests import AuthenticatedApiRequest
from datasets.query.asking import Asked, Ran, ask
from datasets.query.process import MOST_ROWS
from datasets.query.statements import LONGEST
from datasets.query.tables import Tables, shown_names

_CURL = (
    'curl -H "Authorization: Token $TOKEN" -H "Content-Type: application/json" '
    '-d \'{"sql": "SELECT count(*) FROM load"}\' http://127.0.0.1:8000/api/v1/datasets/query/'
)


class SqlSerializer(serializers.Serializer[Any]):
    """One statement that reads."""

    sql = serializers.CharField(
        max_length=LONGEST,
        trim_whitespace=False,
        help_text=_("One statement: SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE."),
    )
    limit = serializers.IntegerField(
        min_value=1,
        max_value=MOST_ROWS,
        default=MOST_ROWS,
        help_text=_("Most rows in the answer; all of them are counted."),
    )


class ResultColumnSerializer(serializers.Serializer[Any]):
    """A column of a result."""

    name = serializers.CharField()
    type = serializers.CharField(help_text=_("The type in the database."))
    kind = serializers.CharField(help_text=_("number, time, yes_no or text."))


class UsedTableSerializer(serializers.Serializer[Any]):
    """A table that was read."""

    name = serializers.CharField()
    dataset = serializers.UUIDField()
    version = serializers.IntegerField()


class ResultSerializer(serializers.Serializer[Any]):
    """The rows of a statement and what they cost."""

    query = serializers.UUIDField(help_text=_("The entry in your history."))
    columns = ResultColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField())
    shown = serializers.IntegerField(help_text=_("Rows in this answer."))
    total = serializers.IntegerField(
        allow_null=True, help_text=_("Rows in all; null when counting them took too long.")
    )
    rows_read = serializers.IntegerField(help_text=_("Rows of the tables that were named."))
    seconds = serializers.FloatField()
    memory = serializers.IntegerField(help_text=_("Bytes that were used."))
    tables = UsedTableSerializer(many=True)


class TableColumnSerializer(serializers.Serializer[Any]):
    """A column under its name in SQL."""

    name = serializers.CharField()
    type = serializers.CharField()
    masked = serializers.BooleanField(help_text=_("Personal data: values come out hidden."))


class TableSerializer(serializers.Serializer[Any]):
    """A dataset under its name in SQL."""

    name = serializers.CharField()
    dataset = serializers.UUIDField()
    title = serializers.CharField(help_text=_("The name of the dataset."))
    rows = serializers.IntegerField()
    columns = TableColumnSerializer(many=True)


class QueryActions(GenericViewSet[Any]):
    """The SQL actions of the dataset resource."""

    @extend_schema(
        operation_id="datasets_query_one",
        summary="Run SQL over this dataset",
        description="Its table goes by its own name, and by `data`. Limits: see `/query/`.",
        request=SqlSerializer,
        responses={200: ResultSerializer},
    )
    @action(detail=True, methods=["post"], url_path="query")
    def query_one(self, request: Request, pk: str) -> Response:
        """Ask one dataset."""
        dataset = self.get_object()
        return _answer(request, only=[dataset.pk])

    @extend_schema(
        summary="Run SQL over your datasets",
        description=(
            "Every dataset you may read is a table; `GET /datasets/tables/` lists them with their "
            "columns. One statement that reads, 10 seconds, 10,000 rows, 16 MiB. Columns of "
            f"personal data come out masked.\n\n{_CURL}"
        ),
        request=SqlSerializer,
        responses={200: ResultSerializer},
    )
    @action(detail=False, methods=["post"], url_path="query")
    def query(self, request: Request) -> Response:
        """Ask several datasets at once."""
        return _answer(request, only=None)

    @extend_schema(summary="Tables for SQL", responses={200: TableSerializer(many=True)})
    @action(detail=False, pagination_class=None)
    def tables(self, request: Request) -> Response:
        """What your datasets and their columns are called in SQL."""
        tables = Tables(cast("AuthenticatedApiRequest", request).user)
        return Response([_described(table, version) for table, version in tables.with_versions()])


def _answer(request: Request, only: Sequence[UUID] | None) -> Response:
    person = cast("AuthenticatedApiRequest", request)
    sent = SqlSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    said = sent.validated_data
    ran = ask(person.user, Asked(said["sql"], only=only, rows=said["limit"]))
    return Response(_content(ran))


def _content(ran: Ran) -> dict[str, Any]:
    answer = ran.answer
    return {
        "query": ran.query.pk,
        "columns": [
            {"name": name, "type": type_name, "kind": kind}
            for name, type_name, kind in answer.columns
        ],
        "rows": answer.rows,
        "shown": len(answer.rows),
        "total": answer.total,
        "rows_read": ran.rows_read,
        "seconds": round(answer.seconds, 4),
        "memory": answer.memory,
        "tables": [
            {
                "name": table.name,
                "dataset": table.version.dataset_id,
                "version": table.version.number,
            }
            for table in ran.used
        ],
    }


def _described(table: Any, version: Any) -> dict[str, Any]:
    columns = list(version.columns.all())
    return {
        "name": table.name,
        "dataset": table.dataset,
        "title": table.title,
        "rows": version.row_count,
        "columns": [
            {"name": name, "type": column.type, "masked": column.is_masked}
            for name, column in zip(shown_names(columns), columns, strict=True)
        ],
    }
