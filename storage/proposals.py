"""What members propose to be asked, before a survey is published; sealed with the key of who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import Recipient
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("proposals")

ProposalState = Literal["open", "taken", "declined"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question of somebody's own, or other words for `question_id`; as one person sees it."""

    id: str
    consultation_id: str
    question_id: str | None
    words: str
    state: ProposalState
    supporters: int
    supported: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Shaped:
    """A draft whose questions can be shaped until then."""

    id: str
    question: str
    language: str
    translations: str
    until_at: datetime


class Proposals:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, consultation_id: str, until: datetime) -> bool:
        """Let members shape a draft; false when it is no draft any more."""
        return await self._session.value(SQL.begin, id=consultation_id, until=until) is not None

    async def add(
        self, consultation_id: str, question_id: str | None, person_id: str, words: str, now: datetime, most: int
    ) -> str | None:
        """A new proposal, supported by who makes it; None when they have `most` open ones."""
        box = await DataKeys(self._session).box(person_id)
        id: str | None = await self._session.value(
            SQL.add,
            id=new_id(),
            consultation_id=consultation_id,
            question_id=question_id,
            person_id=person_id,
            words=box.seal(words),
            now=now,
            most=most,
        )
        if id is not None:
            await self.support(id, person_id, on=True)
        return id

    async def of(self, consultation_id: str, person_id: str) -> list[Proposal]:
        """The open ones, the most supported first."""
        rows = await self._session.rows(SQL.of_consultation, consultation_id=consultation_id, person_id=person_id)
        return [self._proposal(row) for row in rows]

    async def load(self, id: str, person_id: str) -> Proposal | None:
        row = await self._session.row(SQL.load, id=id, person_id=person_id)
        return row and self._proposal(row)

    def _proposal(self, row: Any) -> Proposal:
        values = {name: row[name] for name in Proposal.__annotations__}
        return make(Proposal, values, words=self._session.keyring.opened(row))

    async def settle(self, id: str, state: Literal["taken", "declined"]) -> bool:
        """False when it has been settled already."""
        return await self._session.value(SQL.settle, id=id, state=state) is not None

    async def support(self, id: str, person_id: str, *, on: bool) -> None:
        await self._session.run(SQL.support if on else SQL.take_back, id=id, person_id=person_id)

    async def proposer(self, id: str) -> Recipient | None:
        """Who made it, if they want to hear from us."""
        row = await self._session.row(SQL.proposer, id=id)
        return row and make(Recipient, row)

    async def members(self, consultation_id: str, after: str, most: int) -> list[Recipient]:
        """Who may shape the questions and wants to hear of it, by id, `after` one of them."""
        rows = await self._session.rows(SQL.members, consultation_id=consultation_id, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def shaped_by(self, person_id: str, now: datetime) -> list[Shaped]:
        """Drafts whose questions somebody may shape now, the first to end first."""
        return [make(Shaped, row) for row in await self._session.rows(SQL.shaped_by, person_id=person_id, now=now)]
