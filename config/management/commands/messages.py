"""`manage.py messages collect|compile|check`: the translation catalogues without gettext."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import catalogues


class Command(BaseCommand):
    help = "Collect strings for translation, compile the catalogues, or check that none is missing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["collect", "compile", "check"])

    def handle(self, *args: Any, **options: Any) -> None:
        {"collect": self.collect, "compile": self.compile, "check": self.verify}[options["what"]]()

    def collect(self) -> None:
        catalogue = catalogues.collect(catalogues.root())
        self.stdout.write(
            f"{len(catalogue)} strings in {catalogues.catalogue_path(catalogues.root())}"
        )

    def compile(self) -> None:
        for path in catalogues.compile_all(catalogues.root()):
            self.stdout.write(f"compiled {path}")

    def verify(self) -> None:
        missing = catalogues.untranslated(catalogues.root())
        if missing:
            listed = "\n".join(f"  {text}" for text in missing)
            raise CommandError(
                f"{len(missing)} strings have no Chinese. Run `make messages` and fill in "
                f"locale/{catalogues.LANGUAGE}:\n{listed}"
            )
