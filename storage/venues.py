"""Links and QR codes in places: what each opens, what its poster says, and what it has brought."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Session
from storage.queries import Queries
from storage.records import make

SQL = Queries("venues")


@dataclass(frozen=True, slots=True)
class VenueLink:
    """`opens` is a word and perhaps an id, such as `survey 4f…`; `words` stand on the poster, by language."""

    token: str
    venue: str
    opens: str
    words: Mapping[str, str]
    created_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Brought:
    """A link, and how many people opened it, answered through it, and came by it first and then joined a panel."""

    link: VenueLink
    opened: int
    answered: int
    joined: int


class Venues:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, token: str, venue: str, opens: str, created_by: str, now: datetime) -> None:
        await self._session.run(SQL.add, token=token, venue=venue, opens=opens, created_by=created_by, now=now)

    async def load(self, token: str) -> VenueLink | None:
        row = await self._session.row(SQL.load, token=token)
        return row and _link(row)

    async def brought(self, token: str) -> Brought | None:
        found = await self._brought(token, 0, 1)
        return found[0] if found else None

    async def page(self, skipped: int, most: int) -> list[Brought]:
        """Open ones first, in the order of their places' names."""
        return await self._brought(None, skipped, most)

    async def _brought(self, token: str | None, skipped: int, most: int) -> list[Brought]:
        rows = await self._session.rows(SQL.page, token=token, skipped=skipped, most=most)
        return [Brought(_link(row), row["opened"], row["answered"], row["joined"]) for row in rows]

    async def close(self, token: str, now: datetime) -> bool:
        """False when it is closed already."""
        return await self._session.value(SQL.close, token=token, now=now) is not None

    async def set_words(self, link: VenueLink, language: str, words: str) -> None:
        """What the posters say in one language."""
        kept = json.dumps({**link.words, language: words}, ensure_ascii=False)
        await self._session.run(SQL.set_words, token=link.token, words=kept)

    async def record_opening(self, token: str, person_id: str, now: datetime) -> None:
        """Each person is counted once."""
        await self._session.run(SQL.record_opening, token=token, person_id=person_id, now=now)


def _link(row: Mapping[str, Any]) -> VenueLink:
    values = {name: row[name] for name in VenueLink.__annotations__}
    return make(VenueLink, values, words=json.loads(values["words"]))
