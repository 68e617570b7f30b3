"""Anonymous answers: whoever has every copy of the database links them to people no better than by guessing."""

from __future__ import annotations

import json
import logging
import math
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.desk import Desk, Surroundings
from flows.surveys.anonymity import anonymity
from flows.surveys.citizen import send as sending
from flows.surveys.form.questions import questions_of
from flows.surveys.form.reading import read_form
from flows.surveys.sheet import Sheet, keep, open_sheet
from storage.backup import every_table
from storage.ballots import BATCH
from storage.consultations import Question
from storage.database import Database, opened
from storage.inbox import Arrival
from storage.outbox import Parcel
from storage.panels import Term
from storage.people import Person
from storage.store import Store
from storage.vault import Vault
from tests.opening import dump
from tests.peers import KEY, VAULT
from tests.xlsforms import xlsform

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CLOSES = NOW + timedelta(days=14)
SURROUNDINGS = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
OPTIONS = tuple(f"Option {n}" for n in range(200))


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
    officer: Person
    people: list[str] = field(default_factory=list)
    speakers: dict[str, Person] = field(default_factory=dict)
    responses: dict[str, str] = field(default_factory=dict)


async def begun(store: Store, people: int, questions: Sequence[Question] = ()) -> Vote:
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
    usual = [Question("", id, 0, "one", "Which?", OPTIONS), Question("", id, 0, "text", "Why?")]
    await store.consultations.add_questions(id, questions or usual)
    assert await store.consultations.open(id, NOW)
    vote = Vote(id, panel, await store.consultations.questions(id), officer)
    for number in range(people):
        person, _conversation = await store.people.add(first + 1 + number, "citizen", "en", NOW)
        await store.panels.serve(panel, person.id, Term(1, CLOSES), NOW)
        await store.responses.invite(id, [person.id], NOW)
        response = await store.responses.find(id, person.id)
        assert response is not None
        vote.people.append(person.id)
        vote.speakers[person.id] = person
        vote.responses[person.id] = response.id
    return vote


async def answer(store: Store, vote: Vote, person: str, option: int, *, at: datetime = NOW) -> None:
    response = vote.responses[person]
    await store.responses.start(response, at)
    await store.responses.save_answer(response, vote.questions[0].id, option)
    await store.responses.save_answer(response, vote.questions[1].id, f"because {option}")


async def send(store: Store, vote: Vote, person: str, *, at: datetime = NOW) -> None:
    await store.responses.finish(vote.responses[person], at)
    await store.ballots.cast(vote.id, vote.responses[person])


async def take_part(database: Database, vote: Vote, person: str, option: int) -> None:
    await database.write(lambda store: answer(store, vote, person, option))
    await database.write(lambda store: send(store, vote, person))


async def close(store: Store, vote: Vote) -> None:
    assert await store.consultations.close(vote.id, CLOSES)
    await store.ballots.mix(vote.id)


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
    found = await dump(database)
    assert found["answers"] == [], "nor which questions were answered"
    assert "because" not in str(found["responses"])
    held = await database.write(lambda store: store.erasure.held(ana))
    assert [one["answer"] for one in held["surveys"][0]["answers"]] == [["Option 8"], "because 8"]


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
        mixed = len({row["id"] for row in found["ballots"]}) // len(vote.questions)
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
            await store.responses.save_answer(vote.responses[person], words.id, said)

    await database.write(say)
    assert len({len(str(row["secret"])) for row in (await dump(database))["responses"]}) == 1
    await database.write(lambda store: send(store, vote, short))
    await database.write(lambda store: send(store, vote, long))
    assert len({len(str(row["sealed"])) for row in (await dump(database))["waiting_ballots"]}) == 1


async def test_with_every_dump_ever_made_the_best_guess_is_chance(database: Database) -> None:
    """The attacker copies the ballots after every step, knows in which order people sent theirs and how it all works.

    Twenty-five people: when the twentieth sends, ten of twenty ballots are written; at the end the last fifteen. So the
    best there is for a ballot of the first lot is to guess one of the twenty, right once in 20, and for one of the
    second one of the last five, right once in 15: 1.5 of 25. Guesses by the order of keys, by the order in which
    ballots appeared, by that plan and at random may not do better (but for what happens once in 100,000 runs).
    """
    rounds, people, right = 24, 2 * BATCH + 5, Counter[str]()
    order = random.Random(secrets.randbits(64))
    for _round in range(rounds):
        vote = await database.write(lambda store: begun(store, people))
        sending = order.sample(vote.people, people)
        truth = dict(zip(order.sample(range(200), people), sending, strict=True))
        option_of = {person: option for option, person in truth.items()}
        appeared: list[dict[str, object]] = []
        for person in sending:
            await take_part(database, vote, person, option_of[person])
            appeared += new_ballots(await ballots(database), vote, appeared)
        first = len(appeared)
        await database.write(partial(close, vote=vote))
        appeared += new_ballots(await ballots(database), vote, appeared)
        by_key = sorted(appeared, key=lambda row: str(row["id"]))
        for place, person in enumerate(sending):
            right["by key"] += truth[int(str(by_key[place]["value"]))] == person
            right["by appearance"] += truth[int(str(appeared[place]["value"]))] == person
        for place, row in enumerate(appeared):
            sender = truth[int(str(row["value"]))]
            right["by plan"] += sender == order.choice(sending[: 2 * BATCH] if place < first else sending[-5:])
            right["at random"] += sender == order.choice(sending)
    expected = 1.5 * rounds
    assert all(hits <= once_in(100_000, expected) for hits in right.values()), (right, expected)


def once_in(runs: int, expected: float) -> int:
    """The number of rare events that is exceeded in one of so many runs where so many are expected (Poisson)."""
    number, chance = 0, math.exp(-expected)
    below = chance
    while below < 1 - 1 / runs:
        number += 1
        chance *= expected / number
        below += chance
    return number


async def ballots(database: Database) -> list[dict[str, object]]:
    (table,) = (table for table in every_table() if table.name == "ballots")
    async with database.snapshot() as store:
        return [row async for row in store.copies.rows(table)]


def new_ballots(found: list[dict[str, object]], vote: Vote, known: list[dict[str, object]]) -> list[dict[str, object]]:
    ids = {row["id"] for row in known}
    return [row for row in found if row["question_id"] == vote.questions[0].id and row["id"] not in ids]


# ---------------------------------------------------------------- what forms bring along

FORM = """
| type            | name  | label            | calculation           | relevant   | default |
| start           | start |                  |                       |            |         |
| end             | end   |                  |                       |            |         |
| today           | today |                  |                       |            |         |
| calculate       | sent  |                  | now()                 |            |         |
| calculate       | arm   |                  | once(int(random()*2)) |            |         |
| select_one yn   | a     | Arm A?           |                       | ${arm} = 0 |         |
| select_one yn   | b     | Arm B?           |                       | ${arm} = 1 |         |
| dateTime        | when  | When was it?     |                       |            | now()   |
| text            | why   | Why?             |                       |            |         |
"""
CHOICES = """
| list_name | name | label |
| yn        | y    | Yes   |
| yn        | n    | No    |
"""


async def through_a_form(database: Database, vote: Vote, person: str, at: datetime) -> str:
    """Somebody answers, with everything the bot does when they send it; returns which arm they had."""

    async def job(store: Store) -> str:
        desk = Desk(store, at, SURROUNDINGS, vote.speakers[person])
        await store.responses.start(vote.responses[person], at)
        sheet = await open_sheet(desk, vote.id)
        assert isinstance(sheet, Sheet)
        arm = ""
        while (question := sheet.route.next) is not None:
            assert sheet.suggested(question) is None, "the clock answers nothing beforehand"
            arm = arm or question.wording
            said = 0 if question.kind == "one" else WHEN if question.format == "datetime" else CANARY
            sheet = await keep(desk, sheet, question, said)
        await sending(desk, sheet)
        return arm

    return await database.write(job)


WHEN = "1999-12-31T23:59:00+00:00"
CANARY = "a heron stood in the flooded underpass"


async def test_neither_the_clock_nor_chance_nor_what_was_written_says_whose_a_ballot_is(
    database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A form as many are, with the moments of beginning and sending and a random arm, answered every seven minutes."""
    caplog.set_level(logging.DEBUG)
    form = read_form(xlsform(FORM, CHOICES)).form
    assert form is not None
    vote = await database.write(lambda store: begun(store, 2 * BATCH + 4, questions_of(form)))
    arms = {
        person: await through_a_form(database, vote, person, NOW + timedelta(minutes=7 * number))
        for number, person in enumerate(vote.people)
    }
    copies = raw(database_url)
    await database.write(lambda store: close(store, vote))
    copies += raw(database_url)
    asked = {question.id: question for question in vote.questions if question.is_asked}
    written = await ballots(database)
    assert {row["question_id"] for row in written} == set(asked)
    said = [str(row["value"]) for row in written if asked[str(row["question_id"])].kind != "text"]
    assert set(said) == {"0"}, "nothing but the tap"
    moments = await database.write(lambda store: store.ballots.texts(by_wording(vote, "When was it?")))
    assert {one.words for one in moments} == {WHEN}

    guesses = {person: arm_of(vote.responses[person]) for person in vote.people}
    assert sum(guesses[person] == arms[person] for person in vote.people) < len(vote.people), "no better than chance"
    assert len(set(arms.values())) == 2

    assert CANARY.encode() not in copies
    assert WHEN.encode() not in copies
    records = [one for one in caplog.records if "sqlite" not in one.name]
    logged = "\n".join(f"{one.getMessage()} {one.args}" for one in records)
    assert not any(id in logged for id in (*vote.responses.values(), *vote.people, CANARY, WHEN))


def arm_of(response_id: str) -> str:
    """What somebody with the database alone would work out."""
    return "Arm A?" if int(random.Random(response_id).random() * 2) == 0 else "Arm B?"


def by_wording(vote: Vote, wording: str) -> str:
    return next(question.id for question in vote.questions if question.wording == wording)


def raw(database_url: str) -> bytes:
    """The bytes of the database's files, of its write-ahead log too; of PostgreSQL's there are none here."""
    path = database_url.removeprefix("sqlite:///")
    return b"".join(Path(path + end).read_bytes() for end in ("", "-wal") if Path(path + end).exists())


async def test_the_length_of_what_is_said_and_shown_does_not_say_which_option_it_is(database: Database) -> None:
    """The update that brings an answer, the message that sums answers up, and the conversation meanwhile."""
    person, conversation = await database.write(lambda store: store.people.add(5, "citizen", "en", NOW))

    async def job(store: Store) -> None:
        for number, words in enumerate(("No", "Because the buses never come on time " * 20)):
            await store.inbox.record([Arrival(number, "5", NOW, json.dumps({"text": words}))])
            body = {"text": words}
            parcel = Parcel(f"p{number}", person.id, "reply", "message", body, NOW, NOW, NOW + timedelta(days=1))
            await store.outbox.add([parcel])

    await database.write(job)
    found = await dump(database)
    assert len({len(str(row["payload"])) for row in found["inbox"]}) == 1
    assert len({len(str(row["body"])) for row in found["outbox"]}) == 1
    sizes = set()
    for ticks in ([1], [1, 2, 3, 4, 5, 6, 7]):
        state = json.dumps({"chosen": ticks})
        await database.write(
            lambda store, state=state: store.conversations.save(replace(conversation, state=state), NOW)  # type: ignore[misc]
        )
        (row,) = (row for row in (await dump(database))["conversations"] if row["person_id"] == person.id)
        sizes.add(len(str(row["state"])))
    assert len(sizes) == 1


async def test_without_a_key_nobody_is_promised_to_be_anonymous(database_url: str) -> None:
    async with opened(database_url, Vault()) as database:
        assert not await database.write(offers_anonymity)
    async with opened(database_url, VAULT) as database:
        assert await database.write(offers_anonymity)


async def offers_anonymity(store: Store) -> bool:
    vote = await begun(store, 0)
    id = await store.consultations.add(vote.panel, "And now?", vote.officer.id, NOW)
    await anonymity(Desk(store, NOW, SURROUNDINGS, vote.officer), f"{id} anonymous")
    draft = await store.consultations.load(id)
    assert draft is not None
    return draft.is_anonymous
