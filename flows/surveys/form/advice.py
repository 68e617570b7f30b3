"""What a careful colleague would say of a survey before it is published. Pure rules, none of which forbids anything.

Sources: A. Bradburn, S. Sudman, B. Wansink, "Asking Questions" (2004); Local Government Association, "Are you being
served?" guidance on questions; the minutes are reading at 180 words a minute and the time an answer takes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.surveys.form.model import ItemKind
from flows.words import Words, _, ngettext

WORDS_A_SECOND = 3
SECONDS_TO_ANSWER: dict[ItemKind, int] = {
    "text": 25,
    "integer": 8,
    "decimal": 8,
    "range": 5,
    "one": 4,
    "many": 8,
    "rank": 15,
    "date": 12,
    "time": 8,
    "datetime": 15,
    "note": 1,
    "acknowledge": 2,
    "place": 15,
    "photo": 30,
    "audio": 30,
    "calculate": 0,
    "hidden": 0,
}
MANY_MINUTES, MANY_QUESTIONS = 5, 12
LONG_QUESTION = 30
MANY_ANSWERS = 10

LEADING = re.compile(
    r"\b(don't you|do you not|wouldn't you|isn't it|aren't you|surely|obviously|of course|clearly|as we all know|"
    r"do you agree that|would you agree|how (?:much better|well do we|great|good is our)|excellent|wonderful|fantastic|"
    r"terrible|disgraceful)\b",
    re.IGNORECASE,
)
ABSOLUTE = re.compile(r"\b(always|never|all of the time|every single|nobody|everybody|everyone)\b", re.IGNORECASE)
DOUBLE = re.compile(r"\b(\w{4,})\s+(?:and|or|and/or|as well as)\s+(?:\w+\s+)?(\w{4,})\b.*\?|and/or", re.IGNORECASE)
JUDGED = re.compile(
    r"\b(satisfied|agree|rate|feel|think|happy|support|quality|good|easy|clear|friendly|safe|clean|useful)\b",
    re.IGNORECASE,
)
KNOWING = re.compile(
    r"\b(how (?:good|satisfied|safe|well|likely|important|easy)|agree|rate|opinion|think of)\b", re.IGNORECASE
)
UNSURE = re.compile(
    r"don.?t know|not sure|no opinion|prefer not|rather not|not applicable|does not apply|n/?a\b|neither|none of",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as advice sees it; `number` is what the reader calls it."""

    number: int
    kind: ItemKind
    wording: str
    answers: tuple[str, ...] = ()
    optional: bool = True


@dataclass(frozen=True, slots=True)
class Advice:
    """`number` is the question's, or None about all of them."""

    number: int | None
    what: Words


def seconds(questions: Sequence[Asked]) -> int:
    """How long an answer to all of them takes, about."""
    return sum(
        math.ceil(len(" ".join((one.wording, *one.answers)).split()) / WORDS_A_SECOND) + SECONDS_TO_ANSWER[one.kind]
        for one in questions
    )


def minutes(questions: Sequence[Asked]) -> int:
    return max(1, math.ceil(seconds(questions) / 60))


def advice(questions: Sequence[Asked]) -> list[Advice]:
    asked = [one for one in questions if one.kind != "note"]
    return [*_of_all(questions, asked), *(Advice(one.number, words) for one in asked for words in _of_one(one))]


def _of_all(questions: Sequence[Asked], asked: Sequence[Asked]) -> list[Advice]:
    found = []
    if minutes(questions) > MANY_MINUTES:
        words = ngettext("It takes about {n} minute.", "It takes about {n} minutes.", minutes(questions))
        found.append(Advice(None, _("{minutes} Many people stop after five.", minutes=words)))
    if len(asked) > MANY_QUESTIONS:
        found.append(Advice(None, _("These are {number} questions. Which could wait?", number=len(asked))))
    written = sum(one.kind == "text" for one in asked)
    if written > max(2, len(asked) // 2):
        found.append(Advice(None, _("{number} questions are answered in writing; a tap is easier.", number=written)))
    return found


def _of_one(one: Asked) -> list[Words]:
    found = []
    if (leading := LEADING.search(one.wording)) is not None:
        found.append(_("“{words}” may lead people to an answer.", words=leading[0]))
    if (absolute := ABSOLUTE.search(one.wording)) is not None:
        found.append(_("“{word}” leaves no room between all and nothing.", word=absolute[0]))
    if (double := DOUBLE.search(one.wording)) is not None and JUDGED.search(one.wording):
        found.append(_("“{words}” may be two questions in one.", words=double[0].rstrip("?")))
    if len(one.wording.split()) > LONG_QUESTION:
        found.append(_("It is long: {number} words.", number=len(one.wording.split())))
    if len(one.answers) > MANY_ANSWERS and one.kind in ("one", "many"):
        found.append(_("There are {number} answers to read; fewer are easier.", number=len(one.answers)))
    if one.kind == "one" and not one.optional and KNOWING.search(one.wording) and not _has_way_out(one):
        found.append(_("Somebody may not know: add “Don't know”, or let people skip it."))
    return found


def _has_way_out(one: Asked) -> bool:
    return any(UNSURE.search(answer) for answer in one.answers)
