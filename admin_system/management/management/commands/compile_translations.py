"""Compiles the translations; as `compilemessages`, but without gettext's programs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from admin_system.management.translations import catalogues, compile_catalogue, read_catalogue


class Command(BaseCommand):
    help = "Compiles every .po file of the site beside it."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in catalogues():
            path.with_suffix(".mo").write_bytes(compile_catalogue(read_catalogue(path)))
            self.stdout.write(str(path.with_suffix(".mo")))
