"""The clock's turns: each timer once, late ones after downtime, failing ones by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.scheduler import TRIES, Alarm, Timers
from flows.desk import Desk, Surroundings
from flows.flow import Again, Flow
from flows.router import Router
from storage.database import Database, opened
from storage.store import Store
from tests.peers import rows, until
from tests.player import StandingClock

HOUR = timedelta(hours=1)
SURROUNDINGS = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
RECORDED = "SELECT subject FROM audit ORDER BY id"

flow = Flow()


@flow.due("note")
async def note(desk: Desk, args: dict[str, Any]) -> None:
    await desk.record("noted", args["what"])


@flow.due("stumble")
async def stumble(desk: Desk, args: dict[str, Any]) -> None:
    await desk.record("noted", "before the fall")
    raise ArithmeticError


@flow.due("count down")
async def count_down(desk: Desk, args: dict[str, Any]) -> Again | None:
    await desk.record("noted", str(args["left"]))
    return Again({"left": args["left"] - 1}, desk.now) if args["left"] else None


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
def clock() -> Clock:
    return Clock()


def timers(database: Database, clock: Clock) -> Timers:
    return Timers(database, Router([flow]), clock, SURROUNDINGS, lambda: None)


async def plan(database: Database, clock: Clock, kind: str, *keys: str, lives: timedelta | None = None) -> None:
    """In an hour, and each a minute after the other."""

    async def set_all(store: Store) -> None:
        for place, key in enumerate(keys):
            due = clock.now() + HOUR + timedelta(minutes=place)
            await store.timers.set(key, kind, {"what": key, "left": 3}, due, due + lives if lives else None)

    await database.write(set_all)


async def test_what_is_not_due_waits(database: Database, database_url: str, clock: Clock) -> None:
    await plan(database, clock, "note", "later")
    await timers(database, clock).run_due()
    assert await rows(database_url, RECORDED) == []


async def test_after_downtime_everything_overdue_is_done_once_and_in_order(
    database: Database, database_url: str, clock: Clock
) -> None:
    await plan(database, clock, "note", "first", "second", "third")
    clock.advance(timedelta(days=3))
    for _start in range(2):
        await timers(database, clock).run_due()
    assert await rows(database_url, RECORDED) == [("first",), ("second",), ("third",)]


async def test_several_processes_do_each_once(database: Database, database_url: str, clock: Clock) -> None:
    keys = [f"{number:02}" for number in range(40)]
    await plan(database, clock, "note", *keys)
    clock.advance(timedelta(days=1))
    async with opened(database_url) as another:
        await asyncio.gather(*(timers(process, clock).run_due() for process in (database, another) * 3))
    assert sorted(await rows(database_url, RECORDED)) == [(key,) for key in keys]


async def test_one_that_fails_leaves_nothing_behind_and_holds_up_nobody(
    database: Database, database_url: str, clock: Clock
) -> None:
    await plan(database, clock, "stumble", "bad")
    await plan(database, clock, "note", "good")
    for _attempt in range(TRIES + 1):
        clock.advance(HOUR * 2)
        await timers(database, clock).run_due()
    assert await rows(database_url, RECORDED) == [("good",)]
    assert await rows(database_url, "SELECT state, reason FROM timers WHERE key = 'bad'") == [
        ("failed", "went wrong repeatedly")
    ]


async def test_what_is_too_late_or_unknown_says_so(database: Database, database_url: str, clock: Clock) -> None:
    await plan(database, clock, "note", "stale", lives=HOUR)
    await plan(database, clock, "of a later version", "unknown")
    clock.advance(timedelta(days=1))
    await timers(database, clock).run_due()
    assert await rows(database_url, "SELECT key, state, reason FROM timers ORDER BY key") == [
        ("stale", "expired", "too late to be of use"),
        ("unknown", "failed", "no longer known"),
    ]


async def test_a_long_task_carries_on_where_it_was(database: Database, database_url: str, clock: Clock) -> None:
    await plan(database, clock, "count down", "long")
    clock.advance(HOUR)
    await timers(database, clock).run_due()
    assert await rows(database_url, RECORDED) == [("3",), ("2",), ("1",), ("0",)]
    assert await rows(database_url, "SELECT state FROM timers") == [("done",)]


# ---------------------------------------------------------------- the alarm


async def test_the_alarm_never_does_a_job_twice_at_a_time_and_forgets_no_ring() -> None:
    at_work, most, done = 0, 0, 0

    async def job() -> None:
        nonlocal at_work, most, done
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.02)
        at_work -= 1
        done += 1

    alarm = Alarm()
    ring = alarm.every(3600, job)
    alarm.start()
    ring()
    await until(lambda: at_work)
    for _ring in range(3):
        ring()
    await until(lambda: done == 2)
    alarm.stop()
    assert most == 1


async def test_the_alarm_goes_on_after_a_job_that_fails() -> None:
    done = 0

    async def job() -> None:
        nonlocal done
        done += 1
        raise ArithmeticError

    alarm = Alarm()
    alarm.every(0.02, job)
    alarm.start()
    await until(lambda: done >= 3)
    alarm.stop()
    await asyncio.sleep(0)
    before = done
    await asyncio.sleep(0.1)
    assert done == before, "and stops when told to"


daily = Flow()


@daily.daily("stretch")
async def stretch(desk: Desk, args: dict[str, Any]) -> None:
    await desk.record("stretched", desk.today.isoformat())
    if desk.today.day == 3:
        raise ArithmeticError


async def test_what_happens_daily_goes_on_also_after_a_day_on_which_it_failed(
    database: Database, database_url: str
) -> None:
    clock = StandingClock()
    for _hour in range(4 * 24):
        await Timers(database, Router([daily]), clock, SURROUNDINGS, lambda: None).run_due()
        clock.at += HOUR
    assert await rows(database_url, RECORDED) == [("2027-03-01",), ("2027-03-02",), ("2027-03-04",), ("2027-03-05",)]
