"""What is kept no longer: counted, deleted a page at a time, and written down in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from storage.database import Session
from storage.queries import Queries

SQL = Queries("retention")

Kept = Literal["texts", "support", "audit"]
"""Own words in surveys that are over; closed questions to staff; the audit trail."""


class Retention:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def overdue(self, what: Kept, before: datetime) -> int:
        """How many there are from before."""
        query = {"texts": SQL.count_texts, "support": SQL.count_support, "audit": SQL.count_audit}[what]
        return int(await self._session.value(query, before=before))

    async def delete(self, what: Kept, before: datetime, most: int) -> int:
        """Delete up to `most` of each kind of row that are from before; returns how many."""
        queries = {
            "texts": (SQL.delete_texts, SQL.delete_ballot_texts),
            "support": (SQL.delete_support,),
            "audit": (SQL.delete_audit,),
        }[what]
        return sum([len(await self._session.rows(query, before=before, most=most)) for query in queries])

    async def record(self, what: Kept, day: date, number: int) -> None:
        """Add to what was deleted on a day; 0 says that the rule ran."""
        await self._session.run(SQL.record, rule=what, day=day, number=number)

    async def deleted(self, first: date, last: date) -> Mapping[Kept, int]:
        """What was deleted from the first to the last day, both included."""
        return {row["rule"]: row["number"] for row in await self._session.rows(SQL.deleted, first=first, last=last)}

    async def last_run(self) -> date | None:
        found = await self._session.value(SQL.last_run)
        return date.fromisoformat(found) if found else None
