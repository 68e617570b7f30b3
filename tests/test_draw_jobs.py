"""Draws set going in the bot: worked out elsewhere, kept once, and their records stand up to being repeated."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.draw_jobs import CLAIMED, DrawJobs
from flows.panels.selection.order import Wishes
from flows.panels.selection.record import problems_of
from flows.panels.sortition.request import frozen_request, result_of, widened
from storage.database import Database, opened
from storage.sortition import Candidate, Draw, SeatQuota, Sortition
from storage.store import Store
from tests.peers import VAULT

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
QUOTAS = [SeatQuota("age", "young", 2, 3), SeatQuota("age", "old", 2, 3)]


class Standing(Clock):
    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def set_going(store: Store, quotas: list[SeatQuota]) -> Draw:
    """A pool of six young and four old people, frozen, for five seats."""
    officer = (await store.people.add(900, "staff", "en", NOW))[0].id
    panel = await store.panels.add("Voices", "Living here", 18, 5, officer, NOW, kind="drawn")
    assert panel is not None
    await store.sortition.save(Sortition(panel))
    await store.sortition.open_draw(panel, "a secret", NOW)
    draw = await store.sortition.current_draw(panel)
    assert draw is not None
    people = [(await store.people.add(number + 1, "citizen", "en", NOW))[0].id for number in range(10)]
    pool = [
        Candidate(person, {"age": "young" if number < 6 else "old"}, 0.0, None) for number, person in enumerate(people)
    ]
    names = [f"person {number}" for number in range(10)]
    request = frozen_request(5, quotas, pool, [], names, Wishes(alternates=3, cohorts=2))
    await store.sortition.seal(draw.id, request.as_json(), request.digest, request.pseudonyms, NOW)
    await store.sortition.reveal(draw.id)
    return draw


async def load(database: Database, id: str) -> Draw:
    async with database.reading() as store:
        draw = await store.sortition.draw(id)
    assert draw is not None
    return draw


async def test_a_draw_is_worked_out_once_and_its_record_can_be_repeated(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS))
    jobs = DrawJobs(database, Standing(NOW))
    assert await jobs.run_one()
    assert not await jobs.run_one(), "nothing is left to be drawn"
    drawn = await load(database, draw.id)
    assert (drawn.state, drawn.seed, drawn.problem) == ("drawn", "a secret", "")
    record = json.loads(drawn.record or "")
    assert problems_of(record) == []
    assert record["frozen_sha256"] == drawn.digest, "it is the pool whose fingerprint everybody was told"
    result = result_of(drawn.record or "")
    assert (len(result.drawn), len(result.alternates), len(result.cohorts)) == (5, 3, 2)
    async with database.reading() as store:
        assert [timer.kind for timer in await store.timers.coming(5)] == ["panel.drawn"]


async def test_quotas_that_cannot_be_met_are_answered_with_the_smallest_widening(database: Database) -> None:
    impossible = [SeatQuota("age", "young", 0, 0), SeatQuota("age", "old", 5, 5)]
    draw = await database.write(lambda store: set_going(store, impossible))
    await DrawJobs(database, Standing(NOW)).run_all()
    failed = await load(database, draw.id)
    assert failed.state == "failed"
    wider = widened(impossible, json.loads(failed.problem))
    assert wider == [SeatQuota("age", "young", 0, 1), SeatQuota("age", "old", 4, 5)]


async def test_a_draw_whose_process_is_gone_is_begun_anew(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS))
    await database.write(lambda store: store.sortition.claim(NOW, NOW + CLAIMED))
    assert not await DrawJobs(database, Standing(NOW)).run_one(), "somebody is at it"
    assert await DrawJobs(database, Standing(NOW + CLAIMED + timedelta(seconds=1))).run_one()
    assert (await load(database, draw.id)).state == "drawn"


def test_widening_what_has_been_made_wider_since_narrows_nothing() -> None:
    quotas = [SeatQuota("age", "young", 1, 9), SeatQuota("age", "old", 4, 5)]
    seen_before = [
        {"category": "age", "feature": "young", "min": 2, "max": 6},
        {"category": "age", "feature": "old", "min": 3, "max": 5},
    ]
    assert widened(quotas, seen_before) == [SeatQuota("age", "young", 1, 9), SeatQuota("age", "old", 3, 5)]
