"""A vision tower on another device than the text part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def keep_apart(visual: Any, visual_device: str, device: str) -> None:
    """What goes into the vision tower moves to its device, what comes out back to the text's."""

    def enter(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any]:
        return move(given, visual_device), move(named, visual_device)

    def leave(_: Any, __: Any, output: Any) -> Any:
        return move(output, device)

    visual.register_forward_pre_hook(enter, with_kwargs=True)
    visual.register_forward_hook(leave)


def move(value: Any, device: str) -> Any:
    """Tensors inside lists, tuples and transformers' outputs too."""
    import torch

    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        moved = {key: move(part, device) for key, part in value.items()}
        return moved if type(value) is dict else type(value)(**moved)
    if isinstance(value, list | tuple):
        return type(value)(move(part, device) for part in value)
    return value
