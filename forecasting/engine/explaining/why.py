"""Why a forecast is what it is: everything that can be asked of a fitted model, in one call.

What is asked depends on what the model is: weights by lag of linear models, contributions of trees,
members of ensembles, effects of covariates where it uses them; parts, movement and importance of
any model.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from forecasting.engine.boosting.boosted import Boosted
from forecasting.engine.budget import TimeBudget
from forecasting.engine.comparison import Comparison
from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.explaining.choice import Choice
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.contributions import contributions
from forecasting.engine.explaining.covariate_effects import covariate_effects
from forecasting.engine.explaining.explanation import Explanation
from forecasting.engine.explaining.flatness import flatness
from forecasting.engine.explaining.forecast_parts import of_series
from forecasting.engine.explaining.importance import importance
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.lag_maps import LINEAR_MODELS
from forecasting.engine.explaining.lag_weights import lag_weights
from forecasting.engine.explaining.mixture import mixture
from forecasting.engine.explaining.model_inputs import fitted_steps
from forecasting.engine.explaining.movement import movement
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

# Nobody reads more series at once, and each costs some tenths of a second.
MOST_SERIES: Final = 20
# Of the rows of the shortest series, what cutoffs may take; the rest is the past they look at.
CUTOFF_SHARE: Final = 0.5
# Of the time, what splitting the series may take.
PARTS_SHARE: Final = 2
MOVEMENT: Final = gettext_noop("what moved the forecast")
INSIDE: Final = gettext_noop("weights and contributions")
IMPORTANCE: Final = gettext_noop("the importance of the inputs")


@dataclass(frozen=True)
class ExplainSettings:
    """``ids`` are the series to explain, the first 20 unless named; ``back`` how many rows earlier
    the forecast is compared with; ``importance`` None leaves the shuffling out."""

    ids: tuple[str, ...] = ()
    back: int | None = None
    importance: ImportanceSettings | None = field(default_factory=ImportanceSettings)


def explain(  # noqa: PLR0913 -- the public door names every choice
    model: Forecaster,
    panel: Panel | None = None,
    *,
    comparison: Comparison | Choice | None = None,
    settings: ExplainSettings | None = None,
    progress: ReportProgress | None = None,
    should_stop: ShouldStop | None = None,
    budget: TimeBudget | None = None,
) -> Explanation:
    """Explain the forecast of a fitted model after the last row of ``panel``, or of its memory.

    The whole past tells more than the memory. ``comparison`` gives the numbers of the leaderboard.
    When the budget ends, what is still missing is left out and the notes say so. The model is not
    changed. Raises NotFittedError, Cancelled, and what ``predict`` raises.
    """
    fitted_steps(model)
    settings = settings or ExplainSettings()
    watch = Watch(progress, should_stop, budget=budget or TimeBudget())
    panel = model.context_ if panel is None else panel
    ids = settings.ids or panel.ids[:MOST_SERIES]
    forecast = of_series(model.predict(panel, levels=()), ids)
    splitting = replace(watch.part(0.0, 0.3), budget=watch.budget.share(PARTS_SHARE))
    parts = components(panel.select(ids), forecast, watch=splitting)
    found = Explanation(
        model=model.name,
        labels=parts.labels,
        components=parts,
        flatness=flatness(model, parts),
        mixture=mixture(model),
        choice=_numbers(comparison, model.name),
        notes=_shown(len(ids), len(panel)),
    )
    found = _moved(found, model, panel, settings.back, watch.part(0.3, 0.4))
    found = _inside(found, model, panel, watch.part(0.4, 0.5))
    found = _shuffled(found, model, panel, settings.importance, watch.part(0.5, 1.0))
    watch.report(1.0)
    return found


def _numbers(comparison: Comparison | Choice | None, model: str) -> Choice | None:
    """What the leaderboard says of the model; None where it did not take part."""
    if isinstance(comparison, Comparison):
        return Choice.of(comparison, model) if model in comparison.results else None
    return comparison


def _shown(shown: int, count: int) -> tuple[Sentence, ...]:
    if shown == count:
        return ()
    return (
        Sentence.of(
            gettext_noop("Explained: %(shown)s of %(count)s series; name others to see them."),
            shown=shown,
            count=count,
        ),
    )


def _late(found: Explanation, what: str) -> Explanation:
    note = Sentence.of(
        gettext_noop("Time ran out before %(what)s could be found."), what=Sentence.of(what)
    )
    return replace(found, notes=(*found.notes, note))


def _moved(
    found: Explanation, model: Forecaster, panel: Panel, back: int | None, watch: Watch
) -> Explanation:
    """A single step and a past of a few rows have nothing to compare with."""
    if not watch.budget.left():
        return _late(found, MOVEMENT)
    try:
        return replace(found, movement=movement(model, panel, back, found.components, watch))
    except TooShortError:
        return found


def _inside(found: Explanation, model: Forecaster, panel: Panel, watch: Watch) -> Explanation:
    """What only this kind of model can tell."""
    if not watch.budget.left():
        return _late(found, INSIDE)
    ids = found.components.ids
    shown = panel.select(ids)
    if model.name in LINEAR_MODELS:
        found = replace(found, weights=lag_weights(model, shown, watch=watch.part(0.0, 0.5)))
    if isinstance(model, Boosted):
        found = replace(found, contributions=contributions(model, shown, watch.part(0.0, 0.5)))
    effects = covariate_effects(model, panel, watch.part(0.5, 1.0))
    return replace(found, covariates=effects and effects.of_series(panel, ids))


def _shuffled(
    found: Explanation,
    model: Forecaster,
    panel: Panel,
    settings: ImportanceSettings | None,
    watch: Watch,
) -> Explanation:
    """At as many cutoffs as the shortest series has room for; none where it has none."""
    if settings is None:
        return found
    if not watch.budget.left():
        return _late(found, IMPORTANCE)
    stride = settings.stride or model.horizon_
    room = int(CUTOFF_SHARE * panel.lengths.min()) - model.horizon_
    windows = min(settings.windows, 1 + room // stride)
    if windows < 1:
        return found
    return replace(
        found, importance=importance(model, panel, replace(settings, windows=windows), watch)
    )
