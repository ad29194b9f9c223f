"""Folders in which long jobs keep what a second attempt continues from."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings

from jobs.models import Job


def folder(job_id: UUID | str) -> Path:
    """The job's checkpoint folder, made when it is first asked for; readable by the owner only."""
    path = _root() / str(job_id)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def sweep() -> int:
    """Remove folders whose job has ended or is gone; answer how many."""
    found = [path for path in _root().glob("*") if path.is_dir()]
    live = {str(pk) for pk in Job.objects.live().values_list("pk", flat=True)}
    left = [path for path in found if path.name not in live]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _root() -> Path:
    return Path(settings.VAR_DIR) / "checkpoints"


def remove(job_id: UUID | str) -> None:
    shutil.rmtree(_root() / str(job_id), ignore_errors=True)
