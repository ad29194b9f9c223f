"""What reading another format did to cells, said before anything is imported."""

from __future__ import annotations

from typing import Any

from datasets.formats import words


def noticed(found: dict[str, Any]) -> list[str]:
    """The notes of formats as sentences, in the active language."""
    names = {column["key"]: column["name"] for column in found["reading"]["columns"]}
    return [_sentence(note, names) for note in found["notes"] if note["code"] in words.FINDINGS]


def _sentence(note: dict[str, Any], names: dict[str, str]) -> str:
    code, count = note["code"], note["count"]
    params = {**note["params"], "n": count, "count": f"{count:,}"}
    params["column"] = names.get(note["column"], "")
    if code in words.IN_WORDS:
        params |= words.IN_WORDS[code](note["params"])
    # A number-aware sentence picks its form by `n`.
    return str(words.FINDINGS[code] % params)
