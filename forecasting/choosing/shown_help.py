"""Covariates and holidays, as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from django.utils.translation import gettext

from datasets.models import Column
from forecasting.choosing import covariates, places
from forecasting.choosing.covariates import KNOWN, PAST
from forecasting.choosing.reach import Reach, reach_of
from forecasting.choosing.shown_choice import Named
from forecasting.engine.frequency import Frequency
from forecasting.forms import AskForm


@dataclass(frozen=True)
class Helper:
    """A column that may help: `role` is known, past or ""; `trouble` why it is not known ahead."""

    column: Column
    role: str
    known: str
    trouble: str


class ShownHelp:
    """What else tells something about the future."""

    def __init__(self, form: AskForm, body: Mapping[str, Any], targets: Sequence[Column]) -> None:
        self.form, self.body, self.chosen = form, body, targets
        self.version = form.version

    @property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return self.form.frequency

    @cached_property
    def reach(self) -> Reach:
        """Where the targets end, and how far the covariates that are known ahead reach."""
        return reach_of(self.version, self.form.chosen_targets, self.covariates.known)

    @cached_property
    def covariates(self) -> covariates.Covariates:
        """Those that help, as far as they make sense."""
        found = self.form.cleaned_data.get("covariates")
        return found or covariates.Covariates()

    @cached_property
    def rows(self) -> list[Helper]:
        """Every column that may help."""
        can = covariates.offered(self.version, self.chosen)
        reach = reach_of(self.version, self.form.chosen_targets, can) if can else None
        given = self.body.get("covariates")
        roles = {column.key: KNOWN for column in self.covariates.known}
        roles |= {column.key: PAST for column in self.covariates.past}
        if isinstance(given, Mapping):
            roles |= {str(key): role for role in (KNOWN, PAST) for key in given.get(role) or ()}
        return [self._helper(column, roles.get(column.key, ""), reach) for column in can]

    def _helper(self, column: Column, role: str, reach: Reach | None) -> Helper:
        assert reach is not None
        known = covariates.known_through(reach, column, self.frequency, self.version)
        trouble = covariates.trouble_ahead(self.version, column, reach)
        return Helper(column, role, known, trouble)

    @property
    def said(self) -> str:
        """The sentences of the contract about them."""
        return covariates.in_words(
            self.covariates, self.reach, self.form.steps, self.frequency, self.version
        )

    @property
    def words(self) -> str:
        """`temp_c, known through 28 Nov; wind_mw as past only`."""
        if not self.covariates:
            return gettext("none") if self.rows else gettext("no other column of numbers")
        known = [
            gettext("%(column)s, %(known)s")
            % {
                "column": column.name,
                "known": covariates.known_through(self.reach, column, self.frequency, self.version),
            }
            for column in self.covariates.known
        ]
        past = [
            gettext("%(column)s as past only") % {"column": column.name}
            for column in self.covariates.past
        ]
        return "; ".join([*known, *past])

    @property
    def place(self) -> tuple[str, str]:
        """Country and region."""
        found = self.form.cleaned_data.get("calendar") or ("", "")
        return found[0], found[1]

    @cached_property
    def countries(self) -> list[Named]:
        """Countries to choose from."""
        given = self.body.get("calendar")
        here = given.get("country") if isinstance(given, Mapping) else self.place[0]
        return [Named(one.code, one.name, one.code == here) for one in places.countries()]

    @cached_property
    def regions(self) -> list[Named]:
        """Parts of the chosen country."""
        country, part = self.place
        return [
            Named(one.code, f"{one.name} ({one.code})" if one.name else one.code, one.code == part)
            for one in (places.parts(country) if country else ())
        ]

    @property
    def place_words(self) -> str:
        """`Germany, 0 public holidays in the horizon`."""
        country, part = self.place
        if not country:
            return gettext("none")
        first = self.frequency.add(self.reach.end, 1)
        last = self.frequency.add(self.reach.end, self.form.steps)
        return places.in_words(country, part, self._shown(first), self._shown(last))

    def _shown(self, time: pd.Timestamp) -> pd.Timestamp:
        return pd.Timestamp(self.version.clock.shown(time.to_pydatetime()))

    @property
    def holidays_said(self) -> str:
        """The sentence about holidays; empty without any."""
        if not self.place[0]:
            return ""
        return gettext("Holidays: %(place)s.") % {"place": self.place_words}
