"""Models from the Hugging Face Hub and from ModelScope, onto this computer's disk."""

from __future__ import annotations

from admin_system.core.checkpoints.downloads.download import download_model
from admin_system.core.checkpoints.downloads.repository import Source

__all__ = ["Source", "download_model"]
