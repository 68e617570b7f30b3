"""What was asked when an outage began is asked again; what somebody has said is not shown again unasked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.outages import ask_again
from bot.telegram.rendering import bodies
from flows.turn import Message, choice
from flows.words import Verbatim, Voice
from storage.database import Database, opened
from storage.people import Conversation
from storage.store import Store
from tests.peers import VAULT
from tests.player import ZONE

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def asked_after_an_outage(database: Database, message: Message) -> tuple[dict[str, Any], bool]:
    """What somebody gets who was being asked this, and whether their question has moved to it."""
    (view,) = bodies(message, Voice("en", ZONE), 1)

    async def be_asked(store: Store) -> None:
        person, _conversation = await store.people.add(9, "citizen", "en", NOW)
        await store.conversations.save(Conversation(person.id, "{}", 1, json.dumps(view), "before"), NOW)

    async def found(store: Store) -> tuple[dict[str, Any], bool]:
        (sent,) = await store.outbox.claim("here", NOW + timedelta(hours=3), 9)
        loaded = await store.people.load(9)
        assert loaded is not None
        return sent.body, loaded[1].view_id == sent.id

    await database.write(be_asked)
    assert await ask_again(database, NOW + timedelta(hours=2), NOW, ZONE) == 1
    return await database.write(found)


async def test_a_question_is_asked_again_as_it_was(database: Database) -> None:
    question = Message(Verbatim("Where?"), [[choice("a", "By the school")]])
    body, moved = await asked_after_an_outage(database, question)
    assert (body["text"], moved) == ("Where?", True)


async def test_answers_and_secrets_are_not_shown_again_unasked(database: Database) -> None:
    answers = Message(Verbatim("You wrote: the milk is sour"), [[choice("send", "Send")]], private=True)
    body, moved = await asked_after_an_outage(database, answers)
    assert "milk" not in json.dumps(body)
    assert body["rows"][0][0]["callback_data"] == "/continue"
    assert not moved, "the buttons of the question still count where they are"
