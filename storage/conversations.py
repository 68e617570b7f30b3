"""Conversations: what each person is being asked just now."""

from __future__ import annotations

import json
from datetime import datetime

from storage.data_keys import DataKeys
from storage.database import Session
from storage.inbox import PADDED
from storage.people import Conversation, OpenQuestion
from storage.queries import Queries
from storage.records import make
from storage.vault import padded

SQL = Queries("conversations")


class Conversations:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def save(self, conversation: Conversation, now: datetime) -> None:
        box = await DataKeys(self._session).box(conversation.person_id)
        await self._session.run(
            SQL.save,
            person_id=conversation.person_id,
            state=conversation.state and box.seal(padded(conversation.state, PADDED)),
            number=conversation.number,
            view=conversation.view and box.seal(padded(conversation.view, PADDED)),
            view_id=conversation.view_id,
            parked=box.seal(padded(json.dumps(conversation.parked), PADDED)) if conversation.parked else "",
            now=now,
        )

    async def open(self, since: datetime, after: str = "", most: int = 500) -> list[OpenQuestion]:
        """Questions waiting since `since` at the earliest, a page at a time."""
        rows = await self._session.rows(SQL.open, since=since, after=after, most=most)
        boxes = await DataKeys(self._session).boxes(row["person_id"] for row in rows)
        return [make(OpenQuestion, row, view=boxes[row["person_id"]].open(row["view"])) for row in rows]

    async def move_view(self, person_id: str, older: str, newer: str) -> None:
        """The question has been put into the outbox again, as `newer`."""
        await self._session.run(SQL.move_view, person_id=person_id, older=older, newer=newer)
