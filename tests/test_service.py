"""The whole program against the playground over HTTP: polling and webhook, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import aiohttp
import asyncpg
import pytest

from bot.clock import Clock
from bot.playground.faults import Delay, Error
from bot.playground.server import Playground
from bot.settings import derived_secret
from bot.telegram.intake import Intake
from bot.telegram.rendering import commands
from flows.people.definitions import table_of
from flows.sheets import sheets
from flows.slices import ROUTER
from flows.words import LANGUAGES, Voice
from storage.database import opened
from storage.outbox import Parcel
from storage.people import Role
from storage.records import new_id
from storage.store import Store
from tests.peers import (
    ANA,
    BEN,
    CERYS,
    OLGA,
    TOKEN,
    VAULT,
    Phone,
    by_webhook,
    calls,
    environment,
    playing,
    program,
    rows,
    serving,
    until,
)

HELLO = "Hello! Which language would you like?"
NOTICE = "This is how you and"
MENU = "What would you like to do first?"
FILES = Path(__file__).parent / "data" / "files"
UNSENT = "SELECT id FROM outbox WHERE state IN ('waiting', 'sending')"


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with playing() as playground:
        yield playground


@pytest.fixture
def ana(playground: Playground) -> Phone:
    return Phone(playground, ANA)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'folkmoot.db'}"


@pytest.fixture(params=["polling", "webhook"])
def way(request: pytest.FixtureRequest) -> dict[str, str]:
    """How updates come: every test that takes this runs both ways."""
    return by_webhook() if request.param == "webhook" else {}


async def agree(phone: Phone) -> None:
    await phone.say("/start")
    await phone.tap("English")
    await phone.tap("Yes, I agree")
    await phone.sees(MENU)


# ---------------------------------------------------------------- a conversation


async def test_the_first_minute(playground: Playground, ana: Phone, database_url: str, way: dict[str, str]) -> None:
    async with serving(environment(playground, database_url, **way)):
        await ana.say("/start")
        hello = await ana.sees(HELLO)
        await ana.tap("English")
        notice = await ana.sees(NOTICE)
        tap = await ana.tap("Yes, I agree")
        menu = await ana.sees(MENU)
        await until(lambda: len(calls(playground, "answerCallbackQuery")) == 2)

    assert hello.message_id == notice.message_id == menu.message_id, "the menu is edited in place"
    assert playground.chat(ANA)[0].text == "/start"
    assert len(playground.chat(ANA)) == 2
    assert calls(playground, "answerCallbackQuery")[-1]["request"]["callback_query_id"] == tap
    assert [entry["method"] for entry in playground.calls if entry["direction"] == "call" and not entry["ok"]] == []
    assert len(playground.world.updates) == 0, "everything was acknowledged"
    assert await rows(database_url, "SELECT version FROM consents") != []
    assert await rows(database_url, UNSENT) == []


async def test_a_file_from_staff(playground: Playground, database_url: str, way: dict[str, str]) -> None:
    olga = Phone(playground, OLGA)
    table = FILES.joinpath("ages_and_areas.csv").read_bytes()
    async with serving(environment(playground, database_url, **way)):
        await olga.say("/attributefile")
        await olga.tap("Template (.xlsx)")
        await olga.sees("Here is the template.")
        await playground.send_file(OLGA, "document", table, "ages_and_areas.csv")
        await olga.sees("This is what the file says")
        await olga.tap("Yes, take it over")
        await olga.sees("What you ask about people")
    template = next(message.file for message in playground.chat(OLGA) if message.by_bot and message.file)
    assert template.name == "attributes.xlsx"
    assert table_of(sheets(template.data)) is not None
    assert await rows(database_url, "SELECT key FROM attributes ORDER BY key") == [("age",), ("area",)]


async def test_forged_taps_change_nothing_and_are_answered(
    playground: Playground, ana: Phone, url: str, way: dict[str, str]
) -> None:
    async with serving(environment(playground, url, **way)):
        await ana.say("/start")
        await ana.tap("English")
        notice = await ana.sees(NOTICE)
        forged = ["c:999:yes", "c:2:everything", "c:-1:yes", "c:2:", "x", "/colleagues invite", "/agree yes"]
        for data in forged:
            await playground.tap_data(ANA, notice.message_id, data)
        await until(lambda: len(calls(playground, "answerCallbackQuery")) == 1 + len(forged))

    assert await rows(url, "SELECT * FROM consents") == []
    assert await rows(url, "SELECT * FROM invitations") == []


async def test_somebody_who_blocked_the_bot_gets_what_waited_when_they_write_again(
    playground: Playground, ana: Phone, url: str
) -> None:
    async with serving(environment(playground, url)):
        await agree(ana)
        playground.world.chat(ANA.id).blocked = True  # and the news of it has not reached the bot
        await put_in_outbox(url, ANA.id, "The library stays open.")
        await until(lambda: unreachable(url))
        assert await rows(url, "SELECT state FROM outbox WHERE lane = 'bulk'") == [("waiting",)]
        assert [call["response"]["error_code"] for call in calls(playground, "sendMessage", ok=False)] == [403]

        await playground.block(ANA, False)
        await ana.say("hello again")
        await ana.sees("The library stays open.")
        await until(lambda: rows_are(url, "SELECT state FROM outbox WHERE lane = 'bulk'", [("sent",)]))
    assert not await unreachable(url)


async def test_the_last_word_reaches_somebody_who_is_erased_also_when_it_fails_at_first(
    playground: Playground, ana: Phone, database_url: str
) -> None:
    async with serving(environment(playground, database_url)):
        await agree(ana)
        await ana.say("/code")
        await ana.sees("that only you know")
        await ana.say("tulip")
        await ana.sees("Your code is set.")
        await code_counts(database_url)
        await ana.say("/forget")
        await ana.tap("Yes, erase it all")
        await ana.sees("Please write your code.")
        playground.disturb("sendMessage", Error(502, "Bad Gateway"))
        await ana.say("tulip")
        await ana.sees("Everything about you is erased.")
        assert len(calls(playground, "sendMessage", ok=False)) == 1
        await until(lambda: rows_are(database_url, "SELECT id FROM people", []))
    assert await rows(database_url, "SELECT id FROM outbox") == []
    assert await rows(database_url, "SELECT kind, number FROM movements WHERE kind = 'erased'") == [("erased", 1)]


async def code_counts(url: str) -> None:
    """As if a day had passed since it was set."""
    [(person, code)] = await rows(url, "SELECT id, code FROM people WHERE code <> ''")
    async with opened(url, VAULT) as database:
        await database.write(lambda store: store.people.set_code(person, code, datetime.now(UTC)))


async def test_somebody_who_blocks_the_bot_is_not_written_to(playground: Playground, ana: Phone, url: str) -> None:
    async with serving(environment(playground, url)):
        await agree(ana)
        await playground.block(ANA)
        await until(lambda: unreachable(url))
        await put_in_outbox(url, ANA.id, "The library stays open.")
        await put_in_outbox(url, OLGA.id, "For you too.", role="staff")
        playground.world.chat(OLGA.id).started = True
        await Phone(playground, OLGA).sees("For you too.")
    assert calls(playground, "sendMessage", ok=False) == []
    assert await rows(url, "SELECT state FROM outbox WHERE lane = 'bulk' ORDER BY id") == [("waiting",), ("sent",)]


# ---------------------------------------------------------------- the way in


async def test_the_webhook_answers_nobody_without_the_secret(playground: Playground, ana: Phone, url: str) -> None:
    way = by_webhook()
    async with serving(environment(playground, url, **way)), aiohttp.ClientSession() as session:
        update = {
            "update_id": 1,
            "message": {"message_id": 1, "text": "/start", "from": {"id": 11}, "chat": {"id": 11}},
        }
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}):
            async with session.post(way["FOLKMOOT_WEBHOOK_URL"], json=update, headers=headers) as response:
                assert response.status == 403
        secret = {"X-Telegram-Bot-Api-Secret-Token": derived_secret(TOKEN)}
        async with session.post(way["FOLKMOOT_WEBHOOK_URL"], data=b"{", headers=secret) as response:
            assert response.status == 400
        async with session.get(way["FOLKMOOT_WEBHOOK_URL"].replace("/telegram", "/healthz")) as response:
            assert response.status == 200
        await ana.say("/start")
        await ana.sees(HELLO)
    assert await rows(url, "SELECT COUNT(*) FROM inbox") == [(1,)]


@pytest.mark.parametrize("secret", ["", "one-of-their-own_2"])
async def test_the_webhook_is_set_with_its_secret(playground: Playground, ana: Phone, url: str, secret: str) -> None:
    async with serving(environment(playground, url, **by_webhook(), FOLKMOOT_WEBHOOK_SECRET=secret)):
        await ana.say("/start")
        await ana.sees(HELLO)
    [call] = calls(playground, "setWebhook")
    assert call["request"]["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_while_the_database_is_gone_telegram_keeps_the_updates(
    playground: Playground, ana: Phone, postgresql_url: str, way: dict[str, str]
) -> None:
    """503 to the webhook, no offset to the polls; nothing is lost and the program lives on."""
    async with serving(environment(playground, postgresql_url, **way)) as service:
        await agree(ana)
        async with unreachable_server(postgresql_url):
            await ana.say("/language cy")
            if way:
                await until(lambda: delivery_statuses(playground)[-1].startswith("503"))
            await asyncio.sleep(0.3)
            assert len(playground.world.updates) == 1, "not acknowledged"
            assert not ana.said("Cymraeg gyda chi")
        await until(lambda: len(playground.world.updates) == 0)
        await until(lambda: len(ana.said("")) == 2)
        assert not service._broken
    assert await rows(postgresql_url, "SELECT language FROM people") == [("cy",)]


async def test_while_sqlite_is_locked_by_another_program_nothing_is_lost(
    playground: Playground, ana: Phone, url: str, way: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits behind a locked database is told at once when the first has waited long enough."""
    monkeypatch.setattr("storage.sqlite.LOCK_PATIENCE_SECONDS", 1.0)
    async with serving(environment(playground, url, **way)):
        await agree(ana)
        with locked(url):
            await asyncio.sleep(1.5)  # others of ours come to wait for it
            began = time.monotonic()
            await ana.say("/language cy")
            if way:
                await until(lambda: delivery_statuses(playground)[-1].startswith("503"))
                assert time.monotonic() - began < 2
            await asyncio.sleep(0.5)
            assert len(playground.world.updates) == 1, "not acknowledged"
        await until(lambda: len(playground.world.updates) == 0)
        await until(lambda: rows_are(url, "SELECT language FROM people", [("cy",)]))


async def test_telegram_may_be_away_when_the_bot_starts(playground: Playground, ana: Phone, url: str) -> None:
    for method in ("getMe", "deleteWebhook", "getUpdates"):
        playground.disturb(method, Error(502, "Bad Gateway"))
    async with serving(environment(playground, url)):
        await ana.say("/start")
        await ana.sees(HELLO)


async def test_an_update_delivered_twice_counts_once(playground: Playground, ana: Phone, url: str) -> None:
    env = environment(playground, url)
    async with serving(env):
        await ana.say("/start")
        await ana.sees(HELLO)
    [(update_id,)] = await rows(url, "SELECT update_id FROM inbox")
    async with opened(url, VAULT) as database:
        again = {"update_id": update_id, "message": {"from": {"id": ANA.id}, "text": "/start"}}
        await Intake(database, Clock(), lambda _number: None).take_in([again])
    assert await rows(url, "SELECT state FROM inbox") == [("done",)]


async def test_what_was_left_unanswered_is_answered_at_the_start_without_waiting(
    playground: Playground, database_url: str
) -> None:
    """More than there are hands for, and nothing new comes in."""
    number = 80
    async with opened(database_url, VAULT) as database:
        said = [
            {"update_id": place, "message": {"from": {"id": ANA.id}, "chat": {"type": "private"}, "text": "/help"}}
            for place in range(number)
        ]
        await Intake(database, Clock(), lambda _number: None).take_in(said)
    async with serving(environment(playground, database_url)):

        async def all_answered() -> bool:
            return await rows(database_url, "SELECT state, COUNT(*) FROM inbox GROUP BY state") == [("done", number)]

        await until(all_answered, 20)


# ---------------------------------------------------------------- how the bot introduces itself


async def test_name_descriptions_and_menus_in_every_language(playground: Playground, url: str) -> None:
    profile = playground.world.profile
    async with serving(environment(playground, url)):
        await until(lambda: len(calls(playground, "setMyCommands")) == len(LANGUAGES))
    assert profile.names == {"": "Folkmoot"}
    assert profile.short_descriptions[""].startswith("Have your say")
    assert profile.descriptions[""].startswith("Join a panel")
    for person in (ANA, CERYS):
        language = person.language_code
        expected = commands(ROUTER, Voice(language, ZoneInfo("Europe/London")), "citizen")
        assert profile.commands_for(person.id, language) == expected
    assert ("default", 0, "cy") in profile.commands
    names = {command["command"] for command in profile.commands_for(ANA.id, "en")}
    assert {"menu", "help", "language", "stop", "cancel"} <= names
    assert "status" not in names


async def test_what_is_right_already_is_not_set_again(playground: Playground, url: str) -> None:
    async def settings_made() -> int:
        async with serving(environment(playground, url)):
            await until(lambda: len(calls(playground, "getMyDescription")) == starts * len(LANGUAGES))
            await until(lambda: starts != 1 or len(calls(playground, "setMyDescription")) == len(LANGUAGES))
        return sum(entry["method"].startswith("setMy") for entry in playground.calls)

    starts = 1
    first = await settings_made()
    starts = 2
    assert await settings_made() == first > 0


async def test_staff_have_a_menu_of_their_own_from_their_first_word(playground: Playground, url: str) -> None:
    async with serving(environment(playground, url)):
        await Phone(playground, OLGA).say("/start")
        await Phone(playground, ANA).say("/start")
        own = await until(lambda: playground.world.profile.commands.get(("chat", OLGA.id, "")))
        await Phone(playground, ANA).sees(HELLO)
    assert "status" in {command["command"] for command in own}
    assert ("chat", ANA.id, "") not in playground.world.profile.commands


# ---------------------------------------------------------------- after an outage


@pytest.mark.parametrize(("away", "asked_again"), [(timedelta(minutes=1), False), (timedelta(minutes=3), True)])
async def test_after_an_outage_open_questions_are_asked_again(
    playground: Playground, ana: Phone, url: str, away: timedelta, asked_again: bool
) -> None:
    """Telegram keeps taps for 150 seconds only: whoever tapped in vain is asked once more."""
    env = environment(playground, url)
    async with serving(env):
        await ana.say("/start")
        await ana.sees(HELLO)
        await agree(ben := Phone(playground, BEN))
    await note_alive(url, datetime.now(UTC))
    clock = Clock()
    clock.advance(away)
    async with serving(env, clock):
        await ben.say("/help")
        await ben.sees("How this works")
        if asked_again:
            await until(lambda: len(ana.said(HELLO)) == 2)
        await ana.tap("English")
        await ana.sees(NOTICE)
    assert len(ana.said(HELLO)) == (1 if asked_again else 0), "the question on the phone became the next one"
    assert len(ana.said(NOTICE)) == 1
    assert not ben.said(HELLO), "who has no open question is left in peace"


async def test_after_one_outage_a_question_is_asked_again_once(playground: Playground, ana: Phone, url: str) -> None:
    env = environment(playground, url)
    async with serving(env):
        await ana.say("/start")
        await ana.sees(HELLO)
    for _start in range(2):
        await note_alive(url, datetime.now(UTC) - timedelta(hours=1))
        async with serving(env):
            await until(lambda: len(ana.said(HELLO)) == 2)
            await until(lambda: rows_are(url, UNSENT, []))
    assert len(ana.said(HELLO)) == 2


# ---------------------------------------------------------------- the program as a process


async def test_sigterm_finishes_and_stops_within_five_seconds(
    playground: Playground, url: str, way: dict[str, str]
) -> None:
    people = [Phone(playground, person) for person in (ANA, BEN, CERYS)]
    async with program(environment(playground, url, **way), "run") as running:
        for phone in people:
            await phone.say("/start")
        for phone in people:
            await phone.sees(HELLO, 20)
        playground.disturb("sendMessage", Delay(30), times=2)
        for phone in people:
            await phone.say("/help")
            await phone.say("/help")
        await until(lambda: rows_are(url, "SELECT COUNT(*) FROM inbox WHERE state = 'done'", [(9,)]))
        began = time.monotonic()
        running.terminate()
        status, _out, err = await running.ended()
    assert time.monotonic() - began < 5
    assert (status, err) == (0, "")
    assert await rows(url, "SELECT state, COUNT(*) FROM outbox WHERE state = 'sending' GROUP BY state") == []
    assert await rows(url, "SELECT * FROM instances") == []


async def test_what_was_not_sent_at_the_stop_is_sent_after_the_start(
    playground: Playground, ana: Phone, url: str
) -> None:
    env = environment(playground, url)
    async with serving(env):
        playground.disturb("sendMessage", Delay(30))
        await ana.say("/start")
        await until(lambda: rows_are(url, "SELECT state FROM outbox", [("sending",)]))
    assert await rows(url, "SELECT state FROM outbox") == [("waiting",)]
    async with serving(env):
        await ana.sees(HELLO)
        await until(lambda: rows_are(url, "SELECT state FROM outbox", [("sent",)]))


async def test_all_wrong_settings_in_one_message() -> None:
    env = {"FOLKMOOT_OWNERS": "olga", "FOLKMOOT_TIMEZONE": "Middle/Earth", "FOLKMOOT_SEND_RATE": "fast"}
    for command in ("run", "check"):
        async with program(env, command) as running:
            status, out, err = await running.ended()
        assert (status, out) == (2, "")
        assert "Traceback" not in err
        for name in ("FOLKMOOT_TOKEN", *env):
            assert name in err


async def test_a_token_that_telegram_refuses(playground: Playground, url: str) -> None:
    async with program(environment(playground, url, FOLKMOOT_TOKEN="1:wrong-token"), "run") as running:
        status, _out, err = await running.ended()
    assert (status, err) == (2, "Telegram does not accept FOLKMOOT_TOKEN.\n")


async def test_a_newer_database_is_refused(playground: Playground, database_url: str) -> None:
    await make_newer(database_url)
    async with program(environment(playground, database_url), "run") as running:
        status, _out, err = await running.ended()
    assert status == 1
    assert err.startswith("The database has schema 9999; ")
    assert err.count("\n") == 1


async def test_a_port_that_is_taken(playground: Playground, url: str) -> None:
    taken = urlsplit(playground.url).netloc
    env = environment(playground, url, **{**by_webhook(), "FOLKMOOT_LISTEN": taken})
    async with program(env, "run") as running:
        status, _out, err = await running.ended()
    assert status == 1
    assert err.startswith("Cannot listen on FOLKMOOT_LISTEN: ")
    assert "already in use" in err
    assert err.count("\n") == 1


async def test_check_says_what_works(playground: Playground, url: str) -> None:
    async with program(environment(playground, url), "check") as checking:
        assert await checking.ended() == (
            0,
            "settings: ok\ndatabase: ok, 0 people\ntoken: ok, the bot is @folkmoot_bot\n",
            "",
        )


async def test_check_says_what_does_not(playground: Playground, tmp_path: Path) -> None:
    env = environment(playground, f"sqlite:///{tmp_path}/folder", FOLKMOOT_TOKEN="1:wrong-token")
    (tmp_path / "folder").mkdir()
    async with program(env, "check") as checking:
        status, out, err = await checking.ended()
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "settings: ok",
        "database: The SQLite database cannot be opened: unable to open database file.",
        "token: Telegram does not accept FOLKMOOT_TOKEN",
    ]
    async with program({**env, "FOLKMOOT_API_URL": "http://127.0.0.1:9"}, "check") as checking:
        assert "token: Telegram cannot be reached (NotSent)" in (await checking.ended())[1]


async def test_the_token_is_never_logged(playground: Playground, ana: Phone, url: str) -> None:
    playground.disturb("sendMessage", Error(500))
    async with program(environment(playground, url, FOLKMOOT_LOG_LEVEL="DEBUG"), "run") as running:
        await ana.say("/start")
        await ana.sees(HELLO, 20)
        running.terminate()
        status, out, err = await running.ended()
    assert status == 0
    assert "tried again" in err
    assert TOKEN not in out + err


# ---------------------------------------------------------------- from outside


async def put_in_outbox(url: str, telegram_id: int, text: str, role: Role = "citizen") -> None:
    """As another process of the same bot would."""
    now = datetime.now(UTC)
    async with opened(url, VAULT) as database:

        async def put(store: Store) -> None:
            known = await store.people.load(telegram_id) or await store.people.add(telegram_id, role, "en", now)
            body = {"text": text, "rows": []}
            await store.outbox.add(
                [Parcel(new_id(), known[0].id, "bulk", "message", body, now, now, now + timedelta(hours=1))]
            )

        await database.write(put)


async def note_alive(url: str, at: datetime) -> None:
    async with opened(url, VAULT) as database:
        await database.write(lambda store: store.settings.set("machinery.alive_until", at.isoformat()))


async def make_newer(url: str) -> None:
    async with opened(url, VAULT):
        pass
    insert = "INSERT INTO schema_version (number, name) VALUES (9999, 'later')"
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute(insert)
        return
    other = await asyncpg.connect(url)
    await other.execute(insert)
    await other.close()


async def rows_are(url: str, sql: str, expected: list[tuple[Any, ...]]) -> bool:
    return await rows(url, sql) == expected


async def unreachable(url: str) -> bool:
    return await rows(url, "SELECT 1 FROM identities WHERE unreachable_at IS NOT NULL") != []


def delivery_statuses(playground: Playground) -> list[str]:
    """What the webhook answered, oldest first."""
    return [entry["response"]["status"] for entry in playground.calls if entry["direction"] == "webhook"]


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else holds SQLite's lock, as a backup or an administrator's shell may."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@asynccontextmanager
async def unreachable_server(url: str) -> AsyncIterator[None]:
    """Every connection is cut and no new one comes about, as while a server restarts."""
    socket = Path(parse_qs(urlsplit(url).query)["host"][0]) / ".s.PGSQL.5432"
    hidden = socket.with_suffix(".hidden")
    administrator = await asyncpg.connect(url)
    socket.rename(hidden)
    try:
        await administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        yield
    finally:
        hidden.rename(socket)
        await administrator.close()
