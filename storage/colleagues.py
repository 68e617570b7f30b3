"""What staff are called among themselves, and how they try each other's drafts; sealed with the key of who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import Recipient
from storage.queries import Queries
from storage.records import make

SQL = Queries("colleagues")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of staff; `name` is empty where they gave none."""

    recipient: Recipient
    name: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One colleague and one draft: asked (by nobody, where they came by the link), tried, and what they said of it.

    `seen` is a digest of the questions as they last had them; an empty `remark` that was `said_at` a moment means that
    nothing is to be changed.
    """

    person_id: str
    name: str
    asker_id: str | None
    seen: str
    asked_at: datetime
    tried_at: datetime | None
    said_at: datetime | None
    remark: str


class Colleagues:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def name_of(self, person_id: str) -> str | None:
        """Empty for whoever would rather not say; None for whoever has not been asked yet."""
        kept = await self._session.value(SQL.name_of, person_id=person_id)
        return (await DataKeys(self._session).box(person_id)).open(kept) if kept else kept

    async def put_name(self, person_id: str, name: str) -> None:
        sealed = (await DataKeys(self._session).box(person_id)).seal(name) if name else ""
        await self._session.run(SQL.put_name, person_id=person_id, name=sealed)

    async def everybody(self) -> list[Colleague]:
        """All staff, also those who want no messages; by name, the nameless last."""
        rows = await self._session.rows(SQL.everybody)
        boxes = await DataKeys(self._session).boxes(row["id"] for row in rows if row["name"])
        found = [
            Colleague(
                make(Recipient, {field: row[field] for field in Recipient.__annotations__}),
                boxes[row["id"]].open(row["name"]) if row["name"] else "",
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (not one.name, one.name.casefold()))

    async def ask(self, consultation_id: str, people: Iterable[str], asker_id: str, seen: str, now: datetime) -> None:
        for person_id in people:
            await self._session.run(
                SQL.ask,
                consultation_id=consultation_id,
                person_id=person_id,
                asker_id=asker_id,
                seen=seen,
                now=now,
            )

    async def begin(self, consultation_id: str, person_id: str, seen: str, now: datetime) -> None:
        """They have the questions before them, asked or not."""
        await self._session.run(SQL.begin, consultation_id=consultation_id, person_id=person_id, seen=seen, now=now)

    async def finish(self, consultation_id: str, person_id: str, now: datetime) -> bool:
        """They have come to the end; false when they are not among those who try it."""
        found = await self._session.value(SQL.finish, consultation_id=consultation_id, person_id=person_id, now=now)
        return found is not None

    async def remark(self, consultation_id: str, person_id: str, words: str, now: datetime) -> None:
        """What they would change; empty for nothing."""
        sealed = (await DataKeys(self._session).box(person_id)).seal(words) if words else ""
        await self._session.run(
            SQL.remark, consultation_id=consultation_id, person_id=person_id, remark=sealed, now=now
        )

    async def trials(self, consultation_id: str) -> list[Trial]:
        """Who has been asked to try a draft, or has tried it unasked: the first asked first."""
        rows = await self._session.rows(SQL.trials, consultation_id=consultation_id)
        boxes = await DataKeys(self._session).boxes(row["person_id"] for row in rows)
        return [
            make(
                Trial,
                row,
                **{part: row[part] and boxes[row["person_id"]].open(row[part]) for part in ("name", "remark")},
            )
            for row in rows
        ]

    async def end_trials(self, consultation_id: str) -> None:
        """What was said of the draft has done its work."""
        await self._session.run(SQL.end_trials, consultation_id=consultation_id)
