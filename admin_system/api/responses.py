"""Values as JSON answers: UTF-8, Chinese unescaped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


def json_response(
    value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    content = json.dumps(value, ensure_ascii=False).encode()
    return HttpResponse(
        content,
        status=status,
        content_type="application/json",
        headers={"Content-Length": str(len(content)), **(headers or {})},
    )


def done() -> HttpResponse:
    """204: without a body, and so without a type of one."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response
