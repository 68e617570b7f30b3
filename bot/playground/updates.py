"""The updates a bot has not acknowledged yet, kept in order until it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any

from bot.playground.refusals import conflict

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}


def first_number(now: datetime) -> int:
    """Ten numbers for each second of time, so that a new playground does not count again what an earlier one did."""
    return max(1, int((now - BEGINNING).total_seconds() * 10))


@dataclass(frozen=True, slots=True)
class Update:
    """One person's updates are delivered in order; `person` is whose this is."""

    id: int
    person: int
    kind: str
    body: dict[str, Any]


class Updates:
    def __init__(self, first: int) -> None:
        self._next = first
        self._pending: dict[int, Update] = {}
        self._allowed: list[str] = []
        self._polling: asyncio.Future[None] | None = None
        self.arrived: Callable[[Update], None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def pending(self) -> list[Update]:
        return list(self._pending.values())

    @property
    def allowed(self) -> list[str]:
        return self._allowed

    def allow(self, kinds: list[str] | None) -> None:
        """None leaves it as it was; nothing in the list means the usual kinds."""
        if kinds is not None:
            self._allowed = kinds

    def add(self, kind: str, person: int, payload: dict[str, Any]) -> None:
        if kind not in self._allowed if self._allowed else kind in ONLY_WHEN_ASKED:
            return
        update = Update(self._next, person, kind, {"update_id": self._next, kind: payload})
        self._next += 1
        self._pending[update.id] = update
        self._wake()
        if self.arrived:
            self.arrived(update)

    def acknowledge(self, update_id: int) -> None:
        self._pending.pop(update_id, None)

    def forget_all(self) -> None:
        self._pending.clear()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Waits `seconds` for the first update. Raises Refusal (409) when somebody else polls meanwhile."""
        self.interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._acknowledge_before(offset)
        if not self._pending and seconds > 0:
            await self._wait(seconds)
        return [update.body for update in islice(self._pending.values(), limit)]

    def interrupt(self, why: str) -> None:
        if self._polling and not self._polling.done():
            self._polling.set_exception(conflict(why))

    def release(self) -> None:
        """Let a waiting poll go with what there is."""
        self._wake()

    def _acknowledge_before(self, offset: int) -> None:
        if offset < 0:
            offset = max(self._next + offset, 0)
        for update_id in list(takewhile(lambda number: number < offset, self._pending)):
            del self._pending[update_id]

    async def _wait(self, seconds: float) -> None:
        self._polling = polling = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await polling
        except TimeoutError:
            pass
        finally:
            if self._polling is polling:
                self._polling = None

    def _wake(self) -> None:
        if self._polling and not self._polling.done():
            self._polling.set_result(None)
