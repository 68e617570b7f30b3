"""Topics: what citizens put on the agenda themselves, who supports it, and how it was answered.

The words are sealed with the key of who proposed them, and with the organisation's only once their writer is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import Recipient
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("topics")

TopicState = Literal["open", "answered", "withdrawn", "hidden"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as one person sees it: `own` says that they proposed it, `supported` that they support it.

    Staff wrote their answer, or why it is hidden, in `staff_language`; `translations` holds the answer in others. One
    that was `spoken` has not been written down yet: its words stand for the voice message.
    """

    id: str
    words: str
    state: TopicState
    answer: str
    answered_at: datetime | None
    hidden_because: str
    proposed_at: datetime
    supporters: int
    supported: bool
    own: bool
    language: str = "en"
    staff_language: str = ""
    translations: str = ""
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A topic that waits to be written down."""

    id: str
    proposed_at: datetime


class Topics:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def propose(self, words: str, person_id: str, now: datetime, most: int) -> str | None:
        """A new open topic, supported by who proposes it; None when they have `most` open ones already."""
        id = await self._add(words, person_id, now, most, spoken=False)
        if id is not None:
            await self.support(id, person_id, now)
        return id

    async def speak(self, voice: str, person_id: str, now: datetime, most: int) -> str | None:
        """A topic that was spoken, for staff to write down; None when they have `most` open ones already."""
        return await self._add(voice, person_id, now, most, spoken=True)

    async def _add(self, words: str, person_id: str, now: datetime, most: int, *, spoken: bool) -> str | None:
        box = await DataKeys(self._session).box(person_id)
        id: str | None = await self._session.value(
            SQL.add, id=new_id(), words=box.seal(words), person_id=person_id, now=now, most=most, spoken=spoken
        )
        return id

    async def spoken(self, most: int) -> list[Spoken]:
        """The oldest that wait to be written down."""
        return [make(Spoken, row) for row in await self._session.rows(SQL.spoken, most=most)]

    async def write_down(self, id: str, words: str, language: str, now: datetime) -> bool:
        """From now on it can be seen, in these words, and its proposer supports it; false when it does not wait."""
        proposer = await self._session.value(SQL.proposed_by, id=id)
        if proposer is None:
            return False
        sealed = (await DataKeys(self._session).box(proposer)).seal(words)
        if await self._session.value(SQL.write_down, id=id, words=sealed, language=language) is None:
            return False
        await self.support(id, proposer, now)
        return True

    async def turn_down(self, id: str) -> bool:
        """A spoken one cannot be used; false when it does not wait any more."""
        return await self._session.value(SQL.turn_down, id=id) is not None

    async def open_of(self, person_id: str) -> int:
        """How many open topics somebody has proposed."""
        return int(await self._session.value(SQL.open_of, person_id=person_id))

    async def load(self, id: str, person_id: str) -> Topic | None:
        row = await self._session.row(SQL.load, id=id, person_id=person_id)
        return row and self._topic(row)

    def _topic(self, row: Any) -> Topic:
        values = {name: row[name] for name in Topic.__annotations__}
        return make(Topic, values, words=self._session.keyring.opened(row))

    async def page(self, state: TopicState, person_id: str, skipped: int, most: int) -> list[Topic]:
        """The most supported first, then the newest; answered ones by the time of the answer, the latest first."""
        if state == "answered":
            rows = await self._session.rows(SQL.answered, person_id=person_id, skipped=skipped, most=most)
        else:
            rows = await self._session.rows(SQL.page, state=state, person_id=person_id, skipped=skipped, most=most)
        return [self._topic(row) for row in rows]

    async def support(self, id: str, person_id: str, now: datetime) -> bool:
        """False when they support it already or it is not open."""
        return await self._session.value(SQL.support, id=id, person_id=person_id, now=now) is not None

    async def take_back(self, id: str, person_id: str) -> bool:
        """False when they did not support it or it is not open."""
        return await self._session.value(SQL.take_back, id=id, person_id=person_id) is not None

    async def withdraw(self, id: str, person_id: str) -> bool:
        """False when it is not open or not theirs."""
        return await self._session.value(SQL.withdraw, id=id, person_id=person_id) is not None

    async def answer(self, id: str, answer: str, person_id: str, now: datetime, language: str = "en") -> bool:
        """False when it is not open."""
        answered = await self._session.value(
            SQL.answer, id=id, answer=answer, person_id=person_id, now=now, language=language
        )
        return answered is not None

    async def hide(self, id: str, reason: str, language: str = "en") -> bool:
        """False when it is not open."""
        return await self._session.value(SQL.hide, id=id, reason=reason, language=language) is not None

    async def show(self, id: str) -> bool:
        """Open again what was hidden; false when it was not."""
        return await self._session.value(SQL.show, id=id) is not None

    async def proposer(self, id: str) -> Recipient | None:
        """Who proposed it, if they want to hear from us."""
        row = await self._session.row(SQL.proposer, id=id)
        return row and make(Recipient, row)

    async def concerned(self, id: str, after: str, most: int) -> list[Recipient]:
        """Proposer and supporters who want to hear from us, by id, `after` one of them."""
        rows = await self._session.rows(SQL.concerned, id=id, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def concerned_count(self, id: str) -> int:
        return int(await self._session.value(SQL.concerned_count, id=id))
