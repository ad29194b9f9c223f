"""`python -m config.supervisor.welcome BASE_URL`: the one-time set-up link, if one is due."""

import os
import sys

import django


def main(base_url: str) -> None:
    """Write the link to the standard output; nothing when an administrator exists."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts.setup import setup_link  # noqa: PLC0415  # needs the models

    sys.stdout.write(setup_link(base_url) or "")


if __name__ == "__main__":
    main(sys.argv[1])
