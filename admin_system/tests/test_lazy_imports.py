"""The site starts without the heavy libraries; they come with the first model."""

from __future__ import annotations

import subprocess
import sys

from admin_system.tests.house import ROOT

HEAVY = ("torch", "transformers", "tokenizers", "safetensors", "faiss", "sentence_transformers")
OPTIONAL = ("redis", "opentelemetry")
"""Not even installed, for most."""
MODULES = ("admin_system.asgi", "admin_system.wsgi", "admin_system.urls")


def test_the_site_starts_without_heavy_libraries() -> None:
    program = (
        "import importlib, sys, django; django.setup(); "
        f"[importlib.import_module(name) for name in {MODULES!r}]; "
        f"print([name for name in {HEAVY + OPTIONAL!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
