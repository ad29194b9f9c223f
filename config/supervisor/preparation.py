"""What must be true before the product can start, and whether it already is."""

import hashlib
import json
from contextlib import closing
from pathlib import Path

import psycopg2
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db.migrations.loader import MigrationLoader

from config import catalogues


def migrations_pending(database_url: str) -> bool:
    """Whether the database lacks a migration that is on disk (a look takes 0.1 s)."""
    on_disk = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        row = cursor.fetchone()
        if row is None or not row[0]:
            return True
        cursor.execute("SELECT app, name FROM django_migrations")
        return not on_disk <= set(cursor.fetchall())


def static_files_mark() -> str:
    """A fingerprint of every static file's path, size and time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            seen = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    digest.update(repr(settings.STORAGES["staticfiles"]).encode())
    return digest.hexdigest()


def static_files_stale(mark_file: Path, mark: str) -> bool:
    """Whether files changed since they were collected, or the collection is gone."""
    collected = Path(settings.STATIC_ROOT)
    if not any(collected.glob("staticfiles*.json")):
        return True
    try:
        known = json.loads(mark_file.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return True
    return bool(known != {"mark": mark, "folder": str(collected)})


def remember_static_files(mark_file: Path, mark: str) -> None:
    """Note that the files with this fingerprint are collected."""
    content = {"mark": mark, "folder": str(settings.STATIC_ROOT)}
    mark_file.write_text(json.dumps(content), encoding="utf-8")


def compile_catalogues() -> None:
    """Compile translations that are newer than their compiled form."""
    if catalogues.is_stale(catalogues.root()):
        catalogues.compile_all(catalogues.root())
