"""Serves plotly.js from the installed wheel as `vendor/plotly.min.js`; no copy is committed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage


def _package_data() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed; run `make setup`.")
    return Path(spec.origin).parent / "package_data"


class PlotlyFinder(BaseFinder):
    """Finds exactly one file."""

    PATH = "vendor/plotly.min.js"

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=_package_data())
        self.storage.prefix = "vendor"  # type: ignore[attr-defined]  # read by collectstatic

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the absolute path for `vendor/plotly.min.js`, an empty list for all else."""
        if path != self.PATH:
            return []
        found = str(Path(self.storage.location) / "plotly.min.js")
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """Yield the one file for collectstatic."""
        yield "plotly.min.js", self.storage

    def check(self, **kwargs: Any) -> Any:
        """There is nothing to configure."""
        return []
