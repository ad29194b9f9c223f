"""The recipe that would repair what a report found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from datasets.quality.finding import Found, name_of
from datasets.repairs.recipe import Recipe

# Steps in the order in which they must run, with what is merged when several findings ask for one.
_ORDER = (
    "role", "retype", "zone", "drop", "sort", "deduplicate", "resample", "fill", "outliers",
)  # fmt: skip
_BY_COLUMNS = frozenset({"role", "retype", "drop", "outliers", "fill"})
# A constant column may be needed, a zone is a guess: offered, but switched off.
_OFFERED = frozenset({"constant", "clock_gaps", "clock_overlaps"})


def propose(findings: Collection[Found], ignored: Collection[str] = ()) -> Recipe:
    """One step for each kind of repair, for the findings that nobody chose to ignore."""
    recipe: Recipe = []
    wanted = [found for found in findings if found["repair"] and name_of(found) not in ignored]
    for found in wanted:
        _add(recipe, found)
    codes = {found["code"] for found in wanted}
    if "gaps" in codes:
        _fill_rows(recipe, only_gaps=not codes & {"irregular", "off_grid"})
    return sorted(recipe, key=lambda step: _ORDER.index(step["step"]))


def repairs(step: dict[str, Any], found: Found) -> bool:
    """Is this the step that repairs the finding?"""
    # Absent rows are added by resampling and by filling.
    wanted = {"resample", "fill"} if found["code"] == "gaps" else {found["repair"].get("step")}
    columns = step["settings"].get("columns") or []
    fits = not found["column"] or not columns or found["column"] in columns
    return step["step"] in wanted and fits


def suggested(found: Found, recipe: Recipe) -> dict[str, Any]:
    """The step of the proposed recipe that repairs the finding, or what its check suggests."""
    step = next((step for step in recipe if repairs(step, found)), None)
    return step or found["repair"]


def _add(recipe: Recipe, found: Found) -> None:
    new = {**found["repair"], "settings": dict(found["repair"]["settings"])}
    new["on"] = found["code"] not in _OFFERED
    settings = new["settings"]
    for step in recipe:
        if step["step"] != new["step"]:
            continue
        if step["step"] not in _BY_COLUMNS:
            # Rows with different values need a choice, which also serves the equal ones.
            if settings.get("how") == "mean":
                step["settings"] = settings
            return
        if step["on"] == new["on"] and _others(step) == _others(new):
            listed = [*step["settings"]["columns"], *settings["columns"]]
            step["settings"]["columns"] = list(dict.fromkeys(listed))
            return
    recipe.append(new)


def _others(step: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step["settings"].items() if name != "columns"}


def _fill_rows(recipe: Recipe, *, only_gaps: bool) -> None:
    """Absent rows are added by the filling, which then fills all value columns."""
    if only_gaps:
        recipe[:] = [step for step in recipe if step["step"] != "resample"]
    for step in recipe:
        if step["step"] == "fill":
            step["settings"].pop("columns", None)
            return
    recipe.append({"step": "fill", "settings": {"method": "seasonal"}, "on": True})
