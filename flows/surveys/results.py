"""Results: what was answered, counted, as text and as a chart. Pure rules.

Shares are of those who answered the question; with several choices they may add up to more than all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from flows.surveys.answering import POINTS
from flows.surveys.asking import bold, ends_of, shown
from flows.turn import Bar, Chart, Message
from flows.words import Percent, Text, Verbatim, _, lines, ngettext, paragraphs
from storage.consultations import Question

MOST_BARS_OF_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Counted:
    """One bar: what was answered and by how many."""

    label: Text
    number: int


@dataclass(frozen=True, slots=True)
class Result:
    """One question's answers: how many answered it, how often what, and the mean of a scale or number."""

    question: Question
    answered: int
    counted: tuple[Counted, ...] = ()
    mean: float | None = None

    def share(self, counted: Counted) -> float:
        """Of those who answered, from 0 to 1."""
        return counted.number / self.answered if self.answered else 0.0


def result(question: Question, tally: Mapping[Any, int]) -> Result:
    """`tally` says how often each value was given (for people's own words: their number, under None)."""
    answered = sum(tally.values())
    match question.kind:
        case "one":
            return Result(question, answered, _options(question, dict(tally)))
        case "many":
            times = {
                place: sum(number for places, number in tally.items() if place in places)
                for place in range(len(question.options))
            }
            return Result(question, answered, _options(question, times))
        case "scale":
            return Result(question, answered, _points(question, tally), _mean(tally))
        case "number":
            return Result(question, answered, _ranges(tally), _mean(tally))
    return Result(question, answered)


def _options(question: Question, times: Mapping[int, int]) -> tuple[Counted, ...]:
    return tuple(Counted(Verbatim(option), times.get(place, 0)) for place, option in enumerate(question.options))


def _points(question: Question, tally: Mapping[int, int]) -> tuple[Counted, ...]:
    low, high = ends_of(question)
    labels: dict[int, Text] = {
        POINTS[0]: _("{number} – {words}", number=POINTS[0], words=low),
        POINTS[-1]: _("{number} – {words}", number=POINTS[-1], words=high),
    }
    return tuple(Counted(labels.get(point, shown(point)), tally.get(point, 0)) for point in POINTS)


def _ranges(tally: Mapping[int, int]) -> tuple[Counted, ...]:
    """Each number by itself where they are few, otherwise ranges of equal width."""
    if len(tally) <= MOST_BARS_OF_NUMBERS:
        return tuple(Counted(shown(number), tally[number]) for number in sorted(tally))
    least, most = min(tally), max(tally)
    width = ceil((most - least + 1) / MOST_BARS_OF_NUMBERS)
    return tuple(
        Counted(
            _range(first, min(most, first + width - 1)),
            sum(times for number, times in tally.items() if first <= number < first + width),
        )
        for first in range(least, most + 1, width)
    )


def _range(first: int, last: int) -> Text:
    return _("{first} to {last}", first=first, last=last) if first < last else shown(first)


def _mean(tally: Mapping[int, int]) -> float | None:
    answered = sum(tally.values())
    return sum(value * times for value, times in tally.items()) / answered if answered else None


def result_message(found: Result) -> Message:
    """A question's result to be read and, where there is something to draw, to be looked at."""
    text = paragraphs(
        bold(found.question.wording),
        lines(
            *(
                _(
                    "{label}: {number} ({share})",
                    label=bar.label,
                    number=bar.number,
                    share=Percent(found.share(bar)),
                )
                for bar in found.counted
            )
        )
        if found.answered and found.counted
        else None,
        _("On average: {mean}", mean=round(found.mean, 1)) if found.mean is not None else None,
        _("They could choose several answers.") if found.question.kind == "many" and found.answered else None,
        number_answered(found),
    )
    return Message(text, picture=_chart(found) if found.answered and found.counted else None)


def number_answered(found: Result) -> Text:
    if not found.answered:
        return _("Nobody answered this question.")
    if found.question.kind == "text":
        return ngettext(
            "{n} person answered in their own words.",
            "{n} people answered in their own words.",
            found.answered,
        )
    return ngettext("{n} person answered.", "{n} people answered.", found.answered)


def _chart(found: Result) -> Chart:
    bars = [
        Bar(
            bar.label,
            found.share(bar),
            _("{number} ({share})", number=bar.number, share=Percent(found.share(bar))),
        )
        for bar in found.counted
    ]
    return Chart(Verbatim(found.question.wording), bars, number_answered(found))
