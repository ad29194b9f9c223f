"""Personal data stay hidden wherever data leave: one place says how."""

from __future__ import annotations

from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import NotAllowed
from datasets.models import Column, Dataset

DOTS = "•••"


def mask(text: str) -> str:
    """`anna@netz.de` → `a•••@n•••.de`; anything else keeps its first character only."""
    name, at, domain = text.partition("@")
    if not at or "." not in domain:
        return text[:1] + DOTS
    return f"{name[:1]}{DOTS}@{domain[:1]}{DOTS}.{domain.rpartition('.')[2]}"


def expression(column: Column) -> str:
    """The SQL expression (DuckDB) under which `column` may leave its version."""
    if not column.is_masked:
        return column.key
    text = f"CAST({column.key} AS VARCHAR)"
    mail = (
        f"{text}[1] || '{DOTS}@' || split_part({text}, '@', 2)[1] || '{DOTS}.' || "
        f"split_part({text}, '.', -1)"
    )
    is_mail = f"regexp_matches({text}, '@[^@]*[.]')"
    return f"CASE WHEN {is_mail} THEN {mail} ELSE {text}[1] || '{DOTS}' END"


def require_original(dataset: Dataset, user: User) -> None:
    """Raise NotAllowed where the file as it was sent would show hidden cells to somebody else."""
    if dataset.owner_id == user.pk:
        return
    hidden = Column.objects.filter(version__dataset=dataset, role=Column.Role.PERSONAL)
    if hidden.exists():
        raise NotAllowed(
            gettext(
                "The file as it was sent holds personal data; only its owner may take it. "
                "Download it as CSV: there they are hidden."
            )
        )
