"""The workers' entry with the tests' own tasks."""

from config.celery import app

app.autodiscover_tasks(["tests.jobs"], related_name="work", force=False)

__all__ = ["app"]
