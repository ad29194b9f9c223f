"""The table of models and the three qualities, as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from datasets.listed import listed
from forecasting import expected
from forecasting.choosing import filled, roster, sentence
from forecasting.choosing.roster import Chosen, Runner, Terrain
from forecasting.forms import AskForm
from forecasting.models import PredictionTask, TrainedModel


@dataclass(frozen=True)
class Quality:
    """One of the three cards."""

    name: str
    label: str
    takes: str
    does: str
    is_chosen: bool


class ShownModels:
    """Who takes part, and what else there is."""

    def __init__(self, form: AskForm, body: Mapping[str, Any], shown: QueryDict) -> None:
        self.form, self.body, self.shown = form, body, shown

    @property
    def quality(self) -> str:
        """What is chosen."""
        return str(self.form.cleaned_data.get("quality", PredictionTask.Quality.BALANCED))

    @cached_property
    def qualities(self) -> list[Quality]:
        """The three cards with what each does here and how long it takes."""
        return [self._quality(one) for one in PredictionTask.Quality]

    def _quality(self, one: PredictionTask.Quality) -> Quality:
        count = len(roster.of_quality(str(one), self.terrain.panel))
        windows = self.terrain.course.windows
        does = [roster.count_words(count)]
        if windows:
            does.append(sentence.tests_words(windows))
        if one == PredictionTask.Quality.THOROUGH:
            does.append(gettext("tuned"))
        takes = expected.seconds_expected({"quality": str(one)})
        return Quality(
            str(one),
            str(one.label),
            roster.seconds_words(max(1.0, takes)),
            listed(does),
            str(one) == self.quality,
        )

    @cached_property
    def terrain(self) -> Terrain:
        """What the data allow, with what fits took on them lately."""
        took = TrainedModel.objects.seconds_on(self.form.dataset)
        return replace(self.form.terrain, took=took)

    @cached_property
    def usual(self) -> tuple[Chosen, ...]:
        """Those of the quality."""
        return roster.of_quality(self.quality, self.terrain.panel)

    @property
    def usual_names(self) -> str:
        """Their names, for the page to carry."""
        return ",".join(one.name for one in self.usual)

    @cached_property
    def edits(self) -> dict[str, dict[str, Any]]:
        """Settings that somebody changed, of ticked models and of others."""
        usual = {one.name: dict(one.settings) for one in self.usual}
        found = filled.settings_of(self.body) | filled.settings_in(self.shown)
        return {name: one for name, one in found.items() if one != usual.get(name)}

    @cached_property
    def taking_part(self) -> tuple[Chosen, ...]:
        """The models that will race."""
        named: tuple[Chosen, ...] | None = self.form.cleaned_data.get("models")
        if named is None:
            return self.usual
        first = roster.of_quality(PredictionTask.Quality.INSTANT, self.terrain.panel)
        names = {one.name for one in named}
        return (*(one for one in first if one.name not in names), *named)

    @cached_property
    def rows(self) -> list[Runner]:
        """The table of models."""
        return roster.rows(self.terrain, self.usual, self.taking_part, self.edits)

    @property
    def hidden(self) -> int:
        """How many stand behind "Show more"."""
        return sum(row.is_more for row in self.rows)

    @property
    def shows_all(self) -> bool:
        """Was "Show more" pressed?"""
        return "more_models" in self.shown

    @property
    def words(self) -> str:
        """`6 of 38, chosen by Balanced`."""
        count = sum(row.is_chosen for row in self.rows)
        words = {"n": count, "all": len(self.rows)}
        if self.form.cleaned_data.get("models") is None:
            label = PredictionTask.Quality(self.quality).label
            return gettext("%(n)s of %(all)s, chosen by %(quality)s") % {**words, "quality": label}
        return gettext("%(n)s of %(all)s, chosen by you") % words

    @property
    def settings_text(self) -> str:
        """Changed settings of all models, as the page carries them."""
        return filled.settings_as_text(self.edits)
