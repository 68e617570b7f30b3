"""Responses: who was asked in a consultation, how far they are, and what they answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import Recipient
from storage.queries import Queries
from storage.records import make, new_id
from storage.vault import Box, padded

SQL = Queries("responses")

ResponseState = Literal["invited", "started", "finished", "declined"]
Value = int | float | str | tuple[int, ...] | None
"""An answer: the position of an option or a point or a number, words, several positions (in the order of a rank); None
where it was skipped; WITHHELD where they prefer not to say."""
WITHHELD = (-1,)
"""No option has this place."""


Channel = Literal["phone", "paper", "stall"]
Way = Literal["chat", "guest", "phone", "paper", "stall"]
"""How an answer came: by somebody who was asked, by a guest through a venue's link, or taken by staff."""


@dataclass(frozen=True, slots=True)
class Response:
    """One person asked in one consultation; `link` is the venue's link through which a guest came.

    `name` is what they want staff to call them, sealed; `quotable` says that their own words may be quoted. `version`
    is that of the survey they began, `reminders` how often they are reminded or will be.
    """

    id: str
    consultation_id: str
    state: ResponseState
    invited_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    link: str | None
    name: str
    quotable: bool
    version: int
    reminders: int = 0

    @property
    def has_name(self) -> bool:
        """Whether they have put their name on it; it is read by `Responses.named`."""
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Named:
    """Answers that were sent with a name on them, to a `version` of the survey."""

    id: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody's own words; `source` names the response or ballot they stand in, `quotable` that they may be quoted."""

    source: str
    words: str
    quotable: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A survey that waits for somebody."""

    id: str
    question: str
    language: str
    translations: str
    closes_at: datetime
    state: ResponseState


@dataclass(frozen=True, slots=True)
class Closed:
    """A survey whose results can be read."""

    id: str
    question: str
    language: str
    translations: str


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many were asked, and how far they are; and how many answered in `other` ways without having been asked.

    `with_helper` have answered, in whatever way, with somebody's help.
    """

    asked: int
    started: int
    finished: int
    declined: int
    other: Mapping[Way, int] = field(default_factory=dict)
    with_helper: int = 0

    @property
    def answered_unasked(self) -> int:
        """Those who came by themselves: by a poster, say."""
        return sum(self.other.values())

    @property
    def answered(self) -> int:
        """Everybody whose answers are counted."""
        return self.finished + self.answered_unasked

    @property
    def rate(self) -> float:
        """The share of those asked who have sent their answers, from 0 to 1."""
        return self.finished / self.asked if self.asked else 0.0


SEALED = "sealed"
PADDED = 8192
"""Bytes; more than the longest answer in own words. What waits or is secret is as long as a multiple of it."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a group of people: how many were asked, how many of them have sent theirs, and how many others have."""

    asked: int
    answered: int
    others: int


Tallies = dict[str, dict[int | None, dict[Any, int]]]
"""For each question's id, and each group (None: of whom it is not known): how often each value was given."""
NO_GROUPS: Mapping[str, int] = {}


class Responses:
    def __init__(self, session: Session) -> None:
        self._session = session

    # ------------------------------------------------------------ asking

    async def members_to_invite(self, consultation_id: str, after: str, most: int) -> list[Recipient]:
        """A page of serving members without a response, by person id."""
        rows = await self._session.rows(SQL.members_to_invite, consultation_id=consultation_id, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def invite(self, consultation_id: str, people: Iterable[str], now: datetime) -> None:
        """Give each of them a response, unless they have one."""
        await self._session.run_many(
            SQL.add,
            [
                {"id": new_id(), "consultation_id": consultation_id, "person_id": person, "now": now}
                for person in people
            ],
        )

    async def add_guest(self, consultation_id: str, person_id: str, link: str, now: datetime) -> None:
        """Give somebody who came through a venue's link a response, unless they have one."""
        await self._session.run(
            SQL.add_guest, id=new_id(), consultation_id=consultation_id, person_id=person_id, link=link, now=now
        )

    async def add_taken(
        self, consultation_id: str, person_id: str, channel: Channel, with_helper: bool, now: datetime
    ) -> str:
        """A response that staff took for somebody, sent already; returns its id."""
        id = new_id()
        await self._session.run(
            SQL.add_taken,
            id=id,
            consultation_id=consultation_id,
            person_id=person_id,
            channel=channel,
            with_helper=with_helper,
            now=now,
        )
        return id

    async def take_back(self, id: str) -> bool:
        """Undo what staff took, with the person it was taken for, while the consultation is open."""
        return await self._session.value(SQL.take_back, id=id) is not None

    async def may_answer(self, consultation_id: str, person_id: str) -> bool:
        """Whether somebody serves on the consultation's panel."""
        found = await self._session.value(SQL.is_serving, consultation_id=consultation_id, person_id=person_id)
        return found is not None

    async def find(self, consultation_id: str, person_id: str) -> Response | None:
        row = await self._session.row(SQL.find, consultation_id=consultation_id, person_id=person_id)
        return row and make(Response, row)

    async def open_for(self, person_id: str, now: datetime, skipped: int, most: int) -> list[Waiting]:
        """Surveys that somebody can answer now, the first to close first."""
        rows = await self._session.rows(SQL.open_for, person_id=person_id, now=now, skipped=skipped, most=most)
        return [make(Waiting, row) for row in rows]

    async def closed_for(self, person_id: str, most: int) -> list[Closed]:
        """The latest closed surveys that somebody was asked in."""
        rows = await self._session.rows(SQL.closed_for, person_id=person_id, most=most)
        return [make(Closed, row) for row in rows]

    # ------------------------------------------------------------ answering

    async def start(self, id: str, now: datetime, *, with_helper: bool = False) -> None:
        """Begun, or taken up again by somebody who had declined; perhaps with somebody's help."""
        await self._session.run(SQL.start, id=id, now=now, with_helper=with_helper)

    async def decline(self, id: str) -> bool:
        """False when the answers have been sent already."""
        return await self._session.value(SQL.decline, id=id) is not None

    async def finish(self, id: str, now: datetime, *, with_helper: bool = False) -> None:
        """Sent; with somebody's help if there was some now or when it was begun."""
        await self._session.run(SQL.finish, id=id, now=now, with_helper=with_helper)

    async def reopen(self, id: str) -> None:
        """Not counted any more until it is finished again."""
        await self._session.run(SQL.reopen, id=id)

    async def save_answer(
        self, id: str, question_id: str, value: Value, now: datetime, *, secret: bool = False
    ) -> None:
        """Keep an answer, in place of an earlier one; a secret one sealed among all others, so that none counts."""
        if secret:
            await self._keep_secret(id, {**await self.answers(id), question_id: value})
            return
        box = await self._box(id)
        await self._session.run(
            SQL.save_answer,
            id=id,
            question_id=question_id,
            value=json.dumps(box.seal(value) if isinstance(value, str) else value, ensure_ascii=False),
            now=now,
        )

    async def _keep_secret(self, id: str, answers: Mapping[str, Value]) -> None:
        sealed = (await self._box(id)).seal(padded(json.dumps(answers, ensure_ascii=False), PADDED))
        await self._session.run(SQL.set_secret, id=id, secret=sealed)

    def seed(self, id: str) -> str:
        """What a form's chance begins with: steady for a response, and nobody without the key can work it out."""
        return self._session.keyring.vault.veil(f"chance:{id}")

    async def _box(self, id: str) -> Box:
        return await DataKeys(self._session).box(await self._session.value(SQL.whose, id=id))

    async def answers(self, id: str) -> dict[str, Value]:
        """By question; a skipped one is there with None."""
        rows = await self._session.rows(SQL.answers, id=id)
        values: dict[str, Any] = {row["question_id"]: json.loads(row["value"]) for row in rows if row["question_id"]}
        secret = next((row["secret"] for row in rows if row["secret"]), "")
        if secret:
            return {key: _frozen(value) for key, value in json.loads((await self._box(id)).open(secret)).items()}
        if not any(isinstance(value, str | dict) for value in values.values()):
            return {key: _frozen(value) for key, value in values.items()}
        box = await self._box(id)
        return {key: _frozen(opened_value(value, box)) for key, value in values.items()}

    async def drop_answer(self, id: str, question_id: str, *, secret: bool = False) -> None:
        if secret:
            kept = {key: value for key, value in (await self.answers(id)).items() if key != question_id}
            await self._keep_secret(id, kept)
            return
        await self._session.run(SQL.drop_answer, id=id, question_id=question_id)

    async def forget_answers(self, id: str) -> None:
        await self._session.run(SQL.forget_answers, id=id)
        await self._session.run(SQL.set_secret, id=id, secret="")

    # ------------------------------------------------------------ telling

    async def to_remind(self, consultation_id: str, round: int, after: str, most: int) -> list[Recipient]:
        """A page of those who have neither sent their answers nor declined nor been reminded in this round (from 1)."""
        rows = await self._session.rows(
            SQL.to_remind, consultation_id=consultation_id, round=round, after=after, most=most
        )
        return [make(Recipient, row) for row in rows]

    async def mark_reminded(self, consultation_id: str, round: int, people: Iterable[str], now: datetime) -> None:
        await self._session.run_many(
            SQL.mark_reminded,
            [
                {"consultation_id": consultation_id, "round": round, "person_id": person, "now": now}
                for person in people
            ],
        )

    async def who_finished(self, consultation_id: str, after: str, most: int) -> list[Recipient]:
        return await self._recipients(SQL.who_finished, consultation_id, after, most)

    async def not_declined(self, consultation_id: str, after: str, most: int) -> list[Recipient]:
        return await self._recipients(SQL.not_declined, consultation_id, after, most)

    async def everyone_asked(self, consultation_id: str, after: str, most: int) -> list[Recipient]:
        return await self._recipients(SQL.everyone_asked, consultation_id, after, most)

    async def _recipients(self, query: Any, consultation_id: str, after: str, most: int) -> list[Recipient]:
        rows = await self._session.rows(query, consultation_id=consultation_id, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def count_asked(self, consultation_id: str) -> int:
        """How many were asked and want to hear from us."""
        return int(await self._session.value(SQL.to_tell, consultation_id=consultation_id))

    # ------------------------------------------------------------ counting

    async def turnout(self, consultation_id: str) -> Turnout:
        rows = await self._session.rows(SQL.turnout, consultation_id=consultation_id)
        asked = {row["state"]: row["number"] for row in rows if row["way"] == "chat"}
        sent = [row for row in rows if row["state"] == "finished"]
        return Turnout(
            sum(asked.values()),
            asked.get("started", 0),
            asked.get("finished", 0),
            asked.get("declined", 0),
            {row["way"]: row["number"] for row in sent if row["way"] != "chat"},
            sum(row["helped"] for row in sent),
        )

    async def tallies(self, consultation_id: str, groups: Mapping[str, int] = NO_GROUPS) -> Tallies:
        """What was sent, counted by group of people; of answers in people's own words only the number, under None."""
        found: Tallies = {}
        rows = await self._session.rows(SQL.tallies, consultation_id=consultation_id, groups=json.dumps(dict(groups)))
        for question_id, group, given, number in rows:
            counted = found.setdefault(question_id, {}).setdefault(group, {})
            value = read_value(given)
            counted[value] = counted.get(value, 0) + number
        return found

    async def sizes(self, consultation_id: str, groups: Mapping[str, int]) -> dict[int, Size]:
        """How many of each group were asked and answered; groups of which nobody did may be missing."""
        found: dict[int, Counter[str]] = {}
        rows = await self._session.rows(SQL.sizes, consultation_id=consultation_id, groups=json.dumps(dict(groups)))
        for group, state, way, number in rows:
            counted = found.setdefault(group, Counter())
            if way == "chat":
                counted["asked"] += number
            if state == "finished":
                counted["answered" if way == "chat" else "others"] += number
        return {
            group: Size(counted["asked"], counted["answered"], counted["others"]) for group, counted in found.items()
        }

    async def stands_before(self, id: str, question_id: str) -> None:
        """The next question of somebody's own way through the survey; empty where all are answered."""
        await self._session.run(SQL.stands_before, id=id, question_id=question_id)

    async def stopped_before(self, consultation_id: str) -> dict[str | None, int]:
        """How many of those who began and have not sent theirs stand before which question.

        None: before the first; empty: all are answered. Of an anonymous survey nothing is known.
        """
        rows = await self._session.rows(SQL.stopped_before, consultation_id=consultation_id)
        return {row["next_question"]: row["number"] for row in rows}

    async def published(self, consultation_id: str) -> str | None:
        """The figures that were published, as they were kept."""
        found = await self._session.value(SQL.published, consultation_id=consultation_id)
        return None if found is None else str(found)

    async def publish(self, consultation_id: str, figures: str, now: datetime) -> None:
        """Keep what is published; what was published before stays."""
        await self._session.run(SQL.publish, consultation_id=consultation_id, figures=figures, now=now)

    async def texts(self, question_id: str) -> list[Written]:
        """What was answered in people's own words, in no order that says who wrote what."""
        found = [
            Written(row["source"], self._box_of(row).open(json.loads(row["value"])), bool(row["quotable"]))
            for row in await self._session.rows(SQL.texts, question_id=question_id)
        ]
        return sorted(found, key=lambda one: (one.words, one.source))

    async def words(
        self, question_id: str, groups: Mapping[str, int] = NO_GROUPS
    ) -> AsyncIterator[tuple[int | None, str]]:
        """The same with the group of whoever wrote it (None: not known), in no order: for what is only counted."""
        for row in await self._session.rows(SQL.texts, question_id=question_id):
            yield groups.get(row["person_id"]), self._box_of(row).open(json.loads(row["value"]))

    def _box_of(self, row: Mapping[str, Any]) -> Box:
        return self._session.keyring.box(row["person_id"], row["sealed_key"])

    async def tags(self, question_id: str) -> dict[str, set[str]]:
        """What staff noted on answers in people's own words: by tag, the sources."""
        found: dict[str, set[str]] = {}
        for row in await self._session.rows(SQL.tags, question_id=question_id):
            found.setdefault(row["tag"], set()).add(row["source"])
        return found

    async def set_tag(self, question_id: str, source: str, tag: str, *, on: bool) -> None:
        await self._session.run(SQL.tag if on else SQL.untag, question_id=question_id, source=source, tag=tag)

    # ------------------------------------------------------------ names and quotes

    async def put_name(self, id: str, name: str) -> None:
        """Their name on their answers, sealed with their key."""
        await self._session.run(SQL.set_name, id=id, name=(await self._box(id)).seal(name))

    async def set_quotable(self, id: str, quotable: bool) -> None:
        await self._session.run(SQL.set_quotable, id=id, quotable=quotable)

    async def named(self, consultation_id: str, skipped: int, most: int) -> list[Named]:
        """Who has sent their answers with a name on them, in the order they were asked."""
        rows = await self._session.rows(SQL.named_page, consultation_id=consultation_id, skipped=skipped, most=most)
        return [self._named(row) for row in rows]

    async def named_one(self, consultation_id: str, id: str) -> Named | None:
        row = await self._session.row(SQL.named_one, consultation_id=consultation_id, id=id)
        return row and self._named(row)

    def _named(self, row: Mapping[str, Any]) -> Named:
        return Named(row["id"], self._box_of(row).open(row["name"]), row["version"])

    # ------------------------------------------------------------ so far

    async def live(self, consultation_id: str) -> tuple[int, str] | None:
        """How many had answered when figures were last shown of an open survey, and those figures."""
        row = await self._session.row(SQL.live, consultation_id=consultation_id)
        return row and (row["answered"], row["figures"])

    async def keep_live(self, consultation_id: str, answered: int, figures: str) -> None:
        await self._session.run(SQL.keep_live, consultation_id=consultation_id, answered=answered, figures=figures)


@lru_cache(maxsize=10_000)
def read_value(text: str) -> Value:
    return _frozen(json.loads(text))


def _frozen(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def opened_value(value: Any, box: Box) -> Any:
    """What was sealed, in whole or as somebody's own words."""
    if isinstance(value, dict):
        return json.loads(box.open(value[SEALED]))
    return box.open(value) if isinstance(value, str) else value
