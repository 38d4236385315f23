"""Lists a model of the Hugging Face Hub, or of a mirror of it.

Only tokens, addresses and the endpoint come from huggingface_hub: since its version 2 it throws
away what a broken download has brought, so the transfer is our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from huggingface_hub import constants, get_token, hf_hub_url

from admin_system.core.checkpoints.downloads.connection import get_json
from admin_system.core.checkpoints.downloads.repository import (
    Asked,
    Digest,
    RemoteFile,
    Repository,
)
from admin_system.core.errors import DownloadError

REVISION = "main"


def open_repository(
    client: httpx.Client, name: str, revision: str | None, endpoint: str | None
) -> Repository:
    """Every file is asked for at the commit that the revision means now. Raises DownloadError.

    Protocol: https://huggingface.co/docs/hub/api, GET /api/models/{name}/revision/{revision}.
    """
    site = (endpoint or constants.ENDPOINT).rstrip("/")
    asked = Asked(name, revision or REVISION, site, "HF_TOKEN")
    token = get_token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"{site}/api/models/{name}/revision/{asked.revision.replace('/', '%2F')}"
    answer = get_json(client, address, asked, params={"blobs": "true"}, headers=headers)
    try:
        commit = str(answer["sha"])
        files = tuple(_read_file(entry, name, commit, site) for entry in answer["siblings"])
    except (KeyError, TypeError, ValueError) as error:
        raise DownloadError("download_bad_answer", site=site, status="JSON") from error
    return Repository(asked, files, headers)


def _read_file(entry: Mapping[str, Any], name: str, commit: str, site: str) -> RemoteFile:
    path = str(entry["rfilename"])
    large = entry.get("lfs")
    return RemoteFile(
        name=path,
        bytes=int(large["size"] if large else entry["size"]),
        url=hf_hub_url(name, path, revision=commit, endpoint=site),
        digest=Digest("sha256", large["sha256"]) if large else Digest("git-sha1", entry["blobId"]),
    )
