"""From bytes on the wire to a dataset that is being read; and away again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.ownership import require_creator
from accounts.problems import Conflict, TooLarge
from datasets import storage
from datasets.filenames import clean_filename, title_of
from datasets.models import Dataset
from datasets.problems import SENTENCES, DatasetProblem, problem_from
from datasets.refusals import Refusal
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.sniff import HEAD_BYTES, sniff
from datasets.tasks import ingest
from datasets.transitions import KIND
from jobs import moves
from jobs.models import Job
from jobs.running import enqueue

_ENDINGS = [".csv", ".txt", ".tsv"]
_AUTO = ReadingOptions()
Content: TypeAlias = "UploadedFile[Any] | Iterable[bytes]"


@dataclass(frozen=True)
class Received:
    """A file that arrived whole."""

    path: Path
    size: int
    sha256: str


def receive(
    *,
    owner: User,
    name: str,
    content: Content,
    size: int | None = None,
    options: ReadingOptions | None = None,
    describe: Callable[[Dataset], None] | None = None,
) -> Dataset:
    """Keep a file and start reading it; never holds more than a block of it in memory.

    `describe` may set fields of the new row. Raises NotAllowed for viewers, TooLarge over the
    size limit or the quota, DatasetProblem when the file cannot be read; then nothing stays.
    """
    require_creator(owner)
    if size is not None:
        _require_size(size)
    file = clean_filename(name)
    with storage.work_folder() as folder:
        received = _stream(content, folder / "source")
        reading = _sniff(received.path, file, options or _AUTO)
        dataset = Dataset(owner=owner, name=title_of(file), filename=file)
        dataset.file_path = storage.source_key(dataset.pk)
        dataset.file_size, dataset.file_hash = received.size, received.sha256
        dataset.metadata = {"reading": reading, "options": (options or _AUTO).to_dict()}
        if describe:
            describe(dataset)
        return _keep(dataset, received)


def again(dataset: Dataset, *, options: ReadingOptions | None = None) -> Job:
    """Read the kept file once more, perhaps differently; makes the next version.

    Raises Conflict while it is being read, DatasetProblem when the options do not fit the file.
    """
    if dataset.is_being_read:
        raise Conflict(gettext("This file is being read right now. Wait for it, or cancel it."))
    chosen = options or ReadingOptions.from_dict(dataset.metadata.get("options", {}))
    try:
        path = storage.local_copy(dataset.file_path)
    except FileNotFoundError as missing:
        raise DatasetProblem(
            gettext("The uploaded file is no longer stored. Upload it again."), code="file_gone"
        ) from missing
    reading = _sniff(path, dataset.filename, chosen)
    with transaction.atomic():
        dataset.metadata |= {"reading": reading, "options": chosen.to_dict()}
        dataset.save(update_fields=["metadata", "updated_at"])
        return _start(dataset)


def rename(dataset: Dataset, *, name: str, description: str | None = None) -> None:
    """Change what people call it. Raises DatasetProblem without a name."""
    if not name.strip():
        raise DatasetProblem(SENTENCES["empty_name"], code="empty_name", field="name")
    dataset.name = name.strip()[:200]
    if description is not None:
        dataset.description = description.strip()
    dataset.save(update_fields=["name", "description", "updated_at"])


def delete(dataset: Dataset) -> None:
    """Remove rows at once and files once that is certain; a reading process stops by itself."""
    prefix = storage.folder_of(dataset.pk)
    with transaction.atomic():
        if dataset.job and dataset.job.is_live:
            moves.cancel(dataset.job)
        dataset.delete()
        transaction.on_commit(lambda: storage.delete_tree(prefix))


def used_bytes(owner: User) -> int:
    """What this person's uploads and their versions take."""
    files = Dataset.objects.filter(owner=owner).aggregate(total=Sum("file_size"))["total"] or 0
    versions = Dataset.objects.filter(owner=owner).aggregate(total=Sum("versions__file_size"))
    return int(files) + int(versions["total"] or 0)


def quota_bytes() -> int:
    """What one person may take."""
    return int(settings.QUOTA_BYTES)


def read_limits() -> dict[str, Any]:
    """What may be uploaded, for forms."""
    return {"max_bytes": int(settings.UPLOAD_MAX_BYTES), "formats": _ENDINGS}


def _require_size(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(
            gettext("The file is larger than %(limit)s MB. Split it, or leave out columns.")
            % {"limit": f"{settings.UPLOAD_MAX_BYTES // 1_000_000:,}"},
            code="file_too_large",
            field="file",
        )


def _stream(content: Content, target: Path) -> Received:
    digest, size = hashlib.sha256(), 0
    blocks = content.chunks() if isinstance(content, UploadedFile) else content
    with target.open("wb") as file:
        for block in blocks:
            size += len(block)
            _require_size(size)
            digest.update(block)
            file.write(block)
    return Received(target, size, digest.hexdigest())


def _sniff(path: Path, file: str, options: ReadingOptions) -> dict[str, Any]:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        complete = not stream.read(1)
    try:
        return sniff(head, complete=complete, options=options).to_dict()
    except Refusal as refusal:
        raise problem_from(refusal, file) from refusal


def _keep(dataset: Dataset, received: Received) -> Dataset:
    """Row, file and job together; when one fails none stays."""
    with _removed_on_failure(dataset), transaction.atomic():
        # One upload of a person at a time counts towards the quota.
        User.objects.select_for_update().get(pk=dataset.owner_id)
        if used_bytes(dataset.owner) + received.size > quota_bytes():
            raise TooLarge(
                gettext("Your %(limit)s GB of storage are full. Delete datasets to make room.")
                % {"limit": f"{quota_bytes() / 1e9:,.0f}"},
                code="quota_full",
                field="file",
            )
        storage.put(received.path, dataset.file_path)
        dataset.save()
        _start(dataset)
    return dataset


@contextmanager
def _removed_on_failure(dataset: Dataset) -> Iterator[None]:
    kept = False
    try:
        yield
        kept = True
    finally:
        if not kept:
            storage.delete_tree(storage.folder_of(dataset.pk))


def _start(dataset: Dataset) -> Job:
    job = enqueue(
        ingest,
        owner=dataset.owner,
        kind=KIND,
        title=dataset.name,
        link=dataset.get_absolute_url(),
        arguments={"dataset": str(dataset.pk)},
    )
    dataset.job = job
    dataset.save(update_fields=["job", "updated_at"])
    return job
