"""One of two processes that claim the same jobs; prints the ids it won."""

from __future__ import annotations

import sys

import django


def main() -> None:
    django.setup()
    from jobs import moves  # noqa: PLC0415

    print("ready", flush=True)
    sys.stdin.readline()
    for job in sys.argv[1:]:
        if moves.claim(job) is not None:
            print(job)


if __name__ == "__main__":
    main()
