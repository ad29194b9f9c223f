"""What the slots of a rule's sentence offer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.utils.translation import gettext, ngettext

from accounts.models.user import User
from datasets.models import Dataset
from forecasting import results, spans
from forecasting.alerts.readings import frequency_of
from forecasting.models import AlertRule, PredictionTask

Choice = tuple[str, str]
MOST_THINGS: Final = 100
REPEATS: Final = (0, 1, 6, 12, 24, 168)


@dataclass
class Choices:
    """All choices for one rule; the chosen value is always among them."""

    person: User
    rule: AlertRule

    @cached_property
    def kinds(self) -> list[Choice]:
        """What a rule may watch."""
        return [
            ("forecast", gettext("a forecast passes a limit")),
            ("missing", gettext("data are missing")),
            ("anomaly", gettext("values leave their usual range")),
            ("drift", gettext("a forecast drifts")),
        ]

    @cached_property
    def measures(self) -> list[Choice]:
        """`interval:80`, `mean`, `width:80`: measure and level in one slot."""
        levels = self.rule.task.levels if self.rule.task else [80, 95]
        found = [
            (f"interval:{level}", gettext("the %(level)s%% interval") % {"level": level})
            for level in levels
        ]
        found.append(("mean", gettext("the forecast")))
        found += [
            (f"width:{level}", gettext("the width of the %(level)s%% interval") % {"level": level})
            for level in levels
        ]
        return found

    @property
    def measure(self) -> str:
        """The chosen one."""
        rule = self.rule
        return "mean" if rule.measure == "mean" else f"{rule.measure}:{rule.level}"

    @cached_property
    def tasks(self) -> list[PredictionTask]:
        """Forecasts this person may see, newest first, the rule's own among them."""
        found = list(PredictionTask.objects.for_list(self.person)[:MOST_THINGS])
        own = self.rule.task
        return found if own is None or own in found else [own, *found]

    @cached_property
    def datasets(self) -> list[Dataset]:
        """Datasets this person may see."""
        found = list(Dataset.objects.for_list(self.person).ready()[:MOST_THINGS])
        own = self.rule.dataset if self.rule.has_thing else None
        return found if own is None or own in found else [own, *found]

    @cached_property
    def series(self) -> list[Choice]:
        """Series of the forecast; the first choice is any of them."""
        leader = self.rule.task.results.ranked().first() if self.rule.task else None
        names = results.labels_of(leader) if leader is not None else []
        if self.rule.series and self.rule.series not in names:
            names = [self.rule.series, *names]
        any_of = [("", gettext("any series"))] if len(names) != 1 else []
        return any_of + [(name, name) for name in names]

    @cached_property
    def spans(self) -> list[Choice]:
        """How far ahead, in steps and words; for missing data how long the silence."""
        if not self.rule.has_thing:
            return []
        frequency = frequency_of(self.rule)
        if self.rule.kind == AlertRule.Kind.MISSING:
            steps = {1, 2, 3, 6, 12, 24, 48, self.rule.within or 2}
        else:
            horizon = self.rule.task.horizon if self.rule.task else 1
            parts = {1, horizon // 4, horizon // 2, horizon, 24, 48, 72, 168}
            steps = {part for part in parts if 1 <= part <= horizon}
            steps |= {self.rule.within} if self.rule.within else set()
        return [(str(step), spans.span_words(step, frequency)) for step in sorted(steps)]

    @property
    def span(self) -> str:
        """The chosen one."""
        rule = self.rule
        usual = rule.task.horizon if rule.task else 2
        return str(rule.within or usual)

    @cached_property
    def repeats(self) -> list[Choice]:
        """When to say it again."""
        hours = sorted({*REPEATS, self.rule.repeat_hours})
        return [(str(count), self._repeat(count)) for count in hours]

    @staticmethod
    def _repeat(count: int) -> str:
        if not count:
            return gettext("only when it fires anew")
        return ngettext("after %(n)s hour", "after %(n)s hours", count) % {"n": count}
