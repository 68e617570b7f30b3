"""What is old enough is deleted every night, and only that; what was deleted stays known as a number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.scheduler import Timers
from flows.desk import Surroundings
from flows.retention.due import PAGE
from flows.retention.rules import MESSAGES_DAYS, RULES, months_before
from flows.slices import ROUTER
from storage.consultations import Question
from storage.database import Database, opened
from storage.panels import Term
from storage.store import Store
from tests.peers import rows
from tests.player import StandingClock

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)
SURROUNDINGS = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
TEXTS = "SELECT value FROM answers"
TOLD = "SELECT 1 FROM outbox WHERE once LIKE 'retention.report:%'"


@pytest.fixture
def clock() -> StandingClock:
    clock = StandingClock()
    clock.at = NOW
    return clock


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def survey(store: Store, closed_at: datetime, answers: int = 1, *, sent: bool = True) -> None:
    """A survey that is over, with a choice and own words."""
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    panel = await store.panels.add(f"Voices {closed_at}", "Living here", 6, None, officer.id, NOW)
    assert panel is not None
    id = await store.consultations.add(panel, "How is it?", officer.id, NOW)
    await store.consultations.change(id, "closes_at", closed_at)
    await store.consultations.change(id, "decides_on", date(2030, 1, 1))
    await store.consultations.change(id, "report_by", date(2030, 1, 1))
    await store.consultations.add_questions(
        id, [Question("", id, 0, "one", "Good?", ("Yes", "No")), Question("", id, 0, "text", "Why?")]
    )
    assert await store.consultations.open(id, closed_at - timedelta(days=7))
    choice, words = await store.consultations.questions(id)
    for number in range(answers):
        person, _conversation = await store.people.add(100 + number, "citizen", "en", NOW)
        await store.responses.invite(id, [person.id], NOW)
        response = await store.responses.find(id, person.id)
        assert response is not None
        await store.responses.save_answer(response.id, choice.id, 0)
        await store.responses.save_answer(response.id, words.id, "Because")
        if sent:
            await store.responses.finish(response.id, NOW)
    await store.consultations.close(id, closed_at)


async def night(database: Database, clock: Clock) -> None:
    await Timers(database, ROUTER, clock, SURROUNDINGS, lambda: None).run_due()


async def test_own_words_go_and_choices_stay(database: Database, database_url: str, clock: StandingClock) -> None:
    await database.write(lambda store: survey(store, months_before(NOW, 24) - timedelta(days=1)))
    await database.write(lambda store: survey(store, months_before(NOW, 24) + timedelta(days=3)))
    await night(database, clock)
    assert sorted(value for (value,) in await rows(database_url, TEXTS)) == ['"Because"', "0", "0"]
    async with database.reading() as store:
        found = await store.retention.deleted(date(2027, 3, 2), date(2027, 3, 2))
        assert {rule for rule, number in found.items() if number} == {"texts"}
        assert found.keys() == {*(rule.kept for rule in RULES), "traces"}
        assert await store.retention.last_run() == date(2027, 3, 2)


async def test_what_was_never_sent_goes_with_the_words(
    database: Database, database_url: str, clock: StandingClock
) -> None:
    unsent = "SELECT secret FROM responses WHERE secret <> ''"
    await database.write(lambda store: survey(store, months_before(NOW, 24) - timedelta(days=1), sent=False))
    assert len(await rows(database_url, unsent)) == 1
    await night(database, clock)
    assert await rows(database_url, unsent) == []
    assert await rows(database_url, "SELECT number FROM retention_runs WHERE rule = 'texts'") == [(1,)]


async def test_much_is_deleted_page_by_page(database: Database, database_url: str, clock: StandingClock) -> None:
    await database.write(lambda store: survey(store, months_before(NOW, 30), answers=PAGE + 5))
    await night(database, clock)
    assert await rows(database_url, f"{TEXTS} WHERE value <> '0'") == []
    assert await rows(database_url, "SELECT number FROM retention_runs WHERE rule = 'texts'") == [(PAGE + 5,)]


async def test_the_record_of_who_did_what_is_kept_for_six_years(
    database: Database, database_url: str, clock: StandingClock
) -> None:
    for at in (months_before(NOW, 72) - timedelta(days=1), months_before(NOW, 71)):
        await database.write(lambda store, at=at: store.audit.record(None, "did", "something", {}, at))  # type: ignore[misc]
    await night(database, clock)
    assert len(await rows(database_url, "SELECT 1 FROM audit")) == 1


async def test_what_staff_took_down_becomes_counts(database: Database, database_url: str, clock: StandingClock) -> None:
    """Of paper and telephone nobody knows whose they are, so nobody can erase them."""

    async def take_down(store: Store) -> None:
        (consultation,) = await rows(database_url, "SELECT id FROM consultations")
        questions = await store.consultations.questions(consultation[0])
        person = await store.people.add_unnamed("paper", "en", NOW)
        response = await store.responses.add_taken(consultation[0], person, "paper", False, NOW)
        await store.responses.save_answer(response, questions[0].id, 1)
        await store.responses.save_answer(response, questions[1].id, "on paper")

    closed_at = months_before(NOW, 24) - timedelta(days=1)
    await database.write(lambda store: survey(store, closed_at))
    await database.write(take_down)
    await night(database, clock)
    assert await rows(database_url, "SELECT 1 FROM people WHERE channel = 'paper'") == []
    assert await rows(database_url, "SELECT value, number FROM kept_counts") == [("1", 1)]
    assert await rows(database_url, "SELECT way, state, number FROM kept_turnout") == [("paper", "finished", 1)]


async def test_names_openings_profiles_and_places_go_in_time(
    database: Database, database_url: str, clock: StandingClock
) -> None:
    long_ago = months_before(NOW, 121)

    async def settle(store: Store) -> None:
        person, _conversation = await store.people.add(7, "citizen", "en", long_ago)
        await store.profiles.save(person.id, {"area": "north"}, long_ago)
        await store.venues.add("token", "Library", "hello", person.id, long_ago)
        await store.venues.record_opening("token", person.id, long_ago)
        panel = await store.panels.add("Voices", "Living here", 6, None, person.id, long_ago)
        assert panel is not None
        membership = await store.panels.serve(panel, person.id, Term(1, long_ago), long_ago)
        assert membership is not None
        await store.panels.finish(membership, "completed", long_ago)
        await store.media.keep("digest", "file", long_ago)
        await store.timers.set("done", "kind", {"person": person.id}, NOW + timedelta(days=9), None)
        await store.timers.cancel("done", NOW - timedelta(days=MESSAGES_DAYS + 1))

    await database.write(settle)
    await night(database, clock)
    for table in ("profiles", "openings", "memberships", "media"):
        assert await rows(database_url, f"SELECT 1 FROM {table}") == [], table
    assert await rows(database_url, "SELECT 1 FROM timers WHERE key = 'done'") == []
    async with database.reading() as store:
        (brought,) = await store.venues.page(0, 9)
        assert brought.opened == 1, "the number stays"


async def test_staff_hear_once_a_month_what_was_deleted(
    database: Database, database_url: str, clock: StandingClock
) -> None:
    await database.write(lambda store: survey(store, months_before(NOW, 24) - timedelta(days=1)))
    await night(database, clock)
    assert await rows(database_url, TOLD) == [], "February had nothing to tell"
    for days in (40, 1, 35):
        clock.at += timedelta(days=days)
        await night(database, clock)
    assert len(await rows(database_url, TOLD)) == 1, "of March, also after downtime; April had nothing to tell"


async def test_the_rules_run_once_a_day_by_one_of_several_processes(
    database: Database, database_url: str, clock: StandingClock
) -> None:
    both = [Timers(database, ROUTER, clock, SURROUNDINGS, lambda: None) for _process in range(2)]
    for _day in range(3):
        for process in both:
            await process.run_due()
        clock.at += timedelta(days=1)
    assert await rows(
        database_url, "SELECT COUNT(*), COUNT(DISTINCT day) FROM retention_runs WHERE rule = 'audit'"
    ) == [(3, 3)]


@pytest.mark.parametrize(
    ("months", "before"),
    [(1, date(2028, 2, 29)), (12, date(2027, 3, 31)), (25, date(2026, 2, 28)), (3, date(2027, 12, 31))],
)
def test_months_before(months: int, before: date) -> None:
    assert months_before(datetime(2028, 3, 31, 9, tzinfo=UTC), months).date() == before
