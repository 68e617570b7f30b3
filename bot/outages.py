"""After an outage: Telegram keeps messages for a day but taps on buttons for 150 seconds only, so questions that were
open are asked again; whoever tapped meanwhile is not left waiting. What shows somebody's own answers is not sent again
unasked: the telephone may be in other hands by now."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.telegram.rendering import Body, bodies
from flows.hours import welcome_at
from flows.turn import Message, link
from flows.words import Voice, _
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
    views = [json.loads(question.view) for question in page]
    parcels = [_parcel(question, view, now, zone) for question, view in zip(page, views, strict=True)]
    await store.outbox.add(parcels)
    for question, view, parcel in zip(page, views, parcels, strict=True):
        if not view.get("private"):
            await store.conversations.move_view(question.person_id, question.view_id, parcel.id)
    return page


def _parcel(question: OpenQuestion, view: Body, now: datetime, zone: ZoneInfo) -> Parcel:
    at = welcome_at(now, question, zone)
    return Parcel(
        new_id(),
        question.person_id,
        "bulk",
        "message",
        _offered(question.language) if view.get("private") else view,
        now,
        at,
        at + LIVES,
        once=f"again:{question.person_id}:{question.number}",
    )


def _offered(language: str) -> Body:
    """The question comes when they ask for it; nothing in these words depends on a time zone."""
    text = _("I was away for a while. Shall we carry on where we were?")
    message = Message(text, [[link("continue", _("Carry on"))]])
    return bodies(message, Voice(language, ZoneInfo("UTC")), 0)[0]
