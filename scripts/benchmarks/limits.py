"""What the limits of a key cost a request: the counting alone, and over HTTP beside a free key."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
ROUNDS, WARM = 400, 40
MAKE = """
from admin_system.core.access import make_api_key
from admin_system.core.limits import Limits
for name, limits in (("free", Limits()), ("limited", Limits(10**6, 1000, 10**9))):
    print(name, make_api_key(name, scopes=["chat"], limits=limits)[1])
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_system.settings_test")
    import django

    django.setup()
    count()
    serve()


def microseconds(deed: Callable[[], object], times: int = 20_000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        deed()
    return (time.perf_counter() - began) / times * 1e6


def count() -> None:
    """In this process, with the day's tokens read from memory."""
    from django.core.management import call_command

    from admin_system.api.stay import Visit
    from admin_system.core.access import Caller
    from admin_system.core.limits import Limits
    from admin_system.core.usage import Taken, get_ledger

    call_command("migrate", verbosity=0)
    caller = Caller("key:1", frozenset(), "key", limits=Limits(10**6, 1000, 10**9))

    def visit() -> None:
        one = Visit()
        one.admit(caller)
        one.end()

    print(f"admit and leave: {microseconds(visit):.1f} µs")
    taken, ledger = Taken(1, 100, 0, 50), get_ledger()
    print(f"write usage down: {microseconds(lambda: ledger.add('key:1', 'echo', taken)):.1f} µs")


def serve() -> None:
    """Turn by turn, so that whatever else runs meets both alike."""
    import httpx

    from admin_system.api.tests.server import ServerProcess, prepare

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "template").mkdir()
        keys = prepare(folder / "template", "hash")
        server = ServerProcess("uvicorn", "echo", folder / "template", keys, folder)
        server.settings["ACCESS"] = "keys"
        server.start()
        try:
            said = server.run_command("shell", "-c", MAKE)
            pairs = [line.split() for line in said.splitlines() if " qvl_" in line]
            with httpx.Client(base_url=server.url) as client:
                times: dict[str, list[float]] = {kind: [] for kind, _ in pairs}
                for turn in range(ROUNDS + WARM):
                    for kind, key in pairs:
                        began = time.perf_counter()
                        headers = {"Authorization": f"Bearer {key}"}
                        client.get("/api/v1/models", headers=headers).raise_for_status()
                        if turn >= WARM:
                            times[kind].append(time.perf_counter() - began)
        finally:
            server.stop()
    for kind, seconds in times.items():
        print(f"GET /api/v1/models, {kind} key: median {statistics.median(seconds) * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
