"""Collect, merge, compile and check the translation catalogues with Babel alone.

A bare machine has no gettext binaries, so templates are read with Django's own `templatize` and
Babel's Python extractor.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
APPS = ("accounts", "config", "datasets", "forecasting", "jobs")
LANGUAGE = "zh_Hans"

Found = tuple[str, int, str | tuple[str, str], str | None]


def sources(root: Path) -> Iterator[Path]:
    """Python files of the apps and all templates, in a stable order."""
    for app in APPS:
        yield from sorted((root / app).rglob("*.py"))
    yield from sorted((root / "templates").rglob("*.html"))
    yield from sorted((root / "templates").rglob("*.txt"))


def strings_in(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    """(line, message or (singular, plural), context) for each translatable string of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What templatize leaves is Python in words only; its indentation follows the HTML.
        text = re.sub(r"^\s+", "", templatize(text, origin=str(path)), flags=re.MULTILINE)
    found: Any
    for line, function, found, _ in extract_python(
        io.BytesIO(text.encode()), KEYWORDS, [], {"encoding": "utf-8"}
    ):
        yield from _message(line, str(function), found)


def _message(
    line: int, function: str, found: str | tuple[str | None, ...] | None
) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    parts = (found,) if isinstance(found, str) else tuple(found or ())
    context = None
    if "pgettext" in function:
        context, parts = parts[0], parts[1:]
    count = 2 if function.startswith(("ng", "np", "_n")) else 1
    words = tuple(part for part in parts[:count] if isinstance(part, str))
    if len(words) == count and words[0]:
        yield line, words[0] if count == 1 else words, context


def template(root: Path) -> Catalog:
    """A catalogue of every translatable string in the sources, without translations."""
    catalogue = Catalog(project="Almanac", charset="utf-8", fuzzy=False)
    for path in sources(root):
        for _line, message, context in strings_in(path):
            catalogue.add(
                message, locations=[(path.relative_to(root).as_posix(), 0)], context=context
            )
    return catalogue


def catalogue_path(root: Path) -> Path:
    return root / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def load(root: Path) -> Catalog:
    path = catalogue_path(root)
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="Almanac", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def collect(root: Path) -> Catalog:
    """Bring the catalogue up to date with the sources; translations that still fit are kept."""
    catalogue = load(root)
    catalogue.update(template(root), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = catalogue_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, omit_header=False)
    return catalogue


def compile_all(root: Path) -> list[Path]:
    """Write the binary catalogue beside each text one; return the files written."""
    written = []
    for path in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        target = path.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, catalogue)
        written.append(target)
    return written


def is_stale(root: Path) -> bool:
    """Whether a text catalogue is newer than its binary, or has none."""
    for path in (root / "locale").glob("*/LC_MESSAGES/*.po"):
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            return True
    return False


def untranslated(root: Path) -> list[str]:
    """Strings of the sources that have no Chinese; empty when the catalogue is complete."""
    known = load(root)
    missing = []
    for message in template(root):
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        found = known.get(key, message.context)
        if found is None or not _complete(found):
            missing.append(str(key))
    return missing


def _complete(message: Message) -> bool:
    words = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(words) and not message.fuzzy


def root() -> Path:
    return Path(settings.BASE_DIR)
