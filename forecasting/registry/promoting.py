"""Aliases move here and nowhere else: by hand, by rule, and back again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from forecasting.models import Alias, ModelLine, ModelPromotion, ModelVersion

Reason = ModelPromotion.Reason


def promote(
    version: ModelVersion,
    *,
    alias: str = Alias.CHAMPION,
    actor: User | None = None,
    reason: str = Reason.HAND,
    evidence: dict[str, Any] | None = None,
) -> ModelPromotion:
    """Let `version` be the champion (or the challenger) of its line; answers what changed.

    `actor` is the person, None for a rule; `evidence` the figures it was decided on (JSON). A
    challenger that becomes champion leaves its old place empty. Raises Conflict when the version
    has the alias already, cannot forecast, or is the champion and should only challenge it.
    """
    with transaction.atomic():
        line = _locked(version.line_id)
        _require_promotable(line, version, alias)
        before = line.champion if alias == Alias.CHAMPION else line.challenger
        setattr(line, alias, version)
        if alias == Alias.CHAMPION and line.challenger_id == version.pk:
            line.challenger = None
        line.save(update_fields=["champion", "challenger", "updated_at"])
        return _note(line, alias, (before, version), actor, reason, evidence)


def withdraw(line: ModelLine, *, actor: User | None, reason: str = Reason.WITHDRAWN) -> None:
    """Let nobody challenge the champion. Raises Conflict when nobody does."""
    with transaction.atomic():
        line = _locked(line.pk)
        if line.challenger is None:
            raise Conflict(gettext("%(line)s has no challenger.") % {"line": line.name})
        before, line.challenger = line.challenger, None
        line.save(update_fields=["challenger", "updated_at"])
        _note(line, Alias.CHALLENGER, (before, None), actor, reason, None)


def roll_back(line: ModelLine, *, actor: User | None) -> ModelPromotion:
    """Let the champion before the present one return. Raises Conflict when there is none."""
    with transaction.atomic():
        line = _locked(line.pk)
        earlier = previous_champion(line)
        if earlier is None:
            raise Conflict(
                gettext("%(line)s has no earlier champion to go back to.") % {"line": line.name}
            )
        return promote(earlier, actor=actor, reason=Reason.ROLLBACK)


def previous_champion(line: ModelLine) -> ModelVersion | None:
    """The version that the present champion replaced; None when there was none, or it is gone."""
    moves = line.promotions.filter(alias=Alias.CHAMPION, version=line.champion_id)
    last = moves.select_related("replaced__model").order_by("-created_at", "-id").first()
    return last.replaced if last else None


def _locked(pk: UUID) -> ModelLine:
    line: ModelLine = ModelLine.objects.select_for_update().get(pk=pk)
    return line


def _require_promotable(line: ModelLine, version: ModelVersion, alias: str) -> None:
    words = {"line": line.name, "number": version.number}
    if getattr(line, f"{alias}_id") == version.pk:
        raise Conflict(
            gettext("%(line)s v%(number)s is the champion already.") % words
            if alias == Alias.CHAMPION
            else gettext("%(line)s v%(number)s is the challenger already.") % words
        )
    if line.champion_id == version.pk:
        raise Conflict(
            gettext("%(line)s v%(number)s is the champion: choose another version to challenge it.")
            % words
        )
    if not version.model.is_ready:
        raise Conflict(
            gettext("%(line)s v%(number)s cannot forecast: its training did not end.") % words
        )


def _note(
    line: ModelLine,
    alias: str,
    moved: tuple[ModelVersion | None, ModelVersion | None],
    actor: User | None,
    reason: str,
    evidence: dict[str, Any] | None,
) -> ModelPromotion:
    before, after = moved
    audit.record(
        actor,
        "model.promoted" if after else "model.withdrawn",
        line,
        alias=str(alias),
        version=after.number if after else None,
        replaced=before.number if before else None,
        reason=str(reason),
    )
    row: ModelPromotion = ModelPromotion.objects.create(
        line=line,
        alias=alias,
        version=after,
        number=after.number if after else None,
        replaced=before,
        replaced_number=before.number if before else None,
        actor=actor,
        reason=reason,
        evidence=evidence or {},
    )
    return row
