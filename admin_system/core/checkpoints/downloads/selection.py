"""Chooses the files of a repository that a loader reads; never a program, never a second form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from admin_system.core.checkpoints.downloads.repository import RemoteFile, Repository
from admin_system.core.errors import DownloadError

CONFIG = "config.json"
BESIDE_WEIGHTS = frozenset(
    {
        CONFIG,
        "generation_config.json",
        "preprocessor_config.json",
        "processor_config.json",
        "video_preprocessor_config.json",
        "quantize_config.json",
        "quant_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json",
        "merges.txt",
        "qwen.tiktoken",
        "chat_template.jinja",
        "chat_template.json",
    }
)
"""Small files at the top of a repository. A folder's programs (*.py) are not among them."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which weights are published."""

    index: str
    shard: re.Pattern[str]
    single: str


FORMS = (
    Form(
        "model.safetensors.index.json",
        re.compile(r"[\w.-]+-\d{5}-of-\d{5}\.safetensors"),
        "model.safetensors",
    ),
    Form(
        "pytorch_model.bin.index.json",
        re.compile(r"pytorch_model-\d{5}-of-\d{5}\.bin"),
        "pytorch_model.bin",
    ),
)
"""The first form that is there is taken: one copy of the weights is enough."""

ANY_NAME = re.compile(r"[\w.-]+\.safetensors")


def choose_files(repository: Repository) -> tuple[RemoteFile, ...]:
    """config.json first, since it may show that the rest is of no use; the weights last.

    Raises DownloadError where there is no model in the repository.
    """
    files = {file.name: file for file in repository.files}
    if CONFIG not in files:
        raise _without("config.json", repository)
    weights = _choose_weights(files)
    if not weights:
        raise _without("model.safetensors", repository)
    beside = sorted(BESIDE_WEIGHTS & files.keys(), key=lambda name: (name != CONFIG, name))
    return tuple(files[name] for name in [*beside, *weights])


def _choose_weights(files: Mapping[str, RemoteFile]) -> list[str]:
    for form in FORMS:
        shards = sorted(name for name in files if form.shard.fullmatch(name))
        if form.index in files and shards:
            return [form.index, *shards]
        if form.single in files:
            return [form.single]
    # Some quantizers name their one file for what they did.
    alone = [name for name in files if ANY_NAME.fullmatch(name)]
    return alone if len(alone) == 1 else []


def _without(file: str, repository: Repository) -> DownloadError:
    return DownloadError("download_no_model", name=repository.asked.name, file=file)
