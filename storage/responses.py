"""Responses: who was asked in a consultation, how far they are, and what they answered.

What somebody has not sent yet is sealed as one and kept on their response. What they send moves to a sheet, which does
not say whose it is (`storage/sheets.py`), or becomes a ballot (`storage/ballots.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import Recipient
from storage.queries import Queries
from storage.records import make, new_id
from storage.sheets import Sheets
from storage.vault import OPEN, Box, PanelKey, padded

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
    """Somebody's own words; `source` names the sheet or ballot they stand in, `quotable` that they may be quoted."""

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
"""Bytes; more than the longest answer in own words. What waits or is not sent yet is as long as a multiple of it."""


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
        row = await self._session.row(SQL.kept, id=id)
        if row is None or await self._session.value(SQL.take_back, id=id) is None:
            return False
        await self._session.run(SQL.remove_sheet, sheet=self._sheet(row))
        return True

    async def may_answer(self, consultation_id: str, person_id: str) -> bool:
        """Whether somebody serves on the consultation's panel."""
        found = await self._session.value(SQL.is_serving, consultation_id=consultation_id, person_id=person_id)
        return found is not None

    async def find(self, consultation_id: str, person_id: str) -> Response | None:
        row = await self._session.row(SQL.find, consultation_id=consultation_id, person_id=person_id)
        if row is None:
            return None
        found = {name: row[name] for name in dict(row) if name != "panel_key"}
        quotable = await self._session.value(SQL.is_quotable, sheet=self._sheet(row)) if found["started_at"] else 0
        return make(Response, {**found, "quotable": quotable or 0})

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
        row = await self._session.row(SQL.kept, id=id)
        if row is None or await self._session.value(SQL.decline, id=id) is None:
            return False
        await self._session.run(SQL.stand_nowhere, sheet=self._sheet(row))
        return True

    async def finish(self, id: str, now: datetime, *, with_helper: bool = False) -> None:
        """Sent; with somebody's help if there was some now or when it was begun."""
        row = await self._kept(id)
        await self._session.run(SQL.finish, id=id, now=now, with_helper=with_helper)
        if _is_sent(row) or row["is_anonymous"]:
            return
        await self._session.run(SQL.stand_nowhere, sheet=self._sheet(row))
        if row["secret"]:
            await self._session.run(SQL.set_secret, id=id, secret="")
            await self._write(row, await self._unsent(row))

    async def reopen(self, id: str) -> None:
        """Not counted any more until it is finished again."""
        row = await self._kept(id)
        if not _is_sent(row):
            return
        answers = await self.answers(id)
        await self._session.run(SQL.reopen, id=id)
        await self._session.run(SQL.remove_answers, sheet=self._sheet(row))
        await self._keep_unsent(row, answers)
        await self.stands_before(id, "")

    async def save_answers(self, id: str, answers: Mapping[str, Value]) -> None:
        """Keep answers, in place of earlier ones of theirs; those not sent yet sealed as one, so that none counts."""
        if answers:
            row = await self._kept(id)
            if _is_sent(row) and not row["is_anonymous"]:
                await self._write(row, answers)
            else:
                await self._keep_unsent(row, {**await self._unsent(row), **answers})

    async def save_answer(self, id: str, question_id: str, value: Value) -> None:
        await self.save_answers(id, {question_id: value})

    async def drop_answers(self, id: str, questions: Collection[str]) -> None:
        if questions:
            row = await self._kept(id)
            if _is_sent(row) and not row["is_anonymous"]:
                many = [{"sheet": self._sheet(row), "question_id": question} for question in questions]
                await self._session.run_many(SQL.drop_answer, many)
            else:
                unsent = await self._unsent(row)
                await self._keep_unsent(row, {key: value for key, value in unsent.items() if key not in questions})

    async def answers(self, id: str) -> dict[str, Value]:
        """By question; a skipped one is there with None."""
        row = await self._kept(id)
        if row["secret"] or not _is_sent(row):
            return await self._unsent(row)
        found = await self._session.rows(SQL.answers, sheet=self._sheet(row))
        values: dict[str, Any] = {one["question_id"]: json.loads(one["value"]) for one in found}
        if not any(isinstance(value, str | dict) for value in values.values()):
            return {key: _frozen(value) for key, value in values.items()}
        key = self._panel_key(row)
        box = key.over(await self._box(row)) if key else OPEN
        return {id: _frozen(opened_value(value, box)) for id, value in values.items()}

    async def forget_unsent(self, id: str) -> None:
        await self._session.run(SQL.set_secret, id=id, secret="")

    async def _kept(self, id: str) -> Any:
        row = await self._session.row(SQL.kept, id=id)
        if row is None:
            raise KeyError(id)
        return row

    def _panel_key(self, row: Mapping[str, Any]) -> PanelKey | None:
        return self._session.keyring.vault.panel_key(row["panel_key"])

    def _sheet(self, row: Mapping[str, Any]) -> str:
        """No sheet has the empty name, which is that of sheets whose panel's key is gone."""
        key = self._panel_key(row)
        return key.name(row["id"]) if key else ""

    async def _key_to_write(self, row: Mapping[str, Any]) -> PanelKey:
        return self._panel_key(row) or await Sheets(self._session).key_to_write(row["panel_id"])

    async def _box(self, row: Mapping[str, Any]) -> Box:
        return await DataKeys(self._session).box(row["person_id"])

    async def _unsent(self, row: Mapping[str, Any]) -> dict[str, Value]:
        if not row["secret"]:
            return {}
        return {key: _frozen(value) for key, value in json.loads((await self._box(row)).open(row["secret"])).items()}

    async def _keep_unsent(self, row: Mapping[str, Any], answers: Mapping[str, Value]) -> None:
        secret = sealed_together(answers, await self._box(row))
        await self._session.run(SQL.set_secret, id=row["id"], secret=secret)

    async def _write(self, row: Mapping[str, Any], answers: Mapping[str, Value]) -> None:
        """What is sent, to questions that there still are; own words sealed with the key of whoever said them."""
        key = await self._key_to_write(row)
        sheet = key.name(row["id"])
        has_words = any(isinstance(value, str) for value in answers.values())
        box = key.over(await self._box(row)) if has_words else OPEN
        many = [
            {
                "sheet": sheet,
                "question_id": question,
                "value": json.dumps(box.seal(value) if isinstance(value, str) else value, ensure_ascii=False),
            }
            for question, value in answers.items()
        ]
        await self._session.run(SQL.add_sheet, sheet=sheet, consultation_id=row["consultation_id"])
        await self._session.run_many(SQL.save_answer, many)

    async def stands_before(self, id: str, question_id: str) -> None:
        """The next question of somebody's own way through the survey; empty where all are answered."""
        row = await self._kept(id)
        sheet = (await self._key_to_write(row)).name(row["id"])
        await self._session.run(SQL.add_sheet, sheet=sheet, consultation_id=row["consultation_id"])
        await self._session.run(SQL.stand_before, sheet=sheet, question_id=question_id)

    def seed(self, id: str) -> str:
        """What a form's chance begins with: steady for a response, and nobody without the key can work it out."""
        return self._session.keyring.vault.veil(f"chance:{id}")

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
        grouped = json.dumps(await Sheets(self._session).in_groups(consultation_id, groups))
        rows = await self._session.rows(SQL.tallies, consultation_id=consultation_id, groups=grouped)
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

    async def stopped_before(self, consultation_id: str) -> dict[str | None, int]:
        """How many of those who began and have not sent theirs stand before which question.

        None: before the first; empty: all are answered. Of an anonymous survey nothing is known.
        """
        rows = await self._session.rows(SQL.stopped_before, consultation_id=consultation_id)
        return {row["next_question"]: row["number"] for row in rows if row["number"]}

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
            Written(sheet, words, quotable) async for sheet, _person, words, quotable in self._written(question_id)
        ]
        return sorted(found, key=lambda one: (one.words, one.source))

    async def words(
        self, question_id: str, groups: Mapping[str, int] = NO_GROUPS
    ) -> AsyncIterator[tuple[int | None, str]]:
        """The same with the group of whoever wrote it (None: not known), in no order: for what is only counted."""
        async for _sheet, person_id, words, _quotable in self._written(question_id):
            yield groups.get(person_id), words

    async def _written(self, question_id: str) -> AsyncIterator[tuple[str, str, str, bool]]:
        """Sheet, person, words and whether they may be quoted, where the key of the person is still known."""
        rows = await self._session.rows(SQL.texts, question_id=question_id)
        known = await Sheets(self._session).writers(question_id) if rows else None
        if known is None:
            return
        key, writers = known
        for row in rows:
            if writer := writers.get(row["sheet_id"]):
                box = key.over(self._session.keyring.box(*writer))
                yield row["sheet_id"], writer[0], box.open(json.loads(row["value"])), bool(row["quotable"])

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
        row = await self._kept(id)
        await self._session.run(SQL.set_name, id=id, name=(await self._box(row)).seal(name))

    async def set_quotable(self, id: str, quotable: bool) -> None:
        row = await self._kept(id)
        sheet = (await self._key_to_write(row)).name(row["id"])
        await self._session.run(SQL.add_sheet, sheet=sheet, consultation_id=row["consultation_id"])
        await self._session.run(SQL.set_quotable, sheet=sheet, quotable=quotable)

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


def _is_sent(row: Mapping[str, Any]) -> bool:
    return bool(row["state"] == "finished")


@lru_cache(maxsize=10_000)
def read_value(text: str) -> Value:
    return _frozen(json.loads(text))


def _frozen(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def sealed_together(answers: Mapping[str, Any], box: Box) -> str:
    """Neither what was answered nor which questions, nor by its length how much was said."""
    return box.seal(padded(json.dumps(answers, ensure_ascii=False), PADDED))


def opened_value(value: Any, box: Box) -> Any:
    """What was sealed, in whole or as somebody's own words."""
    if isinstance(value, dict):
        return json.loads(box.open(value[SEALED]))
    return box.open(value) if isinstance(value, str) else value
