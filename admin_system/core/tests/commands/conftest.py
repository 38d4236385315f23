"""The site of models that `download_model` is tested against."""

from __future__ import annotations

from admin_system.core.tests.checkpoints.conftest import model_site, running_site

__all__ = ["model_site", "running_site"]
