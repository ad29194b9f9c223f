"""Static files that are no files of ours: plotly.js from its wheel, all stylesheets in one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

from config.stylesheets import STYLESHEETS


def _package_data() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed; run `make setup`.")
    return Path(spec.origin).parent / "package_data"


class PlotlyFinder(BaseFinder):
    """Finds `vendor/plotly.min.js`; no copy of it is committed."""

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


class StylesheetFinder(BaseFinder):
    """Finds `css/almanac.css`: all our stylesheets in their order, so that a page asks once."""

    PATH = "css/almanac.css"

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "bundles")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Write the bundle anew and return its path; an empty list for all else."""
        if path != self.PATH:
            return []
        found = str(self._write())
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """Yield the one file for collectstatic."""
        self._write()
        yield self.PATH, self.storage

    def check(self, **kwargs: Any) -> Any:
        """There is nothing to configure."""
        return []

    def _write(self) -> Path:
        target = Path(self.storage.location) / self.PATH
        text = "\n".join(
            (settings.BASE_DIR / "static" / "css" / name).read_text(encoding="utf-8")
            for name in STYLESHEETS
        )
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_suffix(f".{os.getpid()}")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(target)
        return target
