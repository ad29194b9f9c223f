"""What is filled in, in the shape of the API: from the page, from a forecast, from a draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict

from datasets.models import Column, Version
from forecasting.choosing.covariates import KNOWN, PAST
from forecasting.models import PredictionTask

# The page sends one of these for each column: `cov-c3=known`.
COVARIATE: Final = "cov-"
TEXTS: Final = (
    "name", "until", "horizon", "quality", "seasons", "windows", "refit", "seconds", "seed",
)  # fmt: skip
MOST_SETTINGS: Final = 100_000
# What a copy takes over as it is.
COPIED: Final = (
    "horizon", "quality", "levels", "calendar", "bounds", "seasons", "windows", "refit", "seconds",
    "seed", "models",
)  # fmt: skip


def from_page(given: QueryDict) -> dict[str, Any]:
    """The body of a form of the page; fields it does not show are absent."""
    body: dict[str, Any] = {
        name: text for name in TEXTS if (text := str(given.get(name) or "").strip())
    }
    if given.getlist("targets") or "targets_shown" in given:
        body["targets"] = given.getlist("targets")
    if given.getlist("levels") or "levels_shown" in given:
        body["levels"] = [text for text in given.getlist("levels") if text.strip()]
    if series := _series(given):
        body["series"] = series
    if "covariates_shown" in given:
        body["covariates"] = {
            role: [
                name.removeprefix(COVARIATE)
                for name in given
                if name.startswith(COVARIATE) and given[name] == role
            ]
            for role in (KNOWN, PAST)
        }
    if given.get("country") or given.get("subdivision"):
        body["calendar"] = {
            "country": given.get("country", ""),
            "subdivision": given.get("subdivision", "") if given.get("country") else "",
        }
    bounds = {name: str(given.get(name) or "").strip() for name in ("low", "high")}
    if any(bounds.values()) or "integer" in given:
        body["bounds"] = bounds | {"integer": "integer" in given}
    if "totals" in given:
        body["hierarchy"] = {
            "columns": [name for name in given.getlist("totals_columns") if name],
            "how": given.get("totals_how", ""),
            "method": given.get("totals_method", ""),
        }
    if models := _models(given):
        body["models"] = models
    return body


def settings_in(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Settings that were changed on the page, by the name of their model; what is garbled is not
    there.
    """
    text = str(given.get("settings") or "")
    try:
        found = json.loads(text) if text and len(text) <= MOST_SETTINGS else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): one for name, one in found.items() if isinstance(one, dict) and one}


def settings_as_text(settings: Mapping[str, Any]) -> str:
    """The same for the page to carry."""
    changed = {name: one for name, one in settings.items() if one}
    return json.dumps(changed, ensure_ascii=False) if changed else ""


def settings_of(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The same from a body."""
    listed = body.get("models")
    models = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return {
        str(one.get("name") or one.get("type")): dict(one["settings"])
        for one in models
        if isinstance(one.get("settings"), Mapping) and one["settings"]
    }


def from_task(task: PredictionTask, version: Version) -> tuple[dict[str, Any], list[str]]:
    """The body that asks for the same of this version, and the columns it does not have.

    Columns are found again by their names.
    """
    asked = task.parameters
    body: dict[str, Any] = {name: asked[name] for name in COPIED if asked.get(name)}
    lost: list[str] = []
    here = {column.name: column.key for column in version.columns.all() if column.is_number}
    names = dict(zip(asked.get("targets", []), asked.get("names", []), strict=False))
    body["targets"] = _found_again(asked.get("targets", []), names, here, lost) or None
    if given := asked.get("covariates"):
        names = {column.key: column.name for column in _columns(task.version)}
        body["covariates"] = {
            role: _found_again(given.get(role, []), names, here, lost) for role in (KNOWN, PAST)
        }
    if given := asked.get("hierarchy"):
        groups = [column.name for column in _columns(version)]
        lost += [name for name in given.get("names", []) if name not in groups]
        kept = [name for name in given.get("names", []) if name in groups]
        body["hierarchy"] = {**given, "columns": kept, "names": kept}
    if asked.get("series") and task.dataset_id == version.dataset_id:
        body["series"] = asked["series"]
    return {name: value for name, value in body.items() if value is not None}, lost


def _found_again(
    keys: list[str], names: Mapping[str, str], here: Mapping[str, str], lost: list[str]
) -> list[str]:
    found = []
    for key in keys:
        name = names.get(key, key)
        if name in here:
            found.append(here[name])
        else:
            lost.append(name)
    return found


def _columns(version: Version) -> list[Column]:
    return list(version.columns.all())


def _series(given: QueryDict) -> list[str]:
    if given.get("which") != "chosen":
        return []
    named = str(given.get("series_text") or "").splitlines()
    return [name.strip() for name in (*given.getlist("series"), *named) if name.strip()]


def _models(given: QueryDict) -> list[dict[str, Any]]:
    """The ticked models with their settings; none where the ticks were drawn for another quality,
    or are those that were drawn.
    """
    if "models_of" not in given or given["models_of"] != given.get("quality", ""):
        return []
    changed, ticked = settings_in(given), given.getlist("models")
    if set(ticked) == set(str(given.get("models_usual", "")).split(",")):
        return []
    kinds = dict(text.split(":", 1) for text in given.getlist("kinds") if ":" in text)
    return [
        {"name": name, "type": kinds.get(name, name), "settings": changed.get(name, {})}
        for name in ticked
    ]
