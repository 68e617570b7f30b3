"""A whole form in one line, as somebody types it who has many: `2; 1, 3; 12; The lamps are dark`. Pure rules.

Answers stand in the order of the questions with semicolons between them: the number of an option (several with commas),
a point, a number, words. One that was left blank is empty or a dash; so are those missing at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.surveys.answering import Unclear, Understood, example_number, understood
from flows.turn import Choice, Typed
from flows.typed import latin_digits
from flows.words import Words, _
from storage.consultations import Question
from storage.responses import Value

BETWEEN = re.compile("[;؛]")
"""Arabic and Urdu have a semicolon of their own."""
BLANK = {"", "-", "–", "—"}
MOST_SHOWN = 4


def fits_a_line(questions: Sequence[Question]) -> bool:
    """Whether there are several, none with a form's own rules or with a reading of its own, such as days and orders.

    Words may have semicolons in them, so the first is no text.
    """
    simple = not any(question.details or question.format for question in questions)
    return simple and len(questions) > 1 and questions[0].kind != "text"


def looks_like_a_form(words: str) -> bool:
    return BETWEEN.search(words) is not None


def read_form(questions: Sequence[Question], words: str) -> dict[str, Value] | Unclear:
    """The answers by question, None where one was left blank; or what is wrong with which."""
    parts = [part.strip() for part in BETWEEN.split(words)]
    while parts and parts[-1] in BLANK:
        parts.pop()
    if len(parts) > len(questions):
        return Unclear(
            _(
                "I found {answers} answers, but there are {questions} questions. Please put semicolons only between "
                "answers.",
                answers=len(parts),
                questions=len(questions),
            )
        )
    answers: dict[str, Value] = {question.id: None for question in questions}
    for number, (question, part) in enumerate(zip(questions, parts, strict=False), 1):
        if part in BLANK:
            continue
        found = _read(question, part)
        if isinstance(found, Unclear):
            return Unclear(_("Answer {number}, “{words}”: {problem}", number=number, words=part, problem=found.words))
        answers[question.id] = found.value
    return answers


def _read(question: Question, part: str) -> Understood | Unclear:
    match question.kind:
        case "one":
            places = _places(question, part)
            return understood(question, Choice(str(places[0]))) if len(places) == 1 else _which(question)
        case "many":
            places = _places(question, part)
            return understood(question, Choice("done"), sorted(set(places))) if places else _which(question)
        case "scale":
            return understood(question, Choice(latin_digits(part)))
    return understood(question, Typed(part))


def _places(question: Question, part: str) -> list[int]:
    """Options by their numbers from 1; none if any of them is something else."""
    numbers = re.split(r"[\s,،]+", latin_digits(part))
    known = {str(place + 1): place for place in range(len(question.options))}
    return [known[number] for number in numbers] if all(number in known for number in numbers) else []


def _which(question: Question) -> Unclear:
    return Unclear(_("Its answers are numbered from 1 to {most}.", most=len(question.options)))


def example(questions: Sequence[Question]) -> Words:
    """What a form's line may look like."""
    shown = [_example(question) for question in questions[:MOST_SHOWN]]
    more = ["…"] if len(questions) > MOST_SHOWN else []
    return Words("{line}", {"line": "; ".join([*shown, *more])})


def _example(question: Question) -> str:
    match question.kind:
        case "many":
            return "1, 2"
        case "number":
            return str(example_number(question))
        case "text":
            return "…"
    return "2"
