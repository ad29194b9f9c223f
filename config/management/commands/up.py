"""`manage.py up`: the whole product on this machine with one command."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from config.env import env_int, env_str
from config.supervisor.console import Console
from config.supervisor.local import Address, run

TOO_HIGH = 65536


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey, workers, scheduler and web here, and print one link."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=None, help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=None, help="port to listen on (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.platform != "linux":
            raise CommandError(
                "Almanac starts by itself on Linux only: use “docker compose up” here."
            )
        host = options["host"] or env_str("ALMANAC_HOST", "127.0.0.1")
        port = options["port"] if options["port"] is not None else _port_from_environment()
        if not 0 < port < TOO_HIGH:
            raise CommandError(f"There is no port {port}: choose one between 1 and 65535.")
        sys.exit(run(Address(host, port), Console(sys.stdout)))


def _port_from_environment() -> int:
    try:
        return env_int("ALMANAC_PORT", 8000)
    except ImproperlyConfigured as problem:
        raise CommandError(str(problem)) from problem
