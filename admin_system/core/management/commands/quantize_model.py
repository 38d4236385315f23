"""`manage.py quantize_model SOURCE TARGET`: a checkpoint's text part in four bits, as published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language

from admin_system.core.errors import CoreError
from admin_system.messages import find_language, sentence


class Command(BaseCommand):
    help = "Writes a checkpoint with its text part in four bits, in the published GPTQ layout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="folder of an unquantized checkpoint")
        parser.add_argument("target", type=Path, help="folder to write, not there yet")
        parser.add_argument(
            "--group-size",
            type=int,
            default=128,
            choices=(32, 64, 128, -1),
            help="inputs that share a scale, -1 for all (default: %(default)s)",
        )
        parser.add_argument(
            "--asymmetric",
            action="store_true",
            help="give each group a zero point of its own: a little more exact",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from admin_system.core.quantization.writer import Recipe, quantize_checkpoint

        recipe = Recipe(options["group_size"], symmetric=not options["asymmetric"])
        try:
            written = quantize_checkpoint(
                options["source"], options["target"], recipe, report=self._show
            )
        except CoreError as error:
            told = sentence(error.code, find_language(get_language()), **error.values)
            raise CommandError(told) from error
        for name in written.left:
            self.stderr.write(f"left in float16, its size does not fit the groups: {name}")
        self.stdout.write(
            f"{options['target']}: {written.layers} layers in four bits, "
            f"{written.bytes / 1e6:.1f} MB, relative error of the weights {written.error:.3f}"
        )

    def _show(self, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        if percent > self._shown and self.stderr.isatty():
            self._shown = percent
            self.stderr.write(f"{percent} %", ending="\r")

    _shown = -1
