"""What somebody asks staff, and what staff answer: sealed with the key of who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import NOTICE_VERSION, Recipient
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("support")

State = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Request:
    """`words` were written first, `unanswered` is how many messages have come since staff last wrote."""

    id: str
    person_id: str
    state: State
    opened_at: datetime
    closed_at: datetime | None
    words: str
    unanswered: int


@dataclass(frozen=True, slots=True)
class Note:
    """One message of a request."""

    id: str
    from_staff: bool
    words: str
    written_at: datetime


class Support:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def ask(self, person_id: str, words: str, now: datetime) -> tuple[str, str]:
        """Add to somebody's open request, or open one; gives the ids of the request and of the message."""
        await self._session.run(SQL.open, id=new_id(), person_id=person_id, now=now)
        request_id: str = await self._session.value(SQL.open_of, person_id=person_id)
        return request_id, await self._write(request_id, person_id, words, now, from_staff=False)

    async def answer(self, request: Request, words: str, now: datetime) -> str:
        """The id of the message. The request must be open, and held."""
        return await self._write(request.id, request.person_id, words, now, from_staff=True)

    async def _write(self, request_id: str, person_id: str, words: str, now: datetime, *, from_staff: bool) -> str:
        id = new_id()
        sealed = (await DataKeys(self._session).box(person_id)).seal(words)
        await self._session.run(SQL.write, id=id, request_id=request_id, from_staff=from_staff, words=sealed, now=now)
        return id

    async def close(self, id: str, now: datetime) -> bool:
        """Whether it was open until now."""
        return await self._session.value(SQL.close, id=id, now=now) is not None

    async def willing(self, consultation_id: str, after: str, most: int) -> list[Recipient]:
        """Who was asked in a consultation and agrees to be asked for a longer talk, by id, `after` one of them."""
        rows = await self._session.rows(
            SQL.willing, consultation_id=consultation_id, after=after, most=most, notice=NOTICE_VERSION
        )
        return [make(Recipient, row) for row in rows]

    async def count_willing(self, consultation_id: str) -> int:
        found = await self._session.value(SQL.count_willing, consultation_id=consultation_id, notice=NOTICE_VERSION)
        return int(found)

    async def find(self, id: str) -> Request | None:
        """Held until the transaction ends, so that it is not answered and closed at once."""
        row = await self._session.row(SQL.find, id=id)
        return row and (await self._requests([row]))[0]

    async def of_person(self, person_id: str) -> Request | None:
        """The one that is open."""
        id = await self._session.value(SQL.open_of, person_id=person_id)
        return await self.find(id) if id else None

    async def page(self, state: State, skip: int, most: int) -> list[Request]:
        """Open ones that have waited longest for an answer first; closed ones the latest first."""
        query = SQL.open_page if state == "open" else SQL.closed_page
        return await self._requests(await self._session.rows(query, skip=skip, most=most))

    async def notes(self, request: Request) -> list[Note]:
        box = await DataKeys(self._session).box(request.person_id)
        rows = await self._session.rows(SQL.notes, request_id=request.id)
        return [make(Note, row, words=box.open(row["words"])) for row in rows]

    async def _requests(self, rows: list[Mapping[str, Any]]) -> list[Request]:
        boxes = await DataKeys(self._session).boxes(row["person_id"] for row in rows)
        return [make(Request, row, words=boxes[row["person_id"]].open(row["words"])) for row in rows]
