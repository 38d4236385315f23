"""What a production deployment is made from: one value that all recipes are written from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.deployment.servers import Server
from scripts.startup.console import StartFailed

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")

REDIS = "redis://127.0.0.1:6379/0"
"""Where Debian's own listens."""
MOST_WEB = 64


@dataclass(frozen=True, slots=True)
class Plan:
    root: Path
    """Folder of the project."""
    python: Path
    """Interpreter of its environment."""
    domain: str
    """Host name that people and programs use."""
    port: int
    """Where the server listens, on loopback only."""
    user: str
    """Account of the operating system that the service runs under."""
    certificate: Path | None = None
    certificate_key: Path | None = None
    """Of TLS; without them the proxy speaks plain HTTP."""
    body_megabytes: int = 32
    """As QWEN_VL_MAX_BODY_BYTES."""
    server: Server = "uvicorn"
    web: int = 1
    """Web processes; with more than one another process owns the models."""

    def __post_init__(self) -> None:
        if not HOST.match(self.domain):
            raise StartFailed(
                f"“{self.domain}”不是主机名，例如 vl.example.com。",
                f'"{self.domain}" is no host name, such as vl.example.com.',
            )
        if not 1 <= self.web <= MOST_WEB:
            raise StartFailed(
                f"网站进程为 1 至 {MOST_WEB} 个。", f"There are 1 to {MOST_WEB} web processes."
            )
        if (self.certificate is None) != (self.certificate_key is None):
            raise StartFailed(
                "证书与私钥要一起给出。", "A certificate and its key are given together."
            )

    @property
    def web_ports(self) -> tuple[int, ...]:
        """Of one process the port itself; of several those after it, which is the owner's then."""
        if self.web == 1:
            return (self.port,)
        return tuple(self.port + number for number in range(1, self.web + 1))

    @property
    def has_tls(self) -> bool:
        return self.certificate is not None

    @property
    def origin(self) -> str:
        return f"{'https' if self.has_tls else 'http'}://{self.domain}"

    @property
    def settings(self) -> dict[str, str]:
        """For `.env`: everybody needs a key, and only this host name is answered to."""
        return {
            "QWEN_VL_ACCESS": "keys",
            "QWEN_VL_ALLOWED_HOSTS": f'["{self.domain}", "127.0.0.1", "localhost"]',
            "QWEN_VL_TRUSTED_ORIGINS": f'["{self.origin}"]',
            "QWEN_VL_TRUSTED_PROXIES": '["127.0.0.1", "::1"]',
            "QWEN_VL_HTTPS": "true" if self.has_tls else "false",
            **({"QWEN_VL_REDIS_URL": REDIS} if self.web > 1 else {}),
        }
