"""The functions that a form's expressions may call: XPath 1.0's and ODK's (docs.getodk.org, "Form logic").

Absent are those that a chat has no data for (other files, repeats, shapes on a map): calling them is refused when the
form is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import regex

from flows.surveys.form.values import Value, days_of, local, moment, number, text, time_of_day, truth

MOST_LETTERS = 10_000
PATTERN_SECONDS = 0.05
"""A pattern that takes longer is one that somebody made to take for ever."""


class Failed(Exception):
    """An expression has no value."""


@dataclass(frozen=True, slots=True)
class World:
    """What an expression is evaluated in.

    `values` are the answers by the questions' names, `current` the answer that `.` means, `columns` the row of the
    list of choices that is being filtered; `label` gives the words of a choice, from the names of question and choice.
    `chance` makes numbers from 0 up to 1.
    """

    now: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    current: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    label: Callable[[str, str], str] = lambda _name, value: value
    chance: Callable[[], float] = lambda: 0.5


Called = Callable[[World, Sequence[Value]], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """`most` None takes any number of arguments."""

    call: Called
    fewest: int
    most: int | None


def _of_words(function: Callable[..., Value]) -> Called:
    return lambda _world, given: function(*(text(value) for value in given))


def _of_numbers(function: Callable[..., float]) -> Called:
    def call(_world: World, given: Sequence[Value]) -> Value:
        try:
            return float(function(*(number(value) for value in given)))
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    return call


# ---------------------------------------------------------------- choices


def _selected(chosen: str, name: str) -> bool:
    return name.strip() in chosen.split()


def _selected_at(_world: World, given: Sequence[Value]) -> Value:
    chosen, place = text(given[0]).split(), number(given[1])
    return chosen[int(place)] if 0 <= place < len(chosen) else ""


def _choice_name(world: World, given: Sequence[Value]) -> Value:
    """The second argument is words that name the question: `jr:choice-name(${q}, '${q}')`."""
    return world.label(text(given[1]).strip().removeprefix("$").strip(), text(given[0]))


def _checklist(_world: World, given: Sequence[Value]) -> Value:
    """Whether the number of true ones lies within both bounds; a bound below 0 is none."""
    return _within(sum(truth(value) for value in given[2:]), given)


def _weighted_checklist(_world: World, given: Sequence[Value]) -> Value:
    pairs = zip(given[2::2], given[3::2], strict=False)
    return _within(sum(number(weight) for value, weight in pairs if truth(value)), given)


def _within(count: float, given: Sequence[Value]) -> bool:
    least, most = number(given[0]), number(given[1])
    return (least < 0 or count >= least) and (most < 0 or count <= most)


# ---------------------------------------------------------------- words


def _regex(words: str, pattern: str) -> bool:
    """Whether all of the words are of the pattern (Java's `matches`)."""
    try:
        return regex.fullmatch(pattern, words[:MOST_LETTERS], timeout=PATTERN_SECONDS) is not None
    except TimeoutError:
        raise Failed("the pattern takes too long") from None
    except regex.error as problem:
        raise Failed(str(problem)) from None


def _substr(_world: World, given: Sequence[Value]) -> Value:
    """From a place to before another, both counted from 0, or from the end where they are below it."""
    words = text(given[0])
    places = [number(value) for value in given[1:]]
    if any(math.isnan(place) for place in places):
        return ""
    begins, ends = (*(max(-len(words), min(len(words), int(_finite(place)))) for place in places), len(words))[:2]
    return words[begins if begins >= 0 else len(words) + begins : ends if ends >= 0 else len(words) + ends]


def _finite(value: float) -> float:
    return max(-1e9, min(1e9, value))


def _substring(_world: World, given: Sequence[Value]) -> Value:
    """XPath 1.0, 4.2: from the place counted from 1, so many letters."""
    words, first = text(given[0]), _rounded(number(given[1]))
    last = first + _rounded(number(given[2])) if len(given) > 2 else math.inf
    return "".join(letter for place, letter in enumerate(words, 1) if first <= place < last)


def _translate(words: str, old: str, new: str) -> str:
    table = {ord(letter): new[place] if place < len(new) else None for place, letter in reversed(list(enumerate(old)))}
    return words.translate(table)


def _join(_world: World, given: Sequence[Value]) -> Value:
    return _kept(text(given[0]).join(text(value) for value in given[1:]))


def _concat(_world: World, given: Sequence[Value]) -> Value:
    return _kept("".join(text(value) for value in given))


def _kept(words: str) -> str:
    if len(words) > MOST_LETTERS:
        raise Failed("the words have become too long")
    return words


# ---------------------------------------------------------------- numbers


def _rounded(value: float) -> float:
    """XPath 1.0, 4.4: halves go up."""
    return math.floor(value + 0.5) if math.isfinite(value) else value


def _round(_world: World, given: Sequence[Value]) -> Value:
    value = number(given[0])
    places = number(given[1]) if len(given) > 1 else 0.0
    if not math.isfinite(value) or not math.isfinite(places) or abs(places) > 15:
        return value
    scale = 10.0 ** int(places)
    return float(_rounded(value * scale) / scale)


def _int(value: float) -> float:
    return math.trunc(value) if math.isfinite(value) else value


def _there(given: Sequence[Value]) -> list[float]:
    """The numbers among the answers; those that are missing do not count."""
    return [number(value) for value in given if text(value) != ""]


def _most(_world: World, given: Sequence[Value]) -> Value:
    return max(_there(given), default=math.nan)


def _least(_world: World, given: Sequence[Value]) -> Value:
    return min(_there(given), default=math.nan)


def _count_non_empty(_world: World, given: Sequence[Value]) -> Value:
    return float(sum(text(value) != "" for value in given))


def _arc_tangent(*numbers: float) -> float:
    return math.atan2(*numbers)


# ---------------------------------------------------------------- days and times

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(_world: World, given: Sequence[Value]) -> Value:
    at = moment(given[0])
    return "" if at is None else at.date().isoformat()


def _date_time(_world: World, given: Sequence[Value]) -> Value:
    at = moment(given[0])
    return "" if at is None else local(at)


def _decimal_date_time(_world: World, given: Sequence[Value]) -> Value:
    at = moment(given[0])
    return math.nan if at is None else days_of(at)


def _format_date(_world: World, given: Sequence[Value]) -> Value:
    at = moment(given[0])
    return "" if at is None else _written(at, text(given[1]))


def _written(at: datetime, pattern: str) -> str:
    letters = {
        "%": "%",
        "Y": f"{at.year:04}",
        "y": f"{at.year % 100:02}",
        "m": f"{at.month:02}",
        "n": str(at.month),
        "b": MONTHS[at.month - 1],
        "d": f"{at.day:02}",
        "e": str(at.day),
        "H": f"{at.hour:02}",
        "h": str(at.hour),
        "M": f"{at.minute:02}",
        "S": f"{at.second:02}",
        "3": f"{at.microsecond // 1000:03}",
        "a": WEEKDAYS[at.weekday()],
        "W": str(at.isocalendar().week),
    }
    return re.sub(r"%(.)", lambda found: letters.get(found[1], found[0]), pattern[:MOST_LETTERS])


# ---------------------------------------------------------------- the table


def _coalesce(_world: World, given: Sequence[Value]) -> Value:
    return next((value for value in given if text(value) != ""), "")


def _uuid(world: World, given: Sequence[Value]) -> Value:
    length = min(number(given[0]), 100) if given else 32
    letters = "".join("0123456789abcdef"[int(world.chance() * 16)] for _place in range(int(length)))
    return letters if given else "-".join((letters[:8], letters[8:12], letters[12:16], letters[16:20], letters[20:]))


FUNCTIONS: dict[str, Function] = {
    "true": Function(lambda _world, _given: True, 0, 0),
    "false": Function(lambda _world, _given: False, 0, 0),
    "not": Function(lambda _world, given: not truth(given[0]), 1, 1),
    "boolean": Function(lambda _world, given: truth(given[0]), 1, 1),
    "boolean-from-string": Function(_of_words(lambda words: words.strip().lower() in ("true", "1")), 1, 1),
    "string": Function(_of_words(lambda words: words), 1, 1),
    "number": Function(_of_numbers(lambda value: value), 1, 1),
    "if": Function(lambda _world, given: given[1] if truth(given[0]) else given[2], 3, 3),
    "coalesce": Function(_coalesce, 1, None),
    "once": Function(lambda world, given: world.current or given[0], 1, 1),
    # choices
    "selected": Function(_of_words(_selected), 2, 2),
    "selected-at": Function(_selected_at, 2, 2),
    "count-selected": Function(_of_words(lambda chosen: float(len(chosen.split()))), 1, 1),
    "jr:choice-name": Function(_choice_name, 2, 2),
    "checklist": Function(_checklist, 3, None),
    "weighted-checklist": Function(_weighted_checklist, 4, None),
    # words
    "regex": Function(_of_words(_regex), 2, 2),
    "contains": Function(_of_words(lambda words, part: part in words), 2, 2),
    "starts-with": Function(_of_words(lambda words, part: words.startswith(part)), 2, 2),
    "ends-with": Function(_of_words(lambda words, part: words.endswith(part)), 2, 2),
    "substring-before": Function(_of_words(lambda words, part: words[: max(words.find(part), 0)]), 2, 2),
    "substring-after": Function(
        _of_words(lambda words, part: words[words.find(part) + len(part) :] if part in words else ""), 2, 2
    ),
    "substr": Function(_substr, 2, 3),
    "substring": Function(_substring, 2, 3),
    "string-length": Function(lambda world, given: float(len(text(given[0]) if given else world.current)), 0, 1),
    "normalize-space": Function(
        lambda world, given: " ".join((text(given[0]) if given else world.current).split()), 0, 1
    ),
    "translate": Function(_of_words(_translate), 3, 3),
    "concat": Function(_concat, 1, None),
    "join": Function(_join, 1, None),
    # numbers
    "int": Function(_of_numbers(_int), 1, 1),
    "round": Function(_round, 1, 2),
    "floor": Function(_of_numbers(lambda value: math.floor(value) if math.isfinite(value) else value), 1, 1),
    "ceiling": Function(_of_numbers(lambda value: math.ceil(value) if math.isfinite(value) else value), 1, 1),
    "abs": Function(_of_numbers(abs), 1, 1),
    "pow": Function(_of_numbers(math.pow), 2, 2),
    "sqrt": Function(_of_numbers(math.sqrt), 1, 1),
    "exp": Function(_of_numbers(math.exp), 1, 1),
    "exp10": Function(_of_numbers(lambda value: math.pow(10, value)), 1, 1),
    "log": Function(_of_numbers(math.log), 1, 1),
    "log10": Function(_of_numbers(math.log10), 1, 1),
    "sin": Function(_of_numbers(math.sin), 1, 1),
    "cos": Function(_of_numbers(math.cos), 1, 1),
    "tan": Function(_of_numbers(math.tan), 1, 1),
    "asin": Function(_of_numbers(math.asin), 1, 1),
    "acos": Function(_of_numbers(math.acos), 1, 1),
    "atan": Function(_of_numbers(math.atan), 1, 1),
    "atan2": Function(_of_numbers(_arc_tangent), 2, 2),
    "pi": Function(lambda _world, _given: math.pi, 0, 0),
    "sum": Function(lambda _world, given: float(sum(_there(given))), 1, None),
    "max": Function(_most, 1, None),
    "min": Function(_least, 1, None),
    "count": Function(lambda _world, given: float(len(given)), 1, 1),
    "count-non-empty": Function(_count_non_empty, 1, None),
    "random": Function(lambda world, _given: world.chance(), 0, 0),
    "uuid": Function(_uuid, 0, 1),
    # days and times
    "today": Function(lambda world, _given: world.now.date().isoformat(), 0, 0),
    "now": Function(lambda world, _given: local(world.now), 0, 0),
    "date": Function(_date, 1, 1),
    "date-time": Function(_date_time, 1, 1),
    "decimal-date-time": Function(_decimal_date_time, 1, 1),
    "decimal-time": Function(lambda _world, given: time_of_day(given[0]), 1, 1),
    "format-date": Function(_format_date, 2, 2),
    "format-date-time": Function(_format_date, 2, 2),
}

UNAVAILABLE = frozenset(
    {
        *("pulldata", "instance", "indexed-repeat", "position", "randomize", "current", "last-saved"),
        *("area", "distance", "geofence", "intersects", "digest", "base64-decode", "property", "version"),
        *("extract-signed", "pulldata-exists", "count-if", "sum-if", "id", "last", "search", "thousandsep"),
    }
)
"""Functions of XLSForms that a chat has nothing to answer with."""
