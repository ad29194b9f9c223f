"""A sentence made of numbers: a template to translate and the details that fill it.

Details are numbers, names, other sentences or tuples of these. The numbers stay numbers until the
sentence is read, so that a page may round and mark them in its own way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forecasting.engine.errors import gettext_noop

SIGNIFICANT: Final = 3
_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SEPARATOR: Final = gettext_noop(", ")


@dataclass(frozen=True)
class Sentence:
    """``template`` has named places, which ``details`` fill."""

    template: str
    details: Mapping[str, Any]

    @staticmethod
    def of(template: str, **details: Any) -> Sentence:
        """The template in its own call of ``gettext_noop``, so that the catalogue finds it."""
        return Sentence(template, details)

    def text(
        self,
        translate: Callable[[str], str] = str,
        show: Callable[[float], str] | None = None,
    ) -> str:
        """The sentence in the language of ``translate``, numbers written by ``show``."""
        written = {
            name: _written(value, translate, show or figure) for name, value in self.details.items()
        }
        return translate(self.template) % written

    def __str__(self) -> str:
        return self.text()


Name = Sentence | str


def with_share(name: Name, share: float) -> Sentence:
    """``the newest values (62 %)`` of a share between 0 and 1."""
    return Sentence.of(gettext_noop("%(band)s (%(share)s%%)"), band=name, share=100 * share)


def figure(value: float) -> str:
    """Three significant digits, or all digits before the point: ``4,812``, ``-0.124``."""
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else str(value)
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return in_powers(value)
    digits = max(0, SIGNIFICANT - 1 - math.floor(math.log10(size)))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_powers(value: float) -> str:
    """Three significant digits and a power of ten: ``1.5 × 10⁻⁷``."""
    digits, power = f"{value:.{SIGNIFICANT - 1}e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    return f"{digits} × 10{str(int(power)).translate(_RAISED)}"


def _written(value: Any, translate: Callable[[str], str], show: Callable[[float], str]) -> str:
    if isinstance(value, Sentence):
        return value.text(translate, show)
    if isinstance(value, tuple):
        return translate(SEPARATOR).join(_written(part, translate, show) for part in value)
    if isinstance(value, int):
        return f"{value:,}"
    return show(float(value)) if isinstance(value, float) else str(value)
