"""A rule and a firing as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from forecasting import wording
from forecasting.alerts import words
from forecasting.models import AlertFiring, AlertRule


@dataclass
class ShownRule:
    """One row of the list, or the rule that is looked at."""

    rule: AlertRule

    @cached_property
    def sentence(self) -> SafeString | str:
        """The rule, read aloud; empty while it is about nothing yet."""
        return words.sentence(self.rule) if self.rule.has_thing else ""

    @cached_property
    def title(self) -> str:
        """Without markup, or the person's own name for it."""
        return words.title(self.rule) if self.rule.has_thing else ""

    @property
    def numbers(self) -> dict[str, str]:
        """Its numbers as somebody would type them."""
        names = ("limit", "margin", "urgent_limit")
        values = {name: getattr(self.rule, name) for name in names}
        return {name: "" if value is None else f"{value:.12g}" for name, value in values.items()}

    @property
    def pill(self) -> str:
        """The colour of its state."""
        if not self.rule.is_on:
            return "plain"
        return "warn" if self.rule.is_firing else "good"

    @cached_property
    def firing(self) -> AlertFiring | None:
        """What goes on now."""
        return self.rule.firings.open().first() if self.rule.is_firing else None

    @property
    def says(self) -> str:
        """What goes on now, in one sentence."""
        if self.firing is None:
            return ""
        happened = gettext("%(what)s.") % {"what": words.fired(self.rule, self.firing)}
        return wording.sentences([happened, words.why(self.rule, self.firing)])


@dataclass
class ShownFiring:
    """One row of the history."""

    firing: AlertFiring

    @cached_property
    def title(self) -> str:
        """What happened."""
        return words.fired(self.firing.rule, self.firing)

    @cached_property
    def rule_title(self) -> str:
        """The rule that fired."""
        return words.title(self.firing.rule)

    @cached_property
    def why(self) -> str:
        """The numbers behind it."""
        return words.why(self.firing.rule, self.firing)

    @property
    def seconds(self) -> float:
        """How long it went on."""
        return self.firing.lasted.total_seconds()
