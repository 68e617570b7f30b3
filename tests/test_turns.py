"""Turns that go wrong: rolled back whole, tried again, and in the end owned up to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.telegram.intake import Intake
from bot.turns import TRIES, Turns
from flows.desk import Desk, Surroundings
from flows.flow import Flow
from flows.router import Router
from flows.turn import Turn, end
from flows.words import Verbatim
from storage.database import Database, opened
from tests.peers import rows

ANA, BEN = 11, 12
INBOX = "SELECT update_id, state, reason FROM inbox ORDER BY update_id"

flow = Flow()


@flow.command("stumble", agreement=False)
async def stumble(desk: Desk, argument: str) -> Turn:
    await desk.record("stumbled", "half done")
    raise ArithmeticError


@flow.command("walk", agreement=False)
async def walk(desk: Desk, argument: str) -> Turn:
    await desk.record("walked", argument)
    return end(Verbatim(f"Walked {argument}"))


class Office:
    """Intake and turns around one database, and a clock."""

    def __init__(self, database: Database, url: str) -> None:
        self.url = url
        self.clock = Clock()
        self._database = database
        self._surroundings = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
        self._update_id = 0

    async def hear(self, person: int, text: str) -> None:
        self._update_id += 1
        message = {"message_id": self._update_id, "from": {"id": person}, "chat": {"type": "private"}, "text": text}
        await self.take_in({"update_id": self._update_id, "message": message})

    async def take_in(self, update: object) -> None:
        await Intake(self._database, self.clock, lambda _number: None).take_in([update])

    async def take_all(self) -> list[str]:
        """Every turn that can be taken now; gives what the replies say."""
        turns = Turns(self._database, Router([flow]), self.clock, self._surroundings, "this one")
        said: list[str] = []
        while taken := await turns.take():
            said.extend(parcel.body.get("text", "") for parcel in taken.replies)
        return said


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with opened(database_url) as database:
        yield Office(database, database_url)


async def test_a_turn_that_fails_leaves_nothing_and_is_owned_up_to_in_the_end(office: Office) -> None:
    await office.hear(ANA, "/stumble")
    said = []
    for _attempt in range(TRIES):
        said.append(await office.take_all())
        office.clock.advance(timedelta(minutes=1))
    *silent, [sorry] = said
    assert silent == [[]] * (TRIES - 1)
    assert "Please try again" in sorry
    assert await rows(office.url, INBOX) == [(1, "failed", "ArithmeticError")]
    assert await rows(office.url, "SELECT action FROM audit") == []


async def test_what_the_same_person_said_next_waits_and_others_go_on(office: Office) -> None:
    await office.hear(ANA, "/stumble")
    await office.hear(ANA, "/walk home")
    await office.hear(BEN, "/walk to the library")
    assert await office.take_all() == ["Walked to the library"]
    said: list[str] = []
    for _attempt in range(TRIES):
        office.clock.advance(timedelta(minutes=1))
        said.extend(await office.take_all())
    _sorry, walked = said
    assert walked == "Walked home"
    assert await rows(office.url, "SELECT subject FROM audit ORDER BY id") == [("to the library",), ("home",)]


async def test_an_update_that_makes_no_sense_is_set_aside(office: Office) -> None:
    senseless: list[dict[str, object]] = [{"message": {"text": "/walk"}}, {"poll": {}}, {"message": None}, {}]
    for number, update in enumerate(senseless, 1):
        await office.take_in({"update_id": number, **update})
    for unusable in [None, "update", {"update_id": "1"}, {"update_id": True}, {"update_id": 2**80}]:
        await office.take_in(unusable)
    assert await office.take_all() == []
    found = await rows(office.url, INBOX)
    assert [state for _number, state, _reason in found] == ["set_aside"] * 4


async def test_what_was_said_is_not_kept_once_it_is_answered(office: Office) -> None:
    await office.hear(ANA, "/walk by the river")
    [(payload,)] = await rows(office.url, "SELECT payload FROM inbox")
    assert json.loads(payload)["message"]["text"] == "/walk by the river"
    await office.take_all()
    assert await rows(office.url, "SELECT state, payload FROM inbox") == [("done", "")]
