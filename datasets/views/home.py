"""Home: drop a file, try a sample, go on with what was open."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from datasets import samples
from datasets.formats.registry import FORMATS
from datasets.models import Dataset
from datasets.receiving import uploads
from datasets.views.shown import ShownDataset

RECENT = 5


@dataclass(frozen=True)
class ShownSample:
    """A sample that one click turns into a dataset."""

    key: str
    name: str
    caption: str
    spark: list[float]


@dataclass(frozen=True)
class UploadLimits:
    """What the drop zone needs to know."""

    max_bytes: int
    suffixes: list[str]

    @property
    def accept(self) -> str:
        """The `accept` attribute of the file input."""
        return ",".join([*self.suffixes, "text/csv", "text/plain"])

    @property
    def formats(self) -> str:
        """What people call the formats: `CSV, JSON, Excel, Parquet`."""
        return pgettext("list", ", ").join(str(format.label) for format in FORMATS.values())


@require_safe
def home(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/`: nothing to learn for a new person, everything recent for others."""
    recent = Dataset.objects.for_list(request.user)[:RECENT]
    context = {
        "section": "home",
        "upload": upload_limits(),
        "samples": shown_samples(),
        "recent": [ShownDataset(dataset) for dataset in recent],
    }
    return render(request, "datasets/home.html", context)


def upload_limits() -> UploadLimits:
    """The limits that hold for every upload."""
    limits = uploads.read_limits()
    return UploadLimits(max_bytes=limits["max_bytes"], suffixes=list(limits["formats"]))


def shown_samples() -> list[ShownSample]:
    """The samples, in the order of the catalogue."""
    return [
        ShownSample(
            key=sample.key,
            name=str(sample.name),
            caption=str(sample.caption),
            spark=list(sample.spark),
        )
        for sample in samples.catalogue()
    ]
