"""Not now: somebody is asked once more, at a better time, and not again."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.desk import ATTENTION, Desk
from flows.flow import Flow
from flows.hours import best_at, zone_of
from flows.surveys.drafting import reminder_at
from flows.surveys.publishing import reminder, reminder_name
from flows.surveys.sheet import open_sheet
from flows.surveys.wishes import reminders_of
from flows.turn import Row, Turn, end, link
from flows.words import Day, Moment, _
from storage.consultations import Consultation

flow = Flow()

LATER = timedelta(days=2)


@flow.command("notnow")
async def not_now(desk: Desk, argument: str) -> Turn:
    sheet = await open_sheet(desk, argument)
    if isinstance(sheet, Turn):
        return sheet
    consultation, response = sheet.consultation, sheet.response
    assert response is not None
    assert consultation.closes_at is not None
    rows: list[Row] = [[link(f"survey {argument}", _("Answer now"))], [link("menu", _("Menu"))]]
    rounds = len(reminders_of(consultation, consultation.published_at or desk.now)) or 1
    at = await _next_time(desk, consultation) if response.reminders < rounds and not sheet.is_sent else None
    if at is None:
        text = _("Fine. You can answer until {closes}, if you like.", closes=Moment(consultation.closes_at))
        return end(text, rows)
    person, name = desk.person.recipient, reminder_name(consultation.id, desk.person.id)
    await desk.store.outbox.drop_once(name, desk.now, "asked to be reminded later")
    await desk.store.responses.mark_reminded(consultation.id, rounds, [person.id], desk.now)
    message, lives = reminder(consultation, last=True), consultation.closes_at - at
    desk.tell(person, message, once=f"{name}:later", at=at, lives=lives, asks=True)
    day = Day(at.astimezone(zone_of(person, desk.zone)).date())
    return end(_("Fine. I will ask once more on {day}.", day=day), rows)


async def _next_time(desk: Desk, consultation: Consultation) -> datetime | None:
    """In two days, or with the last reminder if that comes first, at their best hour; a week on where they have been
    asked enough in this one. None when that would be too late."""
    assert consultation.closes_at is not None
    last = reminder_at(consultation.published_at or desk.now, consultation.closes_at)
    for earliest in (min(desk.now + LATER, last), desk.now + ATTENTION):
        at = best_at(earliest, desk.person.recipient, desk.zone, consultation.closes_at)
        enough = await desk.store.outbox.asked_enough([desk.person.id], at - ATTENTION)
        if desk.now < at < consultation.closes_at and not enough:
            return at
    return None
