"""Routes of datasets under `/api/v1/`."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from datasets.api import DatasetViewSet

router = SimpleRouter(use_regex_path=False)
router.register("datasets", DatasetViewSet, basename="dataset")

urlpatterns = router.urls
