"""What a tapped or typed answer means for each kind of question. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.turn import Choice, Said, Typed
from flows.typed import latin_digits
from flows.words import Words, _
from storage.consultations import POINTS, Question
from storage.responses import Value

TEXT_LIMIT = 1000
MOST_BUTTONS = 12
LARGEST_NUMBER = 10**12


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer that can be kept."""

    value: Value


@dataclass(frozen=True, slots=True)
class Unclear:
    """What to say to somebody whose answer cannot be kept."""

    words: Words


def understood(question: Question, said: Said, chosen: Sequence[int] = ()) -> Understood | Unclear:
    """What was said as an answer to this question; `chosen` are the ticks of several choices so far."""
    match question.kind, said:
        case "one", Choice(id) if _position(id, len(question.options)) is not None:
            return Understood(_position(id, len(question.options)))
        case "many", Choice("done"):
            return Understood(tuple(sorted(chosen))) if chosen or question.optional else Unclear(_choose_some())
        case "scale", Choice(id) if id in {str(point) for point in POINTS}:
            return Understood(int(id))
        case "number", Choice(id) if id in {str(point) for point in few_numbers(question)}:
            return Understood(int(id))
        case "number", Typed(words):
            return _number(question, words)
        case "text", Typed(words):
            return _words(words)
    return Unclear(_hint(question))


def ticked(question: Question, chosen: Iterable[int], id: str) -> tuple[int, ...] | None:
    """The ticks after `+3` (set) or `-3` (take away); None when that is no option of this question."""
    position = _position(id[1:], len(question.options)) if id[:1] in ("+", "-") else None
    if question.kind != "many" or position is None:
        return None
    others = set(chosen) - {position}
    return tuple(sorted(others | {position} if id[0] == "+" else others))


def _position(id: str, number: int) -> int | None:
    return int(id) if re.fullmatch(r"[0-9]{1,2}", id) and int(id) < number else None


def _number(question: Question, words: str) -> Understood | Unclear:
    """A whole number, perhaps with a unit after it: `1,200`, `12 years`."""
    found = re.fullmatch(r"\s*([+-]?)((?:\d[\d ,']*)?\d)\s*(?:[^\d.,\s][^\d]*)?", latin_digits(words))
    if found is None:
        return Unclear(_hint(question))
    digits = re.sub(r"\D", "", found[2])
    value = int(found[1] + digits) if len(digits) <= len(str(LARGEST_NUMBER)) else LARGEST_NUMBER + 1
    if abs(value) > LARGEST_NUMBER:
        return Unclear(_("That number is too large for me. Please write a smaller one."))
    if question.least is not None and value < question.least:
        return Unclear(_("The smallest number here is {least}. Please write that or more.", least=question.least))
    if question.most is not None and value > question.most:
        return Unclear(_("The largest number here is {most}. Please write that or less.", most=question.most))
    return Understood(value)


def _words(words: str) -> Understood | Unclear:
    kept = words.strip()
    if len(kept) > TEXT_LIMIT:
        return Unclear(
            _(
                "That is a little too long: {number} letters, and I can keep {most}. Please say it shorter.",
                number=len(kept),
                most=TEXT_LIMIT,
            )
        )
    return Understood(kept) if kept else Unclear(_("Please write your answer as a message."))


def _choose_some() -> Words:
    return _("Please choose at least one answer, then tap Done.")


def _hint(question: Question) -> Words:
    match question.kind:
        case "number":
            return _(
                "Please write one whole number in figures, for example {example}.",
                example=example_number(question),
            )
        case "text":
            return _("Please write your answer as a message.")
        case "scale":
            return _("Please tap a number from 1 to 5.")
        case "many":
            return _("Please tap the answers you want, then tap Done.")
    return _("Please tap one of the answers.")


def few_numbers(question: Question) -> range:
    """All the numbers that may be answered, where they are few enough for a button each."""
    if question.least is None or question.most is None or not 0 <= question.most - question.least < MOST_BUTTONS:
        return range(0)
    return range(question.least, question.most + 1)


def example_number(question: Question) -> int:
    """A number that would be taken."""
    least = question.least if question.least is not None else 0
    most = question.most if question.most is not None else max(least, 0) + 24
    return min(most, least + 12) if question.least is not None else min(most, 12)


def fits(question: Question, value: Any) -> bool:
    """Whether a kept value still is an answer to the question, which staff may have changed since."""
    places = range(len(question.options))
    match question.kind, value:
        case _, None:
            return question.optional
        case "one", int(place):
            return place in places
        case "many", tuple(chosen):
            return all(place in places for place in chosen)
        case "scale", int(point):
            return point in POINTS
        case "number", int(number):
            return (question.least is None or number >= question.least) and (
                question.most is None or number <= question.most
            )
        case "text", str():
            return True
    return False


# ---------------------------------------------------------------- the way through the questions


def first_open(questions: Sequence[Question], answers: Mapping[str, Value]) -> Question | None:
    """The first question neither answered nor skipped."""
    return next((question for question in questions if question.id not in answers), None)


def before(questions: Sequence[Question], question: Question) -> Question | None:
    earlier = [other for other in questions if other.position < question.position]
    return earlier[-1] if earlier else None


def may_be_sent(questions: Sequence[Question], answers: Mapping[str, Value]) -> bool:
    """Whether every question that needs an answer has one."""
    return all(question.optional or answers.get(question.id) is not None for question in questions)
