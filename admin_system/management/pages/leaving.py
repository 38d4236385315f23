"""The way out, the same from every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LogoutView

log_out: Any = LogoutView.as_view(next_page="login")
