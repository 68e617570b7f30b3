"""Nobody is woken: quiet hours hold whenever a message is sent, and for what is asked again after an outage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.outages import ask_again
from bot.quiet import claim
from storage.database import Database, opened
from storage.outbox import Parcel
from storage.people import Person
from storage.records import new_id
from tests.peers import VAULT
from tests.player import ZONE, Player

NIGHT = datetime(2027, 3, 1, 2, tzinfo=UTC)
MORNING = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def sleeper(database: Database, telegram_id: int) -> Person:
    """Silent from 21 to 8."""

    async def add(store: Any) -> Person:
        person, _conversation = await store.people.add(telegram_id, "citizen", "en", NIGHT)
        await store.people.set_needs(replace(person, quiet_from=21 * 60, quiet_until=8 * 60))
        return person  # type: ignore[no-any-return]

    return await database.write(add)


def parcel(to: Person, **different: Any) -> Parcel:
    expires_at = NIGHT + timedelta(hours=1)
    usual = {"lane": "bulk", "kind": "message", "body": {"text": "x"}, "created_at": NIGHT, "due_at": NIGHT}
    return Parcel(**{"id": new_id(), "person_id": to.id, "expires_at": expires_at, **usual, **different})


async def test_bulk_that_comes_due_at_night_waits_and_a_reply_does_not(database: Database) -> None:
    ana = await sleeper(database, 7)
    news, reply = parcel(ana), parcel(ana, lane="reply")
    await database.write(lambda store: store.outbox.add([news, reply]))
    at_night = await database.write(lambda store: claim(store, "one", NIGHT, 10, ZONE))
    assert [one.id for one in at_night] == [reply.id]
    before = await database.write(lambda store: claim(store, "one", MORNING - timedelta(minutes=1), 10, ZONE))
    then = await database.write(lambda store: claim(store, "one", MORNING, 10, ZONE))
    assert (before, [one.id for one in then]) == ([], [news.id])
    assert then[0].expires_at == news.expires_at + timedelta(hours=6), "it is of use for as much longer"


async def test_a_night_full_of_messages_does_not_hide_what_may_go(database: Database) -> None:
    ana = await sleeper(database, 7)
    ben, _conversation = await database.write(lambda store: store.people.add(8, "citizen", "en", NIGHT))
    many = [parcel(ana) for _ in range(25)]
    last = parcel(ben)
    await database.write(lambda store: store.outbox.add([*many, last]))
    assert [one.id for one in await database.write(lambda store: claim(store, "one", NIGHT, 10, ZONE))] == [last.id]


async def test_what_has_a_fixed_end_is_not_sent_after_it(database: Database) -> None:
    ana = await sleeper(database, 7)
    await database.write(lambda store: store.outbox.add([parcel(ana, has_fixed_end=True)]))
    assert await database.write(lambda store: claim(store, "one", NIGHT, 10, ZONE)) == []
    assert await database.write(lambda store: claim(store, "one", MORNING, 10, ZONE)) == []
    await database.write(lambda store: store.outbox.expire(MORNING))
    piles = await database.write(lambda store: store.outbox.counts())
    assert [(pile.state, pile.number) for pile in piles] == [("expired", 1)]


BEFORE_THE_OUTAGE = """\
~ 1 March 2027, 00:30
> ana: /start
> ana: [English]
> ana: [Yes, I agree]
> ana: /needs quiet night
> ana: /propose
"""
ASKED = "What would you like your council to talk about?"


@pytest.mark.parametrize("answers_first", [False, True])
async def test_an_open_question_is_asked_again_in_the_morning(database_url: str, answers_first: bool) -> None:
    """Or not at all, when it has been answered in the night; the answer is not held up by it."""
    player = Player(database_url)
    await player.play(BEFORE_THE_OUTAGE)
    async with opened(database_url, VAULT) as database:
        assert await player.act(database, "~ the bot is down for 2 hours") == []
        assert await ask_again(database, NIGHT + timedelta(minutes=30), NIGHT - timedelta(minutes=30), ZONE) == 1
        assert await player.act(database, "~ 1 March 2027, 07:59") == []
        if answers_first:
            assert "This is how others" in (await player.act(database, "> ana: A crossing by the school"))[0]
        told = await player.act(database, "~ 1 March 2027, 08:00")
        assert [ASKED in line for line in told] == ([] if answers_first else [True, False, False])
