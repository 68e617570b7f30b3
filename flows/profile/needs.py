"""/needs: how somebody wants to be spoken with; honoured in everything that is sent to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.switches import SWITCHES
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.typed import compared, latin_digits
from flows.words import LANGUAGES, City, Text, Verbatim, Words, _, lines, ngettext, paragraphs

flow = Flow()

NIGHT = (21 * 60, 8 * 60)
HOURS = (9, 12, 15, 18, 20)
ASKED = (1, 3, 7)


@saved("needs.quiet", awaits_text=True)
@dataclass(frozen=True, slots=True)
class QuietHours:
    """Waiting for the hours in which nothing is sent."""


@saved("needs.best_time", awaits_text=True)
@dataclass(frozen=True, slots=True)
class BestTime:
    """Waiting for the time of day at which they would like to hear from us."""


@saved("needs.zone", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Zone:
    """Waiting for a city in somebody's time zone."""


@flow.command("needs", _("How I should speak with you"), keywords=_("needs,access"))
async def needs(desk: Desk, argument: str) -> Turn:
    """`/needs` shows them; `/needs text_only on`, `/needs quiet night`, `/needs hour 18` change one."""
    name, _space, value = argument.partition(" ")
    match name, value:
        case _, "on" | "off" if name in SWITCHES:
            await desk.keep_needs(**{name: value == "on"})
        case "quiet", "night":
            await desk.keep_needs(quiet_from=NIGHT[0], quiet_until=NIGHT[1])
        case "quiet", "never":
            await desk.keep_needs(quiet_from=None, quiet_until=None)
        case "quiet", _:
            return _ask_quiet()
        case "hour", "":
            return _ask_hour()
        case "hour", "any":
            await desk.keep_needs(best_time=None)
        case "hour", _ if (minutes := read_time(value)) is not None:
            await desk.keep_needs(best_time=minutes)
        case "asked", "":
            return _ask_how_often()
        case "asked", _ if value.isdecimal() and int(value) in ASKED:
            await desk.keep_needs(most_asked=int(value))
        case "zone", "":
            return _ask_zone()
        case "zone", "here":
            await desk.keep_needs(zone="")
    return end(_overview(desk), _ways(desk))


def _overview(desk: Desk) -> Text:
    person = desk.person
    quiet: Text = _("never")
    if person.quiet_from is not None and person.quiet_until is not None:
        quiet = Verbatim(f"{_clock(person.quiet_from)}–{_clock(person.quiet_until)}")
    return paragraphs(
        _("<b>How I speak with you</b>"),
        lines(
            _("Language: {language}", language=LANGUAGES[person.language]),
            *(_switch(label, on=getattr(person, name)) for name, label in SWITCHES.items()),
            _("Silent: {hours}", hours=quiet),
            _("Best time to hear from me: {time}", time=_best(person.best_time)),
            _("I ask you something: {often}", often=_often(person.most_asked)),
            _("Time zone: {zone}", zone=City(person.zone or desk.zone.key)),
        ),
        _("I note on your answers that somebody helped you.") if person.with_helper else None,
        _("You can answer with a voice message wherever I ask for your own words. Staff hear it.")
        if person.by_voice
        else None,
    )


def _switch(label: Words, *, on: bool) -> Text:
    return _("{sign} {label}", sign="✅" if on else "⬜", label=label)


def _best(minutes: int | None) -> Text:
    return _("any time") if minutes is None else Verbatim(_clock(minutes))


def _often(times: int) -> Text:
    return ngettext("at most once a week", "at most {n} times a week", times)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _ways(desk: Desk) -> list[Row]:
    person = desk.person
    rows: list[Row] = []
    for name, label in SWITCHES.items():
        on = getattr(person, name)
        rows.append([link(f"needs {name} {'off' if on else 'on'}", _switch(label, on=on))])
    return [
        *rows,
        [link("needs quiet", _("Silent hours")), link("needs hour", _("Best time"))],
        [link("needs asked", _("How often")), link("needs zone", _("Time zone"))],
        [link("language", _("🌐 Language"))],
        [link("menu", _("Menu"))],
    ]


# ---------------------------------------------------------------- hours


def _ask_quiet() -> Turn:
    text = paragraphs(
        _("When should I be silent?"),
        _("Tap one, or write two times. For example: 20:00 to 9:00"),
    )
    rows: list[Row] = [
        [choice("night", _("At night, {from_time}–{to_time}", from_time=_clock(NIGHT[0]), to_time=_clock(NIGHT[1])))],
        [choice("never", _("Never"))],
        [choice("back", _("Back"))],
    ]
    return ask(QuietHours(), text, rows)


@flow.step(QuietHours)
async def take_quiet(desk: Desk, at: QuietHours, said: Said) -> Turn:
    match said:
        case Choice("back"):
            return go("needs")
        case Choice("night" | "never" as when):
            return go("needs", f"quiet {when}")
        case Typed(words) if hours := read_hours(words):
            await desk.keep_needs(quiet_from=hours[0], quiet_until=hours[1])
            return go("needs")
    return again(_("Please write two times, for example: 20:00 to 9:00"))


def read_hours(words: str) -> tuple[int, int] | None:
    """Two times of day, in minutes after midnight; None where there are not two different ones."""
    found = re.findall(r"(?<!\d)(\d{1,2})(?:[:.](\d{2}))?(?!\d)", latin_digits(words))
    minutes = [int(hour) * 60 + int(minute or 0) for hour, minute in found]
    if len(minutes) != 2 or max(minutes) >= 24 * 60 or minutes[0] == minutes[1]:
        return None
    return minutes[0], minutes[1]


def _ask_hour() -> Turn:
    rows: list[Row] = [[choice(f"{hour}", f"{hour:02}:00") for hour in HOURS]]
    text = paragraphs(
        _("At what time of day would you like to hear from me?"),
        _("Tap one, or write a time. For example: 18:30"),
        _("What you have just asked me I answer at once. What cannot wait comes earlier."),
    )
    return ask(BestTime(), text, [*rows, [choice("any", _("Any time"))], [choice("back", _("Back"))]])


@flow.step(BestTime)
async def take_best_time(desk: Desk, at: BestTime, said: Said) -> Turn:
    match said:
        case Choice("back"):
            return go("needs")
        case Choice("any"):
            return go("needs", "hour any")
        case Choice(words) | Typed(words) if (minutes := read_time(words)) is not None:
            await desk.keep_needs(best_time=minutes)
            return go("needs")
    return again(_("Please write one time of day, for example: 18:30"))


def read_time(words: str) -> int | None:
    """One time of day, in minutes after midnight: `18:30`, `6.30 pm`, `18`."""
    found = re.findall(r"(?<!\d)(\d{1,2})(?:[:.](\d{2}))?(?!\d)\s*([ap]\.?m\b)?", latin_digits(words).casefold())
    if len(found) != 1:
        return None
    hour, minute, half = int(found[0][0]), int(found[0][1] or 0), found[0][2]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _ask_how_often() -> Turn:
    text = paragraphs(
        _("How often in a week may I ask you something?"),
        _("Questions to your panels always come, and so does what came of them. I leave out reminders first."),
    )
    rows: list[Row] = [[link(f"needs asked {times}", _often(times))] for times in ASKED]
    return end(text, [*rows, [link("needs", _("Back"))]])


# ---------------------------------------------------------------- time zone


def _ask_zone() -> Turn:
    text = _("Please write a large city where the clocks show the same time as yours. For example: London")
    rows: list[Row] = [[choice("here", _("The same as the organisation's"))], [choice("back", _("Back"))]]
    return ask(Zone(), text, rows)


@flow.step(Zone)
async def take_zone(desk: Desk, at: Zone, said: Said) -> Turn:
    match said:
        case Choice("back"):
            return go("needs")
        case Choice("here"):
            return go("needs", "zone here")
        case Typed(words) if zone := zone_of_city(words):
            await desk.keep_needs(zone=zone)
            return go("needs")
    return again(_("I do not know that city. Please write a larger one near you, for example: London"))


def zone_of_city(words: str) -> str | None:
    """The IANA zone called after a city, in any of our languages, or None."""
    return _zones_by_city().get(compared(words))


@cache
def _zones_by_city() -> dict[str, str]:
    zones = sorted((zone for zone in available_timezones() if "/" in zone), reverse=True)
    found = {compared(zone.split("/")[-1].replace("_", " ")): zone for zone in zones}
    for language in LANGUAGES:
        for zone, names in Locale.parse(language).time_zones.items():
            if "city" in names and zone in zones:
                found.setdefault(compared(names["city"]), zone)
    return found
