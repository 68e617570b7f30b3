"""What expressions of a form reckon with: words, numbers and truths, with ODK's conversions between them.

An answer that is missing is the empty word. Dates are words (ISO 8601) that count as the days since 1970-01-01 where
a number is wanted; so `today() - ${born}` is a number of days (ODK XForms specification, data types and functions).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta

Value = str | float | bool

NUMBER = re.compile(r"[+-]?(?:\d{1,300}\.?\d{0,300}|\.\d{1,300})(?:[eE][+-]?\d{1,3})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].{1,30})?", re.ASCII)
EPOCH = date(1970, 1, 1)
DAY_SECONDS = 86_400


def text(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            if math.isfinite(value) and value == int(value):
                return str(int(value))
            return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), repr(value))
    return value


def number(value: Value) -> float:
    """NaN where it is none."""
    match value:
        case bool() | float():
            return float(value)
    words = value.strip()
    if NUMBER.fullmatch(words):
        return float(words)
    at = moment(words) if DAY.fullmatch(words) else None
    return math.nan if at is None else days_of(at)


def truth(value: Value) -> bool:
    match value:
        case bool():
            return value
        case float():
            return bool(value) and not math.isnan(value)
    return bool(value)


def days_of(at: datetime) -> float:
    """Days since 1970-01-01, with the part of the day that has passed where the clock says so there."""
    passed = (at.hour * 60 + at.minute) * 60 + at.second
    return (at.date() - EPOCH).days + passed / DAY_SECONDS


def moment(value: Value) -> datetime | None:
    """The day, or day and time of day, that words or a number of days mean; None where they mean none."""
    try:
        match value:
            case bool():
                return None
            case float():
                return datetime.combine(EPOCH, time()) + timedelta(days=value)
        words = value.strip().replace("Z", "+00:00")
        day, _separator, clock = words.replace(" ", "T", 1).partition("T")
        year, month, of_month = (int(part) for part in day.split("-"))
        return datetime.combine(date(year, month, of_month), time.fromisoformat(clock) if clock else time())
    except (ValueError, OverflowError):
        return None


def time_of_day(value: Value) -> float:
    """The part of the day that has passed at a time of day; NaN where it is none."""
    words = text(value).strip()
    try:
        at = time.fromisoformat(words.partition("T")[2] or words)
    except ValueError:
        return math.nan
    return ((at.hour * 60 + at.minute) * 60 + at.second) / DAY_SECONDS


def equal(left: Value, right: Value) -> bool:
    """XPath 1.0, 3.4: as truths where one is, as numbers where one is, otherwise as words."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, float) or isinstance(right, float):
        first, second = number(left), number(right)
        return first == second or abs(first - second) < 1e-12
    return left == right


def local(at: datetime) -> str:
    """A moment in ISO 8601, to the second, with its distance from UTC."""
    return at.replace(microsecond=0).isoformat() if at.tzinfo else at.replace(tzinfo=UTC).isoformat()
