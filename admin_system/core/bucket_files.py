"""Files in an S3-compatible bucket, through django-storages, with what goes wrong as `FilesAway`.

Nothing in the bucket is public: `url` is that of our own door, which reads the object.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.response import StreamingBody
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from admin_system.core import files_watch
from admin_system.core.outages import FilesAway

logger = logging.getLogger(__name__)

GONE = frozenset({"404", "NoSuchKey"})
CODES = {
    "NoSuchBucket": "files_bucket_missing",
    "RequestTimeTooSkewed": "files_clock_wrong",
    **dict.fromkeys(
        (
            *("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
            *("ExpiredToken", "InvalidToken", "AuthFailure", "AuthorizationHeaderMalformed"),
            *("NoCredentialsError", "PartialCredentialsError"),
        ),
        "files_refused",
    ),
}
"""S3's error codes, the statuses of answers without one, and botocore's own faults."""
CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 2},
    max_pool_connections=32,
    # Servers that are not Amazon's may know neither other kinds of checksums nor host names
    # made of a bucket's.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    s3={"addressing_style": "auto"},
)


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size: int
    """Bytes."""
    modified: datetime


@contextmanager
def telling_faults(name: str) -> Iterator[None]:
    """Raises FileNotFoundError, FilesAway."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in GONE:
            raise FileNotFoundError(name) from error
        raise away(CODES.get(code, "files_unreachable"), error) from error
    except (BotoCoreError, Boto3Error, HTTPClientError) as error:
        inner = error.__cause__ or error.__context__
        if isinstance(error, Boto3Error) and isinstance(inner, ClientError):
            code = str(inner.response.get("Error", {}).get("Code", ""))
        else:
            code = type(error).__name__
        raise away(CODES.get(code, "files_unreachable"), error) from error
    files_watch.note(None)


def away(code: str, error: Exception) -> FilesAway:
    fault = FilesAway(code)
    files_watch.note(fault, str(error))
    return fault


class Arriving(RawIOBase):
    """The bytes of an object as they come. Raises FilesAway where they break off."""

    def __init__(self, name: str, body: StreamingBody) -> None:
        """As a context `body` would give what lies below it, which takes the end of a connection
        for the end of the object."""
        self._name = name
        self._body = body

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        with telling_faults(self._name):
            data: bytes = self._body.read(None if size < 0 else size)
            return data

    def close(self) -> None:
        self._body.close()
        super().close()


class BucketFiles(S3Storage):
    """Raises FilesAway wherever the bucket does not answer as it should."""

    def __init__(self, **options: Any) -> None:
        style = "path" if options.get("endpoint_url") else "auto"
        config = CONFIG.merge(Config(s3={"addressing_style": style}))
        super().__init__(client_config=config, default_acl=None, **options)

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _key(self, name: str) -> str:
        key: str = self._normalize_name(name)
        return key

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._key(name)}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """At once as a whole, so that whatever is wrong is told here."""
        with telling_faults(name):
            data: bytes = self._client.get_object(**self._place(name))["Body"].read()
        return ContentFile(data, name)

    def open_stream(self, name: str) -> BinaryIO:
        """To be read in blocks and closed by the caller."""
        with telling_faults(name):
            body = self._client.get_object(**self._place(name))["Body"]
        return cast("BinaryIO", Arriving(name, body))

    def fetch(self, name: str, target: Path) -> None:
        """Writes the object to a file."""
        with telling_faults(name):
            self._client.download_file(Filename=str(target), **self._place(name))

    def put(self, name: str, source: Path) -> None:
        """The object is there whole, or as before."""
        with telling_faults(name):
            self._client.upload_file(Filename=str(source), **self._place(name))

    def _save(self, name: str, content: File[Any]) -> str:
        with telling_faults(name):
            kept: str = super()._save(name, content)
            return kept

    def delete(self, name: str) -> None:
        """What cannot be removed now is found by `manage.py check_index --repair`: its row is
        gone already."""
        try:
            with telling_faults(name):
                super().delete(name)
        except FilesAway:
            logger.warning("an object that is no longer needed could not be removed: %s", name)

    def exists(self, name: str) -> bool:
        with telling_faults(name):
            there: bool = super().exists(name)
            return there

    def size(self, name: str) -> int:
        """Bytes. Raises FileNotFoundError."""
        with telling_faults(name):
            size: int = self._client.head_object(**self._place(name))["ContentLength"]
            return size

    def url(self, name: str, *_: Any, **__: Any) -> str:
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"

    def entries(self) -> Iterator[Entry]:
        """All objects below the location."""
        begin = f"{self.location.rstrip('/')}/"
        pages = self._client.get_paginator("list_objects_v2")
        with telling_faults(begin):
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=begin):
                for one in page.get("Contents", ()):
                    name = one["Key"].removeprefix(begin)
                    yield Entry(name, one["Size"], one["LastModified"])
