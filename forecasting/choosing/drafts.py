"""Forecasts that are filled in but not started."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import Problem, TooLarge
from datasets.models import Dataset
from forecasting import asking
from forecasting.forms import NAME_LENGTH, AskForm
from forecasting.models import ForecastDraft

MOST_BYTES: Final = 200_000
MOST_DRAFTS: Final = 200


def keep(
    body: Mapping[str, Any],
    *,
    dataset: Dataset,
    owner: User,
    draft: ForecastDraft | None = None,
) -> ForecastDraft:
    """Write a draft, or replace `draft`. Raises Problem where it is too large or one too many."""
    kept = {name: value for name, value in body.items() if name != "dataset"}
    if len(json.dumps(kept)) > MOST_BYTES:
        raise TooLarge(gettext("This is too much for a draft. Name fewer series or models."))
    if draft is None:
        _require_room(owner)
        draft = ForecastDraft(owner=owner)
    draft.dataset, draft.body, draft.name = dataset, kept, _name_of(dataset, kept)
    draft.save()
    return draft


def _require_room(owner: User) -> None:
    if ForecastDraft.objects.owned_by(owner).count() >= MOST_DRAFTS:
        raise Problem(
            gettext("You keep %(most)s drafts already. Start or delete one of them first.")
            % {"most": MOST_DRAFTS},
            code="too_many_drafts",
        )


def _name_of(dataset: Dataset, body: Mapping[str, Any]) -> str:
    """The name that was given, else what the forecast would be called, else its dataset."""
    if name := " ".join(str(body.get("name") or "").split()):
        return name[:NAME_LENGTH]
    try:
        form = AskForm(dataset, asking.check_version(dataset), dict(body))
    except Problem:
        return dataset.name[:NAME_LENGTH]
    return form.ask().title if form.is_valid() else dataset.name[:NAME_LENGTH]
