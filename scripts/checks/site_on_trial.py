"""A site of several web processes as a deployment starts it: nginx, Redis, one owner of models."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

from scripts.checks.library_on_trial import PREFIX, ROOT, settings_in
from scripts.checks.service_on_trial import find_port
from scripts.deployment.plan import Plan
from scripts.deployment.recipes import write_site
from scripts.deployment.servers import write_words
from scripts.deployment.units import owner_settings, web_settings
from scripts.testing.redis import RedisProcess

START_SECONDS = 180.0
END_SECONDS = 20.0
NGINX = """\
pid nginx.pid;
error_log error.log;
events {{}}
http {{
access_log off;
{folders}{site}}}
"""


@dataclass
class Process:
    port: int
    settings: dict[str, str]
    folder: Path
    running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.folder / f"{self.port}.log").open("ab") as said:
            self.running = subprocess.Popen(
                [sys.executable, *write_words("uvicorn", self.port, 32)],
                cwd=ROOT,
                env={**os.environ, **self.settings},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> float:
        """Seconds. Raises RuntimeError."""
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return time.monotonic() - began
            time.sleep(0.1)
        raise RuntimeError(f"{self.url} does not answer")

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait(END_SECONDS)


class SiteOnTrial:
    """Call `library_on_trial.set_up` first."""

    def __init__(self, folder: Path, web: int) -> None:
        self.folder = folder
        self.redis = RedisProcess(folder)
        # Ports one after another, as a deployment has them, cannot be had for certain here.
        self.owner = Process(find_port(), {}, folder)
        common = {
            "DJANGO_SETTINGS_MODULE": "admin_system.settings",
            **settings_in(folder),
            f"{PREFIX}LOAD_MODEL": "true",
            f"{PREFIX}ACCESS": "keys",
            f"{PREFIX}LANGUAGE": "en",
            f"{PREFIX}MODEL": "builtin-demo",
            f"{PREFIX}REDIS_URL": self.redis.url,
            "OMP_NUM_THREADS": "1",
        }
        self.owner.settings = common | owner_settings(web)
        self.web = [
            Process(find_port(), common | web_settings(self.owner.port, number), folder)
            for number in range(web)
        ]
        self.port = find_port()
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """Of the proxy."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> SiteOnTrial:
        with self._stack as stack:
            self.redis.start()
            stack.callback(self.redis.stop)
            for process in (self.owner, *self.web):
                process.start()
                stack.callback(process.kill)
            proxy = self._start_proxy()
            stack.callback(proxy.wait, END_SECONDS)
            stack.callback(proxy.terminate)
            for process in (self.owner, *self.web):
                process.wait_until_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _start_proxy(self) -> subprocess.Popen[bytes]:
        """nginx with the site that a deployment writes, on other ports."""
        plan = Plan(ROOT, Path(sys.executable), "127.0.0.1", 1, "nobody", web=len(self.web))
        site = write_site(plan)
        for port, process in zip(plan.web_ports, self.web, strict=True):
            site = site.replace(f"server 127.0.0.1:{port};", f"server 127.0.0.1:{process.port};")
        site = site.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        site = site.replace("    listen [::]:80;\n", "")
        (self.folder / "temp").mkdir()
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path temp/{kind};\n" for kind in kinds)
        conf = self.folder / "nginx.conf"
        conf.write_text(NGINX.format(folders=folders, site=site), encoding="utf-8")
        words = ["-p", str(self.folder), "-c", "nginx.conf", "-e", "error.log"]
        return subprocess.Popen(["nginx", *words, "-g", "daemon off;"])  # noqa: S607
