"""What a spreadsheet takes for a formula, and the apostrophe that keeps it from doing so."""

from __future__ import annotations

import re

# A text that begins like a formula leaves with an apostrophe before it; so does one that already
# has apostrophes there, so that taking one away always gives the text back.
DANGEROUS = r"^'*[=+@\t\r\x00-]"
GUARDED = r"^'+[=+@\t\r\x00-]"
TRUE_NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DANGEROUS, _NUMBER = re.compile(DANGEROUS), re.compile(TRUE_NUMBER)


def harmless(text: str, *, may_be_number: bool = False) -> str:
    """A text that no spreadsheet takes for a formula; a true negative number stays one."""
    if not _DANGEROUS.match(text) or (may_be_number and _NUMBER.match(text)):
        return text
    return f"'{text}"
