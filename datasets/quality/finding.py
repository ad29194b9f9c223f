"""What a check says: plain JSON in the report, words only when shown."""

from __future__ import annotations

from typing import Any, TypedDict


class Found(TypedDict):
    """One finding. `repair` is a step of a recipe or empty; `note` says what happens instead."""

    code: str
    column: str
    severity: str
    count: int
    params: dict[str, Any]
    repair: dict[str, Any]
    note: str


def finding(
    code: str,
    *,
    column: str = "",
    severity: str = "warn",
    count: int = 0,
    repair: dict[str, Any] | None = None,
    note: str = "",
    **params: Any,
) -> Found:
    """One finding as it is stored."""
    return Found(
        code=code,
        column=column,
        severity=severity,
        count=count,
        params=params,
        repair=repair or {},
        note=note,
    )


def step(name: str, **settings: Any) -> dict[str, Any]:
    """A step of a recipe."""
    return {"step": name, "settings": settings, "on": True}


def name_of(found: Found) -> str:
    """A name that stays the same between two reports, to remember what a person ignored."""
    return f"{found['code']}:{found['column']}" if found["column"] else found["code"]
