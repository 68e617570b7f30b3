"""Draws set going in the bot: worked out elsewhere, kept once, and their records stand up to being repeated."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bench.pools import instance
from bot.clock import Clock
from bot.draw_jobs import CLAIMED, LEASE, DrawJobs
from flows.panels.selection.frozen import Frozen
from flows.panels.selection.order import NOTHING_MORE, Wishes
from flows.panels.selection.record import problems_of
from flows.panels.sortition.request import Request, frozen_request, result_of, widened
from storage.database import Database, opened
from storage.queries import Query
from storage.sortition import Candidate, Draw, SeatQuota, Sortition
from storage.store import Store
from tests.peers import VAULT
from tests.test_draws import children

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DRAWING = "UPDATE draws SET state = 'drawing', seed = secret"
CONFIRMED = Query(DRAWING, DRAWING, DRAWING, ())
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


async def set_going(store: Store, quotas: list[SeatQuota], large: Frozen | None = None, *, source: str = "") -> Draw:
    """A pool of six young and four old people, frozen, for five seats; or a `large` one."""
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
    if large is not None:
        request = Request(large, request.pseudonyms, NOTHING_MORE)
    await store.sortition.seal(draw.id, request.as_json(), request.digest, request.pseudonyms, NOW, source=source)
    return draw


async def load(database: Database, id: str) -> Draw:
    async with database.reading() as store:
        draw = await store.sortition.draw(id)
    assert draw is not None
    return draw


async def test_a_draw_is_worked_out_once_and_its_record_can_be_repeated(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS))
    jobs = DrawJobs(database, Standing(NOW))
    assert not await jobs.pick_one(), "there is nothing yet to pick from"
    assert await jobs.run_one()
    assert not await jobs.run_one(), "nothing is left to be worked out"
    assert not await jobs.pick_one(), "no number is confirmed"
    frozen = await load(database, draw.id)
    assert (frozen.state, frozen.seed) == ("sealed", None)
    assert await database.write(lambda store: store.sortition.reveal(draw.id))
    assert await jobs.pick_one()
    assert not await jobs.pick_one(), "it is picked once"
    drawn = await load(database, draw.id)
    assert (drawn.state, drawn.seed, drawn.problem) == ("drawn", "a secret", "")
    record = json.loads(drawn.record or "")
    assert problems_of(record) == []
    assert record["frozen_sha256"] == drawn.digest, "it is the pool whose fingerprint everybody was told"
    assert frozen.told is not None
    assert record["lottery_sha256"] == frozen.told.sha256, "and the lottery"
    assert record["promise"] == {"source": "", "commitment": drawn.commitment}
    result = result_of(drawn.record or "")
    assert (len(result.drawn), len(result.alternates), len(result.cohorts)) == (5, 3, 2)
    async with database.reading() as store:
        assert [timer.kind for timer in await store.timers.coming(5)] == ["panel.lottery", "panel.drawn"]


async def test_a_public_number_named_before_stands_in_the_record(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS, source="National Lottery of 13 March"))
    await DrawJobs(database, Standing(NOW)).run_all()

    async def type_and_confirm(store: Store) -> None:
        typist, other = [(await store.people.add(901 + n, "staff", "en", NOW))[0].id for n in range(2)]
        assert await store.sortition.propose_seed(draw.id, "4 8 15", typist)
        assert await store.sortition.confirm_seed(draw.id, "4 8 15", other)

    await database.write(type_and_confirm)
    await DrawJobs(database, Standing(NOW)).pick_all()
    record = json.loads((await load(database, draw.id)).record or "")
    assert record["promise"] == {"source": "National Lottery of 13 March", "commitment": ""}
    assert problems_of(record) == []


async def test_a_lottery_of_a_pool_that_was_opened_again_is_not_kept_and_the_next_one_is(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS))
    claimed = await database.write(lambda store: store.sortition.claim_lottery(NOW, NOW + LEASE))
    assert claimed is not None
    jobs = DrawJobs(database, Standing(NOW))
    await database.write(lambda store: store.sortition.unseal(draw.id))
    await database.write(lambda store: jobs._keep_lottery(store, claimed, "", "[]"))
    assert (await load(database, draw.id)).state == "open"
    assert not await jobs.run_one(), "no pool is frozen"


async def test_nobody_waits_for_a_lottery_once_its_pool_is_opened_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work ends at the next look, long before it would have come to its end."""
    monkeypatch.setattr("bot.draw_jobs.PROGRESS_EVERY", 0.5)
    draw = await database.write(lambda store: set_going(store, QUOTAS, instance(2000, 60, 1, 0)))
    working = asyncio.create_task(DrawJobs(database, Standing(NOW)).run_one())
    async with asyncio.timeout(60):
        while not (await load(database, draw.id)).progress:  # noqa: ASYNC110 (another task writes it down)
            await asyncio.sleep(0.1)
        async with database.reading() as store:
            assert [timer.kind for timer in await store.timers.coming(5)] == ["panel.progress"]
        assert await database.write(lambda store: store.sortition.unseal(draw.id))
        assert await working
    again = await load(database, draw.id)
    assert (again.state, again.told, again.progress) == ("open", None, "")


async def test_quotas_that_cannot_be_met_are_answered_with_the_smallest_widening(database: Database) -> None:
    impossible = [SeatQuota("age", "young", 0, 0), SeatQuota("age", "old", 5, 5)]
    draw = await database.write(lambda store: set_going(store, impossible))
    await DrawJobs(database, Standing(NOW)).run_all()
    failed = await load(database, draw.id)
    assert (failed.state, failed.seed) == ("failed", None), "no number was wasted on it"
    wider = widened(impossible, json.loads(failed.problem))
    assert wider == [SeatQuota("age", "young", 0, 1), SeatQuota("age", "old", 4, 5)]


async def test_a_draw_whose_process_is_gone_is_begun_anew(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS))
    await database.write(lambda store: store.sortition.claim_lottery(NOW, NOW + LEASE))
    assert not await DrawJobs(database, Standing(NOW)).run_one(), "somebody is at it"
    assert await DrawJobs(database, Standing(NOW + LEASE + timedelta(seconds=1))).run_one()
    await database.write(lambda store: store.sortition.reveal(draw.id))
    await database.write(lambda store: store.sortition.claim_pick(NOW, NOW + CLAIMED))
    assert not await DrawJobs(database, Standing(NOW)).pick_one(), "somebody is at it"
    assert await DrawJobs(database, Standing(NOW + CLAIMED + timedelta(seconds=1))).pick_one()
    assert (await load(database, draw.id)).state == "drawn"


async def test_a_process_that_was_told_to_end_leaves_the_lottery_for_the_next_start(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops a service often stops everything it has started."""
    monkeypatch.setattr("bot.draw_jobs.PROGRESS_EVERY", 0.5)
    draw = await database.write(lambda store: set_going(store, QUOTAS, instance(2000, 60, 1, 0)))
    working = asyncio.create_task(DrawJobs(database, Standing(NOW)).run_all())
    async with asyncio.timeout(60):
        while not (await load(database, draw.id)).progress:  # noqa: ASYNC110 (another task writes it down)
            await asyncio.sleep(0.1)
        (process,) = children()
        os.kill(int(process), signal.SIGTERM)
        await working
    waits = await load(database, draw.id)
    assert (waits.state, waits.told, waits.problem) == ("sealed", None, "")
    async with database.reading() as store:
        assert not await store.sortition.is_working_out(NOW)
        assert await store.sortition.is_working_out(NOW + LEASE + timedelta(seconds=1))


async def test_a_draw_whose_number_an_older_version_had_confirmed_is_drawn(database: Database) -> None:
    draw = await database.write(lambda store: set_going(store, QUOTAS))
    await database.write(lambda store: store.sortition._session.run(CONFIRMED))
    jobs = DrawJobs(database, Standing(NOW))
    await jobs.run_all()
    await jobs.pick_all()
    drawn = await load(database, draw.id)
    assert drawn.state == "drawn"
    assert problems_of(json.loads(drawn.record or "")) == []


def test_widening_what_has_been_made_wider_since_narrows_nothing() -> None:
    quotas = [SeatQuota("age", "young", 1, 9), SeatQuota("age", "old", 4, 5)]
    seen_before = [
        {"category": "age", "feature": "young", "min": 2, "max": 6},
        {"category": "age", "feature": "old", "min": 3, "max": 5},
    ]
    assert widened(quotas, seen_before) == [SeatQuota("age", "young", 1, 9), SeatQuota("age", "old", 3, 5)]
