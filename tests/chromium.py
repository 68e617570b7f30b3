"""A headless Chromium, driven over the DevTools protocol: enough to tap, type, wait and look."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
PATIENCE_SECONDS = 15.0
CLOSING_SECONDS = 5.0

KEY_CODES = {"Backspace": 8, "Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36}
KEY_CODES |= {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
SHIFT = 8

STILL_SECONDS = 0.05
MIDDLE = """(() => {{
  const sought = document.querySelector({selector});
  if (!sought) return null;
  sought.scrollIntoView({{ block: "nearest" }});
  const {{ x, y, width, height }} = sought.getBoundingClientRect();
  const middle = {{ x: x + width / 2, y: y + height / 2 }};
  return sought.contains(document.elementFromPoint(middle.x, middle.y)) ? middle : null;
}})()"""


class Tab:
    """One page. `errors` are the console's and the page's own."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.errors: list[str] = []
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for frame in self._socket:
            message = json.loads(frame.data)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Runtime.consoleAPICalled" and message["params"]["type"] == "error":
                self.errors.append(json.dumps(message["params"]["args"])[:500])
            elif message["method"] == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(message["params"]["exceptionDetails"])[:500])
            elif message["method"] == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                self.errors.append(message["params"]["entry"]["text"])

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        message = await asyncio.wait_for(answer, PATIENCE_SECONDS)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    async def open(self, url: str) -> None:
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression, promises awaited; raises what the script throws."""
        result = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"].get("exception", {}).get("description", "script failed"))
        return result["result"].get("value")

    async def wait_for(self, script: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Until the expression is true; its value."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if value := await self.evaluate(script):
                return value
            await asyncio.sleep(0.05)
        raise AssertionError(f"not seen within {seconds} s: {script}")

    async def set_size(self, width: int, height: int, dark: bool = False) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def screenshot(self, path: Path) -> None:
        shot = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    async def click(self, selector: str) -> None:
        """With the mouse, in the middle of what the selector finds, which must be the thing on top there."""
        middle = MIDDLE.format(selector=json.dumps(selector))
        where, before = await self.wait_for(middle), None
        while where != before:  # what has just arrived still moves: on a busy machine the mouse would miss it
            await asyncio.sleep(STILL_SECONDS)
            where, before = await self.wait_for(middle), where
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=where["x"], y=where["y"], button="left", clickCount=1
            )

    async def key(self, key: str, shift: bool = False) -> None:
        """A key by its name, such as Enter, Escape or ArrowDown."""
        pressed = {"key": key, "code": key, "windowsVirtualKeyCode": KEY_CODES[key], "modifiers": SHIFT * shift}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text="\r" if key == "Enter" else "", **pressed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def type(self, words: str) -> None:
        """Into whatever has the focus."""
        await self.call("Input.insertText", text=words)

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)


@asynccontextmanager
async def browsing(chromium: str, url: str) -> AsyncIterator[Tab]:
    """A browser with a profile of its own, ended with the block."""
    profile = tempfile.mkdtemp(prefix="folkmoot-chromium-")
    process = await asyncio.create_subprocess_exec(
        chromium,
        *FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": profile},
    )
    try:
        port = await asyncio.wait_for(_port(process), PATIENCE_SECONDS)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as response:
                pages = [page for page in await response.json() if page["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                await tab.open(url)
                try:
                    yield tab
                finally:
                    await tab.close()
    finally:
        await _ended(process)
        shutil.rmtree(profile, ignore_errors=True)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Asked first, so that no process of the browser's stays behind."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), CLOSING_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    if process.stderr is None:
        raise RuntimeError("Chromium was started without its words")
    async for line in process.stderr:
        if b"DevTools listening on ws://" in line:
            return int(line.decode().partition("ws://")[2].partition("/")[0].rpartition(":")[2])
    raise RuntimeError("Chromium ended before it began")
