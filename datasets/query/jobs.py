"""Work of the fast pool on whole results: a file to download, or a new dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models.user import User
from accounts.ownership import require_creator
from datasets import storage
from datasets.models import Dataset, Query
from datasets.problems import DatasetProblem
from datasets.query.files import require_kind, write_file
from datasets.query.kept import file_key
from datasets.query.whole import Whole, write_whole
from datasets.versioning.versions import NewColumn, create_dataset_from
from jobs.models import Job
from jobs.registry import name_kind
from jobs.running import Progress, enqueue, running

EXPORT, DATASET = "sql_export", "sql_dataset"
# Nobody knows how many rows will come; the bar moves through this share of itself.
_HALF_ROWS = 200_000


def connect() -> None:
    """Say what people call these jobs."""
    name_kind(EXPORT, _("SQL export"))
    name_kind(DATASET, _("SQL result"))


def export_whole(user: User, query: Query, kind: str) -> Job:
    """Have every row of a query written into a file."""
    require_kind(kind)
    return enqueue(
        run_export,
        owner=user,
        kind=EXPORT,
        title=gettext("Export %(name)s") % {"name": str(query)},
        link=f"{reverse('datasets:sql')}?query={query.pk}",
        arguments={"query": str(query.pk), "as": kind},
    )


def save_as_dataset(user: User, query: Query, name: str) -> Job:
    """Have every row of a query kept as a new dataset."""
    require_creator(user)
    clean = " ".join(name.split())[:200]
    if not clean:
        raise DatasetProblem(gettext("Give the dataset a name."), code="empty_name", field="name")
    return enqueue(
        run_dataset,
        owner=user,
        kind=DATASET,
        title=gettext("Save %(name)s") % {"name": clean},
        link=f"{reverse('datasets:sql')}?query={query.pk}",
        arguments={"query": str(query.pk), "name": clean},
    )


def file_name(job: Job) -> str:
    """The name under which an export job keeps its file."""
    return f"{job.pk}.{require_kind(str(job.arguments['as'])).key}"


def dataset_of(job: Job) -> Dataset | None:
    """The dataset that a job made, once it has."""
    made = job.detail.get("dataset")
    found: Dataset | None = Dataset.objects.visible_to(job.owner).filter(pk=made).first()
    return found


@shared_task(name="datasets.sql_export")
def run_export(job_id: str) -> None:
    """Write one file."""
    with running(job_id) as run:
        if run is None:
            return
        query = _query(run)
        with storage.work_folder() as work:
            whole = _whole(run, query, work, storage_types=False)
            target = work / "export"
            kind = require_kind(str(run.arguments["as"]))
            write_file(whole.path, whole.columns, kind, target)
            run.raise_if_cancelled()
            storage.put(target, file_key(query, file_name(run.job)))
        run.report(0.99, _rows_words(whole.rows), rows=whole.rows)
        _record(run, "sql.export", whole, format=kind.key)


@shared_task(name="datasets.sql_dataset")
def run_dataset(job_id: str) -> None:
    """Make one dataset."""
    with running(job_id) as run:
        if run is None:
            return
        query = _query(run)
        with storage.work_folder() as work:
            whole = _whole(run, query, work, storage_types=True)
            if not whole.rows:
                raise DatasetProblem(
                    gettext("The result has no rows, so there is nothing to keep."), code="no_rows"
                )
            columns = [
                NewColumn(f"c{number}", column[0]) for number, column in enumerate(whole.columns, 1)
            ]
            run.raise_if_cancelled()
            dataset = create_dataset_from(
                run.job.owner, str(run.arguments["name"]), whole.path, columns, note=query.sql
            )
        run.report(0.99, _rows_words(whole.rows), rows=whole.rows, dataset=str(dataset.pk))
        _record(run, "sql.dataset", whole, dataset=str(dataset.pk))


def _query(run: Progress) -> Query:
    found = Query.objects.visible_to(run.job.owner).filter(pk=run.arguments["query"]).first()
    if found is None:
        raise DatasetProblem(gettext("The query was deleted meanwhile."), code="query_gone")
    query: Query = found
    return query


def _whole(run: Progress, query: Query, work: Path, *, storage_types: bool) -> Whole:
    def on_rows(rows: int) -> None:
        run.report(0.8 * rows / (rows + _HALF_ROWS), _rows_words(rows), rows=rows)

    whole = write_whole(
        run.job.owner,
        query.sql,
        work / "whole.parquet",
        storage=storage_types,
        on_rows=on_rows,
        should_stop=run.should_stop,
    )
    run.raise_if_cancelled()
    return whole


def _rows_words(rows: int) -> str:
    return gettext("%(rows)s rows written") % {"rows": f"{rows:,}"}


def _record(run: Progress, action: str, whole: Whole, **facts: Any) -> None:
    read = [f"{table.version.dataset_id} v{table.version.number}" for table in whole.used]
    audit.record(run.job.owner, action, datasets=read, rows=whole.rows, **facts)
