"""A real browser without a window, driven by the Chrome DevTools Protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

WAIT_SECONDS = 30


class Browser:
    """One page; https://chromedevtools.github.io/devtools-protocol/ names what is sent."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: str | None = None
        self._file: Path | None = None
        self._chores: set[asyncio.Task[Any]] = set()
        self.printed: list[str] = []
        """What the page wrote to its console."""
        self.faults: list[str] = []
        """Exceptions of the page and errors that the browser reported."""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, profile: Path) -> AsyncIterator[Browser]:
        """Opens the address and waits until it is loaded; `profile` is an empty folder."""
        process = await asyncio.create_subprocess_exec(
            shutil.which("chromium") or "chromium",
            *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
            *("--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={profile}"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            address = await asyncio.wait_for(_find_address(process), WAIT_SECONDS)
            async with connect(address, max_size=None, proxy=None) as connection:
                browser = cls(connection)
                listening = asyncio.create_task(browser._listen())
                try:
                    await browser._go(url)
                    yield browser
                finally:
                    listening.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await listening
        finally:
            process.terminate()
            await process.wait()

    async def type_into_console(self, program: str, chosen: Path) -> None:
        """As somebody at the developer tools does; `chosen` answers a file chooser."""
        self._file = chosen
        await self._send("Page.setInterceptFileChooserDialog", enabled=True)
        answer = await self._send("Runtime.evaluate", expression=program, userGesture=True)
        assert "exceptionDetails" not in answer, answer

    async def wait_for(self, condition: str) -> None:
        """Until a JavaScript expression is true. Raises TimeoutError."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                answer = await self._send("Runtime.evaluate", expression=condition)
                if answer["result"].get("value") is True:
                    return
                await asyncio.sleep(0.1)

    async def _go(self, url: str) -> None:
        target = await self._send("Target.createTarget", url="about:blank")
        attached = await self._send(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "DOM", "Log"):
            await self._send(f"{domain}.enable")
        await self._send("Page.navigate", url=url)
        await self.wait_for(
            f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'"
        )

    async def _send(self, method: str, **params: Any) -> dict[str, Any]:
        number = len(self._answers) + 1
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        await self._connection.send(json.dumps(message))
        return await asyncio.wait_for(answer, WAIT_SECONDS)

    async def _listen(self) -> None:
        async for text in self._connection:
            message = json.loads(text)
            if "id" in message:
                self._answers[message["id"]].set_result(message.get("result", message))
            else:
                self._hear(message["method"], message.get("params", {}))

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "Page.fileChooserOpened":
            chore = asyncio.create_task(
                self._send(
                    "DOM.setFileInputFiles",
                    files=[str(self._file)],
                    backendNodeId=params["backendNodeId"],
                )
            )
            self._chores.add(chore)
        elif method == "Runtime.consoleAPICalled":
            self.printed.append(" ".join(str(one.get("value", "")) for one in params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.faults.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.faults.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


async def _find_address(process: asyncio.subprocess.Process) -> str:
    """The browser says on its error output where it listens."""
    assert process.stderr is not None
    async for line in process.stderr:
        match = re.search(r"ws://127\.0\.0\.1:\d+/\S+", line.decode(errors="replace"))
        if match:
            return match.group()
    raise RuntimeError("chromium ended without an address")
