"""Speaks HTTP with a site of models, and says in our codes what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from admin_system.core.checkpoints.downloads.repository import Asked
from admin_system.core.errors import DownloadError
from admin_system.version import VERSION

CONNECT_SECONDS = 15.0
SILENCE_SECONDS = 60.0
"""How long a site may say nothing before the connection counts as cut."""


def open_client() -> httpx.Client:
    """Follows redirects, without taking an access token to another host; uses the proxies that the
    environment names. Raises DownloadError."""
    try:
        return httpx.Client(
            follow_redirects=True,
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            headers={"User-Agent": f"admin-system/{VERSION}"},
        )
    except (ValueError, httpx.InvalidURL) as error:
        raise DownloadError("download_bad_proxy") from error


def get_json(
    client: httpx.Client,
    url: str,
    asked: Asked,
    *,
    params: Mapping[str, str],
    headers: Mapping[str, str],
) -> Any:
    """Raises DownloadError."""
    with told_as_ours(asked.site):
        response = client.get(url, params=dict(params), headers=dict(headers))
    require_success(response, asked)
    try:
        return response.json()
    except json.JSONDecodeError as error:
        raise DownloadError("download_bad_answer", site=asked.site, status="JSON") from error


def require_success(response: httpx.Response, asked: Asked) -> None:
    """Raises DownloadError.

    The Hub answers 401 for a name that is nowhere just as for a private model, and lists a model
    whose licence was not accepted, but refuses its files (huggingface_hub, `hf_raise_for_status`).
    """
    if response.is_success:
        return
    if response.status_code in {401, 403}:
        raise DownloadError(
            "download_not_allowed", name=asked.name, site=asked.site, variable=asked.variable
        )
    if response.status_code == 404:
        raise DownloadError(
            "download_unknown_model", name=asked.name, revision=asked.revision, site=asked.site
        )
    raise DownloadError("download_bad_answer", site=asked.site, status=response.status_code)


@contextmanager
def told_as_ours(site: str) -> Iterator[None]:
    """Raises DownloadError where the site cannot be reached."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DownloadError("download_unreachable", site=site) from error
