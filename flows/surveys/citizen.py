"""Answering: the questions that wait for somebody, one after another, and the results afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.surveys.anonymity import PROMISES
from flows.surveys.answering import MOST_TO_TAP, Unclear, begun_with, is_voice, is_written, ticked
from flows.surveys.asking import UNFIT, answer_rows, answer_text, bold, long_options, question_text, summary
from flows.surveys.named import ask_name
from flows.surveys.publishing import how_sure_of, invitation_name, reminder_name, results_for
from flows.surveys.sheet import (
    CHANCE,
    Sheet,
    in_another_language,
    keep,
    keep_once,
    note_place,
    open_sheet,
    rehearsal_sheet,
    settle,
    ways_on,
)
from flows.surveys.trying import begin_trial, end_trial
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import (
    Day,
    Moment,
    Text,
    Verbatim,
    Words,
    _,
    lines,
    ngettext,
    paragraphs,
    written,
)
from storage.consultations import Consultation, Question
from storage.responses import WITHHELD, Value, Waiting

flow = Flow()

PAGE = 6
RESULTS_SHOWN = 3
MOST_IN_A_ROW = 3


@saved("survey.answering")
@dataclass(frozen=True, slots=True)
class Answering:
    """Waiting for the answer to one question, by its buttons; `rehearsal` holds all answers of a rehearsal."""

    consultation_id: str
    question_id: str
    chosen: tuple[int, ...] = ()
    rehearsal: Mapping[str, Any] | None = None


@saved("survey.writing", awaits_text=True, awaits_media=True)
@dataclass(frozen=True, slots=True)
class Writing:
    """Waiting for the answer to one question in writing, or as a number: `6` on a scale to 5 is no sixth button."""

    consultation_id: str
    question_id: str
    chosen: tuple[int, ...] = ()
    rehearsal: Mapping[str, Any] | None = None


@saved("survey.reviewing")
@dataclass(frozen=True, slots=True)
class Reviewing:
    """Waiting for the answers to be sent, or changed."""

    consultation_id: str
    rehearsal: Mapping[str, Any] | None = None


@saved("survey.changing")
@dataclass(frozen=True, slots=True)
class Changing:
    """Waiting for which answer is to be changed."""

    consultation_id: str
    rehearsal: Mapping[str, Any] | None = None


Place = Answering | Writing | Reviewing | Changing

# ---------------------------------------------------------------- ways in


@flow.command("surveys", _("Questions for me"), keywords=_("questions,survey,surveys"))
async def surveys(desk: Desk, argument: str) -> Turn:
    page = page_number(argument)
    found = await desk.store.responses.open_for(desk.person.id, desk.now, (page - 1) * PAGE, PAGE + 1)
    if page > 1 and not found:
        return go("surveys")
    shaped = await desk.store.proposals.shaped_by(desk.person.id, desk.now) if page == 1 else []
    to_shape: list[Row] = [
        [link(f"shaping {one.id}", _("Shape: {question}", question=written(one, "question")))] for one in shaped
    ]
    if not found:
        text = paragraphs(
            _("No questions wait for you just now."),
            _("When one of your panels is asked something, I will write to you."),
        )
        ways = [*to_shape, *await _results_to_read(desk)]
        return end(text, [*ways, [link("panels", _("Panels"))], [link("menu", _("Menu"))]])
    text = paragraphs(_("<b>Questions for you</b>"), *(_waiting(one) for one in found[:PAGE]))
    rows: list[Row] = [[link(f"survey {one.id}", written(one, "question"))] for one in found[:PAGE]]
    rows += turning("surveys", page, len(found) > PAGE)
    return end(text, [*rows, *to_shape, *await _results_to_read(desk), [link("menu", _("Menu"))]])


STATES: dict[str, Words] = {
    "invited": _("not answered yet"),
    "started": _("begun"),
    "finished": _("sent, thank you"),
    "declined": _("you said: not this one"),
}


def _waiting(one: Waiting) -> Text:
    state = _("{state}; open until {closes}", state=STATES[one.state], closes=Moment(one.closes_at))
    return lines(bold(written(one, "question")), state)


async def _results_to_read(desk: Desk) -> list[Row]:
    closed = await desk.store.responses.closed_for(desk.person.id, RESULTS_SHOWN)
    return [[link(f"results {one.id}", _("Results: {question}", question=written(one, "question")))] for one in closed]


@flow.command("survey")
async def survey(desk: Desk, argument: str) -> Turn:
    """`/survey ID` asks what is open; `/survey ID mine` shows the answers, which nobody is shown unasked."""
    id, _space, wish = argument.partition(" ")
    if not id:
        return go("surveys")
    sheet = await open_sheet(desk, id)
    if isinstance(sheet, Turn):
        return sheet
    assert sheet.response is not None
    await desk.store.responses.start(sheet.response.id, desk.now, with_helper=desk.person.with_helper)
    if sheet.response.state == "declined" and sheet.answers:
        await note_place(desk, sheet)
    if not sheet.is_sent:
        sheet = await keep_once(desk, sheet)
    if sheet.consultation.privacy == "named" and sheet.response is not None and not sheet.response.has_name:
        return ask_name(sheet)
    return carry_on(sheet) if wish == "mine" or sheet.route.next else all_answered(sheet)


@flow.command("rehearse", agreement=False)
async def rehearse(desk: Desk, argument: str) -> Turn:
    """For staff; whoever else was sent the link hears so."""
    if not desk.is_staff:
        text = _("Only staff can try these questions. If you work here, please ask a colleague to invite you.")
        return end(text, _menu())
    sheet = await rehearsal_sheet(desk, argument, {CHANCE: desk.new_code()})
    return sheet if isinstance(sheet, Turn) else carry_on(sheet, notice=await begin_trial(desk, sheet.consultation))


@flow.command("decline")
async def decline(desk: Desk, argument: str) -> Turn:
    sheet = await open_sheet(desk, argument)
    if isinstance(sheet, Turn):
        return sheet
    assert sheet.response is not None
    if not await desk.store.responses.decline(sheet.response.id):
        return sent_already(argument)
    await no_reminder(desk, argument)
    text = _(
        "That is fine; I will not ask you about this again. If you change your mind, you can answer until {closes}.",
        closes=Moment(sheet.consultation.closes_at) if sheet.consultation.closes_at else "",
    )
    return end(text, [[link(f"survey {argument}", _("Answer after all"))], [link("menu", _("Menu"))]])


@flow.command("results")
async def results(desk: Desk, argument: str) -> Turn:
    consultation = await desk.store.consultations.load(argument)
    if consultation is None or not await _may_see_results(desk, consultation):
        return end(_("I cannot find these results."), ways_on())
    if consultation.state != "closed":
        return end(_("There are no results yet: people are still answering."), ways_on())
    messages = await results_for(desk, consultation, for_staff=desk.is_staff)
    rows = (
        [
            *([] if consultation.is_anonymous else [[link(f"whoanswered {consultation.id}", _("Who answered"))]]),
            [link(f"download {consultation.id}", _("Download"))],
            [link(f"consultation {consultation.id}", _("Back to the consultation"))],
        ]
        if desk.is_staff
        else [[link("menu", _("Menu"))]]
    )
    return end(_("That is all."), rows).before(*messages)


@flow.command("howsure")
async def howsure(desk: Desk, argument: str) -> Turn:
    """The figures behind the results, for whoever wants them."""
    consultation = await desk.store.consultations.load(argument)
    if consultation is None or consultation.state != "closed" or not await _may_see_results(desk, consultation):
        return end(_("I cannot find these results."), ways_on())
    rows: list[Row] = [[link(f"results {consultation.id}", _("Results"))], *_menu()]
    return end(await how_sure_of(desk, consultation), rows)


async def _may_see_results(desk: Desk, consultation: Consultation) -> bool:
    if desk.is_staff:
        return True
    asked = await desk.store.responses.find(consultation.id, desk.person.id) is not None
    return asked and consultation.state in ("open", "closed")


# ---------------------------------------------------------------- one question after another


@flow.step(Answering, Writing, Reviewing, Changing)
async def step(desk: Desk, at: Place, said: Said) -> Turn:
    sheet = await _sheet_at(desk, at)
    if isinstance(sheet, Turn):
        return sheet
    if isinstance(at, Answering) and said in (Choice("later"), Choice("back")):
        sheet = await _keep_ticks(desk, sheet, at)
    match at, said:
        case _, Choice("later"):
            return leave(sheet)
        case Reviewing(), Choice("send"):
            return await send(desk, sheet)
        case Reviewing(), Choice("see"):
            return review(sheet)
        case Reviewing(), Choice("change"):
            return choose_question(sheet)
        case Reviewing(), Choice("quote") if sheet.response is not None and _has_own_words(sheet):
            quotable = not sheet.response.quotable
            await desk.store.responses.set_quotable(sheet.response.id, quotable)
            return review(replace(sheet, response=replace(sheet.response, quotable=quotable)))
        case Changing(), Choice("back"):
            return review(sheet)
        case Changing(), Choice(question_id) if question := sheet.route.question(question_id):
            return ask_question(sheet, question)
        case ((Answering() | Writing()), _) if question := sheet.route.question(at.question_id):
            return await answer(desk, sheet, question, at.chosen, said)
        case ((Answering() | Writing()), _):
            return carry_on(sheet, notice=_("This question has been changed meanwhile."))
    return again(_("Please tap one of the buttons."))


async def _sheet_at(desk: Desk, at: Place) -> Sheet | Turn:
    """What was possible a moment ago is checked again at every step."""
    if at.rehearsal is not None:
        return await rehearsal_sheet(desk, at.consultation_id, at.rehearsal)
    return await open_sheet(desk, at.consultation_id)


async def _keep_ticks(desk: Desk, sheet: Sheet, at: Answering) -> Sheet:
    """What was ticked without Done is not lost on the way out."""
    question = sheet.route.question(at.question_id)
    return await keep(desk, sheet, question, at.chosen) if question and at.chosen else sheet


async def answer(desk: Desk, sheet: Sheet, question: Question, chosen: tuple[int, ...], said: Said) -> Turn:
    offered = sheet.route.offered(question)
    match said:
        case Choice("back"):
            return ask_question(sheet, sheet.route.before(question) or question)
        case Choice("keep") if _kept(sheet, question) is not None:
            return carry_on(sheet)
        case Choice("keep") if (suggested := sheet.suggested(question)) is not None:
            return await _keep_on(desk, sheet, question, suggested)
        case Choice("withhold") if sheet.may_withhold(question):
            return await _keep_on(desk, sheet, question, WITHHELD)
        case Choice("skip") if not sheet.route.needs_answer(question):
            return await _keep_on(desk, sheet, question, None)
        case Typed(words) if question.kind == "one" and len(begun := begun_with(question, words, offered)) > 1:
            return ask_question(sheet, question, begun[:MOST_TO_TAP])
        case Choice(id) if (ticks := ticked(question, chosen, id, offered)) is not None:
            return ask_question(sheet, question, ticks, same_number=True)
    found = sheet.route.understood(question, said, chosen)
    if isinstance(found, Unclear):
        return again(found.words)
    return await _keep_on(desk, sheet, question, found.value)


async def _keep_on(desk: Desk, sheet: Sheet, question: Question, value: Value) -> Turn:
    kept = await keep(desk, sheet, question, value)
    if sheet.is_sent and not kept.is_sent:
        return carry_on(kept, notice=_("This change leads to more questions. Please send your answers again then."))
    return carry_on(kept)


def carry_on(sheet: Sheet, notice: Text | None = None) -> Turn:
    """The next question without an answer, or one that was skipped and must not be; the summary when there is none."""
    question = sheet.route.next or next(iter(sheet.route.incomplete), None)
    if question is None:
        return review(sheet)
    return ask_question(sheet, question, notice=_why_again(sheet, question, notice))


def _why_again(sheet: Sheet, question: Question, notice: Text | None = None) -> Text | None:
    if not sheet.route.is_unfit(question) or sheet.route.is_half_ranked(question):
        return notice
    return UNFIT if notice is None else Words("{why} {notice}", {"why": UNFIT, "notice": notice})


def _kept(sheet: Sheet, question: Question) -> Value:
    """What can stay as it was answered before."""
    return None if sheet.route.is_unfit(question) else sheet.answers.get(question.id)


def ask_question(
    sheet: Sheet,
    question: Question,
    chosen: tuple[int, ...] | None = None,
    *,
    notice: Text | None = None,
    same_number: bool = False,
) -> Turn:
    """Ask one question; the ticks of several choices begin with what was answered before."""
    route, kept, offered = sheet.route, sheet.answers.get(question.id), sheet.route.offered(question)
    if kept is None and question.id not in sheet.answers:
        kept = sheet.suggested(question)
    ticks = chosen if chosen is not None else ticks_of(question, kept)
    ticks = tuple(place for place in ticks if place in offered)
    may_stay = kept if question.id not in sheet.answers else _kept(sheet, question)
    number, total = route.place(question), len(sheet.questions)
    text = paragraphs(
        *_first_words(sheet),
        *(Verbatim(note) for note in route.notes_before(question)),
        question_text(
            question,
            number,
            total,
            answer_text(question, kept) if kept is not None and not ticks else None,
            hint=route.hint(question),
            optional=not route.needs_answer(question),
            by_voice=sheet.by_voice,
            options=long_options(question, ticks, offered),
        ),
    )
    waiting = Writing if is_written(question) else Answering
    state = waiting(sheet.consultation.id, question.id, ticks, _rehearsed(sheet))
    rows = [*answer_rows(question, ticks, offered), *_ways(sheet, question, number, may_stay)]
    said = kept is not None or bool(ticks)
    return ask(state, _marked(sheet, text), rows, notice=notice, same_number=same_number, private=said)


def ticks_of(question: Question, kept: Value) -> tuple[int, ...]:
    """The several choices that were answered before."""
    return kept if question.kind == "many" and isinstance(kept, tuple) and kept != WITHHELD else ()


def _first_words(sheet: Sheet) -> list[Text]:
    """Before the first answer: who can see it, and in which language the questions are if it is not the reader's."""
    if sheet.answers:
        return []
    promise: list[Text] = [PROMISES[sheet.consultation.privacy]]
    return [*promise, *in_another_language(sheet.route, sheet.consultation)]


def _ways(sheet: Sheet, question: Question, number: int, kept: Value) -> list[Row]:
    """What can be done instead of answering."""
    row = [choice("back", _("Back"))] if number > 1 else []
    if kept is not None and question.kind != "many":
        row.append(choice("keep", _("Keep this answer")))
    if not sheet.route.needs_answer(question):
        row.append(choice("skip", _("Skip") if sheet.answers.get(question.id) is None else _("No answer")))
    row.append(choice("later", _("Later")))
    withhold: list[Row] = [[choice("withhold", _("Prefer not to say"))]] if sheet.may_withhold(question) else []
    return [*withhold, row] if len(row) <= MOST_IN_A_ROW else [*withhold, row[:2], row[2:]]


def _rehearsed(sheet: Sheet) -> Mapping[str, Any] | None:
    return {CHANCE: sheet.route.seed, **sheet.answers} if sheet.is_rehearsal else None


def _marked(sheet: Sheet, text: Text) -> Text:
    """A rehearsal says so in every message."""
    return paragraphs(_("<i>Rehearsal: nothing is recorded.</i>"), text) if sheet.is_rehearsal else text


# ---------------------------------------------------------------- before and after sending


def all_answered(sheet: Sheet) -> Turn:
    """Somebody comes back to answers that are all given: the telephone may be in other hands by now."""
    if sheet.is_sent:
        return sent_already(sheet.consultation.id)
    text = paragraphs(_("You have answered everything. Shall I send it?"), _last_word(sheet))
    rows: list[Row] = [[choice("send", _("Send"))], [choice("see", _("My answers")), choice("later", _("Later"))]]
    return ask(Reviewing(sheet.consultation.id), text, rows)


def sent_already(consultation_id: str) -> Turn:
    text = _("You have sent your answers already, thank you. You can change them if you like.")
    return end(text, [[link(f"survey {consultation_id} mine", _("My answers"))], *_menu()])


def _last_word(sheet: Sheet) -> Text | None:
    if not sheet.consultation.is_anonymous:
        return None
    return _("Once they are sent, nobody can see or change them, not even you.")


def review(sheet: Sheet) -> Turn:
    if sheet.is_sent:
        heading = _("<b>You have sent these answers.</b> You can still change them.")
        rows: list[Row] = [[choice("change", _("Change an answer"))], [choice("later", _("That is all"))]]
    else:
        heading = _("<b>These are your answers. Shall I send them?</b>")
        rows = [
            [choice("send", _("Send"))],
            [choice("change", _("Change an answer")), choice("later", _("Later"))],
        ]
    if sheet.response is not None and _has_own_words(sheet):
        tick = "☑" if sheet.response.quotable else "☐"
        rows.append([choice("quote", _("{tick} My words may be quoted, without my name", tick=tick))])
    text = paragraphs(
        *(Verbatim(note) for note in sheet.route.notes_before(None)),
        heading,
        summary(sheet.questions, sheet.answers),
        _last_word(sheet),
    )
    return ask(Reviewing(sheet.consultation.id, _rehearsed(sheet)), _marked(sheet, text), rows, private=True)


def _has_own_words(sheet: Sheet) -> bool:
    """Whether they wrote something that could be quoted; of anonymous answers nobody knows whose they are."""
    return not sheet.consultation.is_anonymous and any(
        question.kind == "text"
        and not question.format
        and isinstance(said := sheet.answers.get(question.id), str)
        and not is_voice(said)
        for question in sheet.questions
    )


def choose_question(sheet: Sheet) -> Turn:
    rows: list[Row] = [
        [choice(question.id, f"{number}. {question.wording}")] for number, question in enumerate(sheet.questions, 1)
    ]
    return ask(
        Changing(sheet.consultation.id, _rehearsed(sheet)),
        _marked(sheet, _("Which answer would you like to change?")),
        [*rows, [choice("back", _("Back"))]],
    )


async def send(desk: Desk, sheet: Sheet) -> Turn:
    if sheet.route.incomplete:
        return _ask_for(sheet, sheet.route.incomplete[0])
    if sheet.response is None:
        return await end_trial(desk, sheet.consultation)
    await settle(desk, sheet)
    await desk.store.responses.finish(sheet.response.id, desk.now, with_helper=desk.person.with_helper)
    await no_reminder(desk, sheet.consultation.id)
    await desk.acted(answered=True)
    so_far = (await desk.disclosure()).stepped((await desk.store.responses.turnout(sheet.consultation.id)).answered)
    rows: list[Row] = []
    if sheet.consultation.is_anonymous:
        await desk.store.ballots.cast(sheet.consultation.id, sheet.response.id)
    else:
        rows.append([link(f"survey {sheet.consultation.id} mine", _("My answers"))])
    if sheet.consultation.shows_live:
        rows.append([link(f"sofar {sheet.consultation.id}", _("How others answered so far"))])
    text: Text = thanks(sheet.consultation, so_far)
    if desk.offer:
        offer, yes = OFFERS[desk.offer]
        text = paragraphs(text, offer)
        rows.append([link(f"offered {desk.offer} yes", yes), link(f"offered {desk.offer} no", _("No"))])
    return end(text, [*rows, *_menu()])


OFFERS: dict[str, tuple[Words, Words]] = {
    "panels": (_("Would you like to hear when a new panel is looking for people?"), _("Yes, tell me")),
    "interviews": (
        _("May staff ask you now and then whether you would talk with them at greater length?"),
        _("Yes, you may"),
    ),
}
"""What is offered, once each, to somebody who has answered several times; and how to accept it."""


def _ask_for(sheet: Sheet, question: Question) -> Turn:
    """The question that keeps the answers from being sent."""
    if (unfit := _why_again(sheet, question)) is not None:
        return ask_question(sheet, question, notice=unfit)
    of_form = sheet.route.required_words(question)
    needed = Verbatim(of_form) if of_form else _("This question still needs an answer.")
    return ask_question(sheet, question, notice=needed)


async def no_reminder(desk: Desk, consultation_id: str) -> None:
    """One that waits for a better hour is not sent any more, nor an invitation that does."""
    names = reminder_name(consultation_id, desk.person.id), invitation_name(consultation_id, desk.person.id)
    await desk.store.outbox.drop_once(*names, now=desk.now, reason="answered before it was sent")


def thanks(consultation: Consultation, so_far: int) -> Text:
    """What happens next, and when; and how many have answered, in steps that tell nobody who has just done so."""
    assert consultation.closes_at is not None
    assert consultation.decides_on is not None
    assert consultation.report_by is not None
    return paragraphs(
        _("<b>Thank you! Your answers have been sent.</b>"),
        lines(
            _("It is open until {closes}.", closes=Moment(consultation.closes_at))
            if consultation.is_anonymous
            else _("Until {closes} you can change them.", closes=Moment(consultation.closes_at)),
            _("Right after that you get the results."),
            _("On {day} it is decided.", day=Day(consultation.decides_on)),
            _("By {day} we tell you what was decided.", day=Day(consultation.report_by)),
            _("So far, {number} people or more have answered.", number=so_far) if so_far else None,
        ),
    )


def leave(sheet: Sheet) -> Turn:
    if sheet.is_rehearsal:
        return go("consultation", sheet.consultation.id)
    assert sheet.consultation.closes_at is not None
    closes = Moment(sheet.consultation.closes_at)
    if sheet.is_sent:
        return end(
            _("Thank you. Your answers have been sent; you can change them until {closes}.", closes=closes),
            _menu(),
        )
    left = len(sheet.route.left)
    text = paragraphs(
        _("What you have answered is kept. You can carry on until {closes}.", closes=closes),
        ngettext("{n} question is left.", "{n} questions are left.", left)
        if left
        else _("Only sending is left: please tap Carry on, then Send."),
    )
    return end(text, [[link(f"survey {sheet.consultation.id}", _("Carry on"))], *_menu()])


def _menu() -> list[Row]:
    return [[link("menu", _("Menu"))]]
