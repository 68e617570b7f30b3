"""Answers that staff take for people, by telephone, on paper or at a stall: one form after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.surveys.answering import MOST_TO_TAP, Unclear, begun_with, fits, is_written, ticked
from flows.surveys.asking import UNFIT, answer_rows, answer_text, bold, long_options, question_text, summary
from flows.surveys.one_line import example, fits_a_line, looks_like_a_form, read_form
from flows.surveys.route import Route
from flows.surveys.sheet import route_through
from flows.surveys.ways import WAYS
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import DEFAULT_LANGUAGE, Text, Words, _, lines, paragraphs
from storage.consultations import Consultation, Question
from storage.responses import Channel, Value

flow = Flow()

PAGE = 6

CHANNELS: tuple[Channel, ...] = ("phone", "paper", "stall")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of several that are entered in a row; `saved` counts those that are in already."""

    consultation_id: str
    channel: Channel
    saved: int = 0
    with_helper: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)


@saved("survey.entering", title=_("the form you were entering"))
@dataclass(frozen=True, slots=True)
class Entering(Form):
    """Waiting for one answer of the form, by its buttons."""

    question_id: str = ""
    chosen: tuple[int, ...] = ()


@saved("survey.entering_words", title=_("the form you were entering"), awaits_text=True, awaits_media=True)
@dataclass(frozen=True, slots=True)
class EnteringWords(Entering):
    """Waiting for one answer of the form in writing, or as a number."""


@saved("survey.checking_form", title=_("the form you were entering"))
@dataclass(frozen=True, slots=True)
class Checking(Form):
    """Waiting for the form to be saved, or changed."""


@saved("survey.choosing_field")
@dataclass(frozen=True, slots=True)
class ChoosingField(Form):
    """Waiting for which answer of the form is to be changed."""


@saved("survey.entered")
@dataclass(frozen=True, slots=True)
class Entered(Form):
    """Waiting for the next form; the last one saved can be taken back, unless `response_id` is empty."""

    response_id: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the forms are of."""

    consultation: Consultation
    everything: Route

    def route(self, form: Form) -> Route:
        """Which questions the form's answers leave to be entered."""
        return replace(self.everything, answers=_answers(form))

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those of an empty form."""
        return self.everything.asked


# ---------------------------------------------------------------- which, and how they came


@flow.command("enter", _("Enter answers from paper or telephone"), audience="staff")
async def enter(desk: Desk, argument: str) -> Turn:
    """`/enter` shows what is open, `/enter ID` the ways answers come, `/enter ID paper` the first question."""
    id, _space, way = argument.partition(" ")
    if not id or id.isdecimal():
        return await _which(desk, page_number(id))
    survey = await _survey(desk, id)
    if isinstance(survey, Turn):
        return survey
    channel = next((channel for channel in CHANNELS if channel == way), None)
    if channel is None:
        return _how(survey)
    return _carry_on(survey, Form(survey.consultation.id, channel))


async def _which(desk: Desk, page: int) -> Turn:
    found = await desk.store.consultations.page((page - 1) * PAGE, PAGE + 1)
    still_open = [one for one in found if one.state == "open"]
    if not still_open:
        return end(
            _("Nothing is open just now. Answers can be entered while a consultation is open."),
            [[link("consultations", _("Consultations"))], [link("menu", _("Menu"))]],
        )
    rows: list[Row] = [[link(f"enter {one.id}", one.question)] for one in still_open[:PAGE]]
    onward = turning("enter", page, len(still_open) > PAGE)
    return end(_("Which questions were answered?"), [*rows, *onward, [link("menu", _("Menu"))]])


def _how(survey: Survey) -> Turn:
    id = survey.consultation.id
    text = paragraphs(bold(survey.consultation.question), _("How did the answers come?"))
    rows: list[Row] = [[link(f"enter {id} {channel}", WAYS[channel])] for channel in CHANNELS]
    return end(text, [*rows, [link(f"consultation {id}", _("Back"))]])


async def _survey(desk: Desk, id: str) -> Survey | Turn:
    """The survey, which stays open until this turn ends; otherwise why nothing can be entered."""
    consultation = await desk.store.consultations.hold(id)
    if consultation is None or not desk.is_staff:
        return go("consultation", id)
    is_over = consultation.closes_at is not None and consultation.closes_at <= desk.now
    if consultation.state != "open" or is_over:
        return end(
            _("This consultation is not open, so no answers can be entered."),
            [[link(f"consultation {id}", _("Look at the consultation"))], [link("menu", _("Menu"))]],
        )
    return Survey(consultation, await route_through(desk, id, consultation.version, {}))


# ---------------------------------------------------------------- one question after another


def _carry_on(survey: Survey, form: Form) -> Turn:
    route = survey.route(form)
    if route.next is None:
        return _check(survey, form)
    return _ask(survey, form, route.next, notice=UNFIT if route.is_unfit(route.next) else None)


def _ask(
    survey: Survey,
    form: Form,
    question: Question,
    chosen: tuple[int, ...] | None = None,
    *,
    notice: Words | None = None,
    same_number: bool = False,
) -> Turn:
    route, kept = survey.route(form), _answers(form).get(question.id)
    ticks = chosen if chosen is not None else kept if question.kind == "many" and isinstance(kept, tuple) else ()
    offered = route.offered(question)
    number, total = route.place(question), len(route.asked)
    text = question_text(
        question,
        number,
        total,
        answer_text(question, kept) if question.id in form.answers and not ticks else None,
        hint=route.hint(question),
        optional=False,
        options=long_options(question, ticks, offered),
    )
    waiting = EnteringWords if is_written(question) else Entering
    state = waiting(*_parts(form), question_id=question.id, chosen=ticks)
    back = [choice("back", _("Back"))] if number > 1 else []
    ways: Row = [*back, choice("skip", _("Left blank")), choice("cancel", _("Cancel"))]
    faster = _("Or write the whole form in one line, for example: {line}", line=example(survey.questions))
    text = paragraphs(_heading(form), text, faster if _takes_a_line(survey, form) else None)
    rows = [*answer_rows(question, ticks, offered), ways]
    return ask(state, text, rows, notice=notice, same_number=same_number)


def _takes_a_line(survey: Survey, form: Form) -> bool:
    """A form can be written in one line before anything of it has been entered."""
    return not form.answers and fits_a_line(survey.questions)


def _parts(form: Form) -> tuple[str, Channel, int, bool, Mapping[str, Any]]:
    """Several choices come back from where states are kept as lists."""
    return form.consultation_id, form.channel, form.saved, form.with_helper, _answers(form)


def _answers(form: Form) -> dict[str, Value]:
    return {id: tuple(value) if isinstance(value, list) else value for id, value in form.answers.items()}


def _heading(form: Form) -> Text:
    return _("<i>Form {number}: {channel}</i>", number=form.saved + 1, channel=WAYS[form.channel])


@flow.step(Entering, EnteringWords, Checking, ChoosingField, Entered)
async def step(desk: Desk, at: Entering | Checking | ChoosingField | Entered, said: Said) -> Turn:
    survey = await _survey(desk, at.consultation_id)
    if isinstance(survey, Turn):
        return survey
    form = Form(*_parts(at))
    match at, said:
        case Entered(), _:
            return await _after(desk, survey, at, said)
        case ((Entering() | Checking()), Choice("cancel")):
            return _entered(survey, form, "", _("This form was not saved."))
        case Entering(question_id=id), _ if question := survey.route(form).question(id):
            return _answer(survey, form, question, at.chosen, said)
        case Checking(), Choice("+helper" | "-helper" as tick):
            return _check(survey, replace(form, with_helper=tick == "+helper"), same_number=True)
        case Checking(), Choice("change"):
            return _choose_field(survey, form)
        case Checking(), Choice("send"):
            return await _save(desk, survey, form)
        case ChoosingField(), Choice("back"):
            return _check(survey, form)
        case ChoosingField(), Choice(id) if question := survey.route(form).question(id):
            return _ask(survey, form, question)
    return again(_("Please tap one of the buttons."))


def _answer(survey: Survey, form: Form, question: Question, chosen: tuple[int, ...], said: Said) -> Turn:
    offered = survey.route(form).offered(question)
    match said:
        case Choice("back"):
            return _ask(survey, form, survey.route(form).before(question) or question)
        case Choice("skip"):
            return _carry_on(survey, _with(form, question, None))
        case Typed(words) if _takes_a_line(survey, form) and looks_like_a_form(words):
            read = read_form(survey.questions, words)
            return again(read.words) if isinstance(read, Unclear) else _check(survey, replace(form, answers=read))
        case Choice(id) if (ticks := ticked(question, chosen, id, offered)) is not None:
            return _ask(survey, form, question, ticks, same_number=True)
    begun = begun_with(question, said.words, offered) if isinstance(said, Typed) and question.kind == "one" else ()
    if len(begun) > 1:
        return _ask(survey, form, question, begun[:MOST_TO_TAP])
    found = survey.route(form).understood(question, said, chosen)
    if isinstance(found, Unclear):
        return again(found.words)
    return _carry_on(survey, _with(form, question, found.value))


def _with(form: Form, question: Question, value: Value) -> Form:
    return replace(form, answers={**form.answers, question.id: value})


# ---------------------------------------------------------------- checking and saving


def _check(survey: Survey, form: Form, *, same_number: bool = False) -> Turn:
    helper = (
        choice("-helper", _("☑ With a helper or interpreter"))
        if form.with_helper
        else choice("+helper", _("☐ With a helper or interpreter"))
    )
    rows: list[Row] = [
        [choice("send", _("Save"))],
        [helper],
        [choice("change", _("Change an answer")), choice("cancel", _("Cancel"))],
    ]
    route = survey.route(form)
    text = paragraphs(_heading(form), summary(route.asked, route.answers))
    return ask(Checking(*_parts(form)), text, rows, same_number=same_number)


def _choose_field(survey: Survey, form: Form) -> Turn:
    rows: list[Row] = [
        [choice(question.id, f"{number}. {question.wording}")]
        for number, question in enumerate(survey.route(form).asked, 1)
    ]
    text = _("Which answer would you like to change?")
    return ask(ChoosingField(*_parts(form)), text, [*rows, [choice("back", _("Back"))]])


async def _save(desk: Desk, survey: Survey, form: Form) -> Turn:
    route = survey.route(form)
    answers = {
        question.id: value
        for question in route.asked
        if (value := route.answers.get(question.id)) is not None
        and fits(question, value)
        and not route.is_unfit(question)
    }
    if not answers:
        return again(_("There is no answer on this form. Please change one, or cancel."))
    consultation, responses = survey.consultation, desk.store.responses
    person = await desk.store.people.add_unnamed(form.channel, DEFAULT_LANGUAGE, desk.now)
    response = await responses.add_taken(consultation.id, person, form.channel, form.with_helper, desk.now)
    worked_out = {id: words for id, words in route.calculations().items() if words}
    await responses.save_answers(response, {**answers, **worked_out})
    if consultation.is_anonymous:
        await desk.store.ballots.cast(consultation.id, response)
    await desk.record("entered answers", f"consultation:{consultation.id}", channel=form.channel)
    saved = Form(consultation.id, form.channel, form.saved + 1)
    may_be_undone = "" if consultation.is_anonymous else response
    return _entered(survey, saved, may_be_undone, _("Form {number} is saved.", number=saved.saved))


def _entered(survey: Survey, form: Form, response_id: str, news: Words) -> Turn:
    text = paragraphs(
        news,
        lines(
            bold(survey.consultation.question),
            _("{channel}: {number} saved", channel=WAYS[form.channel], number=form.saved),
        ),
    )
    undo: list[Row] = [[choice("undo", _("Take this form back"))]] if response_id else []
    rows = [[choice("another", _("Enter another"))], *undo, [choice("done", _("That is all"))]]
    return ask(Entered(form.consultation_id, form.channel, form.saved, response_id=response_id), text, rows)


async def _after(desk: Desk, survey: Survey, at: Entered, said: Said) -> Turn:
    following = Form(at.consultation_id, at.channel, at.saved)
    match said:
        case Choice("another"):
            return _carry_on(survey, following)
        case Typed(words) if _takes_a_line(survey, following) and looks_like_a_form(words):
            return _answer(survey, following, survey.questions[0], (), said)
        case Choice("undo") if at.response_id and await desk.store.responses.take_back(at.response_id):
            await desk.record("took answers back", f"consultation:{at.consultation_id}", channel=at.channel)
            left = Form(at.consultation_id, at.channel, at.saved - 1)
            return _entered(survey, left, "", _("The form is taken back; it no longer counts."))
        case Choice("done"):
            return go("consultation", at.consultation_id)
    return again(_("Please tap one of the buttons."))
