"""SQL set out for reading: a clause a line, keywords in capitals."""

from __future__ import annotations

import sqlparse

from datasets.query.naming import is_reserved

# Words of clauses that may be names as well; the parser of the layout knows where they are not.
_CLAUSES = frozenset({"by", "exists", "filter", "nulls", "partition", "recursive", "over"})


def laid_out(sql: str) -> str:
    """The text with one clause a line; names keep their letters."""
    text = sqlparse.format(sql, reindent=True).strip()
    parts = [
        token.value.upper() if token.is_keyword and _is_word_of_sql(token.value) else token.value
        for statement in sqlparse.parse(text)
        for token in statement.flatten()  # type: ignore[no-untyped-call]
    ]
    return f"{''.join(parts).strip()}\n" if text else ""


def _is_word_of_sql(text: str) -> bool:
    """Not `week` or `value`, which the layout takes for keywords and people for columns."""
    return all(is_reserved(word) or word.lower() in _CLAUSES for word in text.split())
