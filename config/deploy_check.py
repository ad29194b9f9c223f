"""Django's deployment checks over the production settings, with throw-away secrets."""

from __future__ import annotations

import os
import secrets
import sys


def production_environment() -> dict[str, str]:
    """What a production installation must set; the values are for checking only."""
    return {
        "ALMANAC_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "JWT_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "almanac.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://almanac.example.org",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def main() -> None:
    os.environ.update(production_environment())
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line([sys.argv[0], "check", "--deploy", "--fail-level", "WARNING"])


if __name__ == "__main__":
    main()
