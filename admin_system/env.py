"""Everything that the environment may say, typed; `docs/configuration.md` lists the same fields."""

from __future__ import annotations

import os
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

BASE_DIR = Path(__file__).resolve().parent.parent
PREFIX = "QWEN_VL_"


class SettingsFault(ValueError):
    """What the environment or `.env` says cannot be used; the message is for the deployer."""


class UnknownSetting(SettingsFault):
    """A name with our prefix that is no field: most likely a slip."""

    def __init__(self, names: list[str], known: list[str]) -> None:
        super().__init__(
            f"没有设置 {', '.join(names)}；可用的是 {', '.join(known)}\n"
            f"There is no setting {', '.join(names)}; there are {', '.join(known)}"
        )


class WrongSetting(SettingsFault):
    """A value that its field cannot take."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        lines = [
            f"设置不可用 · This setting cannot be used: {name}: {reason}" for name, reason in faults
        ]
        super().__init__("\n".join(lines))

    @classmethod
    def of(cls, error: ValidationError | SettingsError) -> WrongSetting:
        if isinstance(error, ValidationError):
            findings = error.errors(include_url=False)
            return cls([(name_of(str(one["loc"][0])), one["msg"]) for one in findings])
        field = str(error).partition('"')[2].partition('"')[0]
        return cls([(name_of(field), 'a JSON list is needed, such as ["a.example.com"]')])


class UnreadableFile(SettingsFault):
    def __init__(self) -> None:
        super().__init__(
            ".env 不是 UTF-8 文本，以 UTF-8 保存。\n.env is no UTF-8 text; save it as UTF-8."
        )


def name_of(field: str) -> str:
    """Of the field `max_body_bytes` the variable QWEN_VL_MAX_BODY_BYTES."""
    return f"{PREFIX}{field}".upper()


class Env(BaseSettings):
    """Values from the process environment, then from `.env` beside `manage.py`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=BASE_DIR / ".env", env_file_encoding="utf-8-sig", extra="ignore"
    )

    secret_key: str = ""
    """Signs sessions; made on first use and kept in `data/secret_key` when empty."""
    debug: bool = False
    """Django's debug pages; never in production."""
    allowed_hosts: list[str] = ["*"]
    """Host names that the site answers to, as a JSON list."""
    trusted_origins: list[str] = []
    """Origins (https://…) of a proxy in front of the site, as a JSON list."""
    trusted_proxies: list[IPv4Network | IPv6Network] = []
    """Addresses or networks of proxies whose X-Forwarded-For is believed, as a JSON list: the
    audit, the lock after wrong passwords and the limits of strangers then see the visitor's
    address."""
    data_dir: Path = BASE_DIR / "data"
    """Database, pictures, secrets and locks."""
    knowledge_dir: Path = BASE_DIR / "knowledge_base"
    """Synchronised folders (`documents/`) and index files (`indexes/`) of the knowledge base."""
    log_dir: Path = BASE_DIR / "logs"
    log_file: str = "django.log"
    """Name of the log in `log_dir`; two servers need two, since each moves its own on."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    pages: bool = True
    """Serve the admin and the pages; without them only the programs' door."""
    language: Literal["zh-hans", "en"] = "zh-hans"
    """The site's language where a visitor states none."""
    time_zone: str = "Asia/Shanghai"
    https: bool = False
    """People come through a proxy that speaks TLS and says so in X-Forwarded-Proto: cookies are
    sent over TLS only, browsers are told to stay with it."""
    access: Literal["loopback", "keys", "open"] = "loopback"
    """Who needs no key: programs on this machine, nobody, everybody."""
    metrics_token_file: str = ""
    """File with a token by which `/metrics` may be read, and nothing else; without it a key with
    the scope admin is needed, or nothing on this machine (`access`)."""
    second_factor: Literal["optional", "administrators"] = "optional"
    """Who has to show a code beside the password: whoever has set it up, and all administrators."""
    load_model: bool = True
    """Load the current model when the server starts."""
    run_jobs: bool = True
    """Read and index documents in the server; without it `manage.py run_jobs` does so."""
    model_path: str = "D:/AI-DEV/models/Qwen-VL-Chat-Int4"
    """Folder of the configuration `qwen-vl-chat`, used when that row is first made."""
    model_dirs: list[Path] = []
    """Folders below which models may be chosen in the pages, as a JSON list; beside them the one
    of `model_path` and that of downloads, in the data folder."""
    model: str = ""
    """Name of the configuration to load at start; empty takes the current one."""
    max_body_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)
    """Largest request body and WebSocket frame."""
    max_picture_pixels: int = Field(default=100_000_000, ge=10_000)
    """Largest picture that is decoded."""
    picture_hosts: list[str] = []
    """Hosts that pictures of a request may be fetched from, as a JSON list of `name` (ports 80 and
    443) or `name:port`; without any, and so by default, nothing is fetched."""
    user_requests_per_minute: int = Field(default=3000, ge=0)
    """Requests to the API in a minute, those of the pages too, by one user who has signed in; 0
    sets no limit, here and in the five that follow. The limits of a key stand with the key."""
    user_concurrent_requests: int = Field(default=128, ge=0)
    """Requests of one user that may be on their way at a time."""
    local_requests_per_minute: int = Field(default=0, ge=0)
    """Of all programs on this machine together that use no key."""
    local_concurrent_requests: int = Field(default=0, ge=0)
    anonymous_requests_per_minute: int = Field(default=60, ge=0)
    """Of one address, where `access` is open."""
    anonymous_concurrent_requests: int = Field(default=4, ge=0)
    max_stored_bytes: int = Field(default=20 * 1024**3, ge=0)
    """Bytes of uploaded documents and kept pictures that one key, user or stranger may have; a
    key may have a limit of its own, programs of this machine have none. 0 sets no limit."""
    max_waiting: int = Field(default=32, ge=1)
    """Requests that may wait for the model before others are turned away."""
    retention_days: int = Field(default=30, ge=0)
    """Days that analyses, sets of pictures and conversations are kept after their last change; 0
    keeps them for ever."""
    model_server: str = Field(default="", pattern=r"^(https?://[^\s/?#]+)?$")
    """Address of the process beside this one that holds the models of the site (the same database,
    QWEN_VL_PAGES=false): this one then loads none, asks that one, and passes on what is asked of
    it. Empty: models are loaded here."""
    model_server_key: str = ""
    """API key for that process, with the scopes admin and chat, where it is on another machine."""
    count_usage: bool = True
    """Write down what callers take; off in a process that web processes ask, which do so."""
    database_url: str = Field(default="", pattern=r"^(postgres(ql)?://.+)?$")
    """Address of a PostgreSQL database, `postgresql://user:password@host:5432/name`; empty keeps
    everything in SQLite, in the data folder."""
    vectors: Literal["auto", "faiss"] = "auto"
    """Where vectors are searched: `auto` in the database where that is a PostgreSQL with pgvector,
    else by FAISS in the memory of each process; `faiss` always there."""
    files: str = ""
    """Where documents and pictures are kept: an absolute path of a folder (one that several
    machines share), or `s3://bucket/prefix`; empty keeps them in the data folder."""
    s3_endpoint: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    """Address of an S3-compatible service; empty is Amazon's."""
    s3_region: str = ""
    """Region of the bucket. Credentials are the usual variables and files of AWS."""
    redis_url: str = Field(default="", pattern=r"^((redis|rediss|unix)://.+)?$")
    """Address of the Redis that several processes of this site share: limits then hold over all of
    them, and each sees and stops the requests of all."""
    threads: int = Field(default=0, ge=0)
    """CPU threads of the model; 0 leaves the choice to torch."""
    decode_steps: Literal["off", "auto", "on"] = "auto"
    """Whether running answers go on in steps of fixed sizes, which a CUDA graph holds: never, on a
    card (compared with ordinary passes first), or on a processor too, without a graph."""

    def __init__(self) -> None:
        """Raises SettingsFault."""
        known = sorted(name_of(name) for name in type(self).model_fields)
        given = {name.upper() for name in (*os.environ, *names_in_file(type(self)))}
        unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise UnknownSetting(unknown, known)
        try:
            super().__init__()
        except (ValidationError, SettingsError) as error:
            raise WrongSetting.of(error) from None


def names_in_file(settings: type[Env]) -> list[str]:
    """The names in `.env`, where other programs may keep theirs too. Raises UnreadableFile."""
    try:
        return list(DotEnvSettingsSource(settings).env_vars)
    except UnicodeDecodeError:
        raise UnreadableFile from None


@lru_cache(maxsize=1)
def get_env() -> Env:
    return Env()
