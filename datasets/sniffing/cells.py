"""What one cell of text looks like."""

from __future__ import annotations

import re

# Words that stand for "no value" in a column of numbers, times or booleans; text keeps them.
MISSING_WORDS = frozenset(
    {"na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "-", "--", "?", "."}
)
TRUE_WORDS = frozenset(
    {"true", "yes", "t", "y", "ja", "wahr", "oui", "vrai", "да", "是", "真", "はい", "예"}
)
FALSE_WORDS = frozenset(
    {
        "false",
        "no",
        "f",
        "n",
        "nein",
        "falsch",
        "non",
        "faux",
        "нет",
        "否",
        "假",
        "いいえ",
        "아니오",
    }
)
INFINITE = re.compile(r"^[+-]?inf(inity)?$", re.IGNORECASE)

_POINT = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_COMMA = re.compile(r"^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$")
_POINT_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
_COMMA_GROUPED = re.compile(r"^[+-]?\d{1,3}([.\u00a0\u202f' ]\d{3})+(,\d*)?$")
_LEADING_ZERO = re.compile(r"^[+-]?0\d")
_DIGITS = re.compile(r"^[+-]?\d+$")
LARGEST_EXACT = 2**53


def is_missing(text: str) -> bool:
    """Is it empty or one of the words for "no value"?"""
    stripped = text.strip()
    return not stripped or stripped.lower() in MISSING_WORDS


def is_number(text: str, decimal: str, *, grouped: bool = False) -> bool:
    """Is it a number with this decimal mark, and with thousands marks when `grouped`?"""
    plain, thousands = (_COMMA, _COMMA_GROUPED) if decimal == "," else (_POINT, _POINT_GROUPED)
    stripped = text.strip()
    if plain.match(stripped):
        return True
    return bool((grouped and thousands.match(stripped)) or INFINITE.match(stripped))


def is_grouped(text: str, decimal: str) -> bool:
    """Has it thousands marks, under this decimal mark?"""
    pattern = _COMMA_GROUPED if decimal == "," else _POINT_GROUPED
    return bool(pattern.match(text.strip()))


def must_stay_text(text: str) -> bool:
    """Would reading it as a number lose something: a leading zero or digits beyond 2^53?"""
    stripped = text.strip()
    if _LEADING_ZERO.match(stripped) and _DIGITS.match(stripped):
        return True
    return bool(_DIGITS.match(stripped)) and (
        len(stripped) > 40 or abs(int(stripped)) > LARGEST_EXACT
    )


def is_boolean(text: str) -> bool:
    """Is it a word for yes or no? (0 and 1 are numbers.)"""
    return text.strip().lower() in TRUE_WORDS | FALSE_WORDS


def decimal_evidence(text: str) -> str:
    """Return "," or "." when the cell can only be read with that decimal mark, else ""."""
    stripped = text.strip()
    comma = bool(_COMMA.match(stripped) or _COMMA_GROUPED.match(stripped))
    point = bool(_POINT.match(stripped) or _POINT_GROUPED.match(stripped))
    if comma == point:
        return ""
    return "," if comma else "."
