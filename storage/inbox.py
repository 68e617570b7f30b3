"""The inbox: every update once, in order, kept until it has been answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.database import Session
from storage.queries import Queries
from storage.records import make
from storage.vault import padded

SQL = Queries("inbox")

PADDED = 2048
"""Bytes: how long an update or a message is would say what was answered."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update as it came: `lane` keeps one person's updates in order, `payload` is Telegram's own JSON.

    The lane comes back as a keyed hash.
    """

    update_id: int
    lane: str
    received_at: datetime
    payload: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Pile:
    """How many updates (or messages) are in one state for one reason, and since when."""

    state: str
    reason: str
    number: int
    oldest_at: datetime | None


class Inbox:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def record(self, arrivals: Iterable[Arrival]) -> None:
        vault = self._session.keyring.vault
        await self._session.run_many(
            SQL.record,
            [
                {
                    "update_id": a.update_id,
                    "lane": vault.veil(a.lane),
                    "received_at": a.received_at,
                    "payload": vault.house.seal(padded(a.payload, PADDED)),
                }
                for a in arrivals
            ],
        )

    async def next(self, now: datetime) -> Arrival | None:
        """The next update to answer, held by this transaction; None when nothing can be taken."""
        row = await self._session.row(SQL.next, now=now)
        return row and make(Arrival, row, payload=self._session.keyring.vault.house.open(row["payload"]).rstrip())

    async def finish(self, update_id: int, state: str = "done", reason: str = "") -> None:
        """`state` is done, set_aside (not understood) or failed."""
        await self._session.run(SQL.finish, update_id=update_id, state=state, reason=reason)

    async def retry(self, update_id: int, at: datetime, reason: str) -> None:
        await self._session.run(SQL.retry, update_id=update_id, retry_at=at, reason=reason)

    async def purge(self, before: datetime) -> None:
        await self._session.run(SQL.purge, before=before)

    async def counts(self) -> list[Pile]:
        return [make(Pile, row) for row in await self._session.rows(SQL.counts)]
