"""Outcomes: what was decided, and whether that answered the people who were asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from storage.database import Session
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("outcomes")

Verdict = Literal["yes", "partly", "no"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One "we asked, you said, we did", and how many said that it answered them."""

    id: str
    consultation_id: str
    we_asked: str
    you_said: str
    we_did: str
    state: Literal["scheduled", "posted", "cancelled"]
    author_id: str | None
    post_at: datetime
    posted_at: datetime | None
    yes: int
    partly: int
    no: int
    language: str = "en"
    translations: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """An outcome in a list."""

    id: str
    we_asked: str
    posted_at: datetime
    panel_name: str
    panel_language: str
    panel_translations: str
    language: str = "en"
    translations: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A consultation whose result people wait for until `report_by`; kept once something was `told`."""

    id: str
    question: str
    state: Literal["open", "closed"]
    report_by: date
    told: int
    yes: int
    partly: int
    no: int


class Outcomes:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self,
        consultation_id: str,
        *,
        we_asked: str,
        you_said: str,
        we_did: str,
        author_id: str,
        post_at: datetime,
        now: datetime,
        language: str = "en",
    ) -> str:
        """A new outcome, to be posted at `post_at`; returns its id."""
        id = new_id()
        await self._session.run(
            SQL.add,
            id=id,
            consultation_id=consultation_id,
            we_asked=we_asked,
            you_said=you_said,
            we_did=we_did,
            state="scheduled",
            author_id=author_id,
            post_at=post_at,
            now=now,
            language=language,
        )
        return id

    async def load(self, id: str) -> Outcome | None:
        row = await self._session.row(SQL.load, id=id)
        return row and make(Outcome, row)

    async def of(self, consultation_id: str) -> list[Outcome]:
        """Those of one consultation, planned or posted, the earliest first."""
        rows = await self._session.rows(SQL.of_consultation, consultation_id=consultation_id)
        return [make(Outcome, row) for row in rows]

    async def post(self, id: str, now: datetime) -> bool:
        """False when it has been posted or taken back already."""
        return await self._session.value(SQL.post, id=id, now=now) is not None

    async def cancel(self, id: str) -> bool:
        """Take back one that is only planned."""
        return await self._session.value(SQL.cancel, id=id) is not None

    async def told_to(self, person_id: str, since: datetime) -> bool:
        """Whether anything was told since of what somebody was asked."""
        return await self._session.value(SQL.told_to, person_id=person_id, since=since) is not None

    async def latest(self, skipped: int, most: int) -> list[Posted]:
        return [make(Posted, row) for row in await self._session.rows(SQL.latest, skipped=skipped, most=most)]

    async def give_verdict(self, outcome_id: str, person_id: str, verdict: Verdict, now: datetime) -> None:
        """Whether it answered somebody, in place of what they said before."""
        await self._session.run(SQL.give_verdict, outcome_id=outcome_id, person_id=person_id, verdict=verdict, now=now)

    async def promises(self, skipped: int, most: int) -> list[Promise]:
        return [make(Promise, row) for row in await self._session.rows(SQL.promises, skipped=skipped, most=most)]

    async def is_owed(self, consultation_id: str) -> bool:
        """Whether people still wait to be told what was decided."""
        return await self._session.value(SQL.is_owed, consultation_id=consultation_id) is not None
