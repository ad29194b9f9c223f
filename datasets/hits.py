"""Datasets in the search."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from datasets.models import Dataset
from datasets.search import Hit, register_search

_MOST = 50


def connect() -> None:
    """Register datasets."""
    register_search("datasets", _("Data"), dataset_hits)


def dataset_hits(user: User, text: str) -> Iterator[Hit]:
    """Datasets that hold every word of `text`; the newest without any text."""
    found = Dataset.objects.visible_to(user).search(text).order_by("-created_at")[:_MOST]
    for dataset in found:
        yield Hit(dataset.name, dataset.get_absolute_url(), _caption(dataset), "data")


def _caption(dataset: Dataset) -> str:
    if not dataset.is_ready:
        return gettext("not ready yet") if dataset.is_being_read else gettext("could not be read")
    return ngettext("%(rows)s row", "%(rows)s rows", dataset.record_count) % {
        "rows": f"{dataset.record_count:,}"
    }
