"""Dates and times as people type them, and the instants they stand for.

A local time that the clocks skip is the first valid instant after it; one that comes twice is meant the first time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names

from flows.typed import compared, spellings
from flows.words import LANGUAGES, Words, _

MORNING = time(9)
"""When people are written to about a day that has come, local time."""

EVENING = time(18)
"""What is meant by a closing day without a time, local time."""

LONGEST_DAYS = 366 * 50

LOCALES = (*LANGUAGES, "ar_SY")
"""Arabic has two sets of month names: the Gulf's and Africa's are Latin, those from Lebanon to Iraq are Aramaic."""

MONTHS = tuple(
    {number: compared(name) for number, name in get_month_names(width, context=context, locale=locale).items()}
    for locale in LOCALES
    for width in ("wide", "abbreviated")
    for context in ("format", "stand-alone")
)
WEEKDAYS = tuple(
    {compared(name).rstrip("."): day for day, name in get_day_names(width, locale=locale).items()}
    for locale in LOCALES
    for width in ("wide", "abbreviated")
)
"""Monday is 0. Dates are typed in any of our languages, whichever is spoken: they hardly meet."""

TODAY, TOMORROW = _("today"), _("tomorrow")
COMING = _("next,on")
AT = _("at")
IN = _("in")
UNITS = {
    "day": _("day,days"),
    "week": _("week,weeks"),
    "month": _("month,months"),
    "year": _("year,years"),
}
PAIRS = {
    "day": _("two days"),
    "week": _("two weeks"),
    "month": _("two months"),
    "year": _("two years"),
}
"""One word in Arabic."""

NUMBERS = {1: _("a,an,one"), 2: _("two"), 3: _("three"), 4: _("four"), 5: _("five"), 6: _("six")}
"""Words that are understood, not said: each wording lists them with commas, in any order, with all their forms."""


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local day and time."""
    local = datetime.combine(day, at, tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), found, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the clocks go forward, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def read_date(words: str, today: date) -> date | None:
    """The day meant by words like `3 May`, `3/5/2026` (day first), `2026-05-03`, `friday`, `in 2 weeks`.

    Without a year it is the next such day from today on. None when it cannot be understood.
    """
    said = _tidied(words)
    try:
        return _named_day(said, today) or _written_day(said, today)
    except (ValueError, OverflowError):
        return None


def read_moment(words: str, today: date, zone: ZoneInfo, usual: time = EVENING) -> datetime | None:
    """The instant meant by a day and perhaps a time: `3 May 18:00`, `tomorrow at 6pm`; `usual` where there is none."""
    said = _tidied(words)
    found = re.fullmatch(r"(.+?) (\d{1,2})(?::(\d{2}))? ?(am|pm)?", said)
    at: time | None = usual
    if found and (found[3] or found[4]):
        at = _time(int(found[2]), int(found[3] or 0), found[4])
        said = _without(found[1], AT) or found[1]
    day = read_date(said, today)
    return instant_of(day, at, zone) if day is not None and at is not None else None


def _tidied(words: str) -> str:
    return " ".join(re.sub("[,،]", " ", compared(words)).split()).strip(" .")


def _without(said: str, wording: Words) -> str | None:
    """What is left without one of these words before or after it; None where there is none."""
    for word in spellings(wording.english):
        if said.startswith(f"{word} ") or said.endswith(f" {word}"):
            return said.removeprefix(f"{word} ").removesuffix(f" {word}")
    return None


def _time(hour: int, minute: int, half: str | None) -> time | None:
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _named_day(said: str, today: date) -> date | None:
    """`today`, `tomorrow`, a weekday, `in 2 weeks`."""
    if said in spellings(TODAY.english):
        return today
    if said in spellings(TOMORROW.english):
        return today + timedelta(days=1)
    weekday = _weekday(_without(said, COMING) or said)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    period = _without(said, IN)
    return _later(period, today) if period is not None else None


def _later(period: str, today: date) -> date | None:
    """After `2 weeks`, `a month`; in Arabic one word says so."""
    for unit, wording in PAIRS.items():
        if period in spellings(wording.english):
            return _after(today, 2, unit)
    counted, _space, named = period.rpartition(" ")
    unit_named = next((unit for unit, wording in UNITS.items() if named in spellings(wording.english)), None)
    number = _counted(counted)
    return _after(today, number, unit_named) if number is not None and unit_named is not None else None


def _counted(said: str) -> int | None:
    """`3`, `three`; nothing said means one."""
    if re.fullmatch(r"\d{1,4}", said):
        return int(said)
    return next((number for number, words in NUMBERS.items() if said in spellings(words.english)), None if said else 1)


def _weekday(name: str) -> int | None:
    return next((names[name] for names in WEEKDAYS if name in names), None)


def _after(today: date, number: int, unit: str) -> date | None:
    if unit in ("day", "week"):
        days = number * (7 if unit == "week" else 1)
        return today + timedelta(days=days) if days <= LONGEST_DAYS else None
    return months_after(today, number * (12 if unit == "year" else 1))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter. Raises ValueError after 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for shorter in range(4):
        try:
            return date(year, month + 1, day.day - shorter)
        except ValueError:
            continue
    raise ValueError("there is no such year")


def _written_day(said: str, today: date) -> date | None:
    said = _without_weekday(said)
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", said):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?", said):
        return _with_year(int(found[1]), int(found[2]), found[3], today)
    if found := re.fullmatch(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)? (?:of )?([^\d]+?)(?: (\d{4}|\d{2}))?", said):
        return _with_year(int(found[1]), _month(found[2]), found[3], today)
    if found := re.fullmatch(r"([^\d]+) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?", said):
        return _with_year(int(found[2]), _month(found[1]), found[3], today)
    return None


def _without_weekday(said: str) -> str:
    days = (day for names in WEEKDAYS for day in names if said.startswith(f"{day} "))
    return said[len(max(days, key=len, default="")) :].lstrip(" .")


def _month(name: str) -> int:
    """1 to 12, for a month's name or a beginning of it that has at least three letters; 0 for anything else."""
    name = name.rstrip(".")
    begun = {
        number
        for months in MONTHS
        for number, month in months.items()
        if name == month or (len(name) >= 3 and month.startswith(name))
    }
    return begun.pop() if len(begun) == 1 else 0


def _with_year(day: int, month: int, year: str | None, today: date) -> date:
    """Raises ValueError for a day that does not exist."""
    if year is not None:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for ahead in range(9):
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError("there is no such day")
