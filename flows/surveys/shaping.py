"""Members shape the questions before they are asked: propose some, say how one could be put better, support others'.

Control over what is asked is handed over (Audit Commission, "Connecting with users and citizens", paragraph 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flows.dates import EVENING, instant_of
from flows.desk import Desk
from flows.flow import Again, Flow
from flows.saved import saved
from flows.surveys.asking import bold, panel_called
from flows.surveys.form.questions import reworded
from flows.surveys.questions import begin_writing
from flows.surveys.sheet import ways_on
from flows.turn import Button, Choice, Message, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Moment, Text, Verbatim, _, in_their_language, lines, ngettext, paragraphs, written
from storage.consultations import Consultation, Question
from storage.proposals import Proposal

flow = Flow()

DAYS = (3, 5, 7)
PAGE = 300
MOST_OWN = 3
MOST_SHOWN = 8
LONGEST = 300


@saved("shaping.suggesting", title=_("your question"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Suggesting:
    """Waiting for a question, or for other words for one."""

    consultation_id: str
    question_id: str = ""


# ---------------------------------------------------------------- staff begin it


@flow.command("shape", audience="staff")
async def shape(desk: Desk, argument: str) -> Turn:
    """`/shape ID` asks for how long; `/shape ID 5` lets members shape a draft for five days."""
    id, _space, days = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "draft" or consultation.revises is not None:
        return go("consultation", id)
    if consultation.shaping_ends_at is not None:
        return go("proposals", id)
    if not days.isdecimal() or int(days) not in DAYS:
        return _ask_days(consultation)
    until = instant_of(desk.today + timedelta(days=int(days)), EVENING, desk.zone)
    if consultation.closes_at is not None and until >= consultation.closes_at:
        text = _("Then nobody would have time to answer: it closes on {closes}.", closes=Moment(consultation.closes_at))
        return end(text, [[link(f"draft {id} closes_at", _("Close it later"))], [link(f"shape {id}", _("Back"))]])
    if not await desk.store.proposals.begin(id, until):
        return go("consultation", id)
    await desk.later("survey.shape", f"survey.shape:{id}", desk.now, {"consultation": id, "after": ""})
    await desk.later("survey.shaped", f"survey.shaped:{id}", until, {"consultation": id})
    await desk.record("let members shape", f"consultation:{id}", days=int(days))
    return go("proposals", id)


def _ask_days(consultation: Consultation) -> Turn:
    text = paragraphs(
        _("<b>Let members shape the questions first?</b>"),
        lines(
            _("They see your questions, say how one could be put better, propose others, and support each other's."),
            _("You decide what is asked, and whoever proposed something hears what became of it."),
        ),
        _("For how many days?"),
    )
    days = [link(f"shape {consultation.id} {number}", ngettext("{n} day", "{n} days", number)) for number in DAYS]
    return end(text, [days, [link(f"parts {consultation.id}", _("Back"))]])


@flow.due("survey.shape")
async def invite(desk: Desk, args: dict[str, Any]) -> Again | None:
    consultation = await desk.store.consultations.load(args["consultation"])
    if consultation is None or not _is_shaped(desk, consultation) or consultation.shaping_ends_at is None:
        return None
    people = await desk.store.proposals.members(consultation.id, args["after"], PAGE)
    if not people:
        return None
    text = paragraphs(
        _(
            "Soon the panel “{panel}” is asked something. You can shape the questions:",
            panel=panel_called(consultation),
        ),
        bold(written(consultation, "question")),
        in_their_language(written(consultation, "question")),
        _("Say until {moment} what should be asked, and how.", moment=Moment(consultation.shaping_ends_at)),
    )
    message = Message(text, [[link(f"shaping {consultation.id}", _("Look at the questions"))]])
    lives = consultation.shaping_ends_at - desk.now
    once = f"survey.shape:{consultation.id}"
    desk.tell_all(await desk.attentive(people), message, once=once, lives=lives, asks=True)
    return Again({**args, "after": people[-1].id}, desk.now)


@flow.due("survey.shaped")
async def shaped(desk: Desk, args: dict[str, Any]) -> None:
    """The days are over: staff hear what was proposed."""
    consultation = await desk.store.consultations.load(args["consultation"])
    if consultation is None or consultation.state != "draft":
        return
    number = len(await desk.store.proposals.of(consultation.id, ""))
    text = paragraphs(
        lines(_("Members have had their say on your questions:"), bold(consultation.question)),
        ngettext("{n} proposal waits for you.", "{n} proposals wait for you.", number)
        if number
        else _("Nobody proposed anything."),
    )
    rows: list[Row] = [[link(f"consultation {consultation.id}", _("Look at the draft"))]]
    if number:
        rows.insert(0, [link(f"proposals {consultation.id}", _("Read the proposals"))])
    staff = await desk.store.consultations.responsible(consultation.id)
    desk.tell_all(staff, Message(text, rows), once=f"survey.shaped:{consultation.id}")


# ---------------------------------------------------------------- members


def _is_shaped(desk: Desk, consultation: Consultation) -> bool:
    until = consultation.shaping_ends_at
    return consultation.state == "draft" and until is not None and until > desk.now


async def _to_shape(desk: Desk, id: str) -> Consultation | None:
    """A draft that the speaker may shape now."""
    consultation = await desk.store.consultations.load(id)
    if consultation is None or not _is_shaped(desk, consultation):
        return None
    return consultation if await desk.store.responses.may_answer(id, desk.person.id) else None


def _over() -> Turn:
    return end(_("These questions cannot be shaped any more. When they are asked, I write to you."), ways_on())


@flow.command("shaping")
async def shaping(desk: Desk, argument: str) -> Turn:
    """`/shaping ID` shows what is going to be asked and what others propose."""
    consultation = await _to_shape(desk, argument)
    return await _show(desk, consultation) if consultation else _over()


async def _show(desk: Desk, consultation: Consultation, notice: Text | None = None) -> Turn:
    assert consultation.shaping_ends_at is not None
    questions = [one for one in await desk.store.consultations.questions(consultation.id) if one.is_asked]
    found = (await desk.store.proposals.of(consultation.id, desk.person.id))[:MOST_SHOWN]
    text = paragraphs(
        notice,
        bold(written(consultation, "question")),
        lines(_("What staff want to ask:"), *(_numbered(place, one) for place, one in enumerate(questions, 1)))
        if questions
        else _("Staff have written no question yet."),
        lines(_("What members propose:"), *(_listed(one, questions) for one in found)) if found else None,
        _("Until {moment} you can propose a question or other words.", moment=Moment(consultation.shaping_ends_at)),
    )
    rows: list[Row] = [[link(f"suggest {consultation.id}", _("Propose a question"))]]
    rows += [
        [link(f"reword {one.id}", _("Put {number} better", number=place))] for place, one in enumerate(questions, 1)
    ]
    rows += [[_hand(one)] for one in found]
    return end(text, [*rows, [link("menu", _("Menu"))]])


def _numbered(place: int, question: Question) -> Text:
    return _("{number}. {question}", number=place, question=question.wording)


def _listed(one: Proposal, questions: list[Question]) -> Text:
    support = ngettext("{n} supports it", "{n} support it", one.supporters)
    place = next((place for place, asked in enumerate(questions, 1) if asked.id == one.question_id), None)
    if place is None:
        return _("– {words} ({support})", words=one.words, support=support)
    return _("– instead of {number}: {words} ({support})", number=place, words=one.words, support=support)


def _hand(one: Proposal) -> Button:
    if one.supported:
        return link(f"backquestion {one.id} no", _("Take back: {words}", words=one.words))
    return link(f"backquestion {one.id}", _("Support: {words}", words=one.words))


@flow.command("backquestion")
async def back_question(desk: Desk, argument: str) -> Turn:
    """`/backquestion PROPOSAL` supports it, with `no` takes that back."""
    id, _space, wish = argument.partition(" ")
    one = await desk.store.proposals.load(id, desk.person.id)
    consultation = await _to_shape(desk, one.consultation_id) if one else None
    if one is None or consultation is None or one.state != "open":
        return _over()
    await desk.store.proposals.support(id, desk.person.id, on=wish != "no")
    return await _show(desk, consultation)


@flow.command("suggest")
async def suggest(desk: Desk, argument: str) -> Turn:
    consultation = await _to_shape(desk, argument)
    if consultation is None:
        return _over()
    text = lines(
        _("What should be asked? Please write one question, as you would ask a neighbour."),
        _("Others see it, without your name."),
    )
    return ask(Suggesting(argument), text, [[choice("cancel", _("Cancel"))]])


@flow.command("reword")
async def reword(desk: Desk, argument: str) -> Turn:
    question = await desk.store.consultations.question(argument)
    consultation = await _to_shape(desk, question.consultation_id) if question else None
    if question is None or consultation is None:
        return _over()
    text = paragraphs(
        bold(question.wording),
        lines(
            _("How would you put it better? Please write the whole question."), _("Others see it, without your name.")
        ),
    )
    return ask(Suggesting(consultation.id, question.id), text, [[choice("cancel", _("Cancel"))]])


@flow.step(Suggesting)
async def suggesting(desk: Desk, at: Suggesting, said: Said) -> Turn:
    consultation = await _to_shape(desk, at.consultation_id)
    if consultation is None:
        return _over()
    match said:
        case Choice("cancel"):
            return await _show(desk, consultation)
        case Typed(words) if len(words) > LONGEST:
            return again(_("That is too long: please use at most {most} letters.", most=LONGEST))
        case Typed(words):
            clean = " ".join(words.split())
            question = at.question_id or None
            kept = await desk.store.proposals.add(consultation.id, question, desk.person.id, clean, desk.now, MOST_OWN)
            if kept is None:
                notice = _("You have made {most} proposals; that is as many as one person can.", most=MOST_OWN)
                return await _show(desk, consultation, notice)
            await desk.acted()
            return await _show(
                desk, consultation, _("Thank you. Others can support it now, and I tell you what came of it.")
            )
    return again(_("Please write it as a message."))


# ---------------------------------------------------------------- staff decide


@flow.command("proposals", audience="staff")
async def proposals(desk: Desk, argument: str) -> Turn:
    """`/proposals ID`: what members propose for a draft."""
    consultation = await desk.store.consultations.load(argument)
    if consultation is None or consultation.state != "draft" or consultation.shaping_ends_at is None:
        return go("consultation", argument)
    questions = [one for one in await desk.store.consultations.questions(argument) if one.is_asked]
    found = await desk.store.proposals.of(argument, desk.person.id)
    state = (
        _("Members can shape the questions until {moment}.", moment=Moment(consultation.shaping_ends_at))
        if consultation.shaping_ends_at > desk.now
        else _("The days for shaping are over.")
    )
    text = paragraphs(
        bold(consultation.question),
        state,
        lines(*(_listed(one, questions) for one in found[:MOST_SHOWN])) if found else _("No proposal waits for you."),
    )
    rows: list[Row] = [[link(f"proposal {one.id}", one.words)] for one in found[:MOST_SHOWN]]
    return end(text, [*rows, [link(f"consultation {argument}", _("Back to the consultation"))]])


@flow.command("proposal", audience="staff")
async def proposal(desk: Desk, argument: str) -> Turn:
    """`/proposal ID` shows one; `take` makes it a question or its words, `decline` does not."""
    id, _space, what = argument.partition(" ")
    one = await desk.store.proposals.load(id, desk.person.id)
    consultation = await desk.store.consultations.load(one.consultation_id) if one else None
    if one is None or consultation is None or consultation.state != "draft" or one.state != "open":
        return go("proposals", one.consultation_id) if one else go("consultations")
    question = await desk.store.consultations.question(one.question_id) if one.question_id else None
    match what:
        case "take":
            return await _take(desk, consultation, one, question)
        case "decline":
            await desk.store.proposals.settle(id, "declined")
            await _tell(desk, consultation, one, taken=False)
            return go("proposals", consultation.id)
    text = paragraphs(
        bold(one.words),
        _("instead of: {question}", question=question.wording) if question else None,
        ngettext("{n} person supports it.", "{n} people support it.", one.supporters),
    )
    return end(
        text,
        [
            [link(f"proposal {id} take", _("Take these words") if question else _("Ask this"))],
            [link(f"proposal {id} decline", _("Not this time"))],
            [link(f"proposals {consultation.id}", _("Back"))],
        ],
    )


async def _take(desk: Desk, consultation: Consultation, one: Proposal, question: Question | None) -> Turn:
    await desk.store.proposals.settle(one.id, "taken")
    await desk.record("took a proposal", f"consultation:{consultation.id}")
    await _tell(desk, consultation, one, taken=True)
    if question is None:
        return begin_writing(consultation.id, one.words)
    await desk.store.consultations.change_question(reworded(question, one.words))
    return go("proposals", consultation.id)


async def _tell(desk: Desk, consultation: Consultation, one: Proposal, *, taken: bool) -> None:
    proposer = await desk.store.proposals.proposer(one.id)
    if proposer is None:
        return
    news = (
        _("Your proposal is taken: it will be asked. Thank you!")
        if taken
        else _("Your proposal is not asked this time. Thank you for it all the same.")
    )
    text = paragraphs(news, Verbatim(one.words), bold(written(consultation, "question")))
    desk.tell(proposer, Message(text, [[link("menu", _("Menu"))]]), once=f"survey.proposal:{one.id}")


async def settle_the_rest(desk: Desk, consultation: Consultation) -> None:
    """When the questions go out, whoever proposed something that is not among them hears so."""
    for one in await desk.store.proposals.of(consultation.id, ""):
        await desk.store.proposals.settle(one.id, "declined")
        await _tell(desk, consultation, one, taken=False)
