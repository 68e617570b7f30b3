"""One person's answers to one survey: from the store, or in a rehearsal only from the conversation itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flows.desk import Desk
from flows.surveys.answering import fits
from flows.surveys.asking import panel_called
from flows.surveys.colleagues import CAN_BE_TRIED
from flows.surveys.form.expressions import is_expression
from flows.surveys.form.questions import came_with_form, from_form, languages_of
from flows.surveys.route import Route
from flows.surveys.trying import too_late
from flows.turn import Row, Turn, end, link
from flows.words import DEFAULT_LANGUAGE, LANGUAGES, SIMPLE, Text, Words, _
from storage.consultations import Consultation, Question
from storage.responses import Response, Value

CHANCE = "chance"
"""Beside a rehearsal's answers: what its form's chance begins with."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`response` is None in a rehearsal, where nothing is recorded; `by_voice` says that they would rather speak."""

    consultation: Consultation
    route: Route
    response: Response | None = None
    by_voice: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that are to be answered, as far as is known now."""
        return self.route.asked

    @property
    def answers(self) -> Mapping[str, Value]:
        return self.route.answers

    def suggested(self, question: Question) -> Value:
        """What the form answers beforehand; nothing that it works out where answers are anonymous.

        The clock or chance would mark a ballot.
        """
        of = from_form(question)
        if self.consultation.is_anonymous and of is not None and is_expression(of.item.default):
            return None
        return self.route.suggested(question)

    def may_withhold(self, question: Question) -> bool:
        """Whether "prefer not to say" is an answer: where staff offer it, and to whatever a form requires.

        Nobody is held up by a form; what is only to be confirmed asks nothing of anybody.
        """
        required = came_with_form(question) and question.format != "acknowledge" and self.route.needs_answer(question)
        return question.may_withhold or required

    @property
    def is_rehearsal(self) -> bool:
        return self.response is None

    @property
    def is_sent(self) -> bool:
        return self.response is not None and self.response.state == "finished"


async def open_sheet(desk: Desk, consultation_id: str) -> Sheet | Turn:
    """The speaker's sheet of a survey that can be answered now; otherwise why not, kindly."""
    consultation = await desk.store.consultations.hold(consultation_id)
    if consultation is None or consultation.state in ("draft", "scheduled"):
        return end(_("I cannot find these questions."), ways_on())
    response = await desk.store.responses.find(consultation.id, desk.person.id)
    if consultation.state == "cancelled":
        return end(_("These questions have been taken back. You need not do anything."), ways_on())
    if consultation.state == "closed" or consultation.closes_at is None or consultation.closes_at <= desk.now:
        return closed(consultation, asked=response is not None)
    if response is None:
        if not await desk.store.responses.may_answer(consultation.id, desk.person.id):
            return not_asked(consultation)
        await desk.store.responses.invite(consultation.id, [desk.person.id], desk.now)
        response = await desk.store.responses.find(consultation.id, desk.person.id)
    assert response is not None
    if consultation.is_anonymous and response.state == "finished":
        return end(_("You have taken part, thank you. Your answers cannot be told from others' any more."), ways_on())
    answers = await desk.store.responses.answers(response.id)
    version = consultation.version if response.started_at is None else response.version
    route = await route_through(desk, consultation.id, version, answers, response.id)
    return Sheet(consultation, route, response, desk.person.by_voice)


def in_another_language(route: Route, consultation: Consultation) -> list[Text]:
    """In which language the questions are, if that is not the reader's; plain words are of the same language."""
    spoken = languages_of(route.questions, consultation.language) or (DEFAULT_LANGUAGE,)
    if {route.language, route.language.removesuffix(SIMPLE)} & set(spoken):
        return []
    return [_("These questions are in {language}.", language=LANGUAGES.get(spoken[0], spoken[0]))]


async def route_through(
    desk: Desk, consultation_id: str, version: int, answers: Mapping[str, Value], response_id: str = ""
) -> Route:
    """The way through a version of a survey that these answers leave, in the speaker's language."""
    seed = desk.store.responses.seed(response_id) if response_id else ""
    questions = await desk.store.consultations.questions(consultation_id, version)
    return Route.through(questions, answers, desk.now.astimezone(desk.zone), desk.voice.reads[0], seed)


async def rehearsal_sheet(desk: Desk, consultation_id: str, answers: Mapping[str, Any]) -> Sheet | Turn:
    """A sheet for staff to try; its answers are kept nowhere but in the conversation."""
    consultation = await desk.store.consultations.load(consultation_id)
    if not desk.is_staff:
        return end(_("I cannot find these questions."), ways_on())
    if consultation is None or consultation.state not in CAN_BE_TRIED:
        return too_late(consultation)
    given = {id: tuple(value) if isinstance(value, list) else value for id, value in answers.items()}
    seed = str(given.pop(CHANCE, ""))
    route = replace(await route_through(desk, consultation_id, consultation.version, given), seed=seed)
    if not route.questions:
        return end(
            _("There is no question to rehearse yet."),
            [[link(f"questions {consultation.id}", _("Questions"))]],
        )
    kept = {one.id: given[one.id] for one in route.questions if one.id in given and fits(one, given[one.id])}
    return Sheet(consultation, replace(route, answers=kept))


async def keep(desk: Desk, sheet: Sheet, question: Question, value: Value) -> Sheet:
    """The sheet with one more answer, which is saved unless this is a rehearsal."""
    if sheet.response is not None:
        await _save(desk, sheet, {question.id: value})
    kept = _with(sheet, {**sheet.answers, question.id: value})
    if kept.response is None:
        return kept
    await note_place(desk, kept)
    return await _settle_again(desk, sheet, kept, kept.response) if sheet.is_sent else await keep_once(desk, kept)


async def note_place(desk: Desk, sheet: Sheet) -> None:
    """Where somebody stands who is answering; of anonymous answers the way says what was answered."""
    if sheet.response is not None and not sheet.is_sent and not sheet.consultation.is_anonymous:
        following = sheet.route.next
        await desk.store.responses.stands_before(sheet.response.id, following.id if following else "")


async def _settle_again(desk: Desk, before: Sheet, kept: Sheet, response: Response) -> Sheet:
    """A change to answers that count already: all that counts must still be true, and whole.

    What has become incomplete counts again when it is sent again; a guest's answers count one by one, so of them only
    those that do not fit any more are taken away.
    """
    route = kept.route
    if response.link is not None:
        return await settle(desk, await _drop(desk, kept, [one.id for one in route.asked if route.is_unfit(one)]))
    was_incomplete = {question.id for question in before.route.incomplete}
    if all(question.id in was_incomplete for question in route.incomplete):
        return await settle(desk, kept)
    await desk.store.responses.reopen(response.id)
    return replace(await settle(desk, kept), response=replace(response, state="started"))


async def settle(desk: Desk, sheet: Sheet) -> Sheet:
    """What is not asked any more is not answered, and what the form works out is kept with the answers.

    Not where they are anonymous: a ballot has nothing but what somebody said.
    """
    sheet = await _drop(desk, sheet, sheet.route.stale)
    if sheet.consultation.is_anonymous:
        return sheet
    await _save(desk, sheet, {id: words or None for id, words in sheet.route.calculations().items()})
    return sheet


async def keep_once(desk: Desk, sheet: Sheet) -> Sheet:
    """What a form works out once stays as it was at the first time; in an anonymous ballot it has no place."""
    if sheet.consultation.is_anonymous:
        return sheet
    found = {id: words for id, words in sheet.route.calculations(once=True).items() if words}
    new = {id: words for id, words in found.items() if id not in sheet.answers}
    await _save(desk, sheet, new)
    return _with(sheet, {**sheet.answers, **new}) if new else sheet


async def _drop(desk: Desk, sheet: Sheet, questions: Sequence[str]) -> Sheet:
    assert sheet.response is not None
    await desk.store.responses.drop_answers(sheet.response.id, questions)
    return _with(sheet, {id: value for id, value in sheet.answers.items() if id not in questions})


async def _save(desk: Desk, sheet: Sheet, answers: Mapping[str, Value]) -> None:
    assert sheet.response is not None
    await desk.store.responses.save_answers(sheet.response.id, answers)


def _with(sheet: Sheet, answers: Mapping[str, Value]) -> Sheet:
    return replace(sheet, route=replace(sheet.route, answers=answers))


def ways_on() -> list[Row]:
    return [[link("surveys", _("Questions for me"))], [link("menu", _("Menu"))]]


def closed(consultation: Consultation, *, asked: bool) -> Turn:
    text = _("Thank you, but these questions are closed now.")
    if asked and consultation.state == "closed":
        return end(text, [[link(f"results {consultation.id}", _("See the results"))], *ways_on()])
    return end(text, ways_on())


def not_asked(consultation: Consultation) -> Turn:
    text: Words = _(
        "These questions are for the people on the panel “{panel}”. If you join it, you can answer them.",
        panel=panel_called(consultation),
    )
    return end(text, [[link(f"join {consultation.panel_id}", _("Look at the panel"))], *ways_on()])
