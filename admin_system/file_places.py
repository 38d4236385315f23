"""Where documents and pictures are kept: the data folder, another folder, or an S3 bucket."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from admin_system.env import Env, WrongSetting, name_of

SCHEME = "s3://"


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    prefix: str
    """Of all keys, without slashes at its ends; may be empty."""

    def location(self, folder: str) -> str:
        return f"{self.prefix}/{folder}".lstrip("/")


def find_bucket(env: Env) -> Bucket | None:
    """None where files lie in a folder. Raises WrongSetting."""
    if not env.files.startswith(SCHEME):
        return None
    name, _, prefix = env.files.removeprefix(SCHEME).partition("/")
    if not name:
        raise WrongSetting([(name_of("files"), "s3://bucket or s3://bucket/prefix is needed")])
    return Bucket(name, prefix.strip("/"))


def files_dir(env: Env) -> Path:
    """The folder of `documents` and `media`; with a bucket that of what is on its way there.

    Raises WrongSetting."""
    if not env.files or find_bucket(env) is not None:
        return env.data_dir
    path = Path(env.files)
    if not path.is_absolute():
        raise WrongSetting([(name_of("files"), "an absolute path or s3://bucket is needed")])
    return path


def to_storages(env: Env) -> dict[str, dict[str, Any]]:
    """For Django's `STORAGES`: `default` keeps pictures; `documents` is there with a bucket only.

    Raises WrongSetting."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    bucket = find_bucket(env)
    if bucket is not None and not all(map(find_spec, ("storages", "boto3"))):
        lacks = "python -m pip install -r scripts/optional/requirements-s3.txt"
        raise WrongSetting([(name_of("files"), f"a bucket needs more packages: {lacks}")])
    if bucket is None:
        pictures = {"BACKEND": "admin_system.core.whole_files.WholeFiles"}
        return {"default": pictures, "staticfiles": static}
    return {
        "default": to_backend(env, bucket, "media"),
        "documents": to_backend(env, bucket, "documents"),
        "staticfiles": static,
    }


def to_backend(env: Env, bucket: Bucket, folder: str) -> dict[str, Any]:
    return {
        "BACKEND": "admin_system.core.bucket_files.BucketFiles",
        "OPTIONS": {
            "bucket_name": bucket.name,
            "location": bucket.location(folder),
            "endpoint_url": env.s3_endpoint or None,
            "region_name": env.s3_region or None,
        },
    }
