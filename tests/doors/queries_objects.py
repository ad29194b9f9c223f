"""Rows behind the doors of the SQL editor."""

from datasets.models import Query
from datasets.query.jobs import EXPORT
from jobs.models import Job


def query(owner):
    """A statement that was run once."""
    return Query.objects.create(owner=owner, sql="SELECT 1")


def job(owner):
    """A job that exports one; the statement stands beside it."""
    asked = query(owner)
    row = Job.objects.create(
        owner=owner,
        kind=EXPORT,
        title="Export",
        arguments={"query": str(asked.pk), "as": "csv"},
    )
    row.asked = asked
    return row
