"""Makes a model the current one by its name or its folder, without loading it."""

from __future__ import annotations

import re
from pathlib import Path

from django.db import transaction

from admin_system.core.catalog import get_config
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.models import ModelConfig


def choose_model(name_or_folder: str) -> ModelConfig:
    """The row that is current from now on; a folder that no row has gets one.

    The folder's files are checked first. Raises ModelNotFound, LoadError.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir() or looks_like_folder(name_or_folder):
        row = register_folder(folder)
    else:
        row = get_config(name_or_folder)
    with transaction.atomic():
        ModelConfig.objects.exclude(pk=row.pk).update(is_current=False)
        ModelConfig.objects.filter(pk=row.pk).update(is_current=True)
    row.refresh_from_db()
    return row


def looks_like_folder(text: str) -> bool:
    """A name may hold a slash, as Qwen/Qwen2-VL does, but does not begin or end like a path."""
    return bool(re.match(r"^(~|\.{0,2}[/\\]|[A-Za-z]:[/\\])|.*\\", text))


def register_folder(folder: Path) -> ModelConfig:
    """The row that has the folder, a new one where there is none. Raises LoadError."""
    folder = folder.resolve()
    found = inspect_checkpoint(folder)
    if folder == MINIATURE.resolve():
        shipped = ModelConfig.objects.filter(demo=True).first()
        if shipped is not None:
            return shipped
    for row in ModelConfig.objects.filter(kind=ModelConfig.Kind.LOCAL).exclude(path=""):
        if Path(row.path) == folder:
            return row
    return ModelConfig.objects.create(
        name=_free_name(folder.name),
        path=str(folder),
        family=found.family,
        quantization=found.quantization,
    )


def _free_name(folder_name: str) -> str:
    """A folder's name in the characters that a model's name may have, told apart from others."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", folder_name).strip("-._")[:90] or "model"
    taken = set(ModelConfig.objects.values_list("name", flat=True))
    taken |= set(ModelConfig.objects.values_list("alias", flat=True))
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    return name
