"""Folders in which long jobs keep what a second attempt continues from."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings


def folder(job_id: UUID | str) -> Path:
    """The job's checkpoint folder, made when it is first asked for; readable by the owner only."""
    path = Path(settings.VAR_DIR) / "checkpoints" / str(job_id)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def remove(job_id: UUID | str) -> None:
    shutil.rmtree(Path(settings.VAR_DIR) / "checkpoints" / str(job_id), ignore_errors=True)
