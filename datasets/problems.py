"""Refusals in words: what is wrong with which file, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from accounts.problems import Problem
from datasets.formats import words
from datasets.refusals import Refusal
from datasets.versioning.append_words import REFUSALS as APPEND_REFUSALS
from jobs import failures

# By which jobs keep a refusal so that everybody reads it in their own language.
WORDS: Final = "refusal"


class DatasetProblem(Problem):
    """A file or a dataset cannot be used as asked; the message says why and what to do."""


KINDS = {
    "parquet": _("a Parquet file"),
    "xlsx": _("an Excel workbook"),
    "xls": _("an old Excel workbook"),
    "zip": _("a zip archive"),
    "pdf": _("a PDF document"),
    "image": _("an image"),
    "gzip": _("a gzip archive"),
    "bzip2": _("a bzip2 archive"),
    "xz": _("an xz archive"),
    "zstd": _("a zstd archive"),
    "7z": _("a 7z archive"),
    "rar": _("a RAR archive"),
    "sqlite": _("an SQLite database"),
    "arrow": _("an Arrow file"),
    "program": _("a program"),
    "numpy": _("a NumPy file"),
    "hdf5": _("an HDF5 file"),
    "html": _("a web page (HTML)"),
    "xml": _("an XML document"),
    "json": _("a JSON document"),
    **words.KINDS,
    "binary": _("a binary file"),
    "zeros": _("a file of zero bytes"),
}

SENTENCES: dict[str, Any] = {
    "no_rows": _(
        "%(file)s has no data rows. Add at least one row below the column names and upload it "
        "again."
    ),
    "not_csv": _(
        "%(file)s is %(kind)s, not a CSV file, whatever its name says. Save the table as CSV and "
        "upload that."
    ),
    "utf16_without_mark": _(
        "%(file)s looks like UTF-16 without a byte order mark. Save it as UTF-8, or choose UTF-16 "
        "as its encoding."
    ),
    "nul_byte": _(
        "%(file)s: row %(row)s holds a NUL byte, which no text has. Remove it, or save the file "
        "again as UTF-8."
    ),
    "bad_byte": _(
        "%(file)s: row %(row)s holds the byte %(byte)s, which is not UTF-8. Correct that row, or "
        "choose the encoding of the whole file."
    ),
    "bad_encoding": _(
        "%(file)s: row %(row)s cannot be read as %(encoding)s. Choose another encoding, or save "
        "the file as UTF-8."
    ),
    "too_many_columns": _(
        "%(file)s has %(columns)s columns; at most %(limit)s can be read. Leave out the columns "
        "you do not need."
    ),
    "all_rows_longer": _(
        "%(file)s: every row has %(cells)s cells but the first line names %(columns)s columns. "
        "Add the missing name to row 1."
    ),
    "long_row": _(
        "%(file)s: row %(row)s has %(cells)s cells but there are %(columns)s columns. Remove the "
        "extra cell, put text with separators in quotes, or import without such rows."
    ),
    "long_record": _(
        "%(file)s: row %(row)s has %(cells)s cells but there are %(columns)s columns. Remove the "
        "extra cell, or put text with separators in quotes."
    ),
    "all_rows_long": _(
        "%(file)s: all %(count)s rows have more cells than the %(columns)s columns, so that none "
        "would be left. Add the missing column names to row 1."
    ),
    "unclosed_quote": _(
        "%(file)s: a quote opened in row %(row)s is never closed. Close it, or double quotes that "
        "belong to the text."
    ),
    "stray_quote": _(
        "%(file)s: in row %(row)s a quoted cell goes on after its closing quote. Double quotes "
        "that belong to the text."
    ),
    "long_line": _(
        "%(file)s: row %(row)s is longer than 2,000,000 characters. Check for an unclosed quote "
        "or missing line ends there."
    ),
    "bad_time": _(
        '%(file)s: row %(row)s, column %(column)s: "%(text)s" is not a date or time that exists '
        "(such cells: %(count)s). Correct it, or import without these rows."
    ),
    "not_times": _(
        "%(file)s: the cells of column %(column)s are not written as dates or times. Choose "
        "another type for it."
    ),
    "name_taken": _(
        "%(file)s: two columns would be called %(column)s. Give one of them another name."
    ),
    "no_rows_left": _(
        "%(file)s: no row would be left. Treat cells that cannot be read as missing instead."
    ),
    "too_many_series": _(
        "%(file)s holds %(count)s series; at most %(limit)s can be read. Choose fewer, or sum "
        "them up."
    ),
    "rows_differ": _(
        "%(file)s could not be read safely: %(counted)s rows were counted but %(read)s were read. "
        "Save it again from a spreadsheet and upload that."
    ),
    "out_of_memory": _(
        "%(file)s needs more memory than one file may use. Leave out columns, or split the file."
    ),
    "too_slow": _(
        "%(file)s took longer than %(seconds)s seconds to read and was stopped. Split it into "
        "smaller files."
    ),
    "crashed": _(
        "%(file)s made the reader fail. It may be damaged: save it again as CSV and upload that."
    ),
    "empty_name": _("Give the dataset a name, such as Electricity load."),
    "file_gone": _("The uploaded file is no longer stored. Upload it again."),
    **words.REFUSALS,
    **APPEND_REFUSALS,
}


# Shown with separators.
_COUNTS = (
    "row", "rows", "count", "columns", "cells", "limit", "read", "counted", "expected",
    "megabytes", "steps",
)  # fmt: skip


def problem_from(
    refusal: Refusal, file: str, kind: type[DatasetProblem] = DatasetProblem
) -> DatasetProblem:
    """The refusal as a sentence about `file` in the active language."""
    # What stands in a sentence is small; rows around the place and the like stay out.
    plain = {
        name: value
        for name, value in refusal.params.items()
        if value is None or isinstance(value, str | int | float | bool)
    }
    parts = failures.parts(WORDS, refusal.code, **{**plain, "file": file})
    message = sentence(refusal.code, parts["params"])
    return kind(message, code=refusal.code, field="file", parts=parts)


def sentence(code: str, given: Mapping[str, Any]) -> str:
    """The words for a refusal in the active language."""
    params = dict(given)
    if "kind" in params:
        params["kind"] = KINDS.get(params["kind"], KINDS["binary"])
    if "type" in params:
        params["type"] = apps.get_model("datasets", "Column").Type(params["type"]).label
    # A number-aware sentence picks its form by `n`.
    params["n"] = params.get("count", 1)
    for name in _COUNTS:
        if isinstance(params.get(name), int):
            params[name] = f"{params[name]:,}"
    return str(SENTENCES.get(code, _UNKNOWN) % params)


_UNKNOWN = _("%(file)s could not be read. Save it as CSV in UTF-8 and upload it again.")
