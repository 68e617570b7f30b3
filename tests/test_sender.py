"""The sender against the playground: order, pacing, 429, 403, cut connections, and what becomes of every message."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.playground.faults import Cut, Delay, Error, SlowDown
from bot.playground.server import Playground
from bot.playground.world import Message, Person
from bot.telegram.api import Api
from bot.telegram.intake import Intake
from bot.telegram.sender import Sender
from storage.database import Database, Job, opened
from storage.outbox import Claimed, Lane, Parcel
from storage.records import new_id
from storage.store import Store
from tests.peers import TOKEN, VAULT, calls, playing, rows, until

INSTANCE = "this one"
HOUR = timedelta(hours=1)
PICTURE = {
    "kind": "bars",
    "title": "Are you satisfied?",
    "note": "12 answered",
    "rtl": False,
    "bars": [{"label": "Yes", "share": 0.75, "text": "9 (75%)"}, {"label": "No", "share": 0.25, "text": "3 (25%)"}],
}


class Office:
    """A sender at work, and the outbox it works from."""

    def __init__(self, playground: Playground, url: str, database: Database, sender: Sender) -> None:
        self.playground = playground
        self.sender = sender
        self.url = url
        self._database = database
        self._person_ids: dict[int, str] = {}

    async def know(self, people: Iterable[Person]) -> None:
        now = datetime.now(UTC)

        async def add(store: Store) -> None:
            for person in people:
                added, _conversation = await store.people.add(person.id, "citizen", "en", now)
                self._person_ids[person.id] = added.id

        await self._database.write(add)

    def parcel(
        self, person: Person, body: dict[str, Any], kind: str = "message", lane: Lane = "reply", lives: timedelta = HOUR
    ) -> Parcel:
        now = datetime.now(UTC)
        claimed_by = INSTANCE if lane == "reply" else ""
        return Parcel(
            new_id(),
            self._person_ids[person.id],
            lane,
            kind,
            body,
            now,
            now,
            now + lives,
            claimed_by=claimed_by,
        )

    async def write(self, job: Job[None]) -> None:
        await self._database.write(job)

    def person_id(self, person: Person) -> str:
        return self._person_ids[person.id]

    def _telegram_id(self, parcel: Parcel) -> int:
        return next(id for id, person_id in self._person_ids.items() if person_id == parcel.person_id)

    async def reply(self, *parcels: Parcel) -> None:
        """As after a turn: already claimed in the transaction, and handed over after it."""
        await self._database.write(lambda store: store.outbox.add(parcels))
        self.sender.send(
            Claimed(p.id, p.person_id, self._telegram_id(p), p.lane, p.kind, p.expires_at, p.body) for p in parcels
        )

    async def say(self, person: Person, text: str, **more: Any) -> Parcel:
        parcel = self.parcel(person, {"text": text, "rows": [], **more})
        await self.reply(parcel)
        return parcel

    async def change(self, person: Person, of: Parcel, text: str) -> Parcel:
        parcel = self.parcel(person, {"of": of.id, "text": text, "rows": []}, "edit")
        await self.reply(parcel)
        return parcel

    async def announce(self, people: Sequence[Person], text: str = "News") -> None:
        """In bulk."""
        parcels = [self.parcel(person, {"text": text, "rows": []}, lane="bulk") for person in people]
        await self._database.write(lambda store: store.outbox.add(parcels))
        self.sender.wake()

    def shown(self, person: Person) -> list[str]:
        return [message.text for message in self.messages(person)]

    def messages(self, person: Person) -> list[Message]:
        return [message for message in self.playground.chat(person) if message.by_bot]

    async def state(self, parcel: Parcel) -> tuple[str, str]:
        [found] = await rows(self.url, f"SELECT state, reason FROM outbox WHERE id = '{parcel.id}'")
        return found[0], found[1]

    async def becomes(self, parcel: Parcel, state: str, reason: str = "", seconds: float = 10.0) -> None:
        async def it_is() -> bool:
            return await self.state(parcel) == (state, reason)

        try:
            await until(it_is, seconds)
        except AssertionError:
            assert await self.state(parcel) == (state, reason)

    async def counts(self) -> dict[str, int]:
        return dict(await rows(self.url, "SELECT state, COUNT(*) FROM outbox GROUP BY state"))

    async def ends_as(self, counts: dict[str, int], seconds: float = 10.0) -> None:
        async def it_is() -> bool:
            return await self.counts() == counts

        await until(it_is, seconds)

    async def all_sent(self, number: int, seconds: float = 10.0) -> None:
        await self.ends_as({"sent": number}, seconds)


@asynccontextmanager
async def working(
    folder: Path, people: Sequence[Person], rate: float = 1000.0, *, flood_limits: bool = False
) -> AsyncIterator[Office]:
    """Everybody has written to the bot before. At the end the sender is stopped with no message left in its hands."""
    url = f"sqlite:///{folder / 'folkmoot.db'}"
    async with playing(people, flood_limits=flood_limits) as playground, opened(url, VAULT) as database:
        for chat in playground.world.chats.values():
            chat.started = True
        api = Api(TOKEN, playground.url)
        await api.open()
        intake = Intake(database, Clock(), lambda _number: None)
        sender = Sender(api, database, Clock(), INSTANCE, rate, intake.take_in, ZoneInfo("UTC"))
        office = Office(playground, url, database, sender)
        await office.know(people)
        running = asyncio.create_task(sender.run())
        try:
            yield office
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await api.close_connections()
        assert "sending" not in await office.counts()


def crowd(number: int) -> list[Person]:
    return [Person(1000 + position, f"Person {position}") for position in range(number)]


ANA, BEN, *OTHERS = crowd(8)
EVERYBODY = [ANA, BEN, *OTHERS]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with working(tmp_path, EVERYBODY) as office:
        yield office


def times(office: Office, method: str = "sendMessage", *, ok: bool | None = True) -> list[float]:
    """When Telegram heard each call of a method, in seconds."""
    return [datetime.fromisoformat(call["at"]).timestamp() for call in calls(office.playground, method, ok=ok)]


# ---------------------------------------------------------------- order


async def test_one_chat_reads_in_the_order_it_was_written(office: Office) -> None:
    """Also when one of them stumbles, or takes its time."""
    office.playground.disturb("sendMessage", Delay(0.05))
    office.playground.disturb("sendMessage", Error(502, "Bad Gateway"))
    said = [f"{position}" for position in range(12)]
    for words in said:
        await office.say(ANA, words)
    await office.all_sent(12)
    assert office.shown(ANA) == said


async def test_many_chats_are_served_at_once(office: Office) -> None:
    office.playground.disturb("sendMessage", Delay(0.3), len(EVERYBODY))
    for person in EVERYBODY:
        await office.say(person, "Hello")
    await office.all_sent(len(EVERYBODY), seconds=0.3 * len(EVERYBODY) / 2)


async def test_of_several_changes_that_wait_only_the_last_is_sent(office: Office) -> None:
    menu = await office.say(ANA, "Menu")
    await office.becomes(menu, "sent")
    office.playground.disturb("editMessageText", Delay(0.3))
    first, second, third = [await office.change(ANA, menu, words) for words in ("one", "two", "three")]
    await office.becomes(third, "sent")
    assert await office.state(first) == ("sent", "")
    assert await office.state(second) == ("dropped", "superseded")
    assert office.shown(ANA) == ["three"]


async def test_replies_go_ahead_of_thousands_of_waiting_messages(tmp_path: Path) -> None:
    ana, *town = crowd(2001)
    async with working(tmp_path, [ana, *town], rate=28) as office:
        await office.announce(town)
        await until(lambda: len(calls(office.playground, "sendMessage")) > 10)
        before = len(calls(office.playground, "sendMessage"))
        reply = await office.say(ana, "At once")
        await until(lambda: office.shown(ana))
        assert len(calls(office.playground, "sendMessage")) - before < 28, "within a second's worth of messages"
        await office.becomes(reply, "sent")
        assert (await office.counts())["waiting"] > 1500


async def test_a_message_taken_over_from_a_dead_process_goes_ahead_of_what_waits_for_it(office: Office) -> None:
    """Another process had the question, this one has the next answer, and the other one is gone."""
    question = office.parcel(ANA, {"text": "Question", "rows": []})
    await office.write(lambda store: store.outbox.add([replace(question, claimed_by="another")]))
    strip = office.parcel(ANA, {"of": question.id}, "strip")
    await office.reply(strip)
    answer = await office.say(ANA, "Thank you")
    await asyncio.sleep(0.15)
    assert office.shown(ANA) == []
    await office.write(lambda store: store.outbox.take_over(INSTANCE, datetime.now(UTC)))
    office.sender.wake()
    await office.becomes(answer, "sent")
    assert office.shown(ANA) == ["Question", "Thank you"]


# ---------------------------------------------------------------- pacing


async def test_the_usual_rate_is_within_telegrams_limits(tmp_path: Path) -> None:
    """To a playground that enforces them; replies in between included."""
    ana, *town = crowd(61)
    async with working(tmp_path, [ana, *town], rate=28, flood_limits=True) as office:
        await office.announce(town)
        for position in range(10):
            await office.say(ana, f"{position}")
            await asyncio.sleep(0.1)
        await office.all_sent(70)
        took = times(office)[-1] - times(office)[0]
        assert calls(office.playground, "sendMessage", ok=False) == []
    assert took > 40 / 28, "nothing was gained by a burst"
    assert took < 2 * 70 / 28, "and nothing lost"


async def test_bulk_keeps_a_second_between_messages_to_one_chat(tmp_path: Path) -> None:
    async with working(tmp_path, [ANA, BEN], rate=28) as office:
        await office.announce([ANA, ANA, BEN])
        await office.all_sent(3)
        first, second = (message.message_id for message in office.messages(ANA))
        sent = {call["response"]["result"]["message_id"]: call for call in calls(office.playground, "sendMessage")}
    apart = datetime.fromisoformat(sent[second]["at"]) - datetime.fromisoformat(sent[first]["at"])
    assert apart > timedelta(seconds=0.9)


# ---------------------------------------------------------------- 429


async def test_too_many_requests_stops_that_chat_only_for_as_long_as_telegram_says(office: Office) -> None:
    office.playground.disturb("sendMessage", SlowDown(1))
    await office.say(ANA, "slow")
    await office.say(ANA, "slower")
    await until(lambda: calls(office.playground, "sendMessage", ok=False))
    for person in OTHERS:
        await office.say(person, "quick")
    await until(lambda: all(office.shown(person) for person in OTHERS), 0.5)
    assert office.shown(ANA) == []
    await office.all_sent(2 + len(OTHERS))
    assert office.shown(ANA) == ["slow", "slower"]
    assert times(office)[-2] - times(office, ok=False)[0] >= 1, "not before Telegram allowed"


async def test_when_several_chats_are_slowed_down_bulk_pauses_and_replies_go_on(tmp_path: Path) -> None:
    ana, *town = crowd(41)
    async with working(tmp_path, [ana, *town], rate=50) as office:
        office.playground.disturb("sendMessage", SlowDown(1), times=3)
        await office.announce(town)
        await until(lambda: len(calls(office.playground, "sendMessage", ok=False)) == 3)
        refused_at = times(office, ok=False)[2]
        await office.say(ana, "At once")
        await until(lambda: office.shown(ana), 0.5)
        await office.all_sent(41)
        reply, *bulk = sorted(at - refused_at for at in times(office))
    assert reply < 0.5
    assert min(bulk) >= 1, "not before Telegram allowed"


# ---------------------------------------------------------------- cut connections and a troubled Telegram


@pytest.mark.parametrize(("fault", "shown"), [(Cut(), 1), (Cut(after_effect=True), 2)])
async def test_a_message_in_doubt_is_sent_again(office: Office, fault: Cut, shown: int) -> None:
    """Once too often is better than never."""
    office.playground.disturb("sendMessage", fault)
    message = await office.say(ANA, "Your answer counts.")
    await office.becomes(message, "sent")
    assert office.shown(ANA) == ["Your answer counts."] * shown


@pytest.mark.parametrize("fault", [Cut(), Cut(after_effect=True)])
async def test_a_change_in_doubt_is_made_again(office: Office, fault: Cut) -> None:
    menu = await office.say(ANA, "Menu")
    office.playground.disturb("editMessageText", fault)
    change = await office.change(ANA, menu, "Question")
    await office.becomes(change, "sent")
    assert office.shown(ANA) == ["Question"]


@pytest.mark.parametrize("fault", [Cut(), Cut(after_effect=True), Error(500)])
async def test_the_answer_to_a_tap_is_tried_once(office: Office, fault: Cut | Error) -> None:
    office.playground.disturb("answerCallbackQuery", fault)
    tap = await office.playground.tap_data(ANA, 1, "c:1:yes")
    answer = office.parcel(ANA, {"callback_query_id": tap}, "answer")
    await office.reply(answer)
    reason = (
        "NetworkError: ServerDisconnectedError" if isinstance(fault, Cut) else "NetworkError: Internal Server Error"
    )
    await office.becomes(answer, "dropped", reason)
    assert len(calls(office.playground, "answerCallbackQuery", ok=None)) <= 1


async def test_the_answer_to_an_old_tap_is_dropped(office: Office) -> None:
    answer = office.parcel(ANA, {"callback_query_id": "123"}, "answer")
    await office.reply(answer)
    await until(lambda: calls(office.playground, "answerCallbackQuery", ok=False))
    state, reason = await until(lambda: settled(office, answer))
    assert state == "dropped"
    assert "too old" in reason


async def test_a_troubled_telegram_is_tried_again_at_growing_intervals(office: Office) -> None:
    office.playground.disturb("sendMessage", Error(500), times=2)
    message = await office.say(ANA, "Patience")
    await office.becomes(message, "sent")
    first, second = times(office, ok=False)
    [third] = times(office)
    assert second - first > 0.35
    assert third - second > 0.7
    assert office.shown(ANA) == ["Patience"]


# ---------------------------------------------------------------- people who cannot be reached


@pytest.mark.parametrize("how", ["blocked the bot", "never wrote to it", "is not there"])
async def test_who_cannot_be_reached_is_left_alone_and_nothing_is_lost(office: Office, how: str) -> None:
    world = office.playground.world
    match how:
        case "blocked the bot":
            world.chat(ANA.id).blocked = True
        case "never wrote to it":
            world.chat(ANA.id).started = False
        case "is not there":
            del world.chats[ANA.id]
    messages = [office.parcel(ANA, {"text": f"{position}", "rows": []}) for position in range(3)]
    await office.reply(*messages)
    await office.announce([ANA, BEN])
    await office.ends_as({"waiting": 4, "sent": 1})
    assert office.shown(BEN) == ["News"]
    refused = calls(office.playground, "sendMessage", ok=False)
    assert len([call for call in refused if call["request"]["chat_id"] == ANA.id]) <= 2, "no use knocking again"
    gone = await rows(office.url, "SELECT person_id FROM identities WHERE unreachable_at IS NOT NULL")
    assert gone == [(office.person_id(ANA),)]


# ---------------------------------------------------------------- what Telegram refuses


async def test_no_change_counts_as_sent(office: Office) -> None:
    menu = await office.say(ANA, "Menu")
    change = await office.change(ANA, menu, "Menu")
    await office.becomes(change, "sent")
    [refused] = calls(office.playground, "editMessageText", ok=False)
    assert "message is not modified" in refused["response"]["description"]


async def test_a_change_to_a_message_that_is_gone_is_said_anew(office: Office) -> None:
    menu = await office.say(ANA, "Menu")
    await office.becomes(menu, "sent")
    office.playground.world.delete(office.messages(ANA)[0])
    await office.becomes(await office.change(ANA, menu, "Question"), "sent")
    assert office.shown(ANA) == ["Question"]
    await office.becomes(await office.change(ANA, menu, "Next question"), "sent")
    assert office.shown(ANA) == ["Next question"], "what was said anew is changed from then on"


async def test_buttons_of_a_message_that_is_gone_need_not_be_taken_away(office: Office) -> None:
    menu = await office.say(ANA, "Menu")
    await office.becomes(menu, "sent")
    office.playground.world.delete(office.messages(ANA)[0])
    strip = office.parcel(ANA, {"of": menu.id}, "strip")
    await office.reply(strip)
    assert (await until(lambda: settled(office, strip)))[0] == "dropped"
    assert office.shown(ANA) == []


async def test_buttons_are_taken_away(office: Office) -> None:
    menu = await office.say(ANA, "Menu", rows=[[{"text": "Yes", "callback_data": "c:1:yes"}]])
    await until(lambda: office.messages(ANA))
    assert office.messages(ANA)[0].buttons != []
    strip = office.parcel(ANA, {"of": menu.id}, "strip")
    await office.reply(strip)
    await office.becomes(strip, "sent")
    assert office.messages(ANA)[0].buttons == []
    assert office.shown(ANA) == ["Menu"]


async def test_markup_that_telegram_cannot_read_is_sent_as_plain_text(office: Office) -> None:
    message = await office.say(ANA, "<b>Results <i>for</b> you &amp; me")
    await office.becomes(message, "sent")
    assert office.shown(ANA) == ["Results for you & me"]


async def test_what_telegram_never_takes_has_failed_and_says_why(office: Office) -> None:
    message = await office.say(ANA, "x" * 5000)
    nonsense = office.parcel(ANA, {}, "telegram")
    await office.reply(nonsense)
    assert await until(lambda: settled(office, message)) == ("failed", "BadRequest: Message is too long")
    assert await until(lambda: settled(office, nonsense)) == ("failed", "unknown kind telegram")
    await office.becomes(await office.say(ANA, "And life goes on."), "sent")


async def test_what_comes_too_late_expires(office: Office) -> None:
    late = office.parcel(ANA, {"text": "Vote today!", "rows": []}, lives=timedelta(seconds=0.3))
    office.playground.disturb("sendMessage", SlowDown(1))
    await office.reply(late)
    await office.becomes(late, "expired", "too late to be of use")
    assert office.shown(ANA) == []


# ---------------------------------------------------------------- pictures and files


async def test_a_picture_is_uploaded_once(office: Office) -> None:
    for person in (ANA, BEN):
        message = await office.say(person, "The results", picture=PICTURE)
        await office.becomes(message, "sent", seconds=20)
    first, second = (call["request"] for call in calls(office.playground, "sendPhoto"))
    assert first["caption"] == second["caption"] == "The results"
    assert second["photo"] == office.messages(ANA)[0].file.id  # type: ignore[union-attr]
    assert {message.file.data for person in (ANA, BEN) for message in office.messages(person) if message.file} == {
        office.messages(ANA)[0].file.data  # type: ignore[union-attr]
    }


async def test_of_a_file_for_one_person_not_even_its_id_is_kept(office: Office) -> None:
    for person in (ANA, BEN):
        message = await office.say(person, "Yours", file={"name": "mydata.json", "contents": "{}"})
        await office.becomes(message, "sent")
    assert await rows(office.url, "SELECT 1 FROM media") == []


async def test_a_picture_that_telegram_has_forgotten_is_uploaded_again(office: Office) -> None:
    await office.becomes(await office.say(ANA, "The results", picture=PICTURE), "sent", seconds=20)
    office.playground.world.files.clear()
    await office.becomes(await office.say(BEN, "The results", picture=PICTURE), "sent", seconds=20)
    assert [message.kind for message in office.messages(BEN)] == ["photo"]


async def test_a_file_arrives_as_it_was_written(office: Office) -> None:
    await office.becomes(
        await office.say(ANA, "Yours to keep", file={"name": "answers.txt", "contents": "Ie, Nage – 3"}), "sent"
    )
    [message] = office.messages(ANA)
    assert message.file is not None
    assert (message.kind, message.file.data.decode()) == ("document", "Ie, Nage – 3")


@pytest.mark.parametrize(
    ("kind", "begins"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("sav", b"$FL2"), ("pdf", b"%PDF")]
)
async def test_a_report_is_made_into_its_kind_of_file_when_it_is_sent(office: Office, kind: str, begins: bytes) -> None:
    column = {"name": "people", "label": "People", "codes": [], "is_share": False}
    table = {"title": "Results", "columns": [column], "rows": [[20], [None]]}
    report = {"title": "Cars?", "about": "About", "notes": [], "tables": [table], "charts": [], "rtl": False}
    file = {"name": f"results.{kind}", "report": report}
    await office.becomes(await office.say(ANA, "Yours to keep", file=file), "sent", seconds=20)
    [message] = office.messages(ANA)
    assert message.file is not None
    assert message.file.data.startswith(begins)


async def test_a_poster_is_sent_as_a_picture_and_as_a_page_to_print(office: Office) -> None:
    words = ("organisation", "headline", "how", "note", "otherwise", "address", "place")
    poster = {"kind": "poster", **{part: part.title() for part in words}, "rtl": False}
    page = {"name": "poster-cy.pdf", "poster": poster}
    await office.becomes(await office.say(ANA, "Library", picture=poster), "sent", seconds=20)
    await office.becomes(await office.say(ANA, "To print", file=page), "sent", seconds=20)
    found = [(message.kind, message.file.data[:4]) for message in office.messages(ANA) if message.file]
    assert found == [("photo", b"\x89PNG"), ("document", b"%PDF")]


# ---------------------------------------------------------------- stopping


async def test_at_the_stop_what_was_not_sent_goes_back(tmp_path: Path) -> None:
    async with working(tmp_path, EVERYBODY) as office:
        office.playground.disturb("sendMessage", Delay(60), times=2)
        office.playground.disturb("sendMessage", Delay(0.5))
        for person in (ANA, BEN):
            await office.say(person, "stuck")
            await office.say(person, "behind it")
        await office.say(OTHERS[0], "on its way")
    assert await office.counts() == {"waiting": 4, "sent": 1}, "what was on its way is finished, the rest is kept"


async def settled(office: Office, parcel: Parcel) -> tuple[str, str] | None:
    state, reason = await office.state(parcel)
    return None if state in ("waiting", "sending") else (state, reason)
