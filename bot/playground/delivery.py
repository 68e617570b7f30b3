"""Updates brought to the bot's webhook: again and again until it says 2xx, and one person's in their order."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from bot.clock import Clock
from bot.playground.updates import Update, Updates

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
PATIENCE = aiohttp.ClientTimeout(total=30)

Heard = Callable[[Update, bool, str, float], None]


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    secret: str
    connections: int


class Delivery:
    """`heard` is told of every try: the update, whether it was taken, what was answered, and seconds it took."""

    def __init__(self, updates: Updates, clock: Clock, heard: Heard) -> None:
        self.webhook: Webhook | None = None
        self._updates = updates
        self._clock = clock
        self._heard = heard
        self._lanes: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore()
        self._problem: tuple[datetime, str] | None = None

    def info(self) -> dict[str, Any]:
        """As Telegram's WebhookInfo."""
        told: dict[str, Any] = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.webhook:
            told["max_connections"] = self.webhook.connections
            told["ip_address"] = "127.0.0.1"
        if self._updates.allowed:
            told["allowed_updates"] = self._updates.allowed
        if self._problem:
            at, told["last_error_message"] = self._problem
            told["last_error_date"] = int(at.timestamp())
        return told

    def begin(self, webhook: Webhook) -> None:
        """Deliver from now on, first what is pending."""
        self.end()
        self.webhook = webhook
        self._free = asyncio.Semaphore(webhook.connections)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            timeout=PATIENCE,
            headers={"Content-Type": "application/json"} | ({HEADER: webhook.secret} if webhook.secret else {}),
        )
        self._updates.arrived = self._arrived
        for update in self._updates.pending:
            self._arrived(update)

    def end(self) -> None:
        self.webhook = None
        self._problem = None
        self._updates.arrived = None
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._lanes.clear()
        if self._session:
            closing = asyncio.ensure_future(self._session.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._session = None

    async def stop(self) -> None:
        ending = list(self._tasks)
        self.end()
        await asyncio.gather(*ending, *self._closing, return_exceptions=True)

    def _arrived(self, update: Update) -> None:
        lane = self._lanes.get(update.person)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.person] = lane = deque([update])
        task = asyncio.ensure_future(self._deliver(update.person, lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, person: int, lane: deque[Update]) -> None:
        failures = 0
        while lane:
            async with self._free:
                taken = await self._bring(lane[0])
            if taken:
                self._updates.acknowledge(lane.popleft().id)
                failures = 0
            else:
                await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures))
                failures += 1
        if self._lanes.get(person) is lane:
            del self._lanes[person]

    async def _bring(self, update: Update) -> bool:
        assert self.webhook is not None
        assert self._session is not None
        began = time.perf_counter()
        try:
            async with self._session.post(
                self.webhook.url, data=json.dumps(update.body).encode(), allow_redirects=False
            ) as response:
                await response.read()
                taken, said = 200 <= response.status < 300, f"{response.status} {response.reason}"
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            taken, said = False, type(problem).__name__
        self._heard(update, taken, said, time.perf_counter() - began)
        if not taken:
            self._problem = (self._clock.now(), f"Wrong response from the webhook: {said}")
        return taken
