"""SIGKILL at random moments while people talk: nothing acknowledged is lost, nothing counts twice.

Members of staff name their organisation over and over: a command, and then a name as an answer to the bot's question.
Each name leaves one line in the audit trail, and only if command and name were taken in one after the other; so the
trail tells whether every word counted, once, and in the order it was said.

SOAK_KILLS (12 when not set) says how many kills there are, SOAK_SEED repeats a run; `make soak` makes it hundreds.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.playground.faults import Delay
from bot.playground.server import Playground
from bot.playground.world import Person
from storage.database import opened
from tests.peers import VAULT, Program, environment, free_port, playing, program, rows, until

KILLS = int(os.environ.get("SOAK_KILLS", "12"))
PEOPLE = [Person(100 + number, f"Person {number}", "staff") for number in range(20)]
PAUSES = (0.3, 2.0)
LIVES = (0.05, 1.3)
SLOWNESS = (0.0, 0.6)
SETTLING_SECONDS = 30.0
SHOWN = 50

NAMES = "SELECT actor_id, details FROM audit WHERE action = 'named' ORDER BY recorded_at, id"
UNANSWERED = "SELECT update_id, state, reason FROM inbox WHERE state <> 'done'"
UNSENT = "SELECT state, kind, reason FROM outbox WHERE state IN ('waiting', 'sending', 'failed')"


@pytest.fixture
def chance() -> random.Random:
    """Printed where a test fails, so that the same moments can be tried again."""
    seed = int(os.environ.get("SOAK_SEED") or random.randrange(2**32))
    print(f"SOAK_SEED={seed}")  # noqa: T201
    return random.Random(seed)


async def test_killed_while_polling(tmp_path: Path, chance: random.Random) -> None:
    url = f"sqlite:///{tmp_path / 'folkmoot.db'}"
    async with opened(url, VAULT):
        pass  # made, so that the test can look into it before the first process has come so far
    async with playing(PEOPLE, flood_limits=False) as playground:
        env = settings(playground, url)
        async with talking(playground, chance) as said:
            for _kill in range(KILLS):
                async with program(env, "run") as victim:
                    await moment(url, victim, chance)
                    await victim.kill()
        async with program(env, "run") as survivor:
            await everything_is_settled(playground, url)
            assert survivor.is_running
            survivor.terminate()
            assert (await survivor.ended())[0] == 0
        await every_name_counted_once(playground, url, said)


async def test_two_replicas_killed_in_turn(postgresql_url: str, chance: random.Random) -> None:
    async with playing(PEOPLE, flood_limits=False) as playground:
        ports = [free_port(), free_port()]
        async with forwarding(ports) as address:
            env = settings(playground, postgresql_url) | {"FOLKMOOT_WEBHOOK_URL": address}
            async with talking(playground, chance) as said:
                await asyncio.gather(*(die_again_and_again(env, postgresql_url, port, chance) for port in ports))
            async with program(env | {"FOLKMOOT_LISTEN": f"127.0.0.1:{ports[0]}"}, "run") as survivor:
                await everything_is_settled(playground, postgresql_url)
                assert survivor.is_running
        await every_name_counted_once(playground, postgresql_url, said)


async def die_again_and_again(env: dict[str, str], url: str, port: int, chance: random.Random) -> None:
    """One of the two replicas; mostly the other one is there meanwhile, and sometimes nobody is."""
    for _kill in range(KILLS // 2):
        async with program(env | {"FOLKMOOT_LISTEN": f"127.0.0.1:{port}"}, "run") as victim:
            await moment(url, victim, chance)
            await victim.kill()


# ---------------------------------------------------------------- people


@asynccontextmanager
async def talking(playground: Playground, chance: random.Random) -> AsyncIterator[dict[int, list[str]]]:
    """Everybody says names, in their own time, until the end of the block; gives what was said, by person.

    Telegram takes its time with every other message, so that there is always something on its way to be killed.
    """
    said: dict[int, list[str]] = defaultdict(list)
    enough = asyncio.Event()

    async def talk(person: Person, chance: random.Random) -> None:
        while not enough.is_set():
            name = f"{person.name} says {len(said[person.id])}"
            said[person.id].append(name)
            playground.disturb("sendMessage", Delay(chance.uniform(*SLOWNESS)))
            await playground.say(person, "/organisation name")
            if chance.random() < 0.5:
                await asyncio.sleep(chance.uniform(*PAUSES) / 2)
            await playground.say(person, name)
            await asyncio.sleep(chance.uniform(*PAUSES))

    talks = [asyncio.create_task(talk(person, random.Random(chance.random()))) for person in PEOPLE]
    try:
        yield said
    finally:
        enough.set()
        await asyncio.gather(*talks)


async def moment(url: str, victim: Program, chance: random.Random) -> None:
    """Some time after the process has begun its work; now and then before it has come so far."""

    async def at_work() -> bool:
        return (victim.pid,) in await rows(url, "SELECT pid FROM instances")

    if chance.random() < 0.8:
        await until(at_work)
    await asyncio.sleep(chance.uniform(*LIVES))


# ---------------------------------------------------------------- what must be true


async def everything_is_settled(playground: Playground, url: str) -> None:
    """Every update acknowledged and answered, every message out."""

    async def it_is() -> bool:
        return not len(playground.world.updates) and not await rows(url, UNANSWERED) and not await rows(url, UNSENT)

    try:
        await until(it_is, SETTLING_SECONDS)
    except AssertionError:
        assert playground.world.updates.pending == []
        assert await rows(url, UNANSWERED) == []
        assert await rows(url, UNSENT) == []


async def telegram_ids_of(url: str) -> dict[str, int]:
    async with opened(url, VAULT) as database:
        known = [await database.write(lambda store, id=person.id: store.people.load(id)) for person in PEOPLE]  # type: ignore[misc]
    return {found[0].id: found[0].telegram_id for found in known if found}


async def every_name_counted_once(playground: Playground, url: str, said: dict[int, list[str]]) -> None:
    counted: dict[int, list[str]] = defaultdict(list)
    telegram_ids = await telegram_ids_of(url)
    for actor_id, details in await rows(url, NAMES):
        counted[telegram_ids[actor_id]].append(json.loads(details)["name"])
    assert counted == said, "every name once, each person's in order"
    for person in PEOPLE:
        shown = {message.text.partition("\n")[0] for message in playground.chat(person) if message.by_bot}
        assert shown >= {f"Name: {name}" for name in said[person.id][-SHOWN:]}, "and everybody was told"


# ---------------------------------------------------------------- between Telegram and two replicas


@asynccontextmanager
async def forwarding(ports: list[int]) -> AsyncIterator[str]:
    """What stands before replicas: each request goes to the next one that is there; 502 where that one dies over it."""
    turns = cycle(ports)

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        for _try in ports:
            url = f"http://127.0.0.1:{next(turns)}{request.path}"
            try:
                async with session.post(url, data=body, headers=request.headers) as response:
                    return web.Response(status=response.status)
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, OSError):
                break
        return web.Response(status=502)

    app = web.Application()
    app.router.add_post("/telegram", forward)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        finally:
            await runner.cleanup()


def settings(playground: Playground, url: str) -> dict[str, str]:
    """Everybody is staff; and as fast as it goes, for what is tested is not the pace."""
    return environment(
        playground,
        url,
        FOLKMOOT_OWNERS=",".join(str(person.id) for person in PEOPLE),
        FOLKMOOT_SEND_RATE="1000",
        FOLKMOOT_LOG_LEVEL="ERROR",
    )
