"""Questions to staff as they are stored, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database, opened
from tests.peers import VAULT, rows

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def somebody(database: Database, number: int) -> str:
    person, _conversation = await database.write(lambda store: store.people.add(number, "citizen", "en", NOW))
    return person.id


async def test_somebody_has_one_open_question_at_a_time(database: Database, database_url: str) -> None:
    ana = await somebody(database, 1)
    asked = await asyncio.gather(
        *(database.write(lambda store, n=n: store.support.ask(ana, f"Word {n}", NOW)) for n in range(6))  # type: ignore[misc]
    )
    assert len({request for request, _note in asked}) == 1
    assert len(await rows(database_url, "SELECT 1 FROM support_messages")) == 6
    assert "Word" not in str(await rows(database_url, "SELECT words FROM support_messages")), "they are sealed"


async def test_a_question_is_closed_once(database: Database) -> None:
    ana = await somebody(database, 1)
    request_id, _note = await database.write(lambda store: store.support.ask(ana, "Why?", NOW))
    closed = await asyncio.gather(
        *(database.write(lambda store: store.support.close(request_id, NOW)) for _one in range(4))
    )
    assert sorted(closed) == [False, False, False, True]
    again, _note = await database.write(lambda store: store.support.ask(ana, "And now?", NOW))
    assert again != request_id


async def test_those_who_wait_longest_for_an_answer_come_first(database: Database) -> None:
    for number, words in enumerate(("One", "Two", "Three")):
        person = await somebody(database, number + 1)
        await database.write(lambda store, p=person, w=words: store.support.ask(p, w, NOW))  # type: ignore[misc]
    first, *_others = await database.write(lambda store: store.support.page("open", 0, 9))
    await database.write(lambda store: store.support.answer(first, "Because", NOW + timedelta(minutes=1)))
    waiting = await database.write(lambda store: store.support.page("open", 0, 9))
    assert [(request.words, request.unanswered) for request in waiting] == [("Two", 1), ("Three", 1), ("One", 0)]
    notes = await database.write(lambda store: store.support.notes(first))
    assert [(note.words, note.from_staff) for note in notes] == [("One", False), ("Because", True)]


async def test_a_question_goes_with_who_asked(database: Database, database_url: str) -> None:
    ana = await somebody(database, 1)
    await database.write(lambda store: store.support.ask(ana, "Why?", NOW))
    await database.write(lambda store: store.erasure.erase(ana))
    assert await rows(database_url, "SELECT 1 FROM support_requests") == []
    assert await rows(database_url, "SELECT 1 FROM support_messages") == []
