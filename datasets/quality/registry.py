"""All checks, in the order in which they run. A check is one file under `checks/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from datasets.quality.checks import (
    clock_changes,
    constant,
    duplicates,
    empty_columns,
    gaps,
    level_shifts,
    missing_values,
    mixed_zones,
    order,
    outliers,
    personal_data,
    steps,
    suspicious_types,
)
from datasets.quality.finding import Found
from datasets.quality.subject import Facts, Piece, Subject


class ValueLook(Protocol):
    """Looks at one column, series by series, then tells."""

    def look(self, piece: Piece) -> None: ...

    def tell(self) -> Iterable[Found]: ...


@dataclass(frozen=True)
class Check:
    """A check and the codes of what it may find; it looks at the table or at each value column."""

    codes: tuple[str, ...]
    table: Callable[[Subject], Iterable[Found]] | None = None
    values: Callable[[Subject, Facts], ValueLook] | None = None


CHECKS: tuple[Check, ...] = (
    Check(gaps.CODES, table=gaps.check),
    Check(missing_values.CODES, values=missing_values.Missing),
    Check(duplicates.CODES, table=duplicates.check),
    Check(steps.CODES, table=steps.check),
    Check(order.CODES, table=order.check),
    Check(mixed_zones.CODES, table=mixed_zones.check),
    Check(clock_changes.CODES, table=clock_changes.check),
    Check(outliers.CODES, values=outliers.Outliers),
    Check(level_shifts.CODES, values=level_shifts.LevelShifts),
    Check(constant.CODES, table=constant.check),
    Check(empty_columns.CODES, table=empty_columns.check),
    Check(suspicious_types.CODES, table=suspicious_types.check),
    Check(personal_data.CODES, table=personal_data.check),
)


def codes() -> tuple[str, ...]:
    """Everything that can be found."""
    return tuple(code for check in CHECKS for code in check.codes)
