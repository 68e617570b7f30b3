"""/pause: silence until a day, for a holiday."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flows.dates import MORNING, instant_of, read_date
from flows.desk import Desk
from flows.flow import Flow
from flows.hours import zone_of
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Day, Words, _, paragraphs
from storage.records import micros

flow = Flow()

LONGEST = timedelta(days=366)
PRESETS: dict[str, Words] = {"7": _("A week"), "14": _("Two weeks"), "30": _("A month")}


@saved("privacy.pausing", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Pausing:
    """Waiting for the day when the pause ends."""


@flow.command("pause", _("No messages for a while"), keywords=_("pause,holiday"))
async def pause(desk: Desk, argument: str) -> Turn:
    """`/pause`, `/pause 3 May`."""
    if argument:
        return await _until(desk, read_date(argument, _today(desk)), _ask())
    return _ask()


def _ask() -> Turn:
    text = paragraphs(
        _("Until which day would you like to hear nothing from me?"),
        _("Tap one, or write a day. For example: 3 May"),
    )
    rows: list[Row] = [[choice(days, label)] for days, label in PRESETS.items()]
    return ask(Pausing(), text, [*rows, [choice("cancel", _("Cancel"))]])


@flow.step(Pausing)
async def step(desk: Desk, at: Pausing, said: Said) -> Turn:
    unclear = again(_("I did not understand that day. For example: 3 May"))
    match said:
        case Choice("cancel"):
            return go("cancel")
        case Choice(days) if days in PRESETS:
            return await _until(desk, _today(desk) + timedelta(days=int(days)), unclear)
        case Typed(words):
            return await _until(desk, read_date(words, _today(desk)), unclear)
    return unclear


def _today(desk: Desk) -> date:
    """Where they are."""
    return desk.now.astimezone(zone_of(desk.person.recipient, desk.zone)).date()


async def _until(desk: Desk, day: date | None, unclear: Turn) -> Turn:
    if day is None:
        return unclear
    if not _today(desk) < day <= _today(desk) + LONGEST:
        return again(_("Please give a day after today and within a year.")) if unclear.repeats else unclear
    ends = instant_of(day, MORNING, zone_of(desk.person.recipient, desk.zone))
    await desk.store.people.pause(desk.person.id, ends)
    await desk.store.outbox.drop_bulk(desk.person.id, desk.now, "paused")
    about = {"person": desk.person.id, "since": micros(desk.now)}
    await desk.later("privacy.resume", f"privacy.resume:{desk.person.id}:{day}", ends, about)
    desk.moved("paused")
    desk.speaker = replace(desk.person, stopped=True, paused_until=ends)
    text = paragraphs(
        _("I will be silent until {day}. Your places and topics stay as they are.", day=Day(day)),
        _("You can come back earlier with /start."),
    )
    return end(text, [[link("start", _("End the pause")), link("menu", _("Menu"))]])
