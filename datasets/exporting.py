"""A version as a file of any format: what may be chosen, what is too large to wait for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext

from accounts.problems import Problem
from datasets import masking, storage
from datasets.formats import table as written
from datasets.formats.excel.limits import MOST_ROWS
from datasets.formats.format import Format
from datasets.formats.registry import FORMATS, require_format
from datasets.formats.table import Field, Table
from datasets.models import Column, Dataset, Version
from datasets.problems import problem_from
from datasets.refusals import Refusal

# Cells that are written while a person waits, about two seconds' worth; more is a job.
_AT_ONCE: Final[Mapping[str, int]] = {
    "json": 1_000_000,
    "xlsx": 200_000,
    "parquet": 10_000_000,
    "tfb": 5_000_000,
    "m4": 2_000_000,
}
_KINDS: Final[Mapping[str, str]] = {
    Column.Type.INTEGER: written.INTEGER,
    Column.Type.FLOAT: written.FLOAT,
    Column.Type.BOOLEAN: written.BOOLEAN,
    Column.Type.DATETIME: written.DATETIME,
    Column.Type.EMPTY: written.EMPTY,
}
# Words by which M4 files say how far apart their steps are.
_STEP_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("h", "Hourly"), ("D", "Daily"), ("W", "Weekly"), ("MS", "Monthly"), ("ME", "Monthly"),
    ("QS", "Quarterly"), ("QE", "Quarterly"), ("YS", "Yearly"), ("YE", "Yearly"),
)  # fmt: skip


def table_of(version: Version) -> Table:
    """The version for writers. Personal data leave it masked, as text."""
    fields = [_field(column) for column in version.columns.all()]
    return Table(
        path=storage.local_copy(version.file_key),
        fields=tuple(fields),
        rows=version.row_count,
        time=version.time_column,
        series=version.series_column,
        frequency=version.frequency,
    )


def _field(column: Column) -> Field:
    kind = written.TEXT if column.is_masked else _KINDS.get(column.type, written.TEXT)
    return Field(column.name, column.key, kind, masking.expression(column), column.clock)


def choose(format: Format, given: Mapping[str, Any]) -> dict[str, str]:
    """What `given` says about writing `format`, with the defaults. Raises Problem, naming it."""
    chosen = {}
    for name, allowed in format.choices.items():
        value = given.get(name) or allowed[0]
        if value not in allowed:
            raise Problem(
                gettext("%(value)s is no choice for %(name)s. Use one of: %(allowed)s.")
                % {"value": str(value)[:40], "name": name, "allowed": " ".join(map(repr, allowed))},
                code="invalid_choice",
                field=name,
            )
        chosen[name] = str(value)
    if chosen.get("delimiter") == "," == chosen.get("decimal"):
        raise Problem(
            gettext(
                "A comma cannot part the cells and the decimals at once. Choose another separator."
            ),
            code="comma_twice",
            field="delimiter",
        )
    return chosen


def wanted_format(key: str) -> Format:
    """The format called `key`. Raises Problem for one we do not write."""
    try:
        return require_format(key)
    except Refusal as refusal:
        problem = problem_from(refusal, "")
        raise Problem(problem.message, code=problem.code, field="format") from refusal


def require_writable(version: Version, format: Format) -> None:
    """Raise Problem, with what to use instead, for tables that the format cannot hold at all."""
    if format.key == "xlsx" and version.row_count >= MOST_ROWS:
        raise problem_from(
            Refusal("too_many_rows", rows=version.row_count, limit=MOST_ROWS - 1),
            version.dataset.name,
        )


def is_large(version: Version, format: Format) -> bool:
    """Would writing it make somebody wait? CSV is sent while it is being written."""
    if format.streams:
        return False
    return version.row_count * version.columns.count() > _AT_ONCE[format.key]


def write(
    version: Version,
    format: Format,
    chosen: Mapping[str, str],
    target: Path,
    on_share: Callable[[float], None] = lambda _share: None,
) -> None:
    """Write the version to the file `target`. Raises Problem when the format cannot hold it."""
    require_writable(version, format)
    try:
        format.write(table_of(version), target, chosen, on_share)
    except Refusal as refusal:
        raise problem_from(refusal, version.dataset.name) from refusal


def file_name(dataset: Dataset, format: Format, chosen: Mapping[str, str]) -> str:
    """A name that every system takes, and by which an M4 file tells its step."""
    stem = slugify(dataset.name) or "dataset"
    version = dataset.current_version
    if format.key == "tfb":
        stem = f"{stem}-tfb"
    if format.key == "m4":
        step = (version.frequency if version else "").split("-")[0]
        word = next((word for alias, word in _STEP_WORDS if alias == step), "")
        stem = "-".join(filter(None, (stem, word, "m4")))
    return f"{stem}.{_suffix(format, chosen)}"


def _suffix(format: Format, chosen: Mapping[str, str]) -> str:
    if chosen.get("orient") == "lines":
        return "ndjson"
    return "tsv" if chosen.get("delimiter") == "\t" else format.suffix


def formats() -> list[Format]:
    """All that can be written, in the order in which they are offered."""
    return list(FORMATS.values())
