"""A Bot API server that does next to nothing, so that the bots are measured and not the server."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

WINDOW_SECONDS = 1.0


class Server:
    """Brings what people say to whoever polls, and notes when each reply arrives.

    With `limit` it refuses more than so many messages in any second, as Telegram does, with 429.
    """

    def __init__(self) -> None:
        self.limit: int | None = None
        self.refused = 0
        self.sent: list[tuple[float, int]] = []
        self._updates: deque[dict[str, Any]] = deque()
        self._numbers = 0
        self._arrived = asyncio.Event()
        self._waiting: dict[int, asyncio.Future[float]] = {}
        self._recent: deque[float] = deque()
        self.url = ""

    def say(self, telegram_id: int, text: str = "hello") -> None:
        self._numbers += 1
        self._updates.append(
            {
                "update_id": self._numbers,
                "message": {
                    "message_id": self._numbers,
                    "date": int(time.time()),
                    "from": {"id": telegram_id, "is_bot": False, "first_name": "A", "language_code": "en"},
                    "chat": {"id": telegram_id, "type": "private", "first_name": "A"},
                    "text": text,
                },
            }
        )
        self._arrived.set()

    async def ask(self, telegram_id: int) -> float:
        """Say something and wait for the reply; returns the seconds between."""
        answered = self._waiting[telegram_id] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.say(telegram_id)
        replied: float = await asyncio.wait_for(answered, 60)
        return replied - began

    async def replies(self, number: int) -> None:
        """Until so many messages have been sent in all."""
        while len(self.sent) < number:  # noqa: ASYNC110 (an event per message would be measured too)
            await asyncio.sleep(0.002)

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = await request.post()
        if method == "getUpdates":
            return await self._get_updates(given)
        if method == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
            return web.json_response({"ok": True, "result": me})
        if method in ("sendMessage", "sendPhoto"):
            return self._send(int(str(given["chat_id"])))
        return web.json_response({"ok": True, "result": [] if method == "getMyCommands" else {}})

    async def _get_updates(self, given: Any) -> web.Response:
        offset = int(given.get("offset", 0))
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        if not self._updates:
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), float(given.get("timeout", 0)))
        found = [self._updates[place] for place in range(min(100, len(self._updates)))]
        return web.json_response({"ok": True, "result": found})

    def _send(self, chat_id: int) -> web.Response:
        now = time.perf_counter()
        while self._recent and self._recent[0] <= now - WINDOW_SECONDS:
            self._recent.popleft()
        if self.limit is not None and len(self._recent) >= self.limit:
            self.refused += 1
            refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1"}
            return web.json_response({**refusal, "parameters": {"retry_after": 1}}, status=429)
        self._recent.append(now)
        self.sent.append((now, chat_id))
        waiting = self._waiting.pop(chat_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(now)
        self._numbers += 1
        chat = {"id": chat_id, "type": "private"}
        message = {"message_id": self._numbers, "date": int(time.time()), "chat": chat, "text": "."}
        return web.json_response({"ok": True, "result": message})


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", server._call)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
