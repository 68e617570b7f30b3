"""Files that people send: read when a flow asks for them, once, and never for another question."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.playground.faults import Cut, Error, Fault, SlowDown
from bot.playground.server import Playground
from bot.telegram.api import Api
from bot.telegram.fetching import brought
from bot.telegram.intake import Intake, poll
from bot.telegram.sender import Sender
from bot.turns import Turns
from flows.desk import Desk, Surroundings
from flows.flow import Flow
from flows.router import Router
from flows.saved import saved
from flows.turn import LARGEST_FILE, Choice, NotReceived, Received, Said, SentFile, Turn, again, ask, choice, end, fetch
from flows.welcome.citizen import flow as welcome
from flows.words import _
from storage.database import Database, opened
from storage.outbox import Claimed
from tests.peers import ANA, TOKEN, VAULT, Phone, playing, rows, until

FETCHES = "SELECT state FROM outbox WHERE kind = 'fetch'"

flow = Flow()


@saved("test.handing_in", awaits_file=True)
@dataclass(frozen=True, slots=True)
class HandingIn:
    """Waiting for a file, or for its contents."""


@flow.command("file", agreement=False)
async def file(desk: Desk, argument: str) -> Turn:
    return ask(HandingIn(), _("Which file?"), [[choice("cancel", _("Cancel"))]])


@flow.command("number", agreement=False)
async def number(desk: Desk, argument: str) -> Turn:
    return ask(Naming(), _("Which number?"))


@flow.step(HandingIn)
async def handing_in(desk: Desk, at: HandingIn, said: Said) -> Turn:
    match said:
        case SentFile(name=name):
            return fetch(at, said, _("I am reading {name}.", name=name), [[choice("cancel", _("Cancel"))]])
        case Received(name, data):
            await desk.record("read", name, bytes=len(data))
            return end(_("I have read {name}: {words}", name=name, words=data[:20].decode()))
        case NotReceived(name, reason):
            return end(_("I have not read {name}: {reason}", name=name, reason=reason))
        case Choice("cancel"):
            return end(_("As you like."))
    return again(_("Please send a file."))


@saved("test.naming")
@dataclass(frozen=True, slots=True)
class Naming:
    """Waiting for something that is no file."""


@flow.step(Naming)
async def naming(desk: Desk, at: Naming, said: Said) -> Turn:
    return end(_("Thank you for the number."))


class Office:
    """The bot's parts in one process, with one flow; the sender keeps what it was given, to be given again."""

    def __init__(self, playground: Playground, url: str, database: Database, api: Api) -> None:
        self.playground = playground
        self.url = url
        self.phone = Phone(playground, ANA)
        self.fetches: list[Claimed] = []
        intake = Intake(database, Clock(), lambda _number: None)
        surroundings = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
        self.sender = Sender(api, database, Clock(), "this one", 1000, intake.take_in, ZoneInfo("UTC"))
        self._turns = Turns(database, Router([flow, welcome]), Clock(), surroundings, "this one")
        self.intake = intake
        self.database = database
        self._work = [poll(api, intake), self.sender.run(), self._answer()]

    async def _answer(self) -> None:
        while True:
            while taken := await self._turns.take():
                self.fetches += [parcel for parcel in taken.replies if parcel.kind == "fetch"]
                self.sender.send(taken.replies)
            await asyncio.sleep(0.01)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Office]:
        tasks = [asyncio.create_task(work) for work in self._work]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def hand_in(self, contents: bytes, name: str = "ages.csv") -> None:
        await self.phone.say("/file")
        await self.phone.sees("Which file?")
        await self.playground.send_file(ANA, "document", contents, name)

    async def is_fetched(self) -> None:
        async def it_is() -> bool:
            return await rows(self.url, FETCHES) == [("sent",)]

        await until(it_is)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with playing() as playground, opened(database_url, VAULT) as database:
        api = Api(TOKEN, playground.url)
        await api.open()
        async with Office(playground, database_url, database, api).open() as office:
            yield office
        await api.close_connections()


async def test_a_file_is_read_by_the_question_it_answers(office: Office) -> None:
    await office.hand_in(b"attribute,option")
    await office.phone.sees("I have read ages.csv: attribute,option")
    await office.is_fetched()
    assert await rows(office.url, "SELECT payload FROM inbox WHERE update_id < 0") == [("",)], "it is not kept"


@pytest.mark.parametrize("fault", [Cut(), Error(502, "Bad Gateway"), SlowDown(1)])
async def test_a_troubled_telegram_is_asked_again(office: Office, fault: Fault) -> None:
    office.playground.disturb("getFile", fault)
    await office.hand_in(b"attribute")
    await office.phone.sees("I have read ages.csv")


async def test_a_file_fetched_twice_is_heard_once(office: Office) -> None:
    """As after a process that died before it had written down that it was done."""
    await office.hand_in(b"attribute")
    await office.phone.sees("I have read ages.csv")
    office.sender.send(office.fetches * 2)
    await office.phone.say("/number")
    await office.phone.sees("Which number?")
    assert await rows(office.url, "SELECT action FROM audit") == [("read",)]
    assert len(await rows(office.url, "SELECT 1 FROM inbox WHERE update_id < 0")) == 1


async def test_what_is_too_large_is_said_so(office: Office) -> None:
    await office.hand_in(b"x" * (LARGEST_FILE + 1))
    await office.phone.sees("I have not read ages.csv: too big")


async def test_what_telegram_does_not_have_any_more_is_said_so(office: Office) -> None:
    office.playground.disturb(
        "getFile", Error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    )
    await office.hand_in(b"attribute")
    await office.phone.sees("I have not read ages.csv: lost")


async def test_a_file_that_comes_after_they_went_on_is_not_used(office: Office) -> None:
    office.playground.disturb("getFile", Error(502, "Bad Gateway"))
    await office.hand_in(b"attribute")
    await office.phone.sees("I am reading")
    await office.phone.say("/number")
    await office.phone.sees("You have gone on to something else, so I did not use your file ages.csv.")
    await office.phone.say("12")
    await office.phone.sees("Thank you for the number.")
    assert await rows(office.url, "SELECT action FROM audit") == []


async def test_a_file_of_somebody_erased_meanwhile_does_not_bring_them_back(office: Office) -> None:
    await office.hand_in(b"attribute")
    await office.phone.sees("I have read ages.csv")
    [fetch] = office.fetches
    await office.database.write(lambda store: store.erasure.erase(fetch.person_id))
    await office.intake.take_in([brought(replace(fetch, id="another"), b"attribute")])
    await until(lambda: rows(office.url, "SELECT 1 FROM inbox WHERE state = 'set_aside'"))
    assert await rows(office.url, "SELECT 1 FROM people") == []


async def test_a_file_nobody_asked_for_gets_the_usual_answer(office: Office) -> None:
    await office.phone.say("/number")
    await office.phone.sees("Which number?")
    await office.playground.send_file(ANA, "document", b"attribute", "ages.csv")
    await office.phone.sees("I cannot read files")
    assert await rows(office.url, FETCHES) == []
