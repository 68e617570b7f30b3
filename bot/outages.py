"""After an outage: Telegram keeps messages for a day but taps on buttons for 150 seconds only, so questions that were
open are asked again; whoever tapped meanwhile is not left waiting."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.hours import welcome_at
from storage.database import Database
from storage.outbox import Parcel
from storage.people import OpenQuestion
from storage.records import new_id
from storage.store import Store

RECENT = timedelta(days=1)
LIVES = timedelta(hours=12)


async def ask_again(database: Database, now: datetime, down_since: datetime, zone: ZoneInfo) -> int:
    """Put every question that was open when the outage began into the outbox once more; returns how many.

    Nobody is asked in their quiet hours; `zone` is the organisation's.
    """
    after, asked = "", 0
    while True:
        page = await database.write(lambda store, after=after: _ask_page(store, now, down_since, after, zone))  # type: ignore[misc]
        if not page:
            return asked
        after, asked = page[-1].person_id, asked + len(page)


async def _ask_page(
    store: Store, now: datetime, down_since: datetime, after: str, zone: ZoneInfo
) -> list[OpenQuestion]:
    page = await store.conversations.open(down_since - RECENT, after)
    parcels = [_parcel(question, now, zone) for question in page]
    await store.outbox.add(parcels)
    for question, parcel in zip(page, parcels, strict=True):
        await store.conversations.move_view(question.person_id, question.view_id, parcel.id)
    return page


def _parcel(question: OpenQuestion, now: datetime, zone: ZoneInfo) -> Parcel:
    at = welcome_at(now, question, zone)
    return Parcel(
        new_id(),
        question.person_id,
        "bulk",
        "message",
        json.loads(question.view),
        now,
        at,
        at + LIVES,
        once=f"again:{question.person_id}:{question.number}",
    )
