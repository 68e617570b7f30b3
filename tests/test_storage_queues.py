"""Inbox, outbox and timers, on both databases: in order, once, and nothing lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database, TooNew, opened
from storage.inbox import Arrival
from storage.machinery import Instance
from storage.outbox import Finished, Parcel
from storage.people import Person
from storage.queries import Query
from storage.records import new_id
from storage.store import Store

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


def arrival(update_id: int, lane: str = "ana") -> Arrival:
    return Arrival(update_id, lane, NOW, "{}")


async def person(database: Database, telegram_id: int = 7) -> Person:
    person, _conversation = await database.write(lambda store: store.people.add(telegram_id, "citizen", "en", NOW))
    return person


def parcel(to: Person, **different: object) -> Parcel:
    usual: dict[str, object] = {
        "id": new_id(),
        "person_id": to.id,
        "lane": "bulk",
        "kind": "message",
        "body": {"text": "hello"},
        "created_at": NOW,
        "due_at": NOW,
        "expires_at": LATER,
    }
    return Parcel(**{**usual, **different})  # type: ignore[arg-type]


# ---------------------------------------------------------------- inbox


async def test_an_update_counts_once(database: Database) -> None:
    for _delivery in range(3):
        await database.write(lambda store: store.inbox.record([arrival(1), arrival(2)]))
    await database.write(lambda store: store.inbox.finish(1))
    await database.write(lambda store: store.inbox.record([arrival(1)]))
    next = await database.write(lambda store: store.inbox.next(NOW))
    assert next is not None
    assert next.update_id == 2


async def test_one_persons_updates_wait_for_the_earlier_one(database: Database) -> None:
    await database.write(lambda store: store.inbox.record([arrival(1), arrival(2), arrival(3, "ben")]))
    await database.write(lambda store: store.inbox.retry(1, LATER, "went wrong"))
    next = await database.write(lambda store: store.inbox.next(NOW))
    assert next is not None
    assert next.lane == "ben"
    await database.write(lambda store: store.inbox.finish(3))
    assert await database.write(lambda store: store.inbox.next(NOW)) is None
    again = await database.write(lambda store: store.inbox.next(LATER))
    assert again is not None
    assert (again.update_id, again.attempts) == (1, 1)


async def test_many_takers_take_each_update_once_and_in_order(database: Database) -> None:
    updates = [arrival(number, f"person {number % 7}") for number in range(140)]
    await database.write(lambda store: store.inbox.record(updates))
    taken: list[Arrival] = []

    async def take(store: Store) -> Arrival | None:
        found = await store.inbox.next(NOW)
        if found is not None:
            await store.inbox.finish(found.update_id)
        return found

    async def taker() -> None:
        misses = 0
        while misses < 20:
            found = await database.write(take)
            if found is None:
                misses += 1
                await asyncio.sleep(0.005)
            else:
                taken.append(found)

    await asyncio.gather(*(taker() for _ in range(8)))
    assert Counter(found.update_id for found in taken) == Counter(range(140))
    for lane in {update.lane for update in updates}:
        numbers = [found.update_id for found in taken if found.lane == lane]
        assert numbers == sorted(numbers)


# ---------------------------------------------------------------- outbox


async def test_what_is_claimed_is_claimed_once_and_replies_first(database: Database) -> None:
    ana = await person(database)
    bulk, reply = parcel(ana), parcel(ana, lane="reply")
    await database.write(lambda store: store.outbox.add([bulk, reply]))
    claimed = await database.write(lambda store: store.outbox.claim("one", NOW, 10))
    assert [found.id for found in claimed] == [reply.id, bulk.id]
    assert claimed[0].telegram_id == 7
    assert claimed[0].body == {"text": "hello"}
    assert await database.write(lambda store: store.outbox.claim("two", NOW, 10)) == []


async def test_many_claimers_share_without_overlap(database: Database) -> None:
    ana = await person(database)
    await database.write(lambda store: store.outbox.add([parcel(ana) for _ in range(200)]))
    batches = await asyncio.gather(
        *(database.write(lambda store, n=n: store.outbox.claim(f"i{n}", NOW, 30)) for n in range(10))  # type: ignore[misc]
    )
    ids = [found.id for batch in batches for found in batch]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 30


async def test_a_name_goes_out_once(database: Database) -> None:
    ana = await person(database)
    for _attempt in range(3):
        await database.write(lambda store: store.outbox.add([parcel(ana, once="invite:1")]))
    assert len(await database.write(lambda store: store.outbox.claim("one", NOW, 10))) == 1


async def test_who_cannot_be_reached_is_waited_for(database: Database) -> None:
    ana = await person(database)
    await database.write(lambda store: store.outbox.add([parcel(ana)]))
    await database.write(lambda store: store.people.mark_unreachable(ana.id, NOW))
    assert await database.write(lambda store: store.outbox.claim("one", NOW, 10)) == []
    await database.write(lambda store: store.people.mark_reachable(ana.id))
    assert len(await database.write(lambda store: store.outbox.claim("one", NOW, 10))) == 1


async def test_every_row_ends_in_a_named_state(database: Database) -> None:
    ana = await person(database)
    sent, late, dropped = parcel(ana), parcel(ana), parcel(ana)
    await database.write(lambda store: store.outbox.add([sent]))
    await database.write(lambda store: store.outbox.claim("one", NOW, 10))
    await database.write(lambda store: store.outbox.finish([Finished(sent.id, "sent", message_id=5)], NOW))
    await database.write(lambda store: store.outbox.add([late]))
    assert await database.write(lambda store: store.outbox.claim("one", LATER, 10)) == []
    await database.write(lambda store: store.outbox.expire(LATER))
    await database.write(lambda store: store.outbox.add([dropped]))
    await database.write(lambda store: store.outbox.drop_bulk(ana.id, NOW, "asked to stop"))
    async with database.reading() as store:
        states = {pile.state: pile.reason for pile in await store.outbox.counts()}
        assert await store.outbox.message_id(sent.id) == (5, "sent")
    assert states == {"sent": "", "expired": "too late to be of use", "dropped": "asked to stop"}


async def test_a_dead_process_is_relieved_and_a_living_one_is_not(database: Database) -> None:
    ana = await person(database)
    for name, alive_until in (("dead", NOW - timedelta(seconds=1)), ("alive", LATER), ("me", LATER)):
        instance = Instance(name, "host", 1, alive_until)
        await database.write(lambda store, instance=instance: store.instances.beat(instance))  # type: ignore[misc]
        await database.write(lambda store, name=name: store.outbox.add([parcel(ana, claimed_by=name)]))  # type: ignore[misc]
    await database.write(lambda store: store.outbox.take_over("me", NOW))
    assert len(await database.write(lambda store: store.outbox.claim("me", NOW, 10))) == 1


# ---------------------------------------------------------------- timers


async def test_a_timer_moves_while_it_waits_and_is_done_once(database: Database) -> None:
    await database.write(lambda store: store.timers.set("close:1", "close", {"id": 1}, LATER))
    await database.write(lambda store: store.timers.set("close:1", "close", {"id": 1}, NOW))

    async def do(store: Store) -> None:
        timer = await store.timers.next(NOW)
        assert timer is not None
        assert timer.args == {"id": 1}
        await store.timers.finish(timer, NOW)

    await database.write(do)
    await database.write(lambda store: store.timers.set("close:1", "close", {"id": 1}, NOW))
    assert await database.write(lambda store: store.timers.next(LATER)) is None


async def test_a_cancelled_timer_can_be_set_again(database: Database) -> None:
    await database.write(lambda store: store.timers.set("a", "k", {}, NOW))
    await database.write(lambda store: store.timers.cancel("a", NOW))
    assert await database.write(lambda store: store.timers.next(NOW)) is None
    await database.write(lambda store: store.timers.set("a", "k", {}, NOW))
    assert await database.write(lambda store: store.timers.next(NOW)) is not None


async def test_several_processes_do_a_timer_once(database: Database, database_url: str) -> None:
    for number in range(30):
        await database.write(lambda store, n=number: store.timers.set(f"t{n}", "k", {}, NOW))  # type: ignore[misc]
    done: list[str] = []

    async def do(store: Store) -> str | None:
        timer = await store.timers.next(NOW)
        if timer is None:
            return None
        await asyncio.sleep(0)
        await store.timers.finish(timer, NOW)
        return timer.key

    async def process(own: Database) -> None:
        while key := await own.write(do):
            done.append(key)

    async with opened(database_url) as other:
        await asyncio.gather(process(database), process(other), process(database))
    assert sorted(done) == sorted(f"t{number}" for number in range(30))


# ---------------------------------------------------------------- transactions


async def test_a_job_that_fails_takes_nothing_with_it(database: Database) -> None:
    """Jobs that share a commit do not share their failures."""

    async def good(store: Store, number: int) -> None:
        await store.settings.set(f"good {number}", "1")

    async def bad(store: Store) -> None:
        await store.settings.set("bad", "1")
        raise LookupError("on purpose")

    jobs = [database.write(lambda store, n=n: good(store, n)) for n in range(10)]  # type: ignore[misc]
    results = await asyncio.gather(*jobs[:5], database.write(bad), *jobs[5:], return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [LookupError]
    async with database.reading() as store:
        assert len(await store.settings.all()) == 10


async def test_a_statement_that_fails_takes_only_its_own_job_along(database: Database) -> None:
    async def broken(store: Store) -> None:
        await store.settings.set("broken", "1")
        query = Query("broken", "SELECT * FROM nowhere", "SELECT * FROM nowhere", ())
        await store.settings._session.rows(query)

    results = await asyncio.gather(
        database.write(lambda store: store.settings.set("a", "1")),
        database.write(broken),
        database.write(lambda store: store.settings.set("b", "1")),
        return_exceptions=True,
    )
    assert isinstance(results[1], Exception)
    async with database.reading() as store:
        assert await store.settings.all() == {"a": "1", "b": "1"}


async def test_a_newer_database_is_refused(database: Database, database_url: str) -> None:
    sql = "INSERT INTO schema_version (number, name) VALUES (9999, 'from the future')"
    await database.write(lambda store: store.settings._session.run(Query("future", sql, sql, ())))
    with pytest.raises(TooNew, match="newer version"):
        async with opened(database_url):
            pass
