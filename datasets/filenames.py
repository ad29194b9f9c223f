"""Names that people's computers give to files, made fit to be shown."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import unquote

# Controls, and the marks that reverse or hide text.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LONGEST_FILE, _LONGEST_NAME = 120, 100


def clean_filename(given: str) -> str:
    """The last part of a path, without invisible characters, at most 120 characters.

    Only ever shown; files are stored under generated keys.
    """
    text = unquote(_INVISIBLE.sub("", given)).replace("\\", "/")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    name = PurePosixPath(text).name.strip().rstrip(".")
    if len(name) > _LONGEST_FILE:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 8 else ""
        name = (stem or name)[: _LONGEST_FILE - len(ending) - 1] + "…" + ending
    return name or "file.csv"


def title_of(filename: str) -> str:
    """A dataset name from a file name: without its ending."""
    stem, dot, ending = filename.rpartition(".")
    title = stem if dot and stem.strip() and len(ending) <= 8 else filename
    return title.strip()[:_LONGEST_NAME]
