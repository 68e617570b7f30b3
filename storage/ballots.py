"""Ballots: answers that nobody can link to who gave them.

That somebody took part stands on their response; what they answered leaves it when it is sent and waits, sealed with
the organisation's key, among at least a batch of others. Then a batch is drawn at random from those that wait, put
into random order and written under random keys. Whoever has every copy of the database ever made learns which of the
people who sent their answers lately may have given a ballot, and there are never fewer than a batch of them while a
consultation is open; what remains is mixed when it closes, and destroyed unread if it is less than a batch in all.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from storage.consultations import Consultations
from storage.database import Session
from storage.queries import Queries
from storage.responses import PADDED, Responses, Written
from storage.vault import padded

SQL = Queries("ballots")

BATCH = 10
"""So many are mixed together, and as many at least are left waiting for the next time."""


class Ballots:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._house = session.keyring.vault.house

    @property
    def can_be_secret(self) -> bool:
        """Whether what waits is sealed. Without a key whoever copies the database sees each ballot as it comes."""
        return self._session.keyring.vault.sealing

    async def cast(self, consultation_id: str, response_id: str) -> None:
        """What was asked and answered becomes a ballot; the response keeps none of it.

        What a form works out by itself is left behind: the time of sending, or a draw, would say whose ballot it is.
        """
        responses = Responses(self._session)
        answers = await responses.answers(response_id)
        await responses.forget_unsent(response_id)
        questions = await Consultations(self._session).questions(consultation_id)
        asked = {question.id for question in questions if question.is_asked}
        given = {id: value for id, value in answers.items() if value is not None and id in asked}
        sealed = self._house.seal(padded(json.dumps(given, ensure_ascii=False), PADDED))
        await self._session.run(SQL.wait, id=secrets.token_hex(16), consultation_id=consultation_id, sealed=sealed)
        await self.mix(consultation_id, leave=BATCH)

    async def mix(self, consultation_id: str, *, leave: int = 0) -> None:
        """Write a batch of those that wait, if `leave` are left waiting then; all of them where none need be left.

        Fewer than a batch in all would hide nobody: they are destroyed unread.
        """
        waiting = await self._session.rows(SQL.waiting, consultation_id=consultation_id)
        enough = len(waiting) >= BATCH + leave
        if leave and not enough:
            return
        drawn = _chance.sample(waiting, BATCH if leave else len(waiting))
        await self._session.run_many(SQL.remove_waiting, [{"id": row["id"]} for row in drawn])
        if enough:
            rows = [line for row in drawn for line in self._rows(json.loads(self._house.open(row["sealed"])))]
            await self._session.run_many(SQL.add, _chance.sample(rows, len(rows)))

    def _rows(self, ballot: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Each answer under a key of its own: who knows one of somebody's answers does not find the others by it."""
        return [
            {"id": secrets.token_hex(16), "question_id": question, "value": self._plain(value)}
            for question, value in ballot.items()
        ]

    def _plain(self, value: Any) -> str:
        return json.dumps(self._house.seal(value) if isinstance(value, str) else value)

    async def texts(self, question_id: str) -> list[Written]:
        """Own words, in no order that says who wrote what."""
        found = [
            Written(row["source"], self._house.open(json.loads(row["value"])))
            for row in await self._session.rows(SQL.texts, question_id=question_id)
        ]
        return sorted(found, key=lambda one: (one.words, one.source))


_chance = secrets.SystemRandom()
