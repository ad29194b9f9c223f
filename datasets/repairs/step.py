"""What a step of a recipe is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.problems import DatasetProblem
from datasets.repairs.setting import Setting
from datasets.repairs.work import NUMBER, Outcome, Work

Words = str | Promise


@dataclass(frozen=True)
class Step:
    """A named change of the rows. `summary` says its settings in a few words."""

    key: str
    label: Words
    run: Callable[[Work, dict[str, Any]], Outcome]
    settings: tuple[Setting, ...] = ()
    group: str = "repair"
    summary: Callable[[dict[str, Any]], str] = lambda settings: ""
    # May it run on rows that arrive later? Edits are about rows that are here.
    is_repeatable: bool = True


def chosen(work: Work, keys: list[str] | None) -> list[str]:
    """The columns asked for, or all value columns."""
    if keys:
        return keys
    used = {"target", "known", "past"}
    return [c.key for c in work.columns if c.kind == NUMBER and c.role in used]


def require_time(work: Work) -> None:
    """Raise DatasetProblem without a time column."""
    if not work.time:
        raise DatasetProblem(
            gettext("This step needs a column of dates or times. Give one the role of the time."),
            code="no_time",
        )


VALUE_COLUMNS = Setting(
    "columns", "columns", _("Columns"), hint=_("all value columns when none is chosen")
)
