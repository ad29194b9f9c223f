"""Make a version of a draft; the job behind `Save as version 15`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from datasets import storage
from datasets.cells.editing import changes, note_of
from datasets.cells.patches import patch
from datasets.ingest import Run
from datasets.models import Draft, Version
from datasets.versioning.versions import make_version

STEP = "edit"
_WRITING = 0.4


def save_draft(run: Run) -> Version | None:
    """The new version; None when the draft was discarded, or was saved by an earlier attempt."""
    draft = (
        Draft.objects.select_related("dataset", "version", "person")
        .filter(pk=run.arguments["draft"])
        .first()
    )
    if draft is None:
        return None
    if _is_saved(draft):
        draft.delete()
        return None
    with storage.work_folder() as folder:
        source = folder / "edited.parquet"
        _write(draft, source, run)
        version = make_version(
            draft.dataset,
            source=source,
            parent=draft.version,
            origin=Version.Origin.EDIT,
            made_by=draft.person,
            recipe=[_step(draft)],
            note=note_of(draft),
            run=run,
        )
    draft.delete()
    return version


def _write(draft: Draft, target: Path, run: Run) -> None:
    changed = changes(draft)
    version = draft.version
    # A changed time or series puts its row elsewhere: then each row says where it was.
    moves = bool(changed.keys() & {version.time_column, version.series_column})

    def report(share: float) -> None:
        run.report(_WRITING * share, gettext("Writing the changed cells"))

    path = storage.local_copy(version.file_key)
    patch(path, target, changed, lineage=moves, on_share=report)


def _step(draft: Draft) -> dict[str, Any]:
    cells = [
        {"column": e["key"], "row": e["row"], "value": e["value"], "was": e["was"]}
        for e in draft.edits
    ]
    return {"step": STEP, "settings": {"cells": cells}, "draft": str(draft.pk)}


def _is_saved(draft: Draft) -> bool:
    """Did an attempt that ended right after it make this version already?"""
    newest = draft.dataset.versions.order_by("-number").first()
    steps = newest.recipe if newest else []
    return any(step.get("draft") == str(draft.pk) for step in steps)
