"""The models a forecast may race: who takes part, why others cannot, what each may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from forecasting.choosing import model_settings
from forecasting.engine.errors import EngineError
from forecasting.engine.model_type import ModelType
from forecasting.engine.panel import Panel
from forecasting.engine.race import field
from forecasting.engine.race.costs import fit_seconds
from forecasting.engine.race.course import Course
from forecasting.engine.race.presets import PRESETS, Entrant
from forecasting.engine.registry import model_type, model_types
from forecasting.instant import MODELS as INSTANT
from forecasting.models import PredictionTask
from forecasting.models.trained_model import name_label, type_label
from forecasting.refusals import ForecastProblem, problem_from

# Almanac uses these by itself: where covariates end early, and where totals have to add up.
BY_ITSELF: Final = frozenset({"forecast_covariates", "reconciled"})
MOST_MODELS: Final = 60
MOST_NAME: Final = 60
# So many are shown before "Show more", and always those that take part.
SHOWN: Final = 14
QUICK: Final = 1.0
MINUTE: Final = 90.0


@dataclass(frozen=True)
class Chosen:
    """A model of the race by its name there, its type and what departs from its usual settings."""

    name: str
    kind: str
    settings: Mapping[str, Any]

    def as_parameters(self) -> dict[str, Any]:
        """As a forecast keeps it."""
        return {"name": self.name, "type": self.kind, "settings": dict(self.settings)}


@dataclass(frozen=True)
class Runner:
    """A row of the table of models. `reason` says why it cannot take part."""

    name: str
    kind: str
    label: str
    how: str
    in_short: str
    is_changed: bool
    is_chosen: bool
    is_fixed: bool
    reason: str
    expected: str
    is_more: bool


@dataclass(frozen=True)
class Terrain:
    """What the data allow: their shape, the past windows on it, seconds that fits took there."""

    panel: Panel
    scale: float
    course: Course
    took: Mapping[str, float]
    refits: int = 1


def of_quality(quality: str, panel: Panel) -> tuple[Chosen, ...]:
    """The models of Instant, Balanced or Thorough on data of this shape."""
    first = [Entrant(name, name) for name in INSTANT]
    raced: list[Entrant] = []
    if quality != PredictionTask.Quality.INSTANT:
        raced = [one.entrant for one in field.starters_of(PRESETS[quality], panel)]
    found = {one.name: one for one in (*first, *raced)}
    return tuple(Chosen(one.name, one.kind, dict(one.settings)) for one in found.values())


def check(given: Any) -> tuple[Chosen, ...]:
    """Models by type, or as `{"name", "type", "settings"}`. Raises ForecastProblem."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise _about(
            gettext('Give models as a list, such as ["linear", {"type": "lstm", "settings": {}}].')
        )
    if not given:
        raise _about(gettext("Choose at least one model, or leave them to the quality."))
    if len(given) > MOST_MODELS:
        raise _about(
            gettext("%(n)s models are too many for one race. Choose %(most)s or fewer.")
            % {"n": len(given), "most": MOST_MODELS}
        )
    chosen = [_chosen(one) for one in given]
    names = [one.name for one in chosen]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise _about(
            gettext("%(name)s is named twice. Give each model of the race a name of its own.")
            % {"name": twice}
        )
    return tuple(chosen)


def require_suited(chosen: Sequence[Chosen], course: Course) -> None:
    """Refuse a model that was named and cannot learn from these data. Raises ForecastProblem."""
    for one in chosen:
        if reason := why_not(one, course):
            raise _about(reason, "unsuited_model")


def why_not(one: Chosen, course: Course) -> str:
    """Why a model cannot learn from these data or on this machine; empty when it can."""
    entry = model_type(one.kind)
    if entry.capabilities.needs_weights and not one.settings.get("weights"):
        return gettext(
            "%(model)s needs pretrained weights, and this installation has none for it."
        ) % {"model": type_label(one.kind)}
    try:
        field.require_suited(field.Starter(Entrant(one.name, one.kind, dict(one.settings))), course)
    except EngineError as error:
        return str(problem_from(error).message)
    return ""


def rows(
    terrain: Terrain, usual: Sequence[Chosen], chosen: Sequence[Chosen], edits: Mapping[str, Any]
) -> list[Runner]:
    """The table: the models of the quality first, then the others by how likely they help.

    `edits` are settings that somebody changed, by the name of the model.
    """
    taken = {one.name: one for one in chosen}
    listed = {one.name: one for one in (*usual, *chosen)}
    known = {one.kind for one in listed.values()}
    others = [_plain(entry) for entry in model_types() if _may_be_chosen(entry)]
    for one in others:
        if one.kind not in known:
            listed.setdefault(one.name, one)
    found = [_runner(terrain, one, taken, edits) for one in listed.values()]
    ordered = sorted(found, key=lambda row: (not row.is_chosen, bool(row.reason)))
    least = max(SHOWN, sum(row.is_chosen for row in ordered))
    return [_placed(row, place >= least) for place, row in enumerate(ordered)]


def seconds_words(seconds: float | None) -> str:
    """`under 1 s`, `about 6 s`, `about 4 min`; a dash where nobody knows."""
    if seconds is None:
        return "–"
    if seconds < QUICK:
        return gettext("under 1 s")
    if seconds < MINUTE:
        return gettext("about %(n)s s") % {"n": f"{seconds:,.0f}"}
    return gettext("about %(n)s min") % {"n": f"{seconds / 60:,.0f}"}


def count_words(count: int) -> str:
    """`6 models`."""
    return ngettext("%(n)s model", "%(n)s models", count) % {"n": count}


def is_the_usual(chosen: Sequence[Chosen], usual: Sequence[Chosen]) -> bool:
    """Does this name just what the quality races anyway?"""

    def named(models: Sequence[Chosen]) -> dict[str, tuple[str, dict[str, Any]]]:
        return {one.name: (one.kind, dict(one.settings)) for one in models}

    return named(chosen) == named(usual)


def _runner(
    terrain: Terrain, one: Chosen, taken: Mapping[str, Chosen], edits: Mapping[str, Any]
) -> Runner:
    changed = {**one.settings, **taken.get(one.name, one).settings, **edits.get(one.name, {})}
    now = Chosen(one.name, one.kind, changed)
    entry = model_type(one.kind)
    reason = why_not(now, terrain.course)
    season = terrain.panel.frequency.season_length
    return Runner(
        name=one.name,
        kind=one.kind,
        label=name_label(one.name, one.kind),
        how=gettext(entry.description) if entry.description else "",
        in_short=model_settings.in_short(one.kind, changed, season),
        is_changed=bool(edits.get(one.name)),
        is_chosen=one.name in taken and not reason,
        is_fixed=one.name in INSTANT,
        reason=reason,
        expected="" if reason else _expected(terrain, now),
        is_more=False,
    )


def _placed(row: Runner, is_more: bool) -> Runner:
    return row if row.is_more == is_more else Runner(**{**vars(row), "is_more": is_more})


def _expected(terrain: Terrain, one: Chosen) -> str:
    try:
        once = fit_seconds(one.kind, dict(one.settings), terrain.panel, terrain.course.horizon)
    except EngineError:
        once = None
    if once is not None:
        return seconds_words(once * terrain.scale * terrain.refits)
    if one.kind in terrain.took:
        return seconds_words(terrain.took[one.kind])
    entry = model_type(one.kind)
    usual = entry.settings()
    if entry.capabilities.trains_long and hasattr(usual, "max_seconds"):
        most = float(one.settings.get("max_seconds", usual.max_seconds))
        return gettext("up to %(n)s s") % {"n": f"{most:,.0f}"}
    return seconds_words(None)


def _chosen(given: Any) -> Chosen:
    if isinstance(given, str):
        given = {"type": given}
    if not isinstance(given, Mapping) or set(given) - {"name", "type", "settings"}:
        raise _about(
            gettext('Give a model as its type, or as {"name": …, "type": …, "settings": {…}}.')
        )
    kind = str(given.get("type") or "").strip()
    if not kind:
        raise _about(gettext("Every model needs its type, such as linear or lightgbm."))
    if kind in BY_ITSELF:
        raise _about(
            gettext("Almanac uses %(model)s by itself where it is needed. Leave it out.")
            % {"model": type_label(kind)}
        )
    settings = given.get("settings") or {}
    if not isinstance(settings, Mapping):
        raise _about(gettext('Give settings as {"name": value}, or leave them out.'))
    chosen = model_settings.chosen(kind, settings)
    name = " ".join(str(given.get("name") or kind).split())[:MOST_NAME]
    return Chosen(name, kind, chosen)


def _plain(entry: ModelType) -> Chosen:
    return Chosen(entry.name, entry.name, {})


def _may_be_chosen(entry: ModelType) -> bool:
    return entry.name not in BY_ITSELF


def _about(sentence: str, code: str = "bad_models") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field="models")
