"""A file that arrives in pieces: begun, added to, finished or given up, by any web process.

Every block is written and counted under a lock of the row, and only where the next byte belongs,
so that two processes can never both add to one file, and a process that dies costs one block.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.ownership import require_creator
from accounts.problems import Conflict, Problem, TooLarge
from datasets.filenames import clean_filename
from datasets.models import Dataset, Upload
from datasets.receiving.quota import require_room
from datasets.receiving.uploads import Arrival, Received, adopt, require_size
from datasets.sniffing.options import ReadingOptions


def begin(
    *,
    owner: User,
    name: str,
    size: int,
    options: ReadingOptions | None = None,
    review: bool = False,
) -> Upload:
    """Announce a file. Raises NotAllowed for viewers, TooLarge over the limit or the quota."""
    require_creator(owner)
    file = clean_filename(name)
    if size <= 0:
        raise Problem(
            gettext("%(file)s is empty. Choose a file with a header and at least one row.")
            % {"file": file},
            code="no_rows",
            field="file",
        )
    require_size(size)
    chosen = (options or ReadingOptions()).to_dict()
    with transaction.atomic():
        require_room(owner, size)
        upload = Upload.objects.create(
            owner=owner, name=file, size=size, options={"reading": chosen, "review": review}
        )
    part_of(upload.pk).touch(mode=0o600)
    return upload


def append(upload: Upload, *, offset: int, blocks: Iterable[bytes]) -> Upload:
    """Add bytes from `offset` on. Raises Conflict when that is not where the next byte belongs."""
    for block in blocks:
        upload = _add(upload.pk, offset, block)
        offset += len(block)
    if offset != upload.received:
        raise _elsewhere(upload)
    return upload


def finish(upload: Upload) -> Dataset:
    """Make the whole file a dataset, once. A file that is refused takes its upload with it."""
    try:
        return _adopted(upload.pk)
    except Problem:
        give_up(upload)
        raise


def give_up(upload: Upload) -> None:
    """Forget the upload and what has arrived of it."""
    Upload.objects.filter(pk=upload.pk).delete()
    part_of(upload.pk).unlink(missing_ok=True)


def dataset_of(upload: Upload) -> Dataset | None:
    """The dataset a whole file became, unless it has been deleted since."""
    found = upload.options.get("dataset")
    return Dataset.objects.filter(pk=found).select_related("job").first() if found else None


def sweep_parts() -> int:
    """Remove uploads that nothing was added to for a day, and parts without a row."""
    before = timezone.now() - timedelta(seconds=settings.UPLOAD_KEEP_SECONDS)
    old = list(Upload.objects.left_alone_since(before))
    for upload in old:
        give_up(upload)
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    # A part is made just after its row, so a part without one was left by a process that died.
    lost = [path for path in _folder().iterdir() if path.name not in known]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(old) + len(lost)


def part_of(upload_id: UUID) -> Path:
    """Where what has arrived lies."""
    return _folder() / str(upload_id)


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "arriving"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _add(upload_id: UUID, offset: int, block: bytes) -> Upload:
    with transaction.atomic():
        upload = _locked(upload_id)
        if offset != upload.received:
            raise _elsewhere(upload)
        if offset + len(block) > upload.size:
            raise TooLarge(
                gettext("More bytes arrived than the %(size)s that were announced.")
                % {"size": f"{upload.size:,}"},
                code="more_than_announced",
            )
        _write(part_of(upload_id), offset, block)
        upload.received = offset + len(block)
        upload.save(update_fields=["received", "updated_at"])
    return upload


def _write(path: Path, offset: int, block: bytes) -> None:
    # Bytes beyond the offset are of a block that was written but never counted.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        view = memoryview(block)
        while view:
            written = os.pwrite(handle, view, offset)
            view, offset = view[written:], offset + written
    finally:
        os.close(handle)


def _locked(upload_id: UUID) -> Upload:
    upload: Upload | None = Upload.objects.select_for_update().filter(pk=upload_id).first()
    if upload is None:
        raise Http404
    return upload


def _elsewhere(upload: Upload) -> Conflict:
    return Conflict(
        gettext("%(received)s bytes have arrived. Go on from there.")
        % {"received": f"{upload.received:,}"},
        code="wrong_offset",
    )


def _adopted(upload_id: UUID) -> Dataset:
    with transaction.atomic():
        upload = _locked(upload_id)
        known = dataset_of(upload)
        if known is not None:
            return known
        dataset = adopt(_arrival(upload), _received(upload), reserved=upload.size)
        upload.options["dataset"] = str(dataset.pk)
        upload.save(update_fields=["options", "updated_at"])
    return dataset


def _arrival(upload: Upload) -> Arrival:
    said: dict[str, Any] = upload.options
    options = ReadingOptions.from_dict(said.get("reading") or {})
    return Arrival(upload.owner, upload.name, options, review=bool(said.get("review")))


def _received(upload: Upload) -> Received:
    path = part_of(upload.pk)
    if not path.is_file() or path.stat().st_size < upload.size:
        raise Problem(
            gettext("What had arrived of %(file)s is no longer there. Send it again.")
            % {"file": upload.name},
            code="part_lost",
            field="file",
        )
    os.truncate(path, upload.size)
    # The worker computes the hash: reading gigabytes once more would keep the person waiting.
    return Received(path, upload.size, "")
