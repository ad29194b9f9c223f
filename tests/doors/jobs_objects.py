"""Rows behind the doors of jobs."""

from jobs.models import Job


def job(owner):
    """A waiting job."""
    return Job.objects.create(owner=owner, kind="test", title="Reading a file")
