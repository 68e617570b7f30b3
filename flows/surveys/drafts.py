"""Writing a consultation's draft, one part after another; it is kept from its first sentence on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flows.dates import read_date, read_moment
from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.drafting import (
    FIELDS,
    NAMES,
    SENTENCE_LIMIT,
    Limits,
    before,
    field_text,
    first_problem,
    problem,
)
from flows.surveys.overview import show
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Words, _, paragraphs
from storage.consultations import Consultation, Field

flow = Flow()

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
            id = await desk.store.consultations.add(panel.id, sentence, desk.person.id, desk.now, desk.person.language)
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
    if consultation is None or consultation.state != "draft" or consultation.revises is not None:
        return go("consultation", id)
    return ask_part(consultation, field) if field else await _next_part(desk, id)


async def _next_part(desk: Desk, id: str, notice: Words | None = None) -> Turn:
    """Ask for the first part that is missing or does not fit; when all do, show the draft."""
    consultation = await desk.store.consultations.load(id)
    if consultation is None:
        return go("consultations")
    found = first_problem(consultation, Limits(desk.now, desk.zone))
    if found is None:
        return await show(desk, consultation, notice)
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
            return await show(desk, consultation, _("The draft is kept."))
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


@flow.command("parts", audience="staff")
async def parts(desk: Desk, argument: str) -> Turn:
    """Which part of a draft is to be changed."""
    found = await desk.store.consultations.load(argument)
    if found is None or found.state != "draft" or found.revises is not None:
        return go("consultation", argument)
    rows: list[Row] = [[link(f"draft {found.id} {field}", NAMES[field])] for field in FIELDS]
    rows += [
        [link(f"anonymity {found.id}", _("Who can see who answered what"))],
        [link(f"reminders {found.id}", _("Reminders")), link(f"showlive {found.id}", _("Figures so far"))],
        [link(f"shape {found.id}", _("Let members shape the questions"))],
    ]
    return end(_("What would you like to change?"), [*rows, [link(f"consultation {found.id}", _("Back"))]])
