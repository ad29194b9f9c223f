"""Run a recipe over a whole version and keep what comes out as the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from accounts.models.user import User
from datasets import storage
from datasets.building.duck import connect
from datasets.models import Dataset, Version
from datasets.problems import DatasetProblem
from datasets.repairs.recipe import MEMORY, Recipe, read_recipe, run_recipe, totals, write
from datasets.repairs.recipe import open_work as _open
from datasets.repairs.registry import STEPS
from datasets.versioning.versions import Fence, NewColumn, make_version

_RUNNING = 0.75


def apply_recipe(
    version: Version,
    recipe: Sequence[dict[str, Any]],
    *,
    made_by: User | None,
    run: Fence | None = None,
    note: str = "",
    origin: str = Version.Origin.REPAIR,
) -> Version:
    """Make the next version of the dataset by running `recipe` over `version`, its newest one.

    The same recipe on the same version gives the same content hash. Raises DatasetProblem when
    a step cannot run or nothing is switched on; then nothing is left behind.
    """
    steps = read_recipe(list(recipe))
    if not any(step["on"] for step in steps):
        raise DatasetProblem(
            gettext("No step is switched on. Add one, or switch one on."), code="empty_recipe"
        )
    with storage.work_folder() as folder:
        scratch = folder / "scratch"
        scratch.mkdir()
        with connect(scratch=scratch, memory=MEMORY) as connection:
            work = _open(connection, version)
            done = run_recipe(work, steps, before=_reporter(run, steps))
            source = write(work, folder)
            columns = [NewColumn(column.key, column.name, column.role) for column in work.columns]
        made = make_version(
            version.dataset,
            source=source,
            parent=version,
            origin=origin,
            made_by=made_by,
            columns=columns,
            recipe=steps,
            note=note,
            run=run,
        )
    made.diff = {**made.diff, "steps": totals(done)}
    made.save(update_fields=["diff", "updated_at"])
    return made


def _reporter(run: Fence | None, steps: Recipe) -> Any:
    def report(index: int, step: Any) -> None:
        if run:
            run.report(_RUNNING * index / len(steps), str(step.label), step=step.key)

    return report


def repair_new_data(version: Version, run: Fence | None = None) -> Version:
    """Run the dataset's recipe over rows that just arrived; the version itself without a recipe.

    Steps about single rows do not apply to others. A recipe that does not fit the new rows
    leaves them as they came, with a note that says why.
    """
    dataset = version.dataset
    steps = repeatable(dataset.recipe)
    if not steps:
        return version
    try:
        return apply_recipe(
            version, steps, made_by=version.made_by or dataset.owner, run=run,
            note=gettext("Repaired like the data before"),
        )  # fmt: skip
    except DatasetProblem as problem:
        version.note = gettext("The recipe did not fit these rows: %s") % problem
        version.save(update_fields=["note", "updated_at"])
        return version


def repeatable(recipe: Sequence[dict[str, Any]]) -> Recipe:
    """The steps of a recipe that are on and may run over other rows."""
    return [
        dict(step)
        for step in recipe
        if step.get("on", True) and step.get("step") in STEPS and STEPS[step["step"]].is_repeatable
    ]


def keep_for_new_data(dataset: Dataset, recipe: Sequence[dict[str, Any]]) -> Recipe:
    """Let every new version of `dataset` go through these steps; none switches that off."""
    kept = repeatable(read_recipe(list(recipe)))
    dataset.recipe = kept
    dataset.save(update_fields=["recipe", "updated_at"])
    return kept
