"""Consultations and the questions of their surveys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from storage.database import Session
from storage.people import Recipient
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("consultations")

ConsultationState = Literal["draft", "scheduled", "open", "closed", "cancelled"]
Kind = Literal["one", "many", "scale", "number", "text"]
Format = Literal[
    "",
    "decimal",
    "rank",
    "date",
    "time",
    "datetime",
    "note",
    "acknowledge",
    "place",
    "photo",
    "audio",
    "calculate",
    "hidden",
]
POINTS = (1, 2, 3, 4, 5)
"""Of a scale."""
Field = Literal["question", "decision", "decided_by", "closes_at", "decides_on", "report_by"]
Privacy = Literal["named", "pseudonymous", "anonymous"]
Reminders = Literal["never", "once", "twice"]

SETTERS = {
    "question": SQL.set_question,
    "decision": SQL.set_decision,
    "decided_by": SQL.set_decided_by,
    "closes_at": SQL.set_closes_at,
    "decides_on": SQL.set_decides_on,
    "report_by": SQL.set_report_by,
}


@dataclass(frozen=True, slots=True)
class PanelToAsk:
    """An open panel: how many serve on it, and how many of those are written to."""

    id: str
    name: str
    serving: int
    reached: int


@dataclass(frozen=True, slots=True)
class Consultation:
    """What is asked of a panel before a decision. Dates and `closes_at` may be missing only in a draft."""

    id: str
    panel_id: str
    panel_name: str
    question: str
    decision: str
    decided_by: str
    closes_at: datetime | None
    decides_on: date | None
    report_by: date | None
    responsible_id: str | None
    state: ConsultationState
    publish_at: datetime | None
    published_at: datetime | None
    closed_at: datetime | None
    privacy: Privacy
    questions: int
    reminders: Reminders = "once"
    shows_live: bool = False
    language: str = "en"
    translations: str = ""
    version: int = 1
    revises: str | None = None
    shaping_ends_at: datetime | None = None
    panel_language: str = "en"
    panel_translations: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Nobody can link an answer to who gave it, once it has been sent."""
        return self.privacy == "anonymous"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's wording, what the consultation asked, and when."""

    wording: str
    question: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """A closed consultation in a list."""

    id: str
    question: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey.

    `options` are the answers to choose from (one, many) or the words at both ends (scale); `least` and `most`
    bound a number; `source` names the published instrument it was taken from, unchanged. `format` is what is asked for
    within the kind, such as a date as text; `details` is what the form it came with says besides, as JSON. It belongs
    to the versions of the survey from the first to the last; without a last one it is asked now. Who `may_withhold`
    their answer can say that they prefer not to say.
    """

    id: str
    consultation_id: str
    position: int
    kind: Kind
    wording: str
    options: tuple[str, ...] = ()
    optional: bool = False
    least: int | None = None
    most: int | None = None
    source: str = ""
    format: Format = ""
    details: str = ""
    translations: str = ""
    first_version: int = 1
    last_version: int | None = None
    may_withhold: bool = False

    @property
    def is_asked(self) -> bool:
        """Notes are only shown, and what is worked out is asked of nobody."""
        return self.format not in ("note", "calculate", "hidden")


class Consultations:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def panels_to_ask(self) -> list[PanelToAsk]:
        return [make(PanelToAsk, row) for row in await self._session.rows(SQL.panels_to_ask, id=None)]

    async def panel_to_ask(self, panel_id: str) -> PanelToAsk | None:
        row = await self._session.row(SQL.panels_to_ask, id=panel_id)
        return row and make(PanelToAsk, row)

    async def add(self, panel_id: str, question: str, responsible_id: str, now: datetime, language: str = "en") -> str:
        """A new draft; returns its id."""
        id = new_id()
        await self._session.run(
            SQL.add,
            id=id,
            panel_id=panel_id,
            question=question,
            responsible_id=responsible_id,
            now=now,
            language=language,
        )
        return id

    async def load(self, id: str) -> Consultation | None:
        row = await self._session.row(SQL.load, id=id)
        return row and make(Consultation, row)

    async def hold(self, id: str) -> Consultation | None:
        """The consultation, whose state nobody changes before this transaction ends."""
        await self._session.row(SQL.hold, id=id)
        return await self.load(id)

    async def page(self, skipped: int, most: int) -> list[Consultation]:
        """Open ones first, then scheduled, drafts and closed ones; the newest first in each."""
        return [make(Consultation, row) for row in await self._session.rows(SQL.page, skipped=skipped, most=most)]

    async def change(self, id: str, field: Field, value: str | date | datetime) -> None:
        """Change one part of a draft; anything but a draft stays as it is."""
        await self._session.run(SETTERS[field], id=id, value=value)

    async def set_privacy(self, id: str, privacy: Privacy) -> None:
        """Decide about a draft who can link answers to people; it stays so once people have been asked."""
        await self._session.run(SQL.set_privacy, id=id, value=privacy)

    async def set_reminders(self, id: str, reminders: Reminders) -> None:
        """Decide about a draft how often people are reminded."""
        await self._session.run(SQL.set_reminders, id=id, value=reminders)

    async def set_shows_live(self, id: str, shows_live: bool) -> None:
        """Decide about a draft whether people see how others answered so far, once they have sent theirs."""
        await self._session.run(SQL.set_shows_live, id=id, value=shows_live)

    async def asked_since(self, consultation: Consultation, since: datetime) -> list[str]:
        """What else its panel was asked, the latest first."""
        rows = await self._session.rows(
            SQL.asked_since, panel_id=consultation.panel_id, id=consultation.id, since=since
        )
        return [row["question"] for row in rows]

    async def asked_of_members(self, consultation: Consultation, since: datetime) -> list[Asked]:
        """Questions that its panel's members were asked, there or on another panel of theirs, the latest first."""
        rows = await self._session.rows(
            SQL.asked_of_members, panel_id=consultation.panel_id, id=consultation.id, since=since
        )
        return [make(Asked, row) for row in rows]

    async def closed_of(self, panel_id: str, most: int) -> list[Over]:
        """What a panel was asked and is closed, the latest first."""
        return [make(Over, row) for row in await self._session.rows(SQL.closed_of, panel_id=panel_id, most=most)]

    async def languages(self, panel_id: str) -> dict[str, int]:
        """How many of those who would be asked speak which language with us."""
        rows = await self._session.rows(SQL.languages, panel_id=panel_id)
        return {row["language"]: row["number"] for row in rows}

    async def responsible(self, id: str) -> list[Recipient]:
        """The staff to be told about a consultation."""
        return [make(Recipient, row) for row in await self._session.rows(SQL.responsible, id=id)]

    # ------------------------------------------------------------ what becomes of it

    async def remove_draft(self, id: str) -> bool:
        return await self._session.value(SQL.remove_draft, id=id) is not None

    async def schedule(self, id: str, at: datetime) -> bool:
        return await self._session.value(SQL.schedule, id=id, at=at) is not None

    async def unschedule(self, id: str) -> bool:
        """Make a scheduled one a draft again."""
        return await self._session.value(SQL.unschedule, id=id) is not None

    async def open(self, id: str, now: datetime) -> bool:
        """Publish a draft or a scheduled one; false when somebody else has just done so."""
        return await self._session.value(SQL.open, id=id, now=now) is not None

    async def close(self, id: str, now: datetime) -> bool:
        return await self._session.value(SQL.close, id=id, now=now) is not None

    async def cancel(self, id: str, now: datetime) -> bool:
        return await self._session.value(SQL.cancel, id=id, now=now) is not None

    # ------------------------------------------------------------ questions

    async def questions(self, id: str, version: int | None = None) -> list[Question]:
        """Those of one version, or of all, in their order."""
        if version is None:
            return [_question(row) for row in await self._session.rows(SQL.questions, id=id)]
        return [_question(row) for row in await self._session.rows(SQL.questions_of_version, id=id, version=version)]

    async def question(self, question_id: str) -> Question | None:
        row = await self._session.row(SQL.question, id=question_id)
        return row and _question(row)

    async def add_questions(self, id: str, questions: Iterable[Question]) -> bool:
        """At the end of a draft, with ids and positions of their own; false when it is no draft any more."""
        if await self._session.value(SQL.hold_draft, id=id) is None:
            return False
        for question in questions:
            await self._session.run(
                SQL.add_question,
                **_values(question),
                id=new_id(),
                consultation_id=id,
                kind=question.kind,
                source=question.source,
                format=question.format,
            )
        return True

    async def change_question(self, question: Question) -> bool:
        if await self._session.value(SQL.hold_draft, id=question.consultation_id) is None:
            return False
        await self._session.run(SQL.change_question, id=question.id, **_values(question))
        return True

    async def remove_question(self, question: Question) -> bool:
        if await self._session.value(SQL.hold_draft, id=question.consultation_id) is None:
            return False
        await self._session.run(SQL.remove_question, id=question.id)
        return True

    async def move_up(self, question: Question) -> bool:
        """Change places with the question before it, if there is one."""
        if await self._session.value(SQL.hold_draft, id=question.consultation_id) is None:
            return False
        questions = await self.questions(question.consultation_id)
        earlier = [other for other in questions if other.position < question.position]
        if earlier:
            await self._swap(earlier[-1], question)
        return True

    async def _swap(self, one: Question, other: Question) -> None:
        """By way of a place of its own: no two questions may have the same at any moment."""
        for id, position in ((one.id, -1), (other.id, one.position), (one.id, other.position)):
            await self._session.run(SQL.place_question, id=id, position=position)

    # ------------------------------------------------------------ versions

    async def revision_of(self, id: str) -> str | None:
        """The draft in which a change of an open consultation is being prepared."""
        found: str | None = await self._session.value(SQL.revision_of, id=id)
        return found

    async def begin_revision(self, consultation: Consultation, now: datetime) -> str | None:
        """A draft with the questions as they are; None when there is one, or the consultation is not open any more."""
        id: str | None = await self._session.value(SQL.begin_revision, id=new_id(), revises=consultation.id, now=now)
        if id is not None:
            for question in await self.questions(consultation.id, consultation.version):
                await self._session.run(SQL.copy_question, id=new_id(), consultation_id=id, origin=question.id)
        return id

    async def revise(self, draft: Consultation) -> bool:
        """Make the draft's questions those of the consultation it revises, as its next version.

        A question that is as it was stays the same one, so that its answers stay together. False when either has
        changed its state meanwhile.
        """
        revised = await self.hold(draft.revises or "")
        if await self._session.value(SQL.hold_draft, id=draft.id) is None or revised is None or revised.state != "open":
            return False
        version = revised.version + 1
        origins = {row["id"]: row["origin"] for row in await self._session.rows(SQL.origins, id=draft.id)}
        before = await self.questions(revised.id)
        kept = {question.id: question for question in before if question.last_version is None}
        wanted: list[tuple[str, Question]] = []
        for question in await self.questions(draft.id):
            old = kept.get(origins.get(question.id, ""))
            same = old is not None and _content(old) == _content(question)
            wanted.append((old.id if old is not None and same else question.id, question))
        await self._session.run(SQL.out_of_the_way, id=revised.id)
        asked = dict(wanted)
        for position, id in enumerate(_in_order([id for id, _question in wanted], [one.id for one in before]), 1):
            if id not in asked:
                await self._session.run(SQL.retire_question, id=id, position=position, version=revised.version)
            elif id in kept:
                translations = asked[id].translations
                await self._session.run(SQL.keep_question, id=id, position=position, translations=translations)
            else:
                await self._session.run(
                    SQL.adopt_question, id=id, consultation_id=revised.id, position=position, version=version
                )
        await self._session.run(SQL.new_version, id=revised.id, version=version)
        return await self.remove_draft(draft.id)


def _in_order(wanted: Sequence[str], before: Sequence[str]) -> list[str]:
    """What is asked now, and after what it used to follow whatever is asked no longer."""
    found = list(wanted)
    for place, id in enumerate(before):
        if id not in found:
            found.insert(found.index(before[place - 1]) + 1 if place else 0, id)
    return found


def _content(question: Question) -> tuple[object, ...]:
    """All by which people tell a question from another."""
    return (
        question.kind,
        question.wording,
        question.options,
        question.optional,
        question.may_withhold,
        question.least,
        question.most,
        question.format,
        question.details,
    )


def _question(row: Any) -> Question:
    return make(Question, row, options=tuple(json.loads(row["options"])))


def _values(question: Question) -> dict[str, Any]:
    return {
        "wording": question.wording,
        "options": options_as_json(question.options),
        "optional": question.optional,
        "may_withhold": question.may_withhold,
        "least": question.least,
        "most": question.most,
        "details": question.details,
    }


def options_as_json(options: Sequence[str]) -> str:
    return json.dumps(list(options), ensure_ascii=False)
