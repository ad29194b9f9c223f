"""Why a statement is not run, as a code, its facts and its line; words are added in `words.py`."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 (it is an answer, not a fault)
    """A statement is refused for the reason `code`; `at` is its place in the UTF-8 text."""

    def __init__(self, code: str, *, at: int | None = None, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.at = at
        self.params = params

    def line(self, text: bytes) -> int | None:
        """The line of `text` it is about, counted from 1."""
        if self.at is None or not 0 <= self.at <= len(text):
            return None
        return text.count(b"\n", 0, self.at) + 1
