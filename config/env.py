"""Typed readers of the environment: every setting enters the program here."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
SECRET_LENGTH = 50


def var_dir() -> Path:
    """Folder of everything the running product writes (`ALMANAC_VAR`, default `var/`)."""
    return Path(os.environ.get("ALMANAC_VAR", str(BASE_DIR / "var"))).resolve()


def running_services() -> dict[str, str]:
    """Addresses of the services that `manage.py up` started, so that other commands find them."""
    try:
        found = json.loads((var_dir() / "run" / "env.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, PermissionError, json.JSONDecodeError):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def env_str(name: str, default: str = "") -> str:
    value = os.environ.get(name)
    if value is None:
        value = running_services().get(name, default)
    return value.strip()


def env_bool(name: str, *, default: bool) -> bool:
    text = env_str(name, "1" if default else "0").lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is “{text}”. Use 1 or 0.")


def env_int(name: str, default: int) -> int:
    text = env_str(name, str(default))
    try:
        return int(text)
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} is “{text}”. Use a whole number.") from problem


def env_float(name: str, default: float) -> float:
    text = env_str(name, str(default))
    try:
        return float(text)
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} is “{text}”. Use a number.") from problem


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_secret(name: str, *, local: bool) -> str:
    """A secret of at least 50 characters; made once under `var/secrets/` on a local machine.

    Raises ImproperlyConfigured when it is missing or short and this is not a local installation.
    """
    value = os.environ.get(name, "")
    if not value and local:
        value = _local_secret(name)
    if len(value) < SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"{name} is missing or shorter than {SECRET_LENGTH} characters. "
            "Set it to a long random text of its own; there is no default."
        )
    return value


def _local_secret(name: str) -> str:
    path = var_dir() / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64), encoding="utf-8")
        # Linking fails when another process was first, so all processes share one secret.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a `postgres://` address (password may be percent-encoded)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": env_int("ALMANAC_DATABASE_KEEP", 0),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def redis_database(url: str, number: int) -> str:
    """The same Redis with another database number: broker, channels and cache stay apart."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{number}"))


def storage(url: str) -> dict[str, object]:
    """Django's STORAGES entry: `file:///folder` or `s3://key:secret@host:port/bucket?secure=0`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": unquote(parts.path)},
        }
    if parts.scheme != "s3" or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "STORAGE_URL must be file:///folder or s3://key:secret@host:port/bucket."
        )
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3_options(url)}


def _s3_options(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, object] = {
        "bucket_name": parts.path.strip("/"),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "addressing_style": "path",
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
    }
    if parts.hostname:
        scheme = "http" if query.get("secure") == "0" else "https"
        port = f":{parts.port}" if parts.port else ""
        options["endpoint_url"] = f"{scheme}://{parts.hostname}{port}"
    if "region" in query:
        options["region_name"] = query["region"]
    return options


@dataclass(frozen=True)
class Mail:
    """How mails leave; without an address they are printed on the console."""

    backend: str = "django.core.mail.backends.console.EmailBackend"
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def mail(url: str) -> Mail:
    """`smtp://user:password@host:587` (STARTTLS unless `?tls=0`) or `smtps://…` (TLS at once)."""
    if not url:
        return Mail()
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must be smtp://user:password@host:587 or smtps://user:password@host:465."
        )
    is_ssl = parts.scheme == "smtps"
    return Mail(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or (465 if is_ssl else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=not is_ssl and dict(parse_qsl(parts.query)).get("tls") != "0",
        use_ssl=is_ssl,
    )
