"""Routes of datasets under `/api/v1/`."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from datasets.api.datasets import DatasetViewSet
from datasets.api.saved_queries import QueryViewSet
from datasets.api.uploads import UploadViewSet

router = SimpleRouter(use_regex_path=False)
router.register("datasets", DatasetViewSet, basename="dataset")
router.register("queries", QueryViewSet, basename="query")
router.register("uploads", UploadViewSet, basename="upload")

urlpatterns = router.urls
