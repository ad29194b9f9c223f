"""Where files lie: keys made by us, in a local folder or an object store."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.http import content_disposition_header

_BLOCK = 1024 * 1024
_LINK_SECONDS = 300
# Copies of remote files kept on this machine.
_CACHE_BYTES = 20 * 1024**3


@contextmanager
def undone_on_failure(undo: Callable[[], None]) -> Iterator[None]:
    """Call `undo` when the block fails, whatever the reason: nothing half-made stays."""
    is_done = False
    try:
        yield
        is_done = True
    finally:
        if not is_done:
            undo()


def folder_of(dataset_id: object) -> str:
    """The key prefix under which everything of one dataset lies."""
    return f"datasets/{dataset_id}"


def source_key(dataset_id: object) -> str:
    """The key of the file as it was uploaded."""
    return f"{folder_of(dataset_id)}/source"


def version_folder(dataset_id: object, number: int) -> str:
    """The key prefix of one version."""
    return f"{folder_of(dataset_id)}/v{number}"


def staging_folder(dataset_id: object) -> str:
    """The key prefix of what was read and waits for a person."""
    return f"{folder_of(dataset_id)}/staged"


def put(path: Path, key: str) -> None:
    """Store the file at `path` under `key`; a local one is moved, not copied."""
    if isinstance(default_storage, FileSystemStorage):
        target = Path(default_storage.path(key))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(path, target)
        target.chmod(0o600)
        return
    with path.open("rb") as file:
        default_storage.save(key, File(file))
    path.unlink()


def local_copy(key: str) -> Path:
    """A path on this machine that holds the file; never write to it.

    Raises FileNotFoundError when nothing is stored under `key`.
    """
    if isinstance(default_storage, FileSystemStorage):
        path = Path(default_storage.path(key))
        if not path.is_file():
            raise FileNotFoundError(key)
        return path
    cached = _cache_folder() / key
    if cached.is_file():
        cached.touch()
        return cached
    cached.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_room(default_storage.size(key))
    with (
        tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as part,
        default_storage.open(key, "rb") as file,
    ):
        shutil.copyfileobj(file, part, _BLOCK)
    Path(part.name).rename(cached)
    return cached


def read_text(key: str) -> str:
    """The text stored under `key`. Raises FileNotFoundError when there is none."""
    try:
        with default_storage.open(key, "rb") as file:
            return bytes(file.read()).decode()
    except OSError as missing:
        raise FileNotFoundError(key) from missing


def download_url(key: str, filename: str) -> str | None:
    """An address, good for five minutes, from which a browser may fetch a file as `filename`.

    None where files lie in a local folder: then the web process streams them.
    """
    if isinstance(default_storage, FileSystemStorage):
        return None
    shown = content_disposition_header(as_attachment=True, filename=filename)
    signed: Any = default_storage
    return str(
        signed.url(key, parameters={"ResponseContentDisposition": shown}, expire=_LINK_SECONDS)
    )


def delete_file(key: str) -> None:
    """Remove one stored file; none there is fine."""
    default_storage.delete(key)
    if not isinstance(default_storage, FileSystemStorage):
        (_cache_folder() / key).unlink(missing_ok=True)


def delete_tree(prefix: str) -> None:
    """Remove everything stored under a prefix; nothing there is fine."""
    if isinstance(default_storage, FileSystemStorage):
        shutil.rmtree(default_storage.path(prefix), ignore_errors=True)
        return
    folders, files = default_storage.listdir(prefix)
    for name in files:
        default_storage.delete(f"{prefix}/{name}")
    for name in folders:
        delete_tree(f"{prefix}/{name}")
    shutil.rmtree(_cache_folder() / prefix, ignore_errors=True)


def stored_folders() -> list[str]:
    """The dataset ids that have files."""
    return folders_in("datasets")


def folders_in(prefix: str) -> list[str]:
    """The names of the folders under a key prefix."""
    if not _exists(prefix):
        return []
    folders, _files = default_storage.listdir(prefix)
    return folders


def changed_at(dataset_id: object) -> float | None:
    """When files of a dataset last changed (seconds since 1970); None when that is unknown."""
    if isinstance(default_storage, FileSystemStorage):
        try:
            return Path(default_storage.path(folder_of(dataset_id))).stat().st_mtime
        except FileNotFoundError:
            return None
    key = source_key(dataset_id)
    if not default_storage.exists(key):
        return None
    return default_storage.get_modified_time(key).timestamp()


def clear_work(*, older_than: float) -> int:
    """Remove work folders that nothing has touched for `older_than` seconds."""
    removed = 0
    for folder in _work_base().iterdir():
        if time.time() - folder.stat().st_mtime > older_than:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


@contextmanager
def work_folder() -> Iterator[Path]:
    """An empty private folder, on the disk where files end up, removed afterwards."""
    with tempfile.TemporaryDirectory(dir=_work_base(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _work_base() -> Path:
    base = Path(settings.VAR_DIR) / "work"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    return base


def _exists(prefix: str) -> bool:
    if isinstance(default_storage, FileSystemStorage):
        return Path(default_storage.path(prefix)).is_dir()
    return True


def _cache_folder() -> Path:
    return Path(settings.VAR_DIR) / "cache"


def _make_room(size: int) -> None:
    """Drop the copies used longest ago until `size` more bytes fit."""
    files = sorted(
        (path for path in _cache_folder().rglob("*") if path.is_file()),
        key=lambda path: path.stat().st_mtime,
    )
    used = sum(path.stat().st_size for path in files)
    for path in files:
        if used + size <= _CACHE_BYTES:
            return
        used -= path.stat().st_size
        path.unlink(missing_ok=True)
