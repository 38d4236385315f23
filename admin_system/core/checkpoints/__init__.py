"""Folders with a model in them: what is inside, whether it is whole, what memory it takes."""

from __future__ import annotations

from pathlib import Path

from admin_system.core.checkpoints.checkpoint import Checkpoint, inspect_checkpoint

__all__ = ["MINIATURE", "Checkpoint", "inspect_checkpoint"]

MINIATURE = Path(__file__).parent / "miniature"
"""The demonstration model that ships with the project."""
