"""How a survey's questions and answers read: pure wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flows.surveys.answering import example_number, few_numbers
from flows.turn import Button, Row, choice
from flows.words import Text, Verbatim, Words, _, lines, paragraphs
from storage.consultations import POINTS, Kind, Question
from storage.responses import Value

LONGEST_SHOWN = 200

KINDS: dict[Kind, Words] = {
    "one": _("One answer"),
    "many": _("Several answers"),
    "scale": _("Scale 1–5"),
    "number": _("A number"),
    "text": _("In their own words"),
}


def bold(words: str) -> Words:
    return Words("<b>{words}</b>", {"words": words})


def shown(value: int | date | datetime) -> Words:
    """A number, day or moment by itself, as the reader's language writes it."""
    return Words("{value}", {"value": value})


def ends_of(question: Question) -> tuple[Text, Text]:
    """What 1 and 5 mean."""
    if len(question.options) == 2:
        return Verbatim(question.options[0]), Verbatim(question.options[1])
    return _("not at all"), _("very much")


def question_text(question: Question, number: int, total: int, kept: Text | None) -> Text:
    """The question with its place, how to answer it, and what was answered before."""
    return paragraphs(
        lines(_("{number} of {total}", number=number, total=total), bold(question.wording)),
        how_to_answer(question),
        _("You may skip this question.") if question.optional else None,
        _("Your answer so far: {answer}", answer=kept) if kept is not None else None,
    )


def how_to_answer(question: Question) -> Text | None:
    match question.kind:
        case "many":
            return _("Tap all that fit, then tap Done.")
        case "scale":
            low, high = ends_of(question)
            return _("1 means: {low}. 5 means: {high}.", low=low, high=high)
        case "number":
            return _number_range(question)
        case "text":
            return _("Please write your answer as a message.")
    return None


def _number_range(question: Question) -> Text:
    if few_numbers(question):
        return _("Please tap a number from {least} to {most}.", least=question.least, most=question.most)
    example = example_number(question)
    match question.least, question.most:
        case None, None:
            return _("Please write a whole number, for example {example}.", example=example)
        case least, None:
            return _(
                "Please write a whole number, {least} or more, for example {example}.",
                least=least,
                example=example,
            )
        case None, most:
            return _(
                "Please write a whole number, {most} or less, for example {example}.",
                most=most,
                example=example,
            )
    return _(
        "Please write a whole number from {least} to {most}, for example {example}.",
        least=question.least,
        most=question.most,
        example=example,
    )


def answer_rows(question: Question, chosen: Sequence[int]) -> list[Row]:
    """The buttons that answer the question; none where it is answered in writing."""
    match question.kind:
        case "one":
            return [[choice(str(place), option)] for place, option in enumerate(question.options)]
        case "many":
            ticks = [_tick(place, option, place in chosen) for place, option in enumerate(question.options)]
            return [*([tick] for tick in ticks), [choice("done", _("Done"))]]
        case "scale":
            return [[choice(str(point), str(point)) for point in POINTS]]
        case "number" if points := few_numbers(question):
            half = (len(points) + 1) // 2
            return [[choice(str(point), str(point)) for point in row] for row in (points[:half], points[half:])]
    return []


def _tick(place: int, option: str, is_set: bool) -> Button:
    return choice(f"-{place}", f"☑ {option}") if is_set else choice(f"+{place}", f"☐ {option}")


def answer_text(question: Question, value: Value) -> Text:
    """An answer as its giver reads it."""
    match question.kind, value:
        case _, None:
            return _("skipped")
        case "one", int(place):
            return Verbatim(question.options[place])
        case "many", tuple(places):
            return Verbatim("; ".join(question.options[place] for place in places)) if places else _("none of these")
        case (("scale" | "number"), int(number)):
            return shown(number)
    words = str(value)
    return Verbatim(words if len(words) <= LONGEST_SHOWN else words[: LONGEST_SHOWN - 1].rstrip() + "…")


def summary(questions: Sequence[Question], answers: Mapping[str, Value]) -> Text:
    """Every question with what was answered."""
    return paragraphs(
        *(
            lines(
                _("{number}. {question}", number=number, question=question.wording),
                _("– {answer}", answer=answer_text(question, answers.get(question.id))),
            )
            for number, question in enumerate(questions, 1)
        )
    )
