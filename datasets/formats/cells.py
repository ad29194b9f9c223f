"""A cell on its way from a typed file into text: what kind of value it is, and how it reads."""

from __future__ import annotations

from typing import Final

NULL: Final = "null"
NUMBER: Final = "number"
TRUTH: Final = "truth"
TEXT: Final = "text"
DATE: Final = "date"
# A list, kept as its JSON text.
NESTED: Final = "nested"

Cell = tuple[str, str]
EMPTY: Cell = (NULL, "")
TRUE: Cell = (TRUTH, "true")
FALSE: Cell = (TRUTH, "false")
