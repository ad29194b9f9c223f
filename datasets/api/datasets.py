"""`/api/v1/datasets/`: everything the pages can do, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import audit
from accounts.api_base import OwnedViewSet
from accounts.idempotency import answer_once
from accounts.ownership import require_creator
from accounts.parsing import KnownNamesParser
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedApiRequest
from datasets import samples
from datasets.api.convert import ConvertActions
from datasets.api.mapping import MappingActions, MappingSerializer
from datasets.api.quality import QualityActions
from datasets.api.query import QueryActions
from datasets.api.raw_body import RawBodyParser
from datasets.api.receiving import receive, understood_at_once
from datasets.api.versions import VersionActions
from datasets.grid import rows
from datasets.models import Column, Dataset, DatasetQuerySet, Version
from datasets.receiving import uploads
from datasets.serializers import (
    ChartSerializer,
    ColumnSerializer,
    DatasetSerializer,
    JobSummarySerializer,
    ProfileSerializer,
    RowsSerializer,
    SampleSerializer,
    UploadedSerializer,
    plain,
)
from datasets.sniffing.options import ReadingOptions
from datasets.views.charts import ChartChoice, asked_range, nothing_to_draw
from datasets.views.fetching import version_asked
from datasets.views.grid import Asked, whole_number

MOST_ROWS = 500
THROTTLES = {
    "create": "upload",
    "upload": "upload",
    "download": "export",
    "export": "export",
    "convert": "export",
    "converted": "export",
    "query": "sql",
    "query_one": "sql",
}


def _query(name: str, words: str, kind: Any = OpenApiTypes.STR, *, many: bool = False) -> Any:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=words, many=many)


RANGE = [
    _query("column", "Key or name of a number column; the first target without it."),
    _query("series", "Which series, in a long table; the first without it."),
    _query("start", "First time, such as 2026-11-14T16:00.", OpenApiTypes.DATETIME),
    _query("end", "Last time.", OpenApiTypes.DATETIME),
    _query("range", "Instead of start: 1h, 1d, 7d, 30d, 1y or 10y, counted back from the end."),
    _query("width", "Pixels to draw on, 100 to 4,000; twice as many points at most.", int),
]
ROWS = [
    _query("page", "Page number, from 1.", int),
    _query("page_size", "Rows a page, 1 to 500.", int),
    _query("sort", "Column key, with - for descending: -c2."),
    _query("f", "Filter as key:operator:value, such as c2:lt:10; may be repeated.", many=True),
    _query("q", "Rows in which any cell holds this text."),
]


@extend_schema_view(
    list=extend_schema(
        summary="List datasets",
        description="What you may see, newest first. `next` holds the address of the next page.",
        parameters=[
            _query("search", "Words in the name, the file name or the description."),
            _query("status", "uploading, processing, ready or error."),
        ],
    ),
    retrieve=extend_schema(summary="One dataset with the facts of its current version"),
    update=extend_schema(summary="Rename and describe"),
    partial_update=extend_schema(summary="Rename or describe"),
    destroy=extend_schema(
        summary="Delete a dataset with its files",
        description="Only its owner may. A file that is still being read is stopped first.",
    ),
)
@extend_schema(tags=["datasets"])
class DatasetViewSet(
    ConvertActions, MappingActions, QualityActions, QueryActions, VersionActions, OwnedViewSet
):
    """Files that became tables."""

    queryset = Dataset.objects.select_related("owner", "job").with_versions()
    serializer_class = DatasetSerializer
    parser_classes = [KnownNamesParser, MultiPartParser]
    owner_actions = ("destroy",)
    read_only_actions = ("convert", "query", "query_one", "repairs_preview")

    def get_queryset(self) -> DatasetQuerySet:
        """What this person may see, narrowed by `search` and `status`."""
        found = cast("DatasetQuerySet", super().get_queryset())
        if text := self.request.query_params.get("search", "").strip():
            found = found.search(text)
        if state := self.request.query_params.get("status", ""):
            found = found.in_state(_state(state))
        return found

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Rename and describe, as the page does."""
        dataset: Any = serializer.instance
        said = serializer.validated_data
        uploads.rename(
            dataset,
            name=said.get("name", dataset.name),
            description=said.get("description", dataset.description),
        )

    def perform_destroy(self, instance: Model) -> None:
        """Delete rows at once and files with them."""
        dataset = cast("Dataset", instance)
        audit.record(_person(self.request).user, "dataset.deleted", dataset, name=dataset.name)
        uploads.delete(dataset)

    @extend_schema(
        summary="Upload a file",
        description=(
            "The same as `POST /datasets/upload/`: multipart with `file`, "
            "or the file itself as the body with `?name=load.csv`."
        ),
        request={"multipart/form-data": OpenApiTypes.BINARY, "text/csv": OpenApiTypes.BINARY},
        parameters=[_query("name", "File name, when the body is the file.")],
        responses={202: UploadedSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Receive a file."""
        require_creator(request.user)
        person = _person(request)
        return answer_once(person, lambda: _uploaded(receive(person), self))

    @extend_schema(
        summary="Upload a file",
        description=(
            "Send multipart with `file`, or the file itself as the body with `?name=load.csv`. "
            "Answers 202 with the dataset and the job that reads it; follow the job until it "
            "has succeeded. `understood` says how text was understood; `options` (a form field or "
            "query parameter) takes what `mapping` takes, as JSON; `?review=1` waits for a person "
            "or for `mapping` before the import. Send `Idempotency-Key` to make repeating it "
            "safe.\n\n"
            'curl -H "Authorization: Token $TOKEN" -F file=@load.csv '
            "http://127.0.0.1:8000/api/v1/datasets/upload/"
        ),
        request={"multipart/form-data": OpenApiTypes.BINARY, "text/csv": OpenApiTypes.BINARY},
        parameters=[_query("name", "File name, when the body is the file.")],
        responses={202: UploadedSerializer},
    )
    @action(detail=False, methods=["post"])
    def upload(self, request: Request) -> Response:
        """Receive a file."""
        return self.create(request)

    @extend_schema(
        methods=["GET"],
        summary="Samples to try",
        responses={200: SampleSerializer(many=True)},
    )
    @extend_schema(
        methods=["POST"],
        summary="Make a sample into a dataset",
        request=SampleSerializer,
        responses={202: UploadedSerializer},
    )
    @action(detail=False, methods=["get", "post"], pagination_class=None)
    def samples(self, request: Request) -> Response:
        """List the samples, or create one of them."""
        catalogue = {sample.key: sample for sample in samples.catalogue()}
        if request.method == "GET":
            return Response(SampleSerializer(catalogue.values(), many=True).data)
        require_creator(request.user)
        person, said = _person(request), request.data
        key = str(said.get("key", "")) if isinstance(said, dict) else ""
        if key not in catalogue:
            raise Problem(
                gettext(
                    'There is no sample called "%(key)s". Send {"key": …} with one of: %(keys)s.'
                )
                % {"key": key[:40], "keys": ", ".join(catalogue)},
                field="key",
            )
        return answer_once(
            person,
            lambda: _uploaded(samples.create(owner=person.user, key=key), self),
        )

    @extend_schema(
        summary="Read the kept file again",
        description="With what you know better about how it is written.",
        request=MappingSerializer,
        responses={202: UploadedSerializer},
    )
    @action(detail=True, methods=["post"], url_path="read-again")
    def read_again(self, request: Request, pk: str) -> Response:
        """Read the file once more."""
        dataset = self.get_object()
        options = MappingSerializer(data=request.data)
        options.is_valid(raise_exception=True)
        if dataset.is_being_read:
            raise Conflict(gettext("This file is being read right now. Wait for it, or cancel it."))
        uploads.again(dataset, options=ReadingOptions.from_dict(options.validated_data))
        return _uploaded(dataset, self)

    @extend_schema(
        summary="First or last rows",
        parameters=[_query("rows", "How many, 1 to 100.", int), _query("last", "1: the last.")],
        responses={200: RowsSerializer},
    )
    @action(detail=True)
    def preview(self, request: Request, pk: str) -> Response:
        """A few rows as they are stored."""
        version = self._version()
        count = min(whole_number(request.query_params.get("rows", "5"), "rows"), 100)
        last = request.query_params.get("last", "") in {"1", "true"}
        return Response(_rows(rows.preview(version, count, last=last)))

    @extend_schema(summary="Rows", parameters=ROWS, responses={200: RowsSerializer})
    @action(detail=True)
    def rows(self, request: Request, pk: str) -> Response:
        """One page of rows, sorted and filtered on the server."""
        asked = Asked.of(request.query_params)
        size = whole_number(request.query_params.get("page_size", "100"), "page_size")
        page = rows.page(
            self._version(),
            number=asked.number,
            size=min(size, MOST_ROWS),
            sort=asked.sort,
            filters=asked.filters,
            text=asked.text,
        )
        return Response(_rows(page))

    @extend_schema(summary="Facts and findings", responses={200: ProfileSerializer})
    @action(detail=True)
    def profile(self, request: Request, pk: str) -> Response:
        """Rows, span, frequency, missing, and what to check before forecasting."""
        version = self._version()
        findings = [
            {
                "code": found.code,
                "severity": found.severity,
                "message": str(found.sentence),
                "column": found.column,
                "rows": found.rows,
            }
            for found in version.findings
        ]
        facts, reading = plain(version.facts), plain(version.profile.get("reading", {}))
        facts |= {end: version.clock.iso_text(facts.get(end)) for end in ("start", "end")}
        content = {"version": version.number, "facts": facts, "findings": findings}
        return Response({**content, "reading": reading})

    @extend_schema(
        summary="Points to draw",
        description="Down-sampled so that every minimum and maximum is kept.",
        parameters=RANGE,
        responses={200: ChartSerializer},
    )
    @action(detail=True)
    def chart(self, request: Request, pk: str) -> Response:
        """The points of one column in a range."""
        version = self._version()
        choice = ChartChoice.of(version, request.query_params)
        if choice is None:
            raise nothing_to_draw()
        points = asked_range(version, choice, request.query_params).json()
        if version.time_column:
            points["x"] = [version.clock.iso_text(time) for time in points["x"]]
        head = {
            "version": version.number,
            "column": choice.column.name,
            "series": choice.series,
        }
        return Response({**head, **points})

    def get_throttles(self) -> list[Any]:
        """Sending and taking away whole files have limits of their own."""
        self.throttle_scope = THROTTLES.get(self.action or "", "")
        return super().get_throttles()

    def get_parsers(self) -> list[Any]:
        """Uploads may also be the file itself."""
        posted = getattr(self, "action_map", {}).get("post")
        if posted in {"create", "upload"}:
            return [MultiPartParser(), RawBodyParser()]
        if posted == "points":
            return [KnownNamesParser(), MultiPartParser(), RawBodyParser()]
        return super().get_parsers()

    def _version(self) -> Version:
        return version_asked(self.request, self.get_object())


def _person(request: Request) -> AuthenticatedApiRequest:
    """The request behind the API's door, where somebody is always signed in."""
    return cast("AuthenticatedApiRequest", request)


def _uploaded(dataset: Dataset, view: DatasetViewSet) -> Response:
    job = dataset.job
    content = {
        "dataset": DatasetSerializer(dataset, context=view.get_serializer_context()).data,
        "job": JobSummarySerializer(job).data if job else None,
        "understood": understood_at_once(dataset),
    }
    return Response(content, status=status.HTTP_202_ACCEPTED)


def _rows(page: rows.Page) -> dict[str, Any]:
    return {
        "columns": ColumnSerializer(page.columns, many=True).data,
        "rows": plain([_told(page.columns, cells) for cells in page.rows]),
        "row_numbers": list(page.row_numbers),
        "total": page.total,
        "of": page.of,
        "page": page.number,
        "pages": page.pages,
    }


def _told(columns: Sequence[Column], cells: Sequence[Any]) -> list[Any]:
    """A row whose times say their offset, where the instant is known."""
    return [
        column.clock.iso(cell) if isinstance(cell, datetime) else cell
        for column, cell in zip(columns, cells, strict=True)
    ]


def _state(text: str) -> str:
    if text not in Dataset.Status.values:
        raise Problem(
            gettext("%(text)s is not a status. Use one of: %(names)s.")
            % {"text": text[:40], "names": ", ".join(Dataset.Status.values)},
            field="status",
        )
    return text
