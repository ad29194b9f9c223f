"""Formulas of people, made into SQL over columns that exist. Nothing is ever evaluated as code.

    formula  = compare
    compare  = sum [(< | <= | > | >= | = | !=) sum]
    sum      = product {(+ | -) product}
    product  = power {(* | / | %) power}
    power    = sign [^ power]
    sign     = [-] atom
    atom     = number | name | [any name] | function(formula, …) | (formula)

A comparison is only allowed as the first argument of `if`. Every name must be a column of
numbers; the SQL holds our own keys, numbers printed by us and functions of the list below.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext

from datasets.problems import DatasetProblem

_LONGEST, _DEEPEST = 1000, 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)|\[(?P<bracket>[^\[\]]+)\]|(?P<sign><=|>=|!=|<>|[-+*/%^(),<>=]))"
)
_COMPARE: Final = {"<", "<=", ">", ">=", "=", "!=", "<>"}
Maker = Callable[..., str]


def _division(sign: str) -> Maker:
    return lambda a, b: f"({a} {sign} nullif({b}, 0))"


_FUNCTIONS: Final[dict[str, tuple[int, int, Maker]]] = {
    "abs": (1, 1, lambda a: f"abs({a})"),
    "sqrt": (1, 1, lambda a: f"(CASE WHEN {a} >= 0 THEN sqrt({a}) END)"),
    "exp": (1, 1, lambda a: f"(CASE WHEN {a} < 709 THEN exp({a}) END)"),
    "log": (1, 1, lambda a: f"(CASE WHEN {a} > 0 THEN ln({a}) END)"),
    "ln": (1, 1, lambda a: f"(CASE WHEN {a} > 0 THEN ln({a}) END)"),
    "log10": (1, 1, lambda a: f"(CASE WHEN {a} > 0 THEN log10({a}) END)"),
    "sin": (1, 1, lambda a: f"(CASE WHEN isfinite({a}) THEN sin({a}) END)"),
    "cos": (1, 1, lambda a: f"(CASE WHEN isfinite({a}) THEN cos({a}) END)"),
    "round": (1, 1, lambda a: f"round({a})"),
    "floor": (1, 1, lambda a: f"floor({a})"),
    "ceil": (1, 1, lambda a: f"ceil({a})"),
    "sign": (1, 1, lambda a: f"sign({a})"),
    "min": (2, 8, lambda *all_: f"least({', '.join(all_)})"),
    "max": (2, 8, lambda *all_: f"greatest({', '.join(all_)})"),
    "coalesce": (2, 8, lambda *all_: f"coalesce({', '.join(all_)})"),
    "if": (3, 3, lambda a, b, c: f"(CASE WHEN {a} THEN {b} ELSE {c} END)"),
}


def compile_formula(text: str, columns: Mapping[str, str]) -> str:
    """SQL (DuckDB, a DOUBLE) of a formula over `columns`, which map names to keys.

    Raises DatasetProblem that says where the formula cannot be read.
    """
    if not text.strip():
        raise _problem(gettext("Write a formula, such as price * 1.2."))
    if len(text) > _LONGEST:
        raise _problem(gettext("A formula has at most %s characters.") % f"{_LONGEST:,}")
    return _Parser(text, columns).whole()


def _problem(words: str) -> DatasetProblem:
    return DatasetProblem(words, code="bad_formula", field="formula")


class _Parser:
    def __init__(self, text: str, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.tokens = list(_tokens(text))
        self.place = 0
        self.depth = 0

    def whole(self) -> str:
        made = self.sum()
        if self.place < len(self.tokens):
            raise self.unexpected()
        return made

    def peek(self) -> str:
        kind, text = self.tokens[self.place] if self.place < len(self.tokens) else ("", "")
        return text if kind == "sign" else ""

    def take(self, *wanted: str) -> str:
        found = self.peek()
        if found in wanted and found:
            self.place += 1
            return found
        return ""

    def unexpected(self) -> DatasetProblem:
        if self.place >= len(self.tokens):
            return _problem(gettext("The formula ends too early: something is missing at its end."))
        return _problem(
            gettext('"%(text)s" cannot stand there (part %(place)s of the formula).')
            % {"text": self.tokens[self.place][1][:40], "place": self.place + 1}
        )

    def compare(self) -> str:
        left = self.sum()
        sign = self.take(*_COMPARE)
        if not sign:
            raise _problem(gettext("The first part of if() compares, such as if(a > 0, a, 0)."))
        return f"({left} {'<>' if sign == '!=' else sign} {self.sum()})"

    def sum(self) -> str:
        made = self.product()
        while sign := self.take("+", "-"):
            made = f"({made} {sign} {self.product()})"
        return made

    def product(self) -> str:
        made = self.power()
        while sign := self.take("*", "/", "%"):
            other = self.power()
            made = f"({made} * {other})" if sign == "*" else _division(sign)(made, other)
        return made

    def power(self) -> str:
        made = self.sign()
        if self.take("^"):
            exponent = self.nested(self.power)
            # A fraction of a negative number has no power; 0 to a negative one is infinite.
            has = f"{made} > 0 OR {exponent} = round({exponent})"
            return f"(CASE WHEN {has} THEN pow({made}, {exponent}) END)"
        return made

    def sign(self) -> str:
        if self.take("-"):
            return f"(- {self.nested(self.sign)})"
        return self.atom()

    def nested(self, part: Callable[[], str]) -> str:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _problem(gettext("The formula is nested too deeply. Split it into two columns."))
        made = part()
        self.depth -= 1
        return made

    def atom(self) -> str:
        if self.take("("):
            return self.closed(self.nested(self.sum))
        if self.place >= len(self.tokens):
            raise self.unexpected()
        kind, text = self.tokens[self.place]
        if kind == "sign":
            raise self.unexpected()
        self.place += 1
        if kind == "number":
            return _number(text)
        if kind == "name" and self.peek() == "(":
            return self.function(text)
        return self.name(text)

    def closed(self, made: str) -> str:
        if not self.take(")"):
            raise self.unexpected()
        return made

    def function(self, name: str) -> str:
        known = _FUNCTIONS.get(name.lower())
        if known is None:
            raise _problem(
                gettext("There is no function %(name)s. There are: %(known)s.")
                % {"name": name[:40], "known": ", ".join(_FUNCTIONS)}
            )
        least, most, make = known
        self.take("(")
        first = self.compare if name.lower() == "if" else self.sum
        parts = [self.nested(first)]
        while self.take(","):
            parts.append(self.nested(self.sum))
        self.closed("")
        if not least <= len(parts) <= most:
            raise _problem(
                gettext("%(name)s takes %(least)s to %(most)s parts.")
                % {"name": name, "least": least, "most": most}
            )
        return make(*parts)

    def name(self, text: str) -> str:
        if text not in self.columns:
            raise _problem(
                gettext("There is no column of numbers called %(name)s. There are: %(known)s.")
                % {"name": text[:80], "known": ", ".join(list(self.columns)[:10]) or "–"}
            )
        return f"CAST({self.columns[text]} AS DOUBLE)"


def _number(text: str) -> str:
    value = float(text)
    if not math.isfinite(value):
        raise _problem(gettext("%s is too large for a number.") % text[:40])
    return f"CAST({value!r} AS DOUBLE)"


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            rest = text[place:].strip()
            raise _problem(gettext('"%s" is no part of a formula.') % rest[:20])
        kind = match.lastgroup or ""
        found.append(("name" if kind == "bracket" else kind, match[kind].strip()))
        if kind == "bracket":
            found[-1] = ("bracketed", match[kind].strip())
        place = match.end()
    return found
