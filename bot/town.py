"""The demo's made-up town: who lives there, and what has happened before the curtain rises."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.playground.world import Person
from bot.scheduler import Timers
from bot.telegram.intake import Intake
from bot.turns import Turns
from flows.desk import Surroundings
from flows.people.sets import ready_made
from flows.slices import ROUTER
from storage.attributes import Attribute, Option
from storage.database import Database
from storage.outbox import Finished
from storage.panels import Term
from storage.people import NOTICE_VERSION
from storage.profiles import Profile
from storage.store import Store

INSTANCE = "past"

TOWN = "Newbridge"
ZONE = "Europe/London"
ABOUT = (
    "A made-up town of 24,000. Talk as any of these four people; 45 neighbours answer by themselves. "
    "Nothing leaves this computer."
)

OFFICER = Person(
    4,
    "Dilys Morgan",
    "staff",
    "Engagement officer at the council",
    try_=("/menu", "/consultations", "/topics", "/newpanel", "/status"),
)

PEOPLE = (
    Person(1, "Ada Brown", about="81, retired nurse, lives by the river", try_=("/start", "/panels", "/surveys")),
    Person(2, "Ben Okafor", about="34, drives the number 12 bus", try_=("/start", "/topics", "/propose")),
    Person(3, "Cerys Evans", about="19, student, speaks Welsh", language_code="cy", try_=("/start", "/panels")),
    OFFICER,
)

# ---------------------------------------------------------------- before the curtain rises

TALKATIVE = {"Olwen": 11, "Marek": 12, "Sana": 13}
"""Residents nobody plays, whose words are in `BEFORE`."""

CROWD = range(101, 143)
"""More residents: enough for results to be published, and for a lottery."""

NEIGHBOURS = tuple(Person(id, "Neighbour", on_page=False) for id in (*TALKATIVE.values(), *CROWD))

HAVE_ANSWERED = 36
"""So many of the crowd have answered the survey."""

AGES = {
    "under 16": 0.0,
    "16-24": 0.13,
    "25-34": 0.16,
    "35-44": 0.15,
    "45-54": 0.16,
    "55-64": 0.16,
    "65-74": 0.13,
    "75": 0.11,
}
QUARTERS = {"Riverside": 0.35, "Old Town": 0.25, "Mill Hill": 0.4}
"""Shares of the made-up town's census."""

MOODS = ((1, 2, 1, 1, 2, 2), (2, 2, 2, 1, 2, 2), (2, 3, 3, 2, 2, 3), (4, 4, 4, 3, 4, 4))
"""What they answered, question by question; most of the town is content."""

HELLO = ("/start", "[English]", "[Yes, I agree]")
JOIN = ("/join", "[Newbridge Voices]", "[Yes, I join]")

BEFORE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        OFFICER.name,
        (
            "/organisation",
            "Newbridge Town Council",
            "[Change the contact]",
            "01234 567890, Mondays to Fridays, 9 to 4",
            "/newpanel",
            "Newbridge Voices",
            "What it is like to live in Newbridge, and what the council should do about it.",
            "[Everywhere]",
            "[6 months]",
            "[As many as want to]",
            "[Begin this panel]",
            "/newpanel",
            "[Chosen by lot]",
            "Newbridge Assembly",
            "Twelve people, drawn by lot, who tell the council what matters most.",
            "[Everywhere]",
            "[12 months]",
            "12",
            "[Begin this panel]",
        ),
    ),
    ("Olwen", (*HELLO, *JOIN, "/propose A crossing by the school on Mill Lane", "[Publish]")),
    ("Marek", (*HELLO, *JOIN, "/propose Later buses on Saturdays, so that people can get home", "[Publish]")),
    ("Sana", (*HELLO, *JOIN, "/topics", "[Support: A crossing]", "[Support: Later buses]")),
    ("Olwen", ("/topics", "[Support: Later buses]")),
    (
        OFFICER.name,
        (
            "/consult",
            "[Newbridge Voices]",
            "How do you feel about living in Newbridge?",
            "The council's plan for next year",
            "The full council",
            "in 9 days",
            "in 4 weeks",
            "in 6 weeks",
            "[Questions]",
            "[Take from the question bank]",
            "[Satisfaction with area]",
            "[Take these questions]",
            "[Done]",
            "[Publish]",
            "[Publish now]",
        ),
    ),
    ("Olwen", ("/surveys", "[How do you feel", "1", "2", "2", "1", "2", "2", "[Send]")),
    ("Marek", ("/surveys", "[How do you feel", "2", "3", "4", "3", "3", "3", "[Send]")),
)
"""Who said or tapped what, in order; the real conversations are had, only nothing is sent."""


async def settle(database: Database, clock: Clock, zone: ZoneInfo) -> None:
    """Let the town have a past: two panels, two topics, and a survey that some neighbours have answered."""
    ids = {OFFICER.name: OFFICER.id, **TALKATIVE}
    past = Past(database, clock, zone)
    await database.write(ask_about_people)
    for name, lines in BEFORE:
        for line in lines:
            await past.say(ids[name], line)
    await past.forget_messages()
    await database.write(lambda store: join_in(store, clock.now()))


async def ask_about_people(store: Store) -> None:
    """The town asks for age and quarter, and knows the shares of its census."""
    age = ready_made("age")
    assert age is not None
    bands = tuple(replace(option, target=AGES[option.key]) for option in age.options)
    await store.attributes.define(replace(age, options=bands))
    quarters = tuple(Option(name.lower(), {"en": name}, share) for name, share in QUARTERS.items())
    reasons = {"en": "So that every part of town is heard."}
    await store.attributes.define(Attribute("quarter", "area", {"en": "Your part of town"}, quarters, reasons=reasons))


async def join_in(store: Store, now: datetime) -> None:
    """The crowd takes part in what is open: too many to have every conversation."""
    (consultation,) = await store.consultations.page(0, 1)
    questions = await store.consultations.questions(consultation.id)
    (assembly,) = [panel for panel in await store.panels.page(0, 10) if panel.kind == "drawn"]
    term = Term(1, now + timedelta(days=180))
    chance = Random(TOWN)
    for number, telegram_id in enumerate(CROWD):
        person, _conversation = await store.people.add(telegram_id, "citizen", "en", now)
        await store.people.agree(person.id, NOTICE_VERSION, "en", now)
        await store.profiles.save(person.id, a_profile(chance), now)
        await store.sortition.express(assembly.id, person.id, now)
        await store.panels.serve(consultation.panel_id, person.id, term, now)
        await store.responses.invite(consultation.id, [person.id], now)
        if number >= HAVE_ANSWERED:
            continue
        response = await store.responses.find(consultation.id, person.id)
        assert response is not None
        await store.responses.start(response.id, now)
        for question, option in zip(questions, MOODS[telegram_id % 7 % len(MOODS)], strict=True):
            await store.responses.save_answer(response.id, question.id, option - 1)
        await store.responses.finish(response.id, now)
    for came in ("joined", "agreed"):
        await store.movements.count(came, now.date(), len(CROWD))


def a_profile(chance: Random) -> Profile:
    """Whoever comes by themselves is older than the town, and lives nearer to the town hall."""
    ages = [key for key, share in AGES.items() if share]
    quarters = [name.lower() for name in QUARTERS]
    return {
        "age": chance.choices(ages, weights=range(4, 4 + len(ages)))[0],
        "quarter": chance.choices(quarters, weights=(3, 4, 2))[0],
    }


class Past:
    """Has conversations with the real flows and throws away what would have been sent."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        surroundings = Surroundings(zone, "folkmoot_bot", frozenset({OFFICER.id}))
        self._turns = Turns(database, ROUTER, clock, surroundings, INSTANCE)
        self._timers = Timers(database, ROUTER, clock, surroundings, lambda: None)
        self._numbers = -1_000_000

    async def say(self, telegram_id: int, line: str) -> None:
        """A line in brackets is a tap on the button that begins so; anything else is typed."""
        person = {"id": telegram_id, "is_bot": False, "first_name": "Neighbour", "language_code": "en"}
        chat = {"id": telegram_id, "type": "private"}
        message = {"message_id": 1, "date": 0, "from": person, "chat": chat}
        self._numbers += 1
        update: dict[str, Any] = {"update_id": self._numbers}
        if line.startswith("["):
            data = await self._button(telegram_id, line.strip("[]"))
            update["callback_query"] = {"id": "1", "from": person, "data": data, "message": message}
        else:
            update["message"] = {**message, "text": line}
        await Intake(self._database, self._clock, lambda _number: None).take_in([update])
        while await self._turns.take():
            pass
        await self._timers.run_due()

    async def _button(self, telegram_id: int, label: str) -> str:
        loaded = await self._database.write(lambda store: store.people.load(telegram_id))
        view = json.loads(loaded[1].view) if loaded and loaded[1].view else {"rows": []}
        for row in view["rows"]:
            for button in row:
                if button["text"].lstrip("☐☑ ").startswith(label):
                    return str(button["callback_data"])
        raise LookupError(f"{telegram_id} sees no button {label}")

    async def forget_messages(self) -> None:
        """What the town was told in the past is not sent again when the demo begins."""

        async def forget(store: Store) -> None:
            await store.outbox.release_all(INSTANCE)
            while claimed := await store.outbox.claim(INSTANCE, self._clock.now(), 500):
                done = [Finished(parcel.id, "dropped", "before the demo") for parcel in claimed]
                await store.outbox.finish(done, self._clock.now())

        await self._database.write(forget)
