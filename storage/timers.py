"""Timers: everything that will happen later, each under a name of its own and done once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Session
from storage.inbox import Pile
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("timers")


@dataclass(frozen=True, slots=True)
class Timer:
    """`kind` says what happens, `args` to what; after `expires_at` it is too late to do it at all."""

    id: str
    key: str
    kind: str
    args: dict[str, Any]
    due_at: datetime
    expires_at: datetime | None
    attempts: int


class Timers:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def set(
        self,
        key: str,
        kind: str,
        args: Mapping[str, Any],
        due_at: datetime,
        expires_at: datetime | None = None,
    ) -> None:
        """Set or move the timer `key`. One that has been done already is left alone."""
        await self._session.run(
            SQL.set,
            id=new_id(),
            key=key,
            kind=kind,
            args=json.dumps(args),
            due_at=due_at,
            expires_at=expires_at,
        )

    async def begin(self, key: str, kind: str, args: Mapping[str, Any], due_at: datetime) -> None:
        """Set the timer `key` unless it is there: one that is at work already is not disturbed."""
        await self._session.run(SQL.begin, id=new_id(), key=key, kind=kind, args=json.dumps(args), due_at=due_at)

    async def rearm(self, timer: Timer, args: Mapping[str, Any], due_at: datetime) -> None:
        await self._session.run(SQL.rearm, id=timer.id, args=json.dumps(args), due_at=due_at)

    async def cancel(self, key: str, now: datetime) -> None:
        await self._session.run(SQL.cancel, key=key, now=now)

    async def cancel_all(self, prefix: str, now: datetime) -> None:
        """Cancel what waits under keys that begin with `prefix`."""
        await self._session.run(SQL.cancel_all, pattern=f"{prefix}%", now=now)

    async def next(self, now: datetime) -> Timer | None:
        """The first timer that is due, held by this transaction."""
        row = await self._session.row(SQL.next, now=now)
        return row and make(Timer, row, args=json.loads(row["args"]))

    async def finish(self, timer: Timer, now: datetime, state: str = "done", reason: str = "") -> None:
        """`state` is done, expired or failed."""
        await self._session.run(SQL.finish, id=timer.id, state=state, reason=reason, now=now)

    async def retry(self, timer: Timer, at: datetime, reason: str) -> None:
        await self._session.run(SQL.retry, id=timer.id, due_at=at, reason=reason)

    async def coming(self, most: int) -> list[Timer]:
        rows = await self._session.rows(SQL.coming, most=most)
        return [make(Timer, row, args=json.loads(row["args"])) for row in rows]

    async def counts(self) -> list[Pile]:
        return [make(Pile, row) for row in await self._session.rows(SQL.counts)]
