"""What the columns of a forecast are called: plain, or as other programs of the field expect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.problems import Problem

PLAIN, NIXTLA, QUANTILES, PROPHET = "plain", "nixtla", "quantiles", "prophet"
_BOUND: Final = re.compile(r"(lo|hi)-(\d+)")


@dataclass(frozen=True)
class Naming:
    """One way; `label` shows the column of a lower bound."""

    name: str
    label: str | Promise


NAMINGS: Final = {
    one.name: one
    for one in (
        Naming(PLAIN, _("mean, lo-80")),
        Naming(NIXTLA, _("model, model-lo-80 (Nixtla)")),
        Naming(QUANTILES, _("mean, 0.1 (quantiles)")),
        Naming(PROPHET, _("yhat, yhat_lower (Prophet)")),
    )
}


def require_naming(name: str) -> str:
    """The name of a way; plain for "". Raises Problem for one there is not."""
    if name and name not in NAMINGS:
        raise Problem(
            gettext("%(name)s is not a naming of columns. Use one of: %(names)s.")
            % {"name": name[:40], "names": ", ".join(NAMINGS)},
            field="columns",
        )
    return name or PLAIN


def names(columns: list[str], naming: str, model: str) -> dict[str, str]:
    """What each of `unique_id, ds, mean, lo-80, …` is called, in the order of the naming."""
    if naming == NIXTLA:
        return {one: _nixtla(one, model) for one in columns}
    if naming == QUANTILES:
        called = {one: _quantile(one) for one in columns}
        return dict(sorted(called.items(), key=_by_quantile))
    if naming == PROPHET:
        levels = [int(found[2]) for one in columns if (found := _BOUND.fullmatch(one))]
        return {one: _prophet(one, min(levels, default=0)) for one in columns}
    return {one: one for one in columns}


def _nixtla(column: str, model: str) -> str:
    if column == "mean":
        return model
    return f"{model}-{column}" if _BOUND.fullmatch(column) else column


def _quantile(column: str) -> str:
    """The ends of an 80 % interval are the quantiles 0.1 and 0.9."""
    found = _BOUND.fullmatch(column)
    if found is None:
        return column
    tail = (100 - int(found[2])) / 200
    return f"{tail if found[1] == 'lo' else 1 - tail:.6g}"


def _by_quantile(called: tuple[str, str]) -> float:
    """What is no bound first, then the quantiles from low to high."""
    return float(called[1]) if _BOUND.fullmatch(called[0]) else -1.0


def _prophet(column: str, narrowest: int) -> str:
    """Prophet gives one interval; further ones say their level."""
    if column == "mean":
        return "yhat"
    found = _BOUND.fullmatch(column)
    if found is None:
        return column
    side = "yhat_lower" if found[1] == "lo" else "yhat_upper"
    return side if int(found[2]) == narrowest else f"{side}_{found[2]}"
