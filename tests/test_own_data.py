"""Everything held on somebody, in words: nothing is cut short unsaid, and nothing reads as if a machine wrote it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.privacy.data import MOST_SHOWN, readable, recordings
from flows.turn import Media
from flows.words import Voice
from storage.database import Database, opened
from storage.panels import Term
from tests.peers import VAULT
from tests.player import ZONE

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
async def held(database_url: str) -> AsyncIterator[dict[str, Any]]:
    async with opened(database_url, VAULT) as database:
        yield await _held(database)


async def _held(database: Database) -> dict[str, Any]:
    async def fill(store: Any) -> dict[str, Any]:
        person, _conversation = await store.people.add(7, "citizen", "en", NOW)
        panel = await store.panels.add("Voices", "Living here", 6, None, person.id, NOW)
        await store.panels.serve(panel, person.id, Term(1, NOW + timedelta(days=9)), NOW)
        await store.profiles.save(person.id, {"use:library": "yes"}, NOW)
        await store.people.pause(person.id, NOW + timedelta(days=20))
        found: dict[str, Any] = await store.erasure.held(person.id)
        return found

    return await database.write(fill)


def said(held: dict[str, Any]) -> str:
    return Voice("en", ZONE).plain(readable(held, [], "en"))


async def test_what_is_sealed_is_opened_for_them(held: dict[str, Any]) -> None:
    assert held["profile"] == {"use:library": "yes"}
    assert "I am silent until: Sunday 21 March 2027" in said(held)


async def test_what_they_are_to_their_colleagues_is_said(held: dict[str, Any]) -> None:
    tried = {"asked": "Which way?", "remark": "The bus is missing."}
    text = said({**held, "among_colleagues": ["Ann"], "tried_for_colleagues": [tried, {**tried, "remark": ""}]})
    for words in ("Your colleagues call you: Ann", "Which way?: The bus is missing.", "Which way?: –"):
        assert words in text
    assert "colleagues" not in said(held), "citizens hear nothing of it"


async def test_lists_say_when_there_is_more_in_the_file(held: dict[str, Any]) -> None:
    topics = [{"words": f"Topic {number}"} for number in range(MOST_SHOWN + 3)]
    assert "… 3 more are in the file." in said({**held, "topics": topics})
    assert "in the file." not in said({**held, "topics": topics[:MOST_SHOWN]})


async def test_voices_and_verdicts_read_as_words_and_recordings_come_along(held: dict[str, Any]) -> None:
    survey = {
        "asked": "How?",
        "name": "Ana",
        "with_helper": 1,
        "answers": [{"question": "Why?", "answer": "voice:abc"}],
    }
    whole = {**held, "surveys": [survey], "verdicts": [{"asked": "How?", "verdict": "partly"}]}
    text = said(whole)
    for words in (
        "Why?: a voice message",
        "How?: Partly",
        "Your name stands on it: Ana",
        "Somebody helped you answer.",
    ):
        assert words in text
    assert recordings(whole) == [Media("voice", "abc")]
