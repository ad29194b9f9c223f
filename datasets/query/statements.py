"""A text taken apart into statements, each with the line it begins on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import duckdb

from datasets.query.refusals import Refused

LONGEST: Final = 100_000
_SPACES = re.compile(r"[^\S\n]")
_FIRST_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\(\s*)*(\w+)", re.DOTALL)
_KIND = re.compile(r"^[A-Z][A-Za-z ]* Error: ")
_DEPTH = "max_expression_depth"
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon; `line` is where it begins in the whole text."""

    text: str
    line: int
    word: str

    @property
    def end(self) -> int:
        """The line on which it ends."""
        return self.line + self.text.count("\n")


def split(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Statement]:
    """The statements of a text; Refused when it is empty, too long, or not SQL at all.

    By the given connection: the module's own function would open another one, with threads of
    its own and without a lock.
    """
    if len(sql) > LONGEST:
        raise Refused("too_long", largest=LONGEST)
    if "\x00" in sql:
        raise Refused("syntax", line=sql.count("\n", 0, sql.index("\x00")) + 1, detail="NUL")
    try:
        found = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise refused_by_parser(error) from error
    if not found:
        raise Refused("empty")
    plain = _SPACES.sub(" ", sql)
    statements, start = [], 0
    for part in found:
        begins = max(plain.find(_SPACES.sub(" ", part.query), start), start)
        begins += len(part.query) - len(part.query.lstrip())
        line = plain.count("\n", 0, begins) + 1
        statements.append(_statement(part, line))
        start = begins + len(part.query.strip())
    return statements


def refused_by_parser(error: Exception, first_line: int = 1) -> Refused:
    """What the database said, in one sentence, and the line it pointed at."""
    text = str(error)
    found = _LINE.search(text)
    line = int(found.group(1)) + first_line - 1 if found else None
    return refused_syntax(text, line)


def refused_syntax(message: str, line: int | None) -> Refused:
    """The refusal of a text that does not parse."""
    if _DEPTH in message:
        # The database advises a setting, which no statement may change.
        return Refused("too_deep", line=line)
    return Refused("syntax", line=line, detail=sentence_of(message))


def sentence_of(message: str) -> str:
    """The first paragraph of a database error, without its kind and without the excerpt."""
    first = message.strip().partition("\n\n")[0].partition("\nLINE ")[0]
    return " ".join(_KIND.sub("", first).split())[:400]


def _statement(part: duckdb.Statement, line: int) -> Statement:
    text = part.query.strip()
    found = _FIRST_WORD.match(text)
    word = found.group(1).upper() if found else text[:10]
    if word == "WITH":
        # WITH … DELETE says at its beginning nothing of what it is.
        word = _kind(part) or word
    return Statement(_without_end(text), line, word)


def _kind(part: duckdb.Statement) -> str:
    try:
        return str(part.type).rpartition(".")[2]
    except ValueError:
        # The database knows more kinds than its Python package has names for.
        return ""


def _without_end(text: str) -> str:
    """The text up to its last token that is neither a comment nor a semicolon."""
    raw = text.encode()
    end = len(raw)
    for at, kind in reversed(duckdb.tokenize(text)):
        if "comment" not in str(kind) and raw[at:end].strip() != b";":
            break
        end = at
    return raw[:end].decode().rstrip()
