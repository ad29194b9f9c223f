"""A recipe: an ordered list of {step, settings, on}, and what happens when it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext

from datasets import storage
from datasets.building.duck import parquet
from datasets.models import Version
from datasets.problems import DatasetProblem
from datasets.repairs.registry import STEPS
from datasets.repairs.setting import values_of
from datasets.repairs.step import Step
from datasets.repairs.work import BOOLEAN, NUMBER, TEXT, TIME, Outcome, Work, WorkColumn, load
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency

MOST_STEPS = 50
# What DuckDB may hold beside the columns that a step works on; the rest spills.
MEMORY = "200MB"
_KINDS = {
    "integer": NUMBER, "float": NUMBER, "boolean": BOOLEAN, "datetime": TIME,
    "category": TEXT, "text": TEXT,
}  # fmt: skip
_BY_SQL = {"DOUBLE": NUMBER, "BOOLEAN": BOOLEAN, "TIMESTAMP": TIME}
Recipe = list[dict[str, Any]]


@dataclass
class Done:
    """What became of one step: its counts, or why it could not run."""

    index: int
    step: Step
    is_on: bool
    outcome: Outcome = field(default_factory=Outcome)
    problem: DatasetProblem | None = None


def read_recipe(given: Any) -> Recipe:
    """A recipe from JSON, in its usual form. Raises DatasetProblem naming what is wrong."""
    if not isinstance(given, list):
        raise _problem(gettext("A recipe is a list of steps."))
    if len(given) > MOST_STEPS:
        raise _problem(gettext("A recipe has at most %s steps.") % MOST_STEPS)
    return [_read(place, step) for place, step in enumerate(given, 1)]


def _read(place: int, given: Any) -> dict[str, Any]:
    key = given.get("step") if isinstance(given, dict) else None
    if key not in STEPS:
        raise _problem(
            gettext("Step %(place)s: there is no step %(key)s. There are: %(known)s.")
            % {"place": place, "key": str(key)[:40], "known": ", ".join(STEPS)}
        )
    settings = given.get("settings", {})
    if not isinstance(settings, dict):
        raise _problem(gettext("Step %s: its settings must be an object.") % place)
    return {"step": key, "settings": settings, "on": given.get("on", True) is not False}


def _problem(words: str) -> DatasetProblem:
    return DatasetProblem(words, code="bad_recipe", field="recipe")


def open_work(connection: duckdb.DuckDBPyConnection, version: Version, part: str = "") -> Work:
    """The rows of a version, or some of them, ready for steps."""
    table = storage.local_copy(version.file_key)
    rows = connection.execute(f"DESCRIBE SELECT * FROM {parquet(table)}").fetchall()  # noqa: S608
    schema = {row[0]: row[1] for row in rows}
    columns = [
        WorkColumn(column.key, column.name, _kind(column.type, schema[column.key]), column.role)
        for column in version.columns.all()
    ]
    work = Work(
        connection,
        columns,
        version.time_column,
        version.series_column,
        _frequency(version.frequency),
        version.clock.zone if version.clock.moves else "",
        next_key=_next_key(version),
    )
    load(work, table, set(schema), part, converted=bool(version.profile.get("zone")))
    return work


def _kind(type_: str, sql: str) -> str:
    return _KINDS.get(type_) or _BY_SQL.get(sql, TEXT)


def _frequency(alias: str) -> Frequency | None:
    try:
        return Frequency.parse(alias) if alias else None
    except EngineError:
        return None


def _next_key(version: Version) -> int:
    """The first number that no column of any version of this dataset had: keys mean one thing."""
    keys = version.columns.model.objects.filter(version__dataset=version.dataset_id)
    return 1 + max((int(key[1:]) for key in keys.values_list("key", flat=True)), default=0)


def run_recipe(
    work: Work,
    recipe: Sequence[dict[str, Any]],
    *,
    before: Callable[[int, Step], None] = lambda index, step: None,
    after: Callable[[Done, dict[str, Any]], None] = lambda done, settings: None,
    tolerant: bool = False,
) -> list[Done]:
    """Run the steps that are on, top to bottom.

    Raises DatasetProblem naming the step that cannot run; with `tolerant` that step is skipped
    and carries its problem, so that a preview shows the rest.
    """
    done = []
    for index, given in enumerate(recipe):
        step = STEPS[given["step"]]
        one = Done(index, step, given["on"])
        done.append(one)
        if not given["on"]:
            continue
        before(index, step)
        columns, frequency, zone = list(work.columns), work.frequency, work.zone
        try:
            settings = values_of(step.settings, given["settings"], work)
            one.outcome = step.run(work, settings)
            after(one, settings)
        except DatasetProblem as problem:
            if not tolerant:
                raise _of_step(problem, index, step) from problem
            one.problem = problem
            work.columns, work.frequency, work.zone = columns, frequency, zone
    return done


def _of_step(problem: DatasetProblem, index: int, step: Step) -> DatasetProblem:
    return DatasetProblem(
        gettext("Step %(place)s, %(step)s: %(words)s")
        % {"place": index + 1, "step": step.label, "words": problem},
        code=problem.code,
        field=problem.field,
    )


def totals(done: Sequence[Done]) -> dict[str, int]:
    """Counts of all steps that ran."""
    found: dict[str, int] = {}
    for one in done:
        for name, count in one.outcome.counts.items():
            found[name] = found.get(name, 0) + count
    return found


def write(work: Work, folder: Path) -> Path:
    """The rows as they are now, as a file for `make_version`."""
    target = folder / "repaired.parquet"
    work.write(target)
    return target
