"""Why a file cannot be read, as a code and its numbers; words are added in `problems.py`.

Plain Python: the reading process, which has no Django, raises these too.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 (it is an answer, not a fault)
    """A file is refused for the reason `code`; `params` name row, column, text and limits.

    Rows are counted as a spreadsheet shows them: the first line of the file is row 1.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
