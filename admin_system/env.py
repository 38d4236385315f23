"""Everything that the environment may say, typed; `docs/configuration.md` lists the same fields."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
PREFIX = "QWEN_VL_"


class UnknownSetting(ValueError):
    """The environment holds a name with our prefix that is no field: most likely a slip."""

    def __init__(self, names: list[str], known: list[str]) -> None:
        super().__init__(
            f"unknown setting {', '.join(names)} in the environment; known are {', '.join(known)}"
        )


class Env(BaseSettings):
    """Values from the process environment, then from `.env` beside `manage.py`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=BASE_DIR / ".env", env_file_encoding="utf-8", extra="forbid"
    )

    secret_key: str = ""
    """Signs sessions; made on first use and kept in `data/secret_key` when empty."""
    debug: bool = False
    """Django's debug pages; never in production."""
    allowed_hosts: list[str] = ["*"]
    """Host names that the site answers to, as a JSON list."""
    trusted_origins: list[str] = []
    """Origins (https://…) of a proxy in front of the site, as a JSON list."""
    data_dir: Path = BASE_DIR / "data"
    """Database, pictures, secrets and locks."""
    log_dir: Path = BASE_DIR / "logs"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    language: Literal["zh-hans", "en"] = "zh-hans"
    """The site's language where a visitor states none."""
    time_zone: str = "Asia/Shanghai"
    access: Literal["loopback", "keys", "open"] = "loopback"
    """Who needs no key: programs on this machine, nobody, everybody."""
    load_model: bool = True
    """Load the current model when the server starts."""
    model_path: str = "D:/AI-DEV/models/Qwen-VL-Chat-Int4"
    """Folder of the configuration `qwen-vl-chat`, used when that row is first made."""
    model: str = ""
    """Name of the configuration to load at start; empty takes the current one."""
    max_body_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)
    """Largest request body and WebSocket frame."""
    max_picture_pixels: int = Field(default=100_000_000, ge=10_000)
    """Largest picture that is decoded."""
    max_waiting: int = Field(default=32, ge=1)
    """Requests that may wait for the model before others are turned away."""
    retention_days: int = Field(default=30, ge=0)
    """Days that analyses and their pictures are kept; 0 keeps them for ever."""
    threads: int = Field(default=0, ge=0)
    """CPU threads of the model; 0 leaves the choice to torch."""

    def __init__(self) -> None:
        known = sorted(f"{PREFIX}{name}".upper() for name in type(self).model_fields)
        given = [name for name in os.environ if name.upper().startswith(PREFIX)]
        unknown = sorted(name for name in given if name.upper() not in known)
        if unknown:
            raise UnknownSetting(unknown, known)
        super().__init__()


@lru_cache(maxsize=1)
def get_env() -> Env:
    return Env()
