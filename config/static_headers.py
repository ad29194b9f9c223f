"""Headers of static files, which do not pass the middlewares that close the pages."""

from __future__ import annotations

from typing import Any

# A picture opened by its own address is a document and may hold scripts.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def closed(headers: Any, path: str, url: str) -> None:
    """Add them to those of one file."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = _POLICY
