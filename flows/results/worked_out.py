"""What a form works out by itself (scores, arms, flags), made countable. Pure rules.

Values may be anything, even somebody's name put together with a street. So only numbers are counted like answers that
are numbers; of anything else, only values that as many people share as a published figure stands for at the least.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

from flows.results.crosstables import ByProfile, whole
from flows.results.disclosure import Rule
from flows.results.weighting import Profile
from storage.consultations import Question

MOST_VALUES = 12
LARGEST = 1e12


def is_worked_out(question: Question) -> bool:
    """Whether the form works it out; nobody is asked it."""
    return question.format in ("calculate", "hidden")


def countable(question: Question, given: ByProfile, rule: Rule) -> tuple[Question, ByProfile]:
    """A question of numbers, or one whose options are the values that many share, and the answers to it."""
    words = whole(given)
    numbers = {value: _number(value) for value in words}
    if all(number is not None for number in numbers.values()):
        return counted_by(question, ()), _each(given, numbers)
    often = [value for value, times in Counter(words).most_common(MOST_VALUES) if times >= rule.smallest]
    places = {value: place for place, value in enumerate(sorted(often))}
    return counted_by(question, tuple(places)), _each(given, places)


def counted_by(question: Question, values: tuple[str, ...]) -> Question:
    """As a choice of the values; as a number where there are none. The form's own languages do not name them."""
    return replace(question, kind="one" if values else "number", options=values, details="", translations="")


def _each(given: ByProfile, of: dict[Any, Any]) -> ByProfile:
    found: dict[Profile, Counter[Any]] = {}
    for profile, tally in given.items():
        found[profile] = Counter()
        for value, times in tally.items():
            if of.get(value) is not None:
                found[profile][of[value]] += times
    return found


def _number(words: Any) -> int | float | None:
    try:
        value = float(words)
    except ValueError:
        return None
    if not math.isfinite(value) or abs(value) > LARGEST:
        return None
    return int(value) if value == int(value) else value
