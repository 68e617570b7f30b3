"""Consulting a panel: writing the draft, publishing it, watching, closing or cancelling it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flows.dates import read_date, read_moment
from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.asking import bold
from flows.surveys.drafting import (
    FIELDS,
    NAMES,
    SENTENCE_LIMIT,
    Limits,
    before,
    field_text,
    first_problem,
    problem,
    problems,
)
from flows.surveys.publishing import cancel, close, invitation, publication_key, publish
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Moment, Percent, Text, Words, _, lines, ngettext, paragraphs
from storage.consultations import Consultation, Field
from storage.outcomes import Outcome

flow = Flow()

PAGE = 6
PANELS_SHOWN = 30


@saved("consultation.beginning", title=_("a new consultation"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Beginning:
    """Waiting for the question that a panel is asked."""

    panel_id: str


@saved("consultation.drafting", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Drafting:
    """Waiting for one part of a draft."""

    consultation_id: str
    field: Field


@saved("consultation.timing", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Timing:
    """Waiting for when a draft is to be published."""

    consultation_id: str


# ---------------------------------------------------------------- beginning


@flow.command("consult", _("Ask a panel before a decision"), audience="staff")
async def consult(desk: Desk, argument: str) -> Turn:
    if argument:
        panel = await desk.store.consultations.panel_to_ask(argument)
        if panel is not None:
            return _ask_question(panel.id, panel.name)
    panels = await desk.store.consultations.panels_to_ask()
    if not panels:
        return end(
            _("There is no panel to ask yet. Please begin one first."),
            [[link("newpanel", _("Begin a panel"))], [link("menu", _("Menu"))]],
        )
    rows: list[Row] = [
        [link(f"consult {panel.id}", _("{name} ({serving})", name=panel.name, serving=panel.serving))]
        for panel in panels[:PANELS_SHOWN]
    ]
    return end(_("Which panel would you like to ask?"), [*rows, [link("menu", _("Menu"))]])


def _ask_question(panel_id: str, panel_name: str) -> Turn:
    text = paragraphs(
        _(
            "What would you like to ask the panel “{panel}”? Please write it in one sentence.",
            panel=panel_name,
        ),
        EXAMPLES["question"],
    )
    return ask(Beginning(panel_id), text, [[choice("cancel", _("Cancel"))]])


@flow.step(Beginning)
async def begin(desk: Desk, at: Beginning, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("cancel")
        case Typed(words):
            sentence = _sentence(words)
            if isinstance(sentence, Words):
                return again(sentence)
            panel = await desk.store.consultations.panel_to_ask(at.panel_id)
            if panel is None:
                return go("consult")
            id = await desk.store.consultations.add(panel.id, sentence, desk.person.id, desk.now)
            await desk.record("drafted", f"consultation:{id}")
            return await _next_part(desk, id)
    return again(_("Please write it as a message."))


def _sentence(words: str) -> str | Words:
    tidy = " ".join(words.split())
    if len(tidy) > SENTENCE_LIMIT:
        return _("That is too long: please use at most {most} letters.", most=SENTENCE_LIMIT)
    return tidy


# ---------------------------------------------------------------- the parts of a draft

PROMPTS: dict[Field, Words] = {
    "question": _("What would you like to ask? Please write it in one sentence."),
    "decision": _("Which decision do the answers feed? Please write it in one sentence."),
    "decided_by": _("Who decides?"),
    "closes_at": _("Until when can people answer? Please give a day, and a time if it is not 18:00."),
    "decides_on": _("On which day is it decided? It must be after the answers close."),
    "report_by": _("By which day do you tell people what was decided? I will remind you of this promise."),
}

EXAMPLES: dict[Field, Words] = {
    "question": _("For example: How should Market Street change?"),
    "decision": _("For example: The plan for Market Street, which the council votes on in May"),
    "decided_by": _("For example: The transport committee"),
    "closes_at": _("For example: 3 May, or 3 May 12:00, or in 2 weeks"),
    "decides_on": _("For example: 17 May"),
    "report_by": _("For example: 24 May"),
}


@flow.command("draft", audience="staff")
async def draft(desk: Desk, argument: str) -> Turn:
    """`/draft ID part` asks for one part of a draft; without a part, for the first that is missing."""
    id, _space, part = argument.partition(" ")
    field = next((field for field in FIELDS if field == part), None)
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "draft":
        return go("consultation", id)
    return ask_part(consultation, field) if field else await _next_part(desk, id)


async def _next_part(desk: Desk, id: str, notice: Words | None = None) -> Turn:
    """Ask for the first part that is missing or does not fit; when all do, show the draft."""
    consultation = await desk.store.consultations.load(id)
    if consultation is None:
        return go("consultations")
    found = first_problem(consultation, Limits(desk.now, desk.zone))
    if found is None:
        return await _show(desk, consultation, notice)
    field, wrong = found
    value = getattr(consultation, field)
    return ask_part(consultation, field, notice=wrong if value else notice)


def ask_part(consultation: Consultation, field: Field, notice: Words | None = None) -> Turn:
    kept = field_text(consultation, field)
    text = paragraphs(PROMPTS[field], EXAMPLES[field], _("So far: {words}", words=kept) if kept else None)
    row = [choice("back", _("Back"))] if before(field) else []
    if kept:
        row.append(choice("keep", _("Keep it")))
    return ask(Drafting(consultation.id, field), text, [[*row, choice("later", _("Later"))]], notice=notice)


@flow.step(Drafting)
async def write_part(desk: Desk, at: Drafting, said: Said) -> Turn:
    consultation = await desk.store.consultations.load(at.consultation_id)
    if consultation is None or consultation.state != "draft":
        return go("consultation", at.consultation_id)
    match said:
        case Choice("later"):
            return await _show(desk, consultation, _("The draft is kept."))
        case Choice("back") if earlier := before(at.field):
            return ask_part(consultation, earlier)
        case Choice("keep"):
            return await _next_part(desk, consultation.id)
        case Typed(words):
            return await _take_part(desk, consultation, at.field, words)
    return again(_("Please write it as a message."))


async def _take_part(desk: Desk, consultation: Consultation, field: Field, words: str) -> Turn:
    value = _read_part(desk, field, words)
    if isinstance(value, Words):
        return again(value)
    changed = _with(consultation, field, value)
    wrong = problem(changed, field, Limits(desk.now, desk.zone))
    if wrong is not None:
        return again(wrong)
    await desk.store.consultations.change(consultation.id, field, value)
    await desk.record("changed draft", f"consultation:{consultation.id}", part=field)
    kept = field_text(changed, field)
    notice = _("{what}: {value}", what=NAMES[field], value=kept) if not isinstance(value, str) else None
    return await _next_part(desk, consultation.id, notice)


def _read_part(desk: Desk, field: Field, words: str) -> str | date | datetime | Words:
    match field:
        case "closes_at":
            found: date | datetime | None = read_moment(words, desk.today, desk.zone)
        case "decides_on" | "report_by":
            found = read_date(words, desk.today)
        case _:
            return _sentence(words)
    return found or _("I did not understand that day. {example}", example=EXAMPLES[field])


def _with(consultation: Consultation, field: Field, value: str | date | datetime) -> Consultation:
    part: dict[str, Any] = {field: value}
    return replace(consultation, **part)


# ---------------------------------------------------------------- one consultation


@flow.command("consultation", audience="staff")
async def consultation(desk: Desk, argument: str) -> Turn:
    found = await desk.store.consultations.load(argument)
    return await _show(desk, found) if found else _unknown()


def _unknown() -> Turn:
    return end(
        _("I cannot find that consultation."),
        [[link("consultations", _("Consultations"))], [link("menu", _("Menu"))]],
    )


STATES: dict[str, Words] = {
    "draft": _("Draft"),
    "scheduled": _("Will be published"),
    "open": _("Open"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}


async def _show(desk: Desk, consultation: Consultation, notice: Words | None = None) -> Turn:
    text = paragraphs(
        lines(
            _(
                "<b>{state}</b> – for the panel “{panel}”",
                state=STATES[consultation.state],
                panel=consultation.panel_name,
            ),
            *(
                _("{what}: {value}", what=NAMES[field], value=field_text(consultation, field) or _("missing"))
                for field in FIELDS
            ),
            _("Questions: {number}", number=consultation.questions),
        ),
        *await _progress(desk, consultation),
    )
    rows = [*_actions(consultation), *await _planned(desk, consultation)]
    return end(text, [*rows, [link("consultations", _("All consultations"))]], notice=notice)


async def _progress(desk: Desk, consultation: Consultation) -> list[Text]:
    """What there is to say beyond its parts."""
    match consultation.state:
        case "draft":
            wrong = problems(consultation, Limits(desk.now, desk.zone))
            return [lines(_("Before it can be published:"), *wrong)] if wrong else []
        case "scheduled":
            return [_("It goes out on {moment}.", moment=Moment(consultation.publish_at or desk.now))]
        case "open" | "closed":
            return [await _turnout(desk, consultation), *await _outcomes(desk, consultation)]
    return []


async def _turnout(desk: Desk, consultation: Consultation) -> Text:
    turnout = await desk.store.responses.turnout(consultation.id)
    if not turnout.asked:
        return _("The invitations are on their way.") if consultation.state == "open" else _("Nobody was asked.")
    return lines(
        _(
            "{answered} of {asked} people have answered ({share}).",
            answered=turnout.finished,
            asked=turnout.asked,
            share=Percent(turnout.rate),
        ),
        ngettext("{n} has begun.", "{n} have begun.", turnout.started) if turnout.started else None,
        ngettext("{n} would rather not.", "{n} would rather not.", turnout.declined) if turnout.declined else None,
    )


async def _outcomes(desk: Desk, consultation: Consultation) -> list[Text]:
    return [_outcome(outcome) for outcome in await desk.store.outcomes.of(consultation.id)]


async def _planned(desk: Desk, consultation: Consultation) -> list[Row]:
    planned = [found for found in await desk.store.outcomes.of(consultation.id) if found.state == "scheduled"]
    return [[link(f"takeback {outcome.id}", _("Take back the planned outcome"))] for outcome in planned]


def _outcome(outcome: Outcome) -> Text:
    if outcome.posted_at is None:
        return _("Outcome planned for {moment}", moment=Moment(outcome.post_at))
    return lines(
        _("Outcome told on {moment}", moment=Moment(outcome.posted_at)),
        _(
            "Did it answer them? Yes: {yes}, partly: {partly}, no: {no}",
            yes=outcome.yes,
            partly=outcome.partly,
            no=outcome.no,
        ),
    )


def _actions(consultation: Consultation) -> list[Row]:
    id = consultation.id
    match consultation.state:
        case "draft":
            return [
                [link(f"questions {id}", _("Questions")), link(f"rehearse {id}", _("Rehearse"))],
                [link(f"parts {id}", _("Change something"))],
                [link(f"publish {id}", _("Publish"))],
                [link(f"discard {id}", _("Delete the draft"))],
            ]
        case "scheduled":
            return [
                [link(f"rehearse {id}", _("Rehearse")), link(f"publish {id}", _("Publish now"))],
                [link(f"unschedule {id}", _("Make it a draft again"))],
            ]
        case "open":
            return [
                [link(f"closenow {id}", _("Close now")), link(f"discard {id}", _("Cancel consultation"))],
            ]
        case "closed":
            return [[link(f"results {id}", _("Results")), link(f"outcome {id}", _("Say what was decided"))]]
    return []


@flow.command("parts", audience="staff")
async def parts(desk: Desk, argument: str) -> Turn:
    """Which part of a draft is to be changed."""
    found = await desk.store.consultations.load(argument)
    if found is None or found.state != "draft":
        return go("consultation", argument)
    rows: list[Row] = [[link(f"draft {found.id} {field}", NAMES[field])] for field in FIELDS]
    return end(_("What would you like to change?"), [*rows, [link(f"consultation {found.id}", _("Back"))]])


@flow.command("consultations", _("Drafts, what is open, results"), audience="staff")
async def consultations(desk: Desk, argument: str) -> Turn:
    page = int(argument) if argument.isdecimal() and len(argument) < 4 else 0
    found = await desk.store.consultations.page(page * PAGE, PAGE + 1)
    ways: list[Row] = [[link("consult", _("New consultation"))], [link("menu", _("Menu"))]]
    if page and not found:
        return go("consultations")
    if not found:
        return end(_("There is no consultation yet. Would you like to ask a panel something?"), ways)
    entries = [await _entry(desk, one) for one in found[:PAGE]]
    rows: list[Row] = [[link(f"consultation {one.id}", one.question)] for one in found[:PAGE]]
    if len(found) > PAGE:
        rows.append([link(f"consultations {page + 1}", _("More"))])
    return end(paragraphs(_("<b>Consultations</b>"), *entries), [*rows, *ways])


async def _entry(desk: Desk, consultation: Consultation) -> Text:
    match consultation.state:
        case "draft":
            state: Text = STATES["draft"]
        case "scheduled":
            state = _("Goes out on {moment}", moment=Moment(consultation.publish_at or desk.now))
        case "open":
            state = lines(
                _("Open until {moment}", moment=Moment(consultation.closes_at or desk.now)),
                await _turnout(desk, consultation),
            )
        case _:
            state = lines(
                _("Closed on {moment}", moment=Moment(consultation.closed_at or desk.now)),
                await _turnout(desk, consultation),
            )
    return lines(bold(consultation.question), state)


# ---------------------------------------------------------------- publishing


@flow.command("publish", audience="staff")
async def publish_command(desk: Desk, argument: str) -> Turn:
    """`/publish ID` shows what will be sent; `now` sends it, `later` asks for a time, `at …` keeps that time."""
    id, _space, what = argument.partition(" ")
    found = await desk.store.consultations.load(id)
    if found is None:
        return _unknown()
    if found.state not in ("draft", "scheduled"):
        return go("consultation", id)
    wrong = problems(found, Limits(desk.now, desk.zone))
    if await desk.store.consultations.panel_to_ask(found.panel_id) is None:
        return _panel_closed(found)
    if wrong:
        text = paragraphs(_("This cannot be published yet."), lines(*wrong))
        return end(text, [_way_to_mend(found), [link(f"consultation {id}", _("Back"))]])
    match what.split():
        case ["now"]:
            await publish(desk, found)
            return go("consultation", id)
        case ["later"] if found.state == "draft":
            return _ask_time(id)
        case ["at", moment] if found.state == "draft":
            return await _schedule(desk, found, moment)
    return await _last_look(desk, found)


def _panel_closed(consultation: Consultation) -> Turn:
    text = _("The panel “{panel}” is closed now: nobody can be asked any more.", panel=consultation.panel_name)
    return end(
        text,
        [
            [link("consult", _("Ask another panel"))],
            [link(f"consultation {consultation.id}", _("Back"))],
        ],
    )


def _way_to_mend(consultation: Consultation) -> Row:
    missing = any(field_text(consultation, field) is None for field in FIELDS)
    if consultation.questions or missing:
        return [link(f"draft {consultation.id}", _("Put it right"))]
    return [link(f"questions {consultation.id}", _("Add questions"))]


async def _last_look(desk: Desk, consultation: Consultation) -> Turn:
    panel = await desk.store.consultations.panel_to_ask(consultation.panel_id)
    message = invitation(consultation)
    reached = panel.reached if panel else 0
    text = paragraphs(
        ngettext(
            "This goes to {n} person. Whoever joins the panel before it closes can answer too.",
            "This goes to {n} people. Whoever joins the panel before it closes can answer too.",
            reached,
        )
        if reached
        else _("Nobody can be written to just now. Whoever is on the panel or joins it can answer until it closes."),
        message.text,
    )
    id = consultation.id
    rows: list[Row] = [[link(f"publish {id} now", _("Publish now"))]]
    if consultation.state == "draft":
        rows.append([link(f"publish {id} later", _("Publish at a time"))])
    return end(text, [*rows, [link(f"consultation {id}", _("Back"))]])


def _ask_time(id: str, notice: Words | None = None) -> Turn:
    text = _("When shall it go out? For example: tomorrow 10:00, or 3 May 9:30")
    return ask(Timing(id), text, [[choice("back", _("Back"))]], notice=notice)


@flow.step(Timing)
async def set_time(desk: Desk, at: Timing, said: Said) -> Turn:
    match said:
        case Choice("back"):
            return go("publish", at.consultation_id)
        case Typed(words):
            found = await desk.store.consultations.load(at.consultation_id)
            if found is None or found.state != "draft":
                return go("consultation", at.consultation_id)
            moment = read_moment(words, desk.today, desk.zone)
            wrong = _wrong_time(desk, found, moment)
            if wrong is not None or moment is None:
                return again(wrong or _("I did not understand that. For example: tomorrow 10:00"))
            return _confirm_time(found, moment)
    return again(_("Please write it as a message, for example: tomorrow 10:00"))


def _wrong_time(desk: Desk, consultation: Consultation, moment: datetime | None) -> Words | None:
    if moment is None:
        return _("I did not understand that. For example: tomorrow 10:00")
    if moment <= desk.now:
        return _("{moment} has passed already. Please give a later day.", moment=Moment(moment))
    if consultation.closes_at is not None and moment >= consultation.closes_at:
        return _("It closes on {closes}. Please give an earlier time.", closes=Moment(consultation.closes_at))
    return None


def _confirm_time(consultation: Consultation, moment: datetime) -> Turn:
    id = consultation.id
    return end(
        _("It goes out by itself on {moment}. Is that right?", moment=Moment(moment)),
        [
            [link(f"publish {id} at {int(moment.timestamp())}", _("Yes, publish it then"))],
            [link(f"publish {id} later", _("Another time"))],
            [link(f"consultation {id}", _("Back"))],
        ],
    )


async def _schedule(desk: Desk, consultation: Consultation, seconds: str) -> Turn:
    moment = datetime.fromtimestamp(int(seconds), desk.zone) if seconds.isdecimal() and len(seconds) < 12 else None
    wrong = _wrong_time(desk, consultation, moment)
    if wrong is not None or moment is None:
        return _ask_time(consultation.id, wrong)
    id = consultation.id
    held = await desk.store.panels.hold(consultation.panel_id)
    if held and await desk.store.consultations.schedule(id, moment):
        await desk.later("survey.publish", publication_key(id, moment), moment, {"consultation": id})
        await desk.record("scheduled", f"consultation:{id}", at=moment.isoformat())
    return go("consultation", id)


@flow.command("unschedule", audience="staff")
async def unschedule(desk: Desk, argument: str) -> Turn:
    found = await desk.store.consultations.load(argument)
    if found and found.publish_at and await desk.store.consultations.unschedule(argument):
        await desk.not_later(publication_key(argument, found.publish_at))
        await desk.record("unscheduled", f"consultation:{argument}")
    return go("consultation", argument)


# ---------------------------------------------------------------- ending it


@flow.command("closenow", audience="staff")
async def close_now(desk: Desk, argument: str) -> Turn:
    id, _space, sure = argument.partition(" ")
    found = await desk.store.consultations.load(id)
    if found is None or found.state != "open":
        return go("consultation", id)
    if sure == "yes":
        await close(desk, found)
        return go("consultation", id)
    text = paragraphs(
        _("Close it now? Nobody can answer after that, and everyone who has answered gets the results at once."),
        await _turnout(desk, found),
    )
    return end(
        text,
        [
            [link(f"closenow {id} yes", _("Yes, close it now"))],
            [link(f"consultation {id}", _("No, leave it open"))],
        ],
    )


@flow.command("discard", audience="staff")
async def discard(desk: Desk, argument: str) -> Turn:
    """Delete a draft, or take back what is open."""
    id, _space, sure = argument.partition(" ")
    found = await desk.store.consultations.load(id)
    if found is None or found.state not in ("draft", "open"):
        return go("consultation", id)
    if sure == "yes":
        return await _discard(desk, found)
    if found.state == "draft":
        text: Text = paragraphs(_("Delete this draft for good?"), bold(found.question))
        yes = _("Yes, delete it")
    else:
        turnout = await desk.store.responses.turnout(id)
        text = paragraphs(
            _("Cancel this consultation for good? There will be no results."),
            bold(found.question),
            ngettext(
                "{n} person was asked and will be told.",
                "{n} people were asked and will be told.",
                turnout.asked - turnout.declined,
            ),
        )
        yes = _("Yes, cancel it")
    return end(text, [[link(f"discard {id} yes", yes)], [link(f"consultation {id}", _("No, keep it"))]])


async def _discard(desk: Desk, consultation: Consultation) -> Turn:
    if consultation.state == "draft":
        if await desk.store.consultations.remove_draft(consultation.id):
            await desk.record("deleted draft", f"consultation:{consultation.id}")
        return go("consultations")
    await cancel(desk, consultation)
    return go("consultation", consultation.id)
