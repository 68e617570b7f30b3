"""Anonymous answers: whoever has every copy of the database links them to people no better than by guessing."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from storage.backup import tables
from storage.ballots import BATCH
from storage.consultations import Question
from storage.database import Database, opened
from storage.panels import Term
from storage.store import Store
from storage.vault import Vault
from tests.peers import KEY, VAULT

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CLOSES = NOW + timedelta(days=14)
OPTIONS = tuple(f"Option {n}" for n in range(200))

Dump = dict[str, list[dict[str, object]]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


@dataclass
class Vote:
    """An anonymous survey: one choice and one question in own words."""

    id: str
    panel: str
    questions: list[Question]
    people: list[str] = field(default_factory=list)
    responses: dict[str, str] = field(default_factory=dict)


async def begun(store: Store, people: int) -> Vote:
    """A vote of its own: other people, another panel than those before."""
    first = 1000 * (await store.people.counts()).people + 1
    officer, _conversation = await store.people.add(first, "staff", "en", NOW)
    panel = await store.panels.add(f"Voices {first}", "Living here", 6, None, officer.id, NOW)
    assert panel is not None
    id = await store.consultations.add(panel, "How is it?", officer.id, NOW)
    await store.consultations.set_privacy(id, "anonymous")
    await store.consultations.change(id, "closes_at", CLOSES)
    await store.consultations.change(id, "decides_on", date(2026, 6, 22))
    await store.consultations.change(id, "report_by", date(2026, 6, 30))
    await store.consultations.add_questions(
        id, [Question("", id, 0, "one", "Which?", OPTIONS), Question("", id, 0, "text", "Why?")]
    )
    assert await store.consultations.open(id, NOW)
    vote = Vote(id, panel, await store.consultations.questions(id))
    for number in range(people):
        person, _conversation = await store.people.add(first + 1 + number, "citizen", "en", NOW)
        await store.panels.serve(panel, person.id, Term(1, CLOSES), NOW)
        await store.responses.invite(id, [person.id], NOW)
        response = await store.responses.find(id, person.id)
        assert response is not None
        vote.people.append(person.id)
        vote.responses[person.id] = response.id
    return vote


async def answer(store: Store, vote: Vote, person: str, option: int, *, at: datetime = NOW) -> None:
    response = vote.responses[person]
    await store.responses.start(response, at)
    await store.responses.save_answer(response, vote.questions[0].id, option, at, secret=True)
    await store.responses.save_answer(response, vote.questions[1].id, f"because {option}", at, secret=True)


async def send(store: Store, vote: Vote, person: str, *, at: datetime = NOW) -> None:
    await store.responses.finish(vote.responses[person], at)
    await store.ballots.cast(vote.id, vote.responses[person])


async def take_part(database: Database, vote: Vote, person: str, option: int) -> None:
    await database.write(lambda store: answer(store, vote, person, option))
    await database.write(lambda store: send(store, vote, person))


async def close(store: Store, vote: Vote) -> None:
    assert await store.consultations.close(vote.id, CLOSES)
    await store.ballots.mix(vote.id)


async def dump(database: Database) -> Dump:
    """Every row of every table, in the order the database gives them."""
    async with database.snapshot() as store:
        return {table.name: [row async for row in store.copies.rows(table)] for table in tables()}


# ---------------------------------------------------------------- nothing is lost


@pytest.mark.parametrize(
    ("before", "after"),
    [((), (KEY,)), ((KEY,), ("another key, long enough", KEY))],
    ids=["sealed from now on", "another key"],
)
async def test_ballots_outlive_a_change_of_the_key(
    database_url: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """Those that are mixed, those that wait, and an answer that has not been sent yet."""
    async with opened(database_url, Vault(before)) as database:
        vote = await database.write(lambda store: begun(store, 2 * BATCH + 1))
        *sent, last = vote.people
        for number, person in enumerate(sent):
            await take_part(database, vote, person, number % 3)
        await database.write(lambda store: answer(store, vote, last, 2))
    async with opened(database_url, Vault(after)) as database:
        await database.write(lambda store: send(store, vote, last))
        await database.write(lambda store: close(store, vote))
        texts = await database.write(lambda store: store.ballots.texts(vote.questions[1].id))
    words = [one.words for one in texts]
    assert words == sorted([*(f"because {number % 3}" for number in range(2 * BATCH)), "because 2"])


@pytest.mark.parametrize("people", [1, BATCH - 1])
async def test_too_few_ballots_to_hide_anybody_are_destroyed_unread(database: Database, people: int) -> None:
    vote = await database.write(lambda store: begun(store, people))
    for person in vote.people:
        await take_part(database, vote, person, 1)
    await database.write(lambda store: close(store, vote))
    found = await dump(database)
    assert (found["ballots"], found["waiting_ballots"]) == ([], [])


@pytest.mark.parametrize("people", [0, BATCH, 2 * BATCH, 3 * BATCH + 4])
async def test_every_ballot_is_counted_once(database: Database, people: int) -> None:
    vote = await database.write(lambda store: begun(store, people))
    for number, person in enumerate(vote.people):
        await take_part(database, vote, person, number % 3)
    await database.write(lambda store: close(store, vote))
    tallies = await database.write(lambda store: store.responses.tallies(vote.id))
    expected = Counter(number % 3 for number in range(people))
    assert tallies.get(vote.questions[0].id, {}).get(None, {}) == expected
    texts = await database.write(lambda store: store.ballots.texts(vote.questions[1].id))
    words = [one.words for one in texts]
    assert words == sorted(f"because {number % 3}" for number in range(people))
    assert (await dump(database))["waiting_ballots"] == []


async def test_until_they_are_sent_answers_can_be_changed_and_no_copy_shows_them(database: Database) -> None:
    vote = await database.write(lambda store: begun(store, 1))
    (ana,) = vote.people
    await database.write(lambda store: answer(store, vote, ana, 7))
    await database.write(lambda store: answer(store, vote, ana, 8))
    kept = await database.write(lambda store: store.responses.answers(vote.responses[ana]))
    assert list(kept.values()) == [8, "because 8"]
    values = [str(row["value"]) for row in (await dump(database))["answers"]]
    assert all("sealed" in value and "because" not in value for value in values)


async def test_once_sent_nothing_is_left_with_the_person(database: Database) -> None:
    vote = await database.write(lambda store: begun(store, 1))
    (ana,) = vote.people
    await database.write(lambda store: answer(store, vote, ana, 7))
    await database.write(lambda store: send(store, vote, ana))
    assert (await dump(database))["answers"] == []
    held = await database.write(lambda store: store.erasure.held(ana))
    assert held["surveys"][0]["state"] == "finished"
    assert held["surveys"][0]["answers"] == []


async def test_while_it_is_open_ballots_are_mixed_in_batches_and_a_batch_is_left(database: Database) -> None:
    vote = await database.write(lambda store: begun(store, 2 * BATCH))
    for number, person in enumerate(vote.people, 1):
        await take_part(database, vote, person, number)
        found = await dump(database)
        mixed = len({row["id"] for row in found["ballots"]})
        assert (mixed, len(found["waiting_ballots"])) == ((0, number) if number < 2 * BATCH else (BATCH, BATCH))


# ---------------------------------------------------------------- the attacker


async def test_nothing_in_a_ballot_refers_to_anything_of_a_person(database: Database) -> None:
    vote = await database.write(lambda store: begun(store, 2 * BATCH))
    for number, person in enumerate(vote.people):
        await take_part(database, vote, person, number)
    found = await dump(database)
    others = [row for name, rows in found.items() if "ballot" not in name for row in rows]
    elsewhere = {str(value) for row in others for value in row.values()}
    for name in ("ballots", "waiting_ballots"):
        for row in found[name]:
            assert str(row["id"]) not in elsewhere
            assert set(row) <= {"id", "question_id", "consultation_id", "value", "sealed"}, "no time and no person"


async def test_what_waits_does_not_show_by_its_length_what_was_said(database: Database) -> None:
    vote = await database.write(lambda store: begun(store, 2))
    (short, long), (_choice, words) = vote.people, vote.questions

    async def say(store: Store) -> None:
        for person, said in ((short, "No."), (long, "Because " * 120)):
            await store.responses.save_answer(vote.responses[person], words.id, said, NOW, secret=True)

    await database.write(say)
    assert len({len(str(row["value"])) for row in (await dump(database))["answers"]}) == 1
    await database.write(lambda store: send(store, vote, short))
    await database.write(lambda store: send(store, vote, long))
    assert len({len(str(row["sealed"])) for row in (await dump(database))["waiting_ballots"]}) == 1


async def test_with_every_dump_ever_made_the_best_guess_is_chance(database: Database) -> None:
    """The attacker copies everything after every step and knows in which order people sent their answers.

    Three guesses for each ballot: the person at the same place in the order of keys, the one at the same place in the
    order in which ballots appeared, and anybody at random. None of them may be right more often than somebody hidden
    among a batch can be guessed (and five standard deviations).
    """
    rounds, people, right = 5, 2 * BATCH + 5, Counter[str]()
    order = random.Random(secrets.randbits(64))
    for _round in range(rounds):
        vote = await database.write(lambda store: begun(store, people))
        sending = order.sample(vote.people, people)
        truth = dict(zip(order.sample(range(200), people), sending, strict=True))
        option_of = {person: option for option, person in truth.items()}
        appeared: list[dict[str, object]] = []
        for person in sending:
            await take_part(database, vote, person, option_of[person])
            appeared += new_ballots(await dump(database), vote, appeared)
        await database.write(partial(close, vote=vote))
        appeared += new_ballots(await dump(database), vote, appeared)
        by_key = sorted(appeared, key=lambda row: str(row["id"]))
        for place, person in enumerate(sending):
            right["by key"] += truth[int(str(by_key[place]["value"]))] == person
            right["by appearance"] += truth[int(str(appeared[place]["value"]))] == person
        for row in appeared:
            right["at random"] += truth[int(str(row["value"]))] == order.choice(sending)
    tries = rounds * people
    allowed = tries / BATCH + 5 * (tries / BATCH) ** 0.5
    assert all(hits <= allowed for hits in right.values()), (right, tries)


def new_ballots(found: Dump, vote: Vote, known: list[dict[str, object]]) -> list[dict[str, object]]:
    ids = {row["id"] for row in known}
    return [row for row in found["ballots"] if row["question_id"] == vote.questions[0].id and row["id"] not in ids]
