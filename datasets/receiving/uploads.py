"""From bytes on the wire to a dataset that is being read; and away again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.ownership import require_creator
from accounts.problems import Conflict, TooLarge
from datasets import storage
from datasets.filenames import clean_filename, title_of
from datasets.formats.registry import ENDINGS, identify
from datasets.models import Dataset
from datasets.problems import SENTENCES, DatasetProblem, problem_from
from datasets.receiving.effective import effective
from datasets.receiving.quota import require_room
from datasets.refusals import Refusal
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.sniff import HEAD_BYTES, sniff
from datasets.tasks import ingest
from datasets.transitions import KIND
from jobs import moves
from jobs.models import Job
from jobs.running import enqueue

_AUTO = ReadingOptions()
Content: TypeAlias = "UploadedFile[Any] | Iterable[bytes]"


@dataclass(frozen=True)
class Received:
    """A file that arrived whole."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Arrival:
    """What is said about a file besides its bytes.

    `review`: a person looks at it before it is imported. `describe` may set fields of the row.
    """

    owner: User
    name: str
    options: ReadingOptions = _AUTO
    review: bool = False
    describe: Callable[[Dataset], None] | None = None


def receive(  # noqa: PLR0913 - what a file may come with, by name
    *,
    owner: User,
    name: str,
    content: Content,
    size: int | None = None,
    options: ReadingOptions | None = None,
    review: bool = False,
    describe: Callable[[Dataset], None] | None = None,
) -> Dataset:
    """Keep a file and start reading it; never holds more than a block of it in memory.

    Raises NotAllowed for viewers, TooLarge over the size limit or the quota, DatasetProblem when
    the file cannot be read; then nothing stays.
    """
    require_creator(owner)
    if size is not None:
        require_size(size)
    with storage.work_folder() as folder:
        received = _stream(content, folder / "source")
        return adopt(Arrival(owner, name, options or _AUTO, review, describe), received)


def receive_file(content: Content, target: Path, *, size: int | None = None) -> Received:
    """Write what arrives to `target`, block by block. Raises TooLarge over the size limit."""
    if size is not None:
        require_size(size)
    return _stream(content, target)


def adopt(arrival: Arrival, received: Received, *, reserved: int = 0) -> Dataset:
    """Make a file that has arrived whole a dataset that is being read; the file is moved.

    `reserved` bytes of the quota are this file's already. Raises what `receive` raises.
    """
    file = clean_filename(arrival.name)
    options = arrival.options
    format, reading = _sniff(received.path, file, effective(options, arrival.owner))
    dataset = Dataset(owner=arrival.owner, name=title_of(file), filename=file)
    dataset.file_path = storage.source_key(dataset.pk)
    dataset.file_size, dataset.file_hash = received.size, received.sha256
    dataset.format = format
    dataset.metadata = {"reading": reading, "options": options.to_dict()}
    if arrival.review:
        dataset.metadata["review"] = True
    if arrival.describe:
        arrival.describe(dataset)
    return _keep(dataset, received, reserved)


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
        raise problem_from(Refusal("file_gone"), dataset.filename) from missing
    dataset.format, reading = _sniff(path, dataset.filename, effective(chosen, dataset.owner))
    with transaction.atomic():
        dataset.metadata |= {"reading": reading, "options": chosen.to_dict()}
        dataset.save(update_fields=["format", "metadata", "updated_at"])
        return _start(dataset)


def rename(dataset: Dataset, *, name: str, description: str | None = None) -> None:
    """Change what people call it. Raises DatasetProblem without a name."""
    if not name.strip():
        raise DatasetProblem(str(SENTENCES["empty_name"]), code="empty_name", field="name")
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


def read_limits() -> dict[str, Any]:
    """What may be uploaded, for forms."""
    return {"max_bytes": int(settings.UPLOAD_MAX_BYTES), "formats": list(ENDINGS)}


def require_size(size: int) -> None:
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
            require_size(size)
            digest.update(block)
            file.write(block)
    return Received(target, size, digest.hexdigest())


def _sniff(path: Path, file: str, options: ReadingOptions) -> tuple[str, dict[str, Any]]:
    """(format, how to read it); only the reading process opens what is not plain text."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        complete = not stream.read(1)
    try:
        if not head.strip():
            raise Refusal("no_rows")
        format = identify(head, file, options.format)
        if format.key != "csv":
            format.guard(path)
            return format.key, {}
        return format.key, sniff(head, complete=complete, options=options).to_dict()
    except Refusal as refusal:
        raise problem_from(refusal, file) from refusal


def _keep(dataset: Dataset, received: Received, reserved: int) -> Dataset:
    """Row, file and job together; when one fails none stays."""
    folder = storage.folder_of(dataset.pk)
    with storage.undone_on_failure(lambda: storage.delete_tree(folder)), transaction.atomic():
        require_room(dataset.owner, received.size - reserved)
        storage.put(received.path, dataset.file_path)
        dataset.save()
        _start(dataset)
    return dataset


def _start(dataset: Dataset) -> Job:
    job = enqueue(
        ingest,
        owner=dataset.owner,
        kind=KIND,
        title=dataset.name,
        link=dataset.import_url if dataset.is_reviewed else dataset.get_absolute_url(),
        arguments={"dataset": str(dataset.pk)},
    )
    dataset.job = job
    dataset.save(update_fields=["job", "updated_at"])
    return job
