"""Consultations from publishing to their end: a last look, now or later, closing and cancelling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.dates import read_moment
from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.surveys.advising import last_advice
from flows.surveys.asking import bold
from flows.surveys.colleagues import nobody_tries, standing
from flows.surveys.drafting import FIELDS, Limits, field_text, problems
from flows.surveys.overview import entry, show, turnout_text
from flows.surveys.publishing import asleep, cancel, close, invitation, publication_key, publish
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Moment, Text, Words, _, lines, ngettext, paragraphs
from storage.consultations import Consultation

flow = Flow()

PAGE = 6


@saved("consultation.timing", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Timing:
    """Waiting for when a draft is to be published."""

    consultation_id: str


# ---------------------------------------------------------------- looking


@flow.command("consultation", audience="staff")
async def consultation(desk: Desk, argument: str) -> Turn:
    found = await desk.store.consultations.load(argument)
    if found is not None and found.revises is not None:
        return go("revision", found.id)
    return await show(desk, found) if found else _unknown()


def _unknown() -> Turn:
    return end(
        _("I cannot find that consultation."),
        [[link("consultations", _("Consultations"))], [link("menu", _("Menu"))]],
    )


@flow.command("consultations", _("Drafts, what is open, results"), audience="staff")
async def consultations(desk: Desk, argument: str) -> Turn:
    page = page_number(argument)
    found = await desk.store.consultations.page((page - 1) * PAGE, PAGE + 1)
    ways: list[Row] = [[link("consult", _("New consultation"))], [link("menu", _("Menu"))]]
    if page > 1 and not found:
        return go("consultations")
    if not found:
        return end(_("There is no consultation yet. Would you like to ask a panel something?"), ways)
    entries = [await entry(desk, one) for one in found[:PAGE]]
    rows: list[Row] = [[link(f"consultation {one.id}", one.question)] for one in found[:PAGE]]
    rows += turning("consultations", page, len(found) > PAGE)
    return end(paragraphs(_("<b>Consultations</b>"), *entries), [*rows, *ways])


# ---------------------------------------------------------------- publishing


@flow.command("publish", audience="staff")
async def publish_command(desk: Desk, argument: str) -> Turn:
    """`/publish ID` shows what will be sent; `now` sends it, `later` asks for a time, `at …` keeps that time."""
    id, _space, what = argument.partition(" ")
    found = await desk.store.consultations.load(id)
    if found is None:
        return _unknown()
    if found.state not in ("draft", "scheduled") or found.revises is not None:
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
        await asleep(desk, consultation, consultation.publish_at or desk.now),
        await last_advice(desk, consultation),
        await standing(desk, consultation),
    )
    id = consultation.id
    rows: list[Row] = [[link(f"publish {id} now", _("Publish now"))]]
    if consultation.state == "draft":
        rows.append([link(f"publish {id} later", _("Publish at a time"))])
    rows.append([link(f"tryout {id}", _("Ask colleagues to try it"))])
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
            return _confirm_time(found, moment, await asleep(desk, found, moment))
    return again(_("Please write it as a message, for example: tomorrow 10:00"))


def _wrong_time(desk: Desk, consultation: Consultation, moment: datetime | None) -> Words | None:
    if moment is None:
        return _("I did not understand that. For example: tomorrow 10:00")
    if moment <= desk.now:
        return _("{moment} has passed already. Please give a later day.", moment=Moment(moment))
    if consultation.closes_at is not None and moment >= consultation.closes_at:
        return _("It closes on {closes}. Please give an earlier time.", closes=Moment(consultation.closes_at))
    return None


def _confirm_time(consultation: Consultation, moment: datetime, warning: Text | None) -> Turn:
    id = consultation.id
    return end(
        paragraphs(warning, _("It goes out by itself on {moment}. Is that right?", moment=Moment(moment))),
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
        await turnout_text(desk, found),
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
        text = paragraphs(
            _("Cancel this consultation for good? There will be no results."),
            bold(found.question),
            _("Everybody who was asked, and has not said no, will be told."),
        )
        yes = _("Yes, cancel it")
    return end(text, [[link(f"discard {id} yes", yes)], [link(f"consultation {id}", _("No, keep it"))]])


async def _discard(desk: Desk, consultation: Consultation) -> Turn:
    if consultation.state == "draft":
        if await desk.store.consultations.remove_draft(consultation.id):
            await nobody_tries(desk, consultation.id)
            await desk.record("deleted draft", f"consultation:{consultation.id}")
        return go("consultations")
    await cancel(desk, consultation)
    return go("consultation", consultation.id)
