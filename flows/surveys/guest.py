"""Guests: somebody who follows a venue's link answers one question at once, without joining anything."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.answering import MOST_TO_TAP, Unclear, begun_with, is_written, ticked
from flows.surveys.asking import answer_rows, bold, how_to_answer, long_options
from flows.surveys.route import Route
from flows.surveys.sheet import in_another_language, route_through
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import (
    LANGUAGES,
    Day,
    Moment,
    Text,
    Verbatim,
    Words,
    _,
    in_their_language,
    lines,
    ngettext,
    paragraphs,
    written,
)
from storage.consultations import Consultation, Question
from storage.responses import Response, Value

flow = Flow()


@saved("survey.guest_answering")
@dataclass(frozen=True, slots=True)
class GuestAnswering:
    """Waiting for a guest's answer by its buttons; `token` is the link they came through."""

    token: str
    question_id: str
    chosen: tuple[int, ...] = ()


@saved("survey.guest_writing", awaits_text=True, awaits_media=True)
@dataclass(frozen=True, slots=True)
class GuestWriting:
    """Waiting for a guest's answer in writing, or as a number."""

    token: str
    question_id: str
    chosen: tuple[int, ...] = ()


@saved("survey.guest_language")
@dataclass(frozen=True, slots=True)
class GuestLanguage:
    """Waiting for the language in which the question is to be asked."""

    token: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What a guest finds: the question to answer now (None when they have answered), and how many are left."""

    token: str
    consultation: Consultation
    question: Question | None
    left: int
    response: Response | None
    route: Route


# ---------------------------------------------------------------- ways in


@flow.command("guest", agreement=False)
async def guest(desk: Desk, argument: str) -> Turn:
    """`/guest TOKEN` asks the link's question; `/guest TOKEN no` says goodbye."""
    token, _space, wish = argument.partition(" ")
    if wish == "no":
        return (
            go("menu")
            if desk.person.agreed
            else end(_("That is fine. I will not write to you unless you write to me. Goodbye!"))
        )
    visit = await _visit(desk, token)
    if isinstance(visit, Turn):
        return visit
    if visit.question is None:
        return _what_next(desk, visit, _("You have answered this already. Thank you!"))
    return await _ask(desk, visit, visit.question)


async def _visit(desk: Desk, token: str) -> Visit | Turn:
    """What the link leads to now; otherwise where to go instead."""
    if desk.is_staff:
        return go("at", token)
    found = await desk.store.venues.load(token)
    opens, _space, id = found.opens.partition(" ") if found and found.is_open else ("", "", "")
    wanted = await desk.store.consultations.question(id) if opens == "question" else None
    if wanted is None and opens != "survey":
        return go("at", token)
    consultation = await desk.store.consultations.hold(wanted.consultation_id if wanted else id)
    if consultation is None or consultation.state != "open" or _is_over(desk, consultation):
        return _not_now(consultation)
    response = await desk.store.responses.find(consultation.id, desk.person.id)
    was_asked = response is not None and response.link is None
    if was_asked or await desk.store.responses.may_answer(consultation.id, desk.person.id):
        return go("survey", consultation.id)
    answers = await desk.store.responses.answers(response.id) if response else {}
    version = response.version if response else consultation.version
    route = await route_through(desk, consultation.id, version, answers, response.id if response else "")
    question = route.question(wanted.id) if wanted and wanted.id not in answers else None
    if consultation.is_anonymous and response is not None:
        return Visit(token, consultation, None, 0, response, route)
    if wanted is None and not answers:
        question = route.next
    return Visit(token, consultation, question, sum(one.id not in answers for one in route.asked), response, route)


def _is_over(desk: Desk, consultation: Consultation) -> bool:
    return consultation.closes_at is not None and consultation.closes_at <= desk.now


def _not_now(consultation: Consultation | None) -> Turn:
    opens = consultation.publish_at if consultation and consultation.state == "scheduled" else None
    if opens is not None:
        text = _(
            "Thank you for coming. These questions open on {moment}; please come again then.", moment=Moment(opens)
        )
    elif consultation is not None and consultation.state == "draft":
        text = _("Thank you for coming. These questions are not open yet. Please come again in a few days.")
    else:
        text = _("Thank you for coming. These questions are closed now, but there is more you can do:")
    return end(
        text,
        [
            [link("panels", _("Panels")), link("topics", _("Topics"))],
            [link("outcomes", _("What was decided"))],
        ],
    )


# ---------------------------------------------------------------- the question


async def _ask(
    desk: Desk, visit: Visit, question: Question, chosen: tuple[int, ...] = (), *, same_number: bool = False
) -> Turn:
    offered = visit.route.offered(question)
    text = paragraphs(
        _(
            "This is asked by {organisation}, and your answer is counted without your name.",
            organisation=await desk.named_organisation(),
        ),
        *in_another_language(visit.route, visit.consultation),
        *(Verbatim(note) for note in visit.route.notes_before(question)),
        lines(bold(question.wording), Verbatim(hint) if (hint := visit.route.hint(question)) else None),
        long_options(question, chosen, offered),
        how_to_answer(question, by_voice=desk.person.by_voice),
    )
    waiting = GuestWriting if is_written(question) else GuestAnswering
    ways: Row = [choice("language", _("🌐 Language")), choice("no", _("No, thank you"))]
    rows = [*answer_rows(question, chosen, offered), ways]
    return ask(waiting(visit.token, question.id, chosen), text, rows, same_number=same_number)


@flow.step(GuestAnswering, GuestWriting)
async def step(desk: Desk, at: GuestAnswering | GuestWriting, said: Said) -> Turn:
    if said == Choice("no"):
        return go("guest", f"{at.token} no")
    if said == Choice("language"):
        return _ask_language(at.token)
    visit = await _visit(desk, at.token)
    if isinstance(visit, Turn):
        return visit
    question = visit.question
    if question is None or question.id != at.question_id:
        return go("guest", at.token)
    offered = visit.route.offered(question)
    if isinstance(said, Choice) and (ticks := ticked(question, at.chosen, said.id, offered)) is not None:
        return await _ask(desk, visit, question, ticks, same_number=True)
    begun = begun_with(question, said.words, offered) if isinstance(said, Typed) and question.kind == "one" else ()
    if len(begun) > 1:
        return await _ask(desk, visit, question, begun[:MOST_TO_TAP])
    found = visit.route.understood(question, said, at.chosen)
    if isinstance(found, Unclear):
        return again(found.words)
    return await _count(desk, visit, question, found.value)


async def _count(desk: Desk, visit: Visit, question: Question, value: Value) -> Turn:
    """One tap is enough: the answer counts at once."""
    responses, consultation = desk.store.responses, visit.consultation
    await responses.add_guest(consultation.id, desk.person.id, visit.token, desk.now)
    response = await responses.find(consultation.id, desk.person.id)
    assert response is not None
    await responses.save_answer(response.id, question.id, value)
    await responses.finish(response.id, desk.now, with_helper=desk.person.with_helper)
    if consultation.is_anonymous:
        await desk.store.ballots.cast(consultation.id, response.id)
    left = 0 if consultation.is_anonymous else visit.left - 1
    counted = Visit(visit.token, consultation, None, left, response, visit.route)
    return _what_next(desk, counted, _("<b>Thank you! Your answer is counted.</b>"))


def _what_next(desk: Desk, visit: Visit, thanks: Words) -> Turn:
    consultation = visit.consultation
    assert consultation.decides_on is not None
    text: Text = paragraphs(
        thanks,
        lines(
            _("What it is for: {decision}", decision=written(consultation, "decision")),
            _("{who} decides on {day}.", who=written(consultation, "decided_by"), day=Day(consultation.decides_on)),
        ),
        in_their_language(written(consultation, "decision"), written(consultation, "decided_by")),
    )
    rows: list[Row] = []
    if visit.left:
        others = ngettext("Answer the other question", "Answer the other {n} questions", visit.left)
        rows.append([link(f"survey {consultation.id}", others)])
    rows.append([link(f"join {consultation.panel_id}", _("Join the panel"))])
    if not desk.person.agreed:
        rows.append([link(f"tellme {consultation.id}", _("Tell me what is decided"))])
    return end(text, [*rows, [link(f"guest {visit.token} no", _("No, thank you"))]])


@flow.command("tellme")
async def tell_me(desk: Desk, argument: str) -> Turn:
    """A guest who has agreed to be written to hears what comes of it, without joining."""
    consultation = await desk.store.consultations.load(argument)
    response = await desk.store.responses.find(argument, desk.person.id) if consultation else None
    if consultation is None or response is None or consultation.report_by is None:
        return go("surveys")
    if consultation.state == "closed":
        return go("results", consultation.id)
    day = Day(consultation.report_by)
    return end(
        _("Good. I will write to you when the results are there, and by {day} what was decided.", day=day),
        [[link(f"join {consultation.panel_id}", _("Join the panel"))], [link("menu", _("Menu"))]],
    )


# ---------------------------------------------------------------- another language


def _ask_language(token: str) -> Turn:
    names = [choice(code, name) for code, name in LANGUAGES.items()]
    rows: list[Row] = [names[start : start + 2] for start in range(0, len(names), 2)]
    return ask(GuestLanguage(token), _("Please tap a language."), [*rows, [choice("back", _("Back"))]])


@flow.step(GuestLanguage)
async def choose_language(desk: Desk, at: GuestLanguage, said: Said) -> Turn:
    match said:
        case Choice("back"):
            return go("guest", at.token)
        case Choice(language) if language in LANGUAGES:
            await desk.speak(language)
            return go("guest", at.token)
    return again(_("Please tap a language."))
