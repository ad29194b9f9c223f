"""Who takes part: the entrants of a preset or those that were named, cheap ones first."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.comparison import YARDSTICK
from forecasting.engine.errors import EngineError, SettingsError, TooShortError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.model_type import ModelType
from forecasting.engine.panel import Panel
from forecasting.engine.presets import is_many
from forecasting.engine.race.course import Course
from forecasting.engine.race.presets import Entrant, Preset, plain
from forecasting.engine.registry import BUILT_IN, create, model_type, model_types
from forecasting.engine.statistical.recipes import RECIPE

Named = Sequence[str | Forecaster | Entrant]

# Nets by how often they have been worth their time, the best first; others follow.
PROMISING: Final = ("patchtst", "segrnn", "tide", "nhits", "lstm", "dlinear", "itransformer", "tft")
NET_SECONDS: Final = 10.0
# There are many models for every series alone; this much of the time for each of them.
EXTRA_SHARE: Final = 0.03
# Models for demand that is mostly zero, and the share of zeros from which they take part.
RARE: Final = frozenset(r.name for r in RECIPE.values() if r.seasons == "none")
MOSTLY: Final = 0.3


@dataclass(frozen=True, eq=False)
class Starter:
    """An entrant, with its unfitted model where the caller brought one."""

    entrant: Entrant
    given: Forecaster | None = None

    def model(self) -> Forecaster:
        """The unfitted model; its libraries come in here."""
        if self.given is not None:
            return self.given
        return create(self.entrant.kind, **self.entrant.settings)

    def settings(self) -> dict[str, Any]:
        """What it departs from its usual settings, or all of them."""
        return dict(self.entrant.settings) if self.given is None else asdict(self.given.settings)

    def capabilities(self) -> Capabilities:
        """What the model can do, without importing it."""
        if self.given is not None:
            return self.given.capabilities
        return model_type(self.entrant.kind).capabilities

    def identity(self) -> list[str]:
        """What makes it the same in a later run."""
        return [self.entrant.name, self.entrant.kind, repr(sorted(self.settings().items()))]


def starters_of(preset: Preset, panel: Panel) -> tuple[Starter, ...]:
    """Those of the preset that suit the shape of the panel, and what it discovers."""
    shape = "many" if is_many(panel) else "few"
    chosen = [one for one in preset.entrants if one.shape in ("any", shape)]
    if preset.discovers:
        taken = {one.kind for one in preset.entrants}
        chosen += [one for one in _discovered(panel) if one.kind not in taken]
    return tuple(Starter(one) for one in chosen)


def named(models: Named) -> tuple[Starter, ...]:
    """Models by name, ready to be fitted, or with settings of their own; seasonal naive runs with
    them as the yardstick.

    Raises UnknownModelError, or SettingsError when one of them is named twice, there is none, or a
    setting does not exist.
    """
    starters = [_starter(model) for model in models]
    names = [one.entrant.name for one in starters]
    if not names or len(set(names)) < len(names):
        raise SettingsError(gettext_noop("Name at least one model, and each of them only once."))
    if YARDSTICK not in names:
        starters.insert(0, Starter(plain(YARDSTICK)))
    return tuple(starters)


def require_suited(starter: Starter, course: Course) -> None:
    """Raise the sentence why this model cannot run on these data or this machine."""
    able, kind = starter.capabilities(), starter.entrant.kind
    if able.needs_torch and importlib.util.find_spec("torch") is None:
        raise EngineError(
            gettext_noop("%(model)s needs PyTorch, which is not installed here."), model=kind
        )
    learned = course.past
    shortest = int(learned.lengths.argmin())
    if able.min_length > learned.lengths[shortest]:
        raise TooShortError(
            gettext_noop(
                "%(model)s needs at least %(needed)s rows of every series; series %(series)s has "
                "%(rows)s to learn from."
            ),
            model=kind,
            needed=able.min_length,
            series=learned.ids[shortest],
            rows=int(learned.lengths[shortest]),
        )
    if able.needs_known_future and course.panel.known is None:
        raise SettingsError(
            gettext_noop("%(model)s needs covariates that are known ahead; the data have none."),
            model=kind,
        )


def _starter(model: str | Forecaster | Entrant) -> Starter:
    if isinstance(model, Entrant):
        model.check()
        return Starter(model)
    if isinstance(model, str):
        return Starter(plain(model_type(model).name))
    return Starter(plain(model.name), model)


def _discovered(panel: Panel) -> Iterator[Entrant]:
    """Every other built-in model that learns from these data, by what can be said beforehand."""
    rare = bool(np.mean(panel.values[panel.mask] == 0) > MOSTLY) if panel.mask.any() else False
    known = [entry for entry in model_types() if entry.name in BUILT_IN]
    for entry in known:
        if entry.name in RECIPE and (entry.name not in RARE or rare):
            yield plain(entry.name, most_share=EXTRA_SHARE, extra=True)
    for entry in known:
        if _learns_quickly(entry):
            yield plain(entry.name, least_seconds=1.0, extra=True)
    for entry in sorted((entry for entry in known if _is_net(entry)), key=_promise):
        yield plain(entry.name, least_seconds=NET_SECONDS, extra=True)


def _is_net(entry: ModelType) -> bool:
    return entry.capabilities.trains_long and entry.capabilities.needs_torch


def _learns_quickly(entry: ModelType) -> bool:
    """Trees and whatever else learns from all series together without long training."""
    able = entry.capabilities
    return able.global_ and able.probabilistic and not able.trains_long and not able.needs_torch


def _promise(entry: ModelType) -> int:
    return PROMISING.index(entry.name) if entry.name in PROMISING else len(PROMISING)
