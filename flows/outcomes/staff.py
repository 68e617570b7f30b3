"""Keeping promises: writing what was decided, posting it now or later, and seeing what is owed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from flows.dates import instant_of, read_moment
from flows.desk import Desk
from flows.flow import Flow
from flows.outcomes.telling import outcome_text, post, suggestion
from flows.paging import page_number, turning
from flows.results.published import published
from flows.saved import saved
from flows.turn import Choice, Message, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Day, Moment, Text, Words, _, lines, ngettext, paragraphs
from storage.consultations import Consultation
from storage.outcomes import Promise
from storage.records import EPOCH, instant, micros

flow = Flow()

PAGE = 6
PART_LIMIT = 1000
TOLD_AT = time(10)
"""When an outcome is told the day after, while its translations are written."""

Part = Literal["we_asked", "you_said", "we_did", "look", "time", "sure"]
WRITTEN: tuple[Part, ...] = ("we_asked", "you_said", "we_did")


@saved("outcome.reporting", title=_("what was decided"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Reporting:
    """Waiting for one part of an outcome, or for what to do with it; `post_at` is in microseconds."""

    consultation_id: str
    part: Part
    we_asked: str = ""
    you_said: str = ""
    we_did: str = ""
    post_at: int = 0


# ---------------------------------------------------------------- writing


@flow.command("report", audience="staff")
async def report(desk: Desk, argument: str) -> Turn:
    consultation = await desk.store.consultations.load(argument)
    if consultation is None:
        return go("promises")
    if consultation.state != "closed":
        return go("consultation", argument)
    said = await _suggested(desk, consultation)
    return await _ask_part(desk, Reporting(argument, "we_asked", consultation.question, said))


async def _suggested(desk: Desk, consultation: Consultation) -> str:
    questions = await desk.store.consultations.questions(consultation.id)
    found = suggestion(questions, await published(desk, consultation.id))
    return desk.voice.plain(found)[:PART_LIMIT] if found else ""


PROMPTS: dict[Part, Words] = {
    "we_asked": _("<b>1 of 3: We asked.</b> What did you ask, in plain words?"),
    "you_said": _("<b>2 of 3: You said.</b> What did people answer, in a sentence or two?"),
    "we_did": _("<b>3 of 3: We did.</b> What was decided, and why? What happens next?"),
}


async def _ask_part(desk: Desk, at: Reporting, notice: Words | None = None) -> Turn:
    match at.part:
        case "look" | "sure":
            return await _last_look(desk, at)
        case "time":
            text: Text = _("When shall it be told? For example: tomorrow 10:00, or 3 May 9:30")
            return ask(at, text, [[choice("back", _("Back"))]])
    written = getattr(at, at.part)
    text = paragraphs(PROMPTS[at.part], _("So far: {words}", words=written) if written else None)
    row = [choice("keep", _("Keep it"))] if written else []
    if at.part != WRITTEN[0]:
        row.append(choice("back", _("Back")))
    return ask(at, text, [[*row, choice("cancel", _("Cancel"))]], notice=notice)


@flow.step(Reporting)
async def write(desk: Desk, at: Reporting, said: Said) -> Turn:
    consultation = await desk.store.consultations.load(at.consultation_id)
    if consultation is None or consultation.state != "closed":
        return go("consultation", at.consultation_id)
    match at.part, said:
        case _, Choice("cancel"):
            return go("consultation", at.consultation_id)
        case (("look" | "sure"), Choice(id)):
            return await _decide(desk, at, id)
        case "time", Choice("back"):
            return await _ask_part(desk, replace(at, part="look"))
        case "time", Typed(words):
            return await _take_time(desk, at, words)
        case _, Choice("back") if at.part in WRITTEN[1:]:
            return await _ask_part(desk, replace(at, part=WRITTEN[WRITTEN.index(at.part) - 1]))
        case _, Choice("keep") if getattr(at, at.part, ""):
            return await _next_part(desk, at)
        case (("we_asked" | "you_said" | "we_did"), Typed(words)):
            return await _take_part(desk, at, words.strip())
    return again(_("Please tap a button or write it as a message."))


async def _take_part(desk: Desk, at: Reporting, words: str) -> Turn:
    if len(words) > PART_LIMIT:
        return again(_("That is too long: please use at most {most} letters.", most=PART_LIMIT))
    written: dict[str, Any] = {at.part: words}
    return await _next_part(desk, replace(at, **written))


async def _next_part(desk: Desk, at: Reporting) -> Turn:
    """The part after this one; what has been written before is not asked again once all is there."""
    missing = [part for part in WRITTEN[WRITTEN.index(at.part) + 1 :] if part == "you_said" or not getattr(at, part)]
    all_there = bool(at.we_asked and at.you_said and at.we_did)
    return await _ask_part(desk, replace(at, part="look" if all_there or not missing else missing[0]))


# ---------------------------------------------------------------- posting


async def _last_look(desk: Desk, at: Reporting) -> Turn:
    number = await desk.store.responses.count_asked(at.consultation_id)
    text = paragraphs(
        ngettext("This goes to {n} person who was asked:", "This goes to {n} people who were asked:", number),
        outcome_text(at.we_asked, at.you_said, at.we_did),
        _("It goes out by itself on {moment}.", moment=Moment(instant(at.post_at))) if at.part == "sure" else None,
    )
    if at.part == "sure":
        rows: list[Row] = [
            [choice("sure", _("Yes, tell them then"))],
            [choice("time", _("Another time")), choice("back", _("Back"))],
        ]
    else:
        rows = [
            [choice("now", _("Tell them now"))],
            [choice("time", _("Tell them at a time"))],
            [choice("languages", _("Write it in other languages first"))],
            [choice(part, label) for part, label in CHANGES.items()],
        ]
    return ask(at, text, [*rows, [choice("cancel", _("Cancel"))]])


CHANGES: dict[Part, Words] = {
    "we_asked": _("Change: asked"),
    "you_said": _("Change: said"),
    "we_did": _("Change: did"),
}


async def _decide(desk: Desk, at: Reporting, id: str) -> Turn:
    match id:
        case "now" if at.part == "look":
            return await _keep(desk, at, desk.now)
        case "sure" if at.part == "sure":
            if instant(at.post_at) <= desk.now:
                return await _ask_part(desk, replace(at, part="time"))
            return await _keep(desk, at, instant(at.post_at))
        case "languages" if at.part == "look":
            return await _keep(
                desk, at, instant_of(desk.today + timedelta(days=1), TOLD_AT, desk.zone), translating=True
            )
        case "time":
            return await _ask_part(desk, replace(at, part="time"))
        case "back":
            return await _ask_part(desk, replace(at, part="look"))
    part = next((part for part in WRITTEN if part == id), None)
    return await _ask_part(desk, replace(at, part=part)) if part else again(_("Please tap one of the buttons."))


async def _take_time(desk: Desk, at: Reporting, words: str) -> Turn:
    moment = read_moment(words, desk.today, desk.zone)
    if moment is None or moment < EPOCH:
        return again(_("I did not understand that. For example: tomorrow 10:00"))
    if moment <= desk.now:
        return again(_("{moment} has passed already. Please give a later day.", moment=Moment(moment)))
    return await _last_look(desk, replace(at, part="sure", post_at=micros(moment)))


async def _keep(desk: Desk, at: Reporting, moment: datetime, *, translating: bool = False) -> Turn:
    id = await desk.store.outcomes.add(
        at.consultation_id,
        we_asked=at.we_asked,
        you_said=at.you_said,
        we_did=at.we_did,
        author_id=desk.person.id,
        post_at=moment,
        now=desk.now,
        language=desk.person.language,
    )
    rows = [
        [link(f"consultation {at.consultation_id}", _("Back to the consultation"))],
        [link("promises", _("Promises"))],
    ]
    if moment > desk.now:
        await desk.later("outcome.post", f"outcome.post:{id}", moment, {"outcome": id})
        await desk.record("planned outcome", f"consultation:{at.consultation_id}", outcome=id)
        told = _("It will be told on {moment}.", moment=Moment(moment))
        if translating:
            return go("translate", f"outcome {id}").before(Message(told))
        rows.insert(0, [link(f"translate outcome {id}", _("Write it in other languages"))])
        return end(told, rows)
    outcome = await desk.store.outcomes.load(id)
    assert outcome is not None
    await post(desk, outcome)
    return end(_("Thank you. Everybody who was asked is told now, and can say whether it answers them."), rows)


@flow.command("takeback", audience="staff")
async def take_back(desk: Desk, argument: str) -> Turn:
    """Take back an outcome that is planned but not posted."""
    id, _space, sure = argument.partition(" ")
    outcome = await desk.store.outcomes.load(id)
    if outcome is None:
        return go("promises")
    if outcome.state != "scheduled" or sure == "yes":
        if await desk.store.outcomes.cancel(id):
            await desk.not_later(f"outcome.post:{id}")
            await desk.record("took back outcome", f"consultation:{outcome.consultation_id}", outcome=id)
        return go("consultation", outcome.consultation_id)
    text = paragraphs(
        _("Take this back? It will not be told."), outcome_text(outcome.we_asked, outcome.you_said, outcome.we_did)
    )
    return end(
        text,
        [
            [link(f"takeback {id} yes", _("Yes, take it back"))],
            [link(f"consultation {outcome.consultation_id}", _("No, leave it"))],
        ],
    )


# ---------------------------------------------------------------- what is owed


@flow.command("promises", _("What you still owe an answer"), audience="staff")
async def promises(desk: Desk, argument: str) -> Turn:
    page = page_number(argument)
    found = await desk.store.outcomes.promises((page - 1) * PAGE, PAGE + 1)
    if page > 1 and not found:
        return go("promises")
    if not found:
        text = _("Nothing is owed: no consultation has been published yet.")
        return end(text, [[link("consultations", _("Consultations"))], [link("menu", _("Menu"))]])
    rows: list[Row] = [[link(f"consultation {one.id}", one.question)] for one in found[:PAGE]]
    rows += turning("promises", page, len(found) > PAGE)
    entries = [_entry(desk, one) for one in found[:PAGE]]
    return end(paragraphs(_("<b>Promises</b>"), *entries), [*rows, [link("menu", _("Menu"))]])


def _entry(desk: Desk, promise: Promise) -> Text:
    return lines(Words("<b>{words}</b>", {"words": promise.question}), _state(desk, promise))


def _state(desk: Desk, promise: Promise) -> Words:
    if promise.told:
        return _(
            "Kept. Did it answer them? Yes: {yes}, partly: {partly}, no: {no}",
            yes=promise.yes,
            partly=promise.partly,
            no=promise.no,
        )
    if promise.report_by < desk.today:
        return _("Overdue since {day}", day=Day(promise.report_by))
    return _("Owed by {day}", day=Day(promise.report_by))
