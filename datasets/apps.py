from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasetsConfig(AppConfig):
    name = "datasets"
    verbose_name = _("Data")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let jobs move the status of datasets, and let the search find them."""
        # Models can be imported only once every app is loaded.
        from datasets import converting, hits, transitions  # noqa: PLC0415
        from datasets.query import jobs as query_jobs  # noqa: PLC0415
        from datasets.repairs import repair_jobs  # noqa: PLC0415
        from datasets.versioning import version_jobs  # noqa: PLC0415

        transitions.connect()
        hits.connect()
        converting.connect()
        version_jobs.connect()
        repair_jobs.connect()
        query_jobs.connect()
