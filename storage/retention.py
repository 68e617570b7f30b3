"""What is kept no longer: counted, deleted a page at a time, and written down in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from storage.database import Session
from storage.erasing import Erasure
from storage.queries import Queries, Query

SQL = Queries("retention")

Kept = Literal[
    "texts", "names", "taken", "support", "audit", "openings", "memberships", "profiles", "draws", "traces", "silent"
]
"""Own words and names in surveys that are over; forms that staff took down; closed questions to staff; the audit trail;
who opened which link; places on panels that have ended; what people said about themselves and have not touched since;
pools and records of draws; traces of what was sent and done; people who were silent for too long."""

COUNTS: dict[Kept, Query] = {
    "texts": SQL.count_texts,
    "names": SQL.count_names,
    "taken": SQL.count_taken,
    "support": SQL.count_support,
    "audit": SQL.count_audit,
    "openings": SQL.count_openings,
    "memberships": SQL.count_memberships,
    "profiles": SQL.count_profiles,
    "draws": SQL.count_draws,
}
DELETIONS: dict[Kept, tuple[Query, ...]] = {
    "texts": (SQL.delete_texts, SQL.delete_unsent, SQL.delete_ballot_texts),
    "names": (SQL.delete_names,),
    "support": (SQL.delete_support,),
    "audit": (SQL.delete_audit,),
    "memberships": (SQL.delete_memberships,),
    "profiles": (SQL.delete_profiles,),
    "draws": (SQL.delete_draws,),
    "traces": (SQL.delete_timers, SQL.delete_outbox, SQL.delete_media),
}


class Retention:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def overdue(self, what: Kept, before: datetime) -> int:
        """How many there are from before."""
        return int(await self._session.value(COUNTS[what], before=before))

    async def delete(self, what: Kept, before: datetime, most: int) -> int:
        """Delete up to `most` of each kind of row that are from before; returns how many."""
        match what:
            case "taken":
                return await self._fold(before, most)
            case "openings":
                return await self._forget_openings(before, most)
        found = [len(await self._session.rows(query, before=before, most=most)) for query in DELETIONS[what]]
        if what == "texts" and any(found):
            await self._session.run(SQL.delete_loose_tags)
        return sum(found)

    async def _fold(self, before: datetime, most: int) -> int:
        """What staff took down becomes counts that belong to nobody, as with people who are erased."""
        found = await self._session.rows(SQL.taken, before=before, most=most)
        for row in found:
            await Erasure(self._session).erase(row["id"])
        return len(found)

    async def _forget_openings(self, before: datetime, most: int) -> int:
        """How many people a link brought stays known."""
        found = Counter(
            [row["token"] for row in await self._session.rows(SQL.delete_openings, before=before, most=most)]
        )
        for token, number in found.items():
            await self._session.run(SQL.keep_opened, token=token, number=number)
        return found.total()

    async def record(self, what: Kept, day: date, number: int) -> None:
        """Add to what was deleted on a day; 0 says that the rule ran."""
        await self._session.run(SQL.record, rule=what, day=day, number=number)

    async def deleted(self, first: date, last: date) -> Mapping[Kept, int]:
        """What was deleted from the first to the last day, both included."""
        return {row["rule"]: row["number"] for row in await self._session.rows(SQL.deleted, first=first, last=last)}

    async def last_run(self) -> date | None:
        found = await self._session.value(SQL.last_run)
        return date.fromisoformat(found) if found else None
