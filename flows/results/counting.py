"""Answers counted so that they can be published: what is counted together, how often, and the mean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date
from itertools import count
from typing import Any

from flows.results.disclosure import Line, Published, Rule, line
from flows.results.precision import Mean, mean_of
from storage.consultations import POINTS, Question
from storage.responses import WITHHELD

Tally = Mapping[Any, int]
"""How often each value was given, a day as its ordinal; of people's own words only their number, under None."""

MOST_RANGES = 6
MOST_MONTHS = 18
MOST_YEARS = 12
OUTWEIGHED = 0.1


@dataclass(frozen=True, slots=True)
class Category:
    """Answers counted together: an option or a point, or numbers or days (by their ordinals) from `first` to `last`;
    None where it is open."""

    first: int | None
    last: int | None

    def holds(self, value: float | tuple[int, ...] | None) -> bool:
        """A decimal number belongs to the whole number below it; what is not known, nowhere."""
        if value is None:
            return False
        if isinstance(value, tuple):
            return self.first in value
        whole = math.floor(value)
        return (self.first is None or self.first <= whole) and (self.last is None or whole <= self.last)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is published of one question: how often each category was answered, and how many answered at all.

    `withheld` preferred not to say: they are counted beside those who answered, not among them.
    """

    categories: tuple[Category, ...]
    cells: Line
    mean: float | None = None
    deviation: float | None = None
    withheld: Published = None

    @property
    def answered(self) -> Published:
        return self.cells.total

    @property
    def says_something(self) -> bool:
        """Whether there is more than how many answered."""
        return self.answered is not None and (bool(self.categories) or self.mean is not None)

    def most_often(self) -> tuple[int, ...]:
        """The places of the categories that were answered most often; none where none is published."""
        most = max((cell for cell in self.cells.cells if cell is not None), default=None)
        return tuple(place for place, cell in enumerate(self.cells.cells) if cell == most and cell is not None)


def counted_as(question: Question) -> Question:
    """A rank is counted as a choice of what was put first."""
    return replace(question, kind="one") if question.format == "rank" else question


def counted_value(question: Question, value: Any) -> Any:
    return value[0] if question.format == "rank" and isinstance(value, tuple) and value and value != WITHHELD else value


def is_by_day(question: Question) -> bool:
    """Whether it is answered with a day, perhaps with a time of day: such answers are counted by month or year."""
    return question.kind == "text" and question.format in ("date", "datetime")


def said(tally: Tally) -> Tally:
    """The answers without those of people who prefer not to say."""
    return {value: times for value, times in tally.items() if value != WITHHELD} if WITHHELD in tally else tally


def published(question: Question, everything: Tally, rule: Rule) -> Counts:
    """What may be said of a question."""
    tally = said(everything)
    categories = categories_of(question, tally, rule)
    answered = sum(tally.values())
    counts = counted(categories, tally)
    if question.kind == "many":
        cells = tuple(line([number, answered - number], rule).cells[0] for number in counts)
        found = Line(cells, rule.rounded(answered))
    else:
        found = line(counts or [answered], rule)
        found = found if counts else Line((), found.total)
    withheld, mean = rule.rounded(everything.get(WITHHELD, 0)), _mean(question, tally, rule)
    if mean is None:
        return Counts(categories, found, withheld=withheld)
    return Counts(categories, found, mean.value, mean.deviation, withheld)


def counted(categories: Sequence[Category], tally: Tally) -> list[int]:
    """How many answers each category holds."""
    return [sum(times for value, times in tally.items() if category.holds(value)) for category in categories]


def categories_of(question: Question, tally: Tally, rule: Rule) -> tuple[Category, ...]:
    match question.kind:
        case "one" | "many":
            return tuple(Category(place, place) for place in range(len(question.options)))
        case "scale":
            return tuple(Category(point, point) for point in POINTS)
        case "number":
            whole: Counter[int] = Counter()
            for value, times in tally.items():
                whole[math.floor(value)] += times
            return _ranges(whole, rule)
        case "text" if is_by_day(question):
            return _periods({day: times for day, times in tally.items() if day is not None}, rule)
    return ()


def _mean(question: Question, tally: Tally, rule: Rule) -> Mean | None:
    if question.kind not in ("scale", "number") or sum(tally.values()) < rule.smallest or _outweighs(tally):
        return None
    return mean_of(tally)


def _outweighs(tally: Tally) -> bool:
    """Whether one number is so large that the mean gives it away: the p % rule of statistical offices, p = 10."""
    sizes: list[tuple[int, int]] = sorted(((abs(value), times) for value, times in tally.items()), reverse=True)
    largest = [size for size, times in sizes for _one in range(min(times, 2))][:2]
    rest = float(sum(size * times for size, times in sizes) - sum(largest))
    return rest < OUTWEIGHED * largest[0]


# ---------------------------------------------------------------- numbers


def _ranges(tally: Tally, rule: Rule) -> tuple[Category, ...]:
    """Each number by itself where they are few, otherwise ranges of a round width; small ones join their neighbours.

    The outermost are open: their ends would be somebody's answer.
    """
    if not tally:
        return ()
    parts = _single(tally) if len(tally) <= MOST_RANGES else _of_round_width(min(tally), max(tally))
    ranges = _joined(parts, tally, rule)
    if len(ranges) == 1 and ranges[0][0] < ranges[0][1]:
        return ()
    return tuple(
        Category(
            None if place == 0 and first < last else first,
            None if place == len(ranges) - 1 and first < last else last,
        )
        for place, (first, last) in enumerate(ranges)
    )


def _joined(parts: Sequence[tuple[int, int]], tally: Tally, rule: Rule) -> list[tuple[int, int]]:
    """Ranges one after the other, the small and the empty ones joined to their neighbours."""
    ranges: list[tuple[int, int, int]] = []
    for first, last in parts:
        number = sum(times for value, times in tally.items() if first <= value <= last)
        if ranges and (ranges[-1][2] < rule.smallest or number == 0):
            ranges[-1] = (ranges[-1][0], last, ranges[-1][2] + number)
        else:
            ranges.append((first, last, number))
    if len(ranges) > 1 and ranges[-1][2] < rule.smallest:
        _first, last, number = ranges.pop()
        ranges[-1] = (ranges[-1][0], last, ranges[-1][2] + number)
    return [(first, last) for first, last, _number in ranges]


def _single(tally: Iterable[int]) -> list[tuple[int, int]]:
    return [(value, value) for value in sorted(tally)]


def _of_round_width(least: int, most: int) -> list[tuple[int, int]]:
    width = next(
        width
        for power in count()
        for width in (10**power, 2 * 10**power, 5 * 10**power)
        if most // width - least // width < MOST_RANGES
    )
    return [(first, first + width - 1) for first in range(least // width * width, most + 1, width)]


# ---------------------------------------------------------------- days


def _periods(tally: Tally, rule: Rule) -> tuple[Category, ...]:
    """Months, or years where the days span more than `MOST_MONTHS`, or several years where even those are many.

    How far they span is looked at without the outermost, fewer than the smallest cell at either end: somebody who is
    alone with a day long ago should neither blur what all others said nor be seen by it. Whoever is out there is in
    the first or the last period, which are open then.
    """
    if sum(tally.values()) < rule.smallest:
        return ()
    months = Counter[int]()
    for day, times in tally.items():
        at = date.fromordinal(day)
        months[at.year * 12 + at.month - 1] += times
    ends = sorted((_outermost(sorted(months), months, rule), _outermost(sorted(months, reverse=True), months, rule)))
    if ends[1] - ends[0] < MOST_MONTHS:
        parts, width = _single(range(ends[0], ends[1] + 1)), 1
    else:
        years = range(ends[0] // 12, ends[1] // 12 + 1)
        parts = _single(years) if len(years) <= MOST_YEARS else _of_round_width(years[0], years[-1])
        width = 12
    spans = [(first * width, last * width + width - 1) for first, last in parts]
    least, most = min(months), max(months)
    spans[0] = (min(least, spans[0][0]), spans[0][1])
    spans[-1] = (spans[-1][0], max(most, spans[-1][1]))
    found = _joined(spans, months, rule)
    if len(found) == 1 and found[0][1] - found[0][0] >= width:
        return ()
    return tuple(
        Category(
            None if place == 0 and last - first >= width else date(first // 12, first % 12 + 1, 1).toordinal(),
            None if place == len(found) - 1 and last - first >= width else _last_day(last),
        )
        for place, (first, last) in enumerate(found)
    )


def _outermost(months: Sequence[int], times: Tally, rule: Rule) -> int:
    """The first of the months, as they are given, by which the smallest cell is full."""
    so_far = 0
    for month in months:
        so_far += times[month]
        if so_far >= rule.smallest:
            break
    return month


def _last_day(month: int) -> int:
    year, of_year = divmod(month + 1, 12)
    return date(year, of_year + 1, 1).toordinal() - 1 if year <= MAXYEAR else date.max.toordinal()
