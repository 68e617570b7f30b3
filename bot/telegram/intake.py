"""Updates in: into the inbox first, and only when they are on disk does Telegram hear that we have them."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.clock import Clock
from bot.telegram.api import Api
from bot.telegram.incoming import ALLOWED_UPDATES, lane_of
from storage.database import Database, DatabaseProblem
from storage.inbox import Arrival

log = logging.getLogger(__name__)

POLL_SECONDS = 10  # short, so that a connection gone silent is noticed soon
MOST_UPDATES = 100
LONGEST_PAUSE = 3.0
STEPS_OF_A_REPLY = 4
LARGEST_ID = 2**62


class Intake:
    """`arrived` is called with the number of updates after they are committed."""

    def __init__(self, database: Database, clock: Clock, arrived: Callable[[int], None]) -> None:
        self._database = database
        self._clock = clock
        self._arrived = arrived
        self.last_heard: datetime | None = None

    async def take_in(self, updates: Sequence[Any]) -> None:
        """Write them down, each once. Raises DatabaseProblem when they could not be written: then none was."""
        now = self._clock.now()
        arrivals = [arrival for raw in updates if (arrival := _arrival(raw, now)) is not None]
        if arrivals:
            writing = asyncio.ensure_future(self._database.write(lambda store: store.inbox.record(arrivals)))
            if self._database.in_order:
                # The turns are taken in the same transaction: one commit, and the reply leaves a commit earlier.
                self._arrived(len(arrivals))
            await writing
            if not self._database.in_order:
                self._arrived(len(arrivals))
        self.last_heard = now


def _arrival(raw: Any, now: datetime) -> Arrival | None:
    """None for what has no usable number: it can neither be told from its copies nor acknowledged."""
    if not isinstance(raw, dict):
        return None
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not -LARGEST_ID < update_id < LARGEST_ID:
        return None
    return Arrival(update_id, lane_of(raw), now, json.dumps(raw, separators=(",", ":")))


async def poll(api: Api, intake: Intake) -> None:
    """Long polling until cancelled. The offset advances only past what is committed."""
    offset, failures = 0, 0
    while True:
        try:
            updates = await api.call(
                "getUpdates",
                {
                    "offset": offset,
                    "timeout": POLL_SECONDS,
                    "limit": MOST_UPDATES,
                    "allowed_updates": ALLOWED_UPDATES,
                },
                patience=POLL_SECONDS + 10,
            )
            await intake.take_in(updates)
            await _let_replies_leave()
            offset = max([offset, *(raw["update_id"] + 1 for raw in updates if _numbered(raw))])
            failures = 0
        except (TelegramError, DatabaseProblem) as problem:
            failures += 1
            await asyncio.sleep(_pause(problem, failures))
        except Exception:
            failures += 1
            log.exception("Polling stumbled and goes on")
            await asyncio.sleep(_pause(None, failures))


async def _let_replies_leave() -> None:
    """Both the replies and the next poll are ready to go; people wait for the replies."""
    for _step in range(STEPS_OF_A_REPLY):
        await asyncio.sleep(0)


def _numbered(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)


def _pause(problem: Exception | None, failures: int) -> float:
    match problem:
        case RetryAfter():
            after = problem.retry_after
            return after.total_seconds() if isinstance(after, timedelta) else float(after)
        case InvalidToken():
            log.error("Telegram refuses the bot's token; trying again in a while")
            return LONGEST_PAUSE
        case Conflict():
            log.warning("Another process polls with the same token, or a webhook is set; trying again")
        case None:
            pass
        case _:
            log.warning("Polling failed and is tried again: %s", type(problem).__name__)
    return float(min(LONGEST_PAUSE, 0.2 * 2 ** min(failures, 10)))


class Webhook:
    """Telegram calls us: 200 once the update is on disk, 503 while the database cannot take it."""

    def __init__(self, intake: Intake, secret: str) -> None:
        self._intake = intake
        self._secret = secret

    async def receive(self, request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return web.Response(status=403)
        try:
            raw = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400)
        try:
            await self._intake.take_in([raw])
        except DatabaseProblem as problem:
            log.warning("An update could not be written down, Telegram will bring it again: %s", problem)
            return web.Response(status=503)
        return web.Response()
