#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  # said before anything newer is imported
        sys.exit(
            f"Almanac needs Python 3.11 or newer, this is {sys.version.split()[0]}: run it with "
            ".venv/bin/python, or make a new .venv with make PYTHON=/path/to/python3.11 setup."
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ModuleNotFoundError:
        sys.exit(
            f"Almanac is not installed in this Python ({sys.executable}): run “make setup”, then "
            "use .venv/bin/python manage.py."
        )

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
