"""Answers of a certain form within a kind: days, times, places, decimal numbers, pictures, voices. Pure rules."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flows.dates import read_date, read_moment
from flows.surveys.answering import LARGEST_NUMBER, Unclear, Understood
from flows.turn import Located, Said, Sent, Typed
from flows.typed import latin_digits
from flows.words import Day, Moment, Text, Verbatim, Words, _
from storage.consultations import Format

READ: tuple[Format, ...] = ("decimal", "date", "time", "datetime", "place", "photo", "audio")

PLACE = re.compile(r"\s*([+-]?\d{1,2}(?:\.\d+)?)[\s,;]+([+-]?\d{1,3}(?:\.\d+)?)(?:\s.*)?")
CLOCK = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?\s*(am|pm)?", re.IGNORECASE)
DECIMAL = re.compile(r"\s*([+-]?)(\d[\d ']*)(?:[.,](\d+))?\s*(?:[^\d.,\s][^\d]*)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")

SENT = {"photo": ("photo",), "audio": ("voice", "audio")}
PLACE_DIGITS = 4
"""Of a degree: a place is kept to about ten metres."""

HOW: dict[Format, Words] = {
    "decimal": _("Please write a number, for example {example}.", example=2.5),
    "date": _("Please write the day, for example: 3 May 2026"),
    "time": _("Please write the time, for example: 14:30"),
    "datetime": _("Please write the day and the time, for example: 3 May 2026 14:30"),
    "place": _("Please send the place: tap the paper clip, then Location."),
    "photo": _("Please send a picture: tap the paper clip, or the camera. Staff will see it."),
    "audio": _("Please send a voice message: hold the microphone and speak. Staff will hear it."),
}


def read(format: Format, said: Said, now: datetime) -> Understood | Unclear:
    """What was said, as such an answer; `now` in the local time that days and times are meant in."""
    match format, said:
        case "place", Located(latitude, longitude):
            return Understood(f"{round(latitude, PLACE_DIGITS)} {round(longitude, PLACE_DIGITS)}")
        case (("photo" | "audio"), Sent(kind, id)) if kind in SENT[format] and id:
            return Understood(f"{kind}:{id}")
        case _, Typed(words):
            found = _read(format, latin_digits(words), now)
            return Unclear(HOW[format]) if found is None else Understood(found)
    return Unclear(HOW[format])


def _read(format: Format, words: str, now: datetime) -> str | float | None:
    match format:
        case "decimal":
            return _decimal(words)
        case "date":
            day = _nearest(words, now)
            return day.isoformat() if day else None
        case "time":
            return _clock(words)
        case "datetime":
            return _moment(words, now)
        case "place":
            return _place(words)
    return None


def _decimal(words: str) -> float | None:
    """`2.5`, `2,5`, `1,234.5`, with a unit after it or none."""
    if THOUSANDS.match(words.strip()):
        words = words.replace(",", "")
    found = DECIMAL.fullmatch(words)
    if found is None:
        return None
    value = float(f"{found[1]}{re.sub(r'[^0-9]', '', found[2])}.{found[3] or 0}")
    return None if abs(value) > LARGEST_NUMBER else int(value) if value == int(value) else value


def _nearest(words: str, now: datetime) -> date | None:
    """A day without its year is the nearest one of that name: people are asked about the past as well."""
    found = read_date(words, now.date())
    if found is None or re.search(r"\d{4}", words) or found <= now.date():
        return found
    try:
        last_year = found.replace(year=found.year - 1)
    except ValueError:
        return found
    named = re.search(r"\d", words) is not None and (found - now.date()).days > 7
    return min(found, last_year, key=lambda day: abs((day - now.date()).days)) if named else found


def _clock(words: str) -> str | None:
    found = CLOCK.fullmatch(words.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute:02}:00" if hour < 24 and minute < 60 else None


def _moment(words: str, now: datetime) -> str | None:
    if not isinstance(now.tzinfo, ZoneInfo):
        return None
    found = read_moment(words, now.date(), now.tzinfo)
    return found.astimezone(now.tzinfo).replace(microsecond=0).isoformat() if found else None


def _place(words: str) -> str | None:
    found = PLACE.fullmatch(words)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return f"{round(float(found[1]), PLACE_DIGITS)} {round(float(found[2]), PLACE_DIGITS)}"


def shown(format: Format, words: str) -> Text:
    """A kept answer as its giver reads it."""
    try:
        match format:
            case "date":
                return Words("{day}", {"day": Day(date.fromisoformat(words))})
            case "time":
                return Verbatim(time.fromisoformat(words).strftime("%H:%M"))
            case "datetime":
                return Words("{moment}", {"moment": Moment(datetime.fromisoformat(words))})
    except ValueError:
        return Verbatim(words)
    match format:
        case "photo":
            return _("a picture")
        case "audio":
            return _("a voice message")
    return Verbatim(words)
