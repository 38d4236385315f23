"""Lists a model of ModelScope over its plain HTTP API.

The package `modelscope` would bring cryptography and a second HTTP library for two addresses.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from admin_system.core.checkpoints.downloads.connection import get_json
from admin_system.core.checkpoints.downloads.repository import (
    Asked,
    Digest,
    RemoteFile,
    Repository,
)
from admin_system.core.errors import DownloadError

SITE = "https://modelscope.cn"
SITE_VARIABLE = "MODELSCOPE_ENDPOINT"
TOKEN_VARIABLE = "MODELSCOPE_API_TOKEN"  # noqa: S105 - its name, not its value
REVISION = "master"


def open_repository(
    client: httpx.Client, name: str, revision: str | None, endpoint: str | None
) -> Repository:
    """Raises DownloadError. Protocol as in modelscope_hub 0.5.1, `_legacy_api.py`:
    GET /api/v1/models/{name}/repo/files lists, GET /api/v1/models/{name}/repo gives a file."""
    site = (endpoint or os.environ.get(SITE_VARIABLE) or SITE).rstrip("/")
    asked = Asked(name, revision or REVISION, site, TOKEN_VARIABLE)
    token = os.environ.get(TOKEN_VARIABLE)
    headers: dict[str, str] = {}
    if token:  # some of its addresses read the one, some the other
        headers = {"Authorization": f"Bearer {token}", "Cookie": f"m_session_id={token}"}
    base = f"{site}/api/v1/models/{name}/repo"
    answer = get_json(
        client,
        f"{base}/files",
        asked,
        params={"Revision": asked.revision, "Recursive": "true"},
        headers=headers,
    )
    try:
        entries = [entry for entry in answer["Data"]["Files"] if entry.get("Type") != "tree"]
        files = tuple(_read_file(entry, base, asked.revision) for entry in entries)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DownloadError("download_bad_answer", site=site, status="JSON") from error
    return Repository(asked, files, headers)


def _read_file(entry: Mapping[str, Any], base: str, revision: str) -> RemoteFile:
    path = str(entry["Path"])
    digest = entry.get("Sha256")
    return RemoteFile(
        name=path,
        bytes=int(entry["Size"]),
        url=f"{base}?{urlencode({'Revision': revision, 'FilePath': path})}",
        digest=Digest("sha256", str(digest).lower()) if digest else None,
    )
