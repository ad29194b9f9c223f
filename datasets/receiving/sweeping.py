"""Files without a row: what a killed process may leave behind."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from datasets import storage
from datasets.models import Dataset

logger = logging.getLogger(__name__)
# Longer than any upload or reading may take.
_OLD_SECONDS = 6 * 3600


def sweep_orphans(*, older_than: float = _OLD_SECONDS) -> int:
    """Remove stored folders without a dataset and old work folders; return how many.

    Uploads put the file first and the row a moment later, so young folders are left alone.
    """
    stored = {name: uuid for name in storage.stored_folders() if (uuid := _as_uuid(name))}
    known = set(Dataset.objects.filter(pk__in=stored.values()).values_list("pk", flat=True))
    orphans = [name for name, uuid in stored.items() if uuid not in known]
    removed = storage.clear_work(older_than=older_than)
    for name in orphans:
        changed = storage.changed_at(name)
        if changed is None or time.time() - changed > older_than:
            storage.delete_tree(storage.folder_of(name))
            removed += 1
    if removed:
        logger.info("removed orphaned files", extra={"folders": removed})
    return removed


def _as_uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
