"""Addresses of the pages of a forecast: each says which series and which models it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import QueryDict
from django.utils.http import urlencode

MOST_BESIDE: Final = 5


@dataclass(frozen=True)
class Choice:
    """What somebody asked to see; empty is the usual.

    `beside` names models that are drawn with the one that is shown; None leaves the page its own
    choice. `past` is how much of the past is drawn: usual, ahead (hardly any) or all.
    """

    series: str = ""
    model: str = ""
    past: str = "usual"
    beside: tuple[str, ...] | None = None

    @classmethod
    def asked(cls, given: QueryDict | Mapping[str, Any]) -> Choice:
        """What an address says; anything else than it may say is the usual."""
        past = str(given.get("history", ""))
        beside = given.getlist("beside") if isinstance(given, QueryDict) else None
        named = tuple(dict.fromkeys(name[:60] for name in beside or () if name))
        return cls(
            series=str(given.get("series", ""))[:500],
            model=str(given.get("model", ""))[:60],
            past=past if past in {"ahead", "all"} else "usual",
            beside=named[:MOST_BESIDE] if "beside" in given else None,
        )

    def toggled(self, name: str, drawn: Iterable[str]) -> Choice:
        """The same with a model more, or less, beside the one that is shown."""
        kept = [one for one in drawn if one != name]
        return replace(self, beside=tuple(kept if name in drawn else [*kept, name]))

    @property
    def query(self) -> str:
        """`?model=naive&beside=drift`, or nothing for the usual."""
        said: list[tuple[str, str]] = []
        if self.series:
            said.append(("series", self.series))
        if self.model:
            said.append(("model", self.model))
        if self.beside is not None:
            said += [("beside", name) for name in self.beside or ("",)]
        if self.past != "usual":
            said.append(("history", self.past))
        return f"?{urlencode(said)}" if said else ""
