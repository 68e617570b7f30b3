"""What many are told goes out page by page: everybody once, nobody twice, also when it is done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.scheduler import Timers
from flows.desk import Surroundings
from flows.panels.due import PAGE
from flows.slices import ROUTER
from storage.database import Database, opened
from storage.panels import Term
from storage.store import Store

CLOCK = Clock()
NOW = CLOCK.now()
MANY = PAGE * 2 + 7


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def many_people(store: Store) -> list[str]:
    return [(await store.people.add(telegram_id, "citizen", "en", NOW))[0].id for telegram_id in range(1, MANY + 1)]


async def told(database: Database) -> Counter[str]:
    timers = Timers(database, ROUTER, CLOCK, Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot"), lambda: None)
    await timers.run_due()
    claimed = await database.write(lambda store: store.outbox.claim("test", CLOCK.now(), MANY * 2))
    return Counter(parcel.person_id for parcel in claimed)


async def test_everybody_concerned_is_told_of_an_answer(database: Database) -> None:
    async def answered(store: Store) -> list[str]:
        proposer, *others = await many_people(store)
        id = await store.topics.propose("More benches", proposer, NOW, 5)
        assert id is not None
        for who in others:
            await store.topics.support(id, who, NOW)
        await store.topics.answer(id, "Six benches.", proposer, NOW)
        for occasion in ("once", "and again"):
            await store.timers.set(occasion, "topic.answered", {"topic": id, "after": ""}, NOW)
        return [proposer, *others]

    concerned = await database.write(answered)
    assert await told(database) == Counter(concerned)


async def test_everybody_on_a_closed_panel_is_thanked(database: Database) -> None:
    async def closed(store: Store) -> list[str]:
        everybody = await many_people(store)
        id = await store.panels.add("Parks", "Green places", 6, MANY - 5, everybody[0], NOW)
        assert id is not None
        for who in everybody:
            if await store.panels.serve(id, who, Term(1, NOW), NOW) is None:
                await store.panels.wait(id, who, NOW)
        await store.panels.close(id, NOW)
        for occasion in ("once", "and again"):
            await store.timers.set(occasion, "panel.closed", {"panel": id, "after": ""}, NOW)
        return everybody

    everybody = await database.write(closed)
    assert await told(database) == Counter(everybody)
