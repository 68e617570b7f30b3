"""What a tapped or typed answer means for each kind of question. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.surveys.form.model import Range
from flows.surveys.form.questions import from_form
from flows.turn import Choice, Said, Sent, Typed
from flows.typed import compared, latin_digits
from flows.words import Words, _
from storage.consultations import POINTS, Question
from storage.responses import WITHHELD, Value

TEXT_LIMIT = 1000
MOST_BUTTONS = 12
MOST_TO_TAP = 40
"""More options than this are found by their first letters."""
LARGEST_NUMBER = 10**12


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer that can be kept."""

    value: Value


@dataclass(frozen=True, slots=True)
class Unclear:
    """What to say to somebody whose answer cannot be kept."""

    words: Words


def understood(
    question: Question, said: Said, chosen: Sequence[int] = (), offered: Sequence[int] | None = None
) -> Understood | Unclear:
    """What was said as an answer to this question; `chosen` are the ticks of several choices so far.

    `offered` are the places of the options that can be chosen, where not all can.
    """
    places = _places(question, offered)
    match question.kind, said:
        case "one", Choice(id) if (place := _position(id, places)) is not None:
            return Understood(place)
        case "one", Typed(words) if len(found := begun_with(question, words, places)) == 1:
            return Understood(found[0])
        case "many", Choice("done") if question.format == "rank":
            return Understood(tuple(chosen)) if set(chosen) == set(places) else Unclear(_hint(question))
        case "many", Choice("done"):
            ticks = tuple(sorted(set(chosen) & set(places)))
            return Understood(ticks) if ticks or question.optional else Unclear(_choose_some())
        case "scale", Choice(id) if id in {str(point) for point in POINTS}:
            return Understood(int(id))
        case "number", Choice(id) if (point := _point(question, id)) is not None:
            return Understood(point)
        case "number", Typed(words):
            return _number(question, words)
        case "text", Typed(words):
            return _words(words)
        case "text", Sent("voice" | "audio" as kind, id) if id:
            return Understood(f"{kind}:{id}")
    return Unclear(_hint(question))


def ticked(
    question: Question, chosen: Sequence[int], id: str, offered: Sequence[int] | None = None
) -> tuple[int, ...] | None:
    """The ticks after `+3` (set) or `-3` (take away); None when that is no option of this question.

    In a rank they stay in the order of the taps, and the last place goes to the option that is left.
    """
    places = _places(question, offered)
    position = _position(id[1:], places) if id[:1] in ("+", "-") else None
    if question.kind != "many" or position is None:
        return None
    others = tuple(place for place in chosen if place != position and place in places)
    ticks = (*others, position) if id[0] == "+" else others
    if question.format != "rank":
        return tuple(sorted(ticks))
    left = set(places) - set(ticks)
    return (*ticks, *left) if len(left) == 1 and id[0] == "+" else ticks


def begun_with(question: Question, words: str, offered: Sequence[int] | None = None) -> tuple[int, ...]:
    """The places of the options meant by typed words: of the one that is the same, otherwise of those that begin so."""
    said = compared(words)
    options = {place: compared(question.options[place]) for place in _places(question, offered)}
    same = tuple(place for place, option in options.items() if option == said)
    return same or tuple(place for place, option in options.items() if said and option.startswith(said))


def _places(question: Question, offered: Sequence[int] | None) -> Sequence[int]:
    return range(len(question.options)) if offered is None else offered


def _position(id: str, places: Sequence[int]) -> int | None:
    return int(id) if re.fullmatch(r"[0-9]{1,5}", id) and int(id) in places else None


def _point(question: Question, id: str) -> float | None:
    return next((point for point in few_numbers(question) if str(point) == id), None)


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
    return on_scale(question, value)


def on_scale(question: Question, value: float) -> Understood | Unclear:
    """A number, where a form's range holds it."""
    scale = scale_of(question)
    if scale is None or scale.holds(value):
        return Understood(value)
    first, second, last = (shown_number(scale.point(place)) for place in (0, 1, scale.last))
    if scale.last < 2:
        return Unclear(_("Please give {first} or {last}.", first=first, last=last))
    return Unclear(_("Please give one of {first}, {second}, … {last}.", first=first, second=second, last=last))


def scale_of(question: Question) -> Range | None:
    """The range that its form gives it."""
    of = from_form(question)
    return None if of is None else of.item.range


def shown_number(value: float) -> float:
    """A whole one as such."""
    return int(value) if value == int(value) else value


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
        case "many" if question.format == "rank":
            return _("Please tap them all in your order, the most important first, then tap Done.")
        case "many":
            return _("Please tap the answers you want, then tap Done.")
    return _("Please tap one of the answers.")


def is_written(question: Question) -> bool:
    """Whether the answer is written, spoken or sent; `6` on a scale to 5 is no sixth button either."""
    return question.kind not in ("one", "many") or (question.kind == "one" and len(question.options) > MOST_TO_TAP)


def is_voice(value: Value) -> bool:
    """Whether an answer was spoken rather than written."""
    return isinstance(value, str) and re.fullmatch(r"(?:voice|audio):[\w-]+", value) is not None


def few_numbers(question: Question) -> Sequence[float]:
    """All the numbers that may be answered, where they are few enough for a button each."""
    scale = scale_of(question)
    if scale is not None:
        few = scale.last < MOST_BUTTONS
        return [shown_number(scale.point(place)) for place in range(scale.last + 1)] if few else []
    if question.least is None or question.most is None:
        return []
    found = range(question.least, question.most + 1)
    return found if 0 < len(found) <= MOST_BUTTONS else []


def example_number(question: Question) -> float:
    """A number that would be taken."""
    scale = scale_of(question)
    if scale is not None:
        return shown_number(scale.point(min(scale.last, 2)))
    least = question.least if question.least is not None else 0
    most = question.most if question.most is not None else max(least, 0) + 24
    return min(most, least + 12) if question.least is not None else min(most, 12)


def fits(question: Question, value: Any) -> bool:
    """Whether a kept value still is an answer to the question, which staff may have changed since."""
    places = range(len(question.options))
    if value == WITHHELD:
        return True
    match question.kind, value:
        case _, None:
            return question.optional
        case "one", int(place):
            return place in places
        case "many", tuple(chosen):
            return all(place in places for place in chosen)
        case "scale", int(point):
            return point in POINTS
        case "number", int(number) | float(number):
            least, most = question.least, question.most
            within = (least is None or number >= least) and (most is None or number <= most)
            return within and isinstance(on_scale(question, number), Understood)
        case "text", str():
            return True
    return False
