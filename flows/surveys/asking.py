"""How a survey's questions and answers read: pure wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from string import ascii_uppercase

from flows.surveys.answering import (
    MOST_TO_TAP,
    example_number,
    few_numbers,
    is_voice,
    scale_of,
    shown_number,
)
from flows.surveys.form.limits import MOST_ON_BUTTONS
from flows.surveys.formats import HOW, READ
from flows.surveys.formats import shown as shown_as
from flows.turn import Button, Row, choice
from flows.words import Text, Verbatim, Words, Written, _, lines, named_in, paragraphs, shortened
from storage.consultations import POINTS, Consultation, Format, Kind, Question
from storage.responses import WITHHELD, Value

UNFIT = _("This answer does not fit any more. Please answer again.")

LONGEST_SHOWN = 200
LONGEST_ON_BUTTON = 60

KINDS: dict[Kind, Words] = {
    "one": _("One answer"),
    "many": _("Several answers"),
    "scale": _("Scale 1–5"),
    "number": _("A number"),
    "text": _("In their own words"),
}


FORMATS: dict[Format, Words] = {
    "decimal": _("A number"),
    "rank": _("Putting in order"),
    "date": _("A day"),
    "time": _("A time"),
    "datetime": _("A day and a time"),
    "note": _("A note"),
    "acknowledge": _("To be confirmed"),
    "place": _("A place"),
    "photo": _("A picture"),
    "audio": _("A voice message"),
    "calculate": _("Worked out"),
    "hidden": _("Not shown"),
}


def kind_name(question: Question) -> Words:
    return FORMATS.get(question.format, KINDS[question.kind])


def bold(words: Text | str) -> Words:
    return Words("<b>{words}</b>", {"words": words})


def shown(value: float | date | datetime) -> Words:
    """A number, day or moment by itself, as the reader's language writes it."""
    return Words("{value}", {"value": value})


def panel_called(consultation: Consultation) -> Written:
    """The name of its panel, in the reader's language if staff gave it."""
    return named_in(consultation.panel_name, consultation.panel_language, consultation.panel_translations, "name")


def ends_of(question: Question) -> tuple[Text, Text]:
    """What 1 and 5 mean."""
    if len(question.options) == 2:
        return Verbatim(question.options[0]), Verbatim(question.options[1])
    return _("not at all"), _("very much")


def question_text(
    question: Question,
    number: int,
    total: int,
    kept: Text | None,
    *,
    hint: str = "",
    optional: bool,
    by_voice: bool = False,
    options: Text | None = None,
) -> Text:
    """The question with its place, its hint, how to answer it, and what was answered before."""
    return paragraphs(
        lines(
            _("{number} of {total}", number=number, total=total),
            bold(question.wording),
            Verbatim(hint) if hint else None,
        ),
        options,
        how_to_answer(question, by_voice=by_voice),
        _("You may skip this question.") if optional else None,
        _("Your answer so far: {answer}", answer=kept) if kept is not None else None,
    )


def how_to_answer(question: Question, *, by_voice: bool = False) -> Text | None:
    """`by_voice` for somebody who would rather speak than write."""
    if question.format in HOW and question.kind != "number":
        return HOW[question.format]
    match question.kind:
        case "many" if question.format == "rank":
            return _("Tap them in your order, the most important first, then tap Done.")
        case "one" if len(question.options) > MOST_TO_TAP:
            return _("Please write the first letters of your answer.")
        case "many":
            return _("Tap all that fit, then tap Done.")
        case "scale":
            low, high = ends_of(question)
            return _("1 means: {low}. 5 means: {high}.", low=low, high=high)
        case "number":
            return _number_range(question)
        case "text" if by_voice:
            return _("Please hold the microphone button and say your answer; staff will hear it. You can also write.")
        case "text":
            return _("Please write your answer, or say it in a voice message that staff will hear.")
    return None


def _number_range(question: Question) -> Text:
    if points := few_numbers(question):
        return _("Please tap a number from {least} to {most}.", least=points[0], most=points[-1])
    example = example_number(question)
    if (scale := scale_of(question)) is not None:
        most = scale.point(scale.last)
        return _(
            "Please write a number from {least} to {most}, for example {example}.",
            least=shown_number(scale.least),
            most=shown_number(most),
            example=example,
        )
    if question.format in HOW:
        return HOW[question.format]
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


def answer_rows(question: Question, chosen: Sequence[int], offered: Sequence[int] | None = None) -> list[Row]:
    """The buttons that answer the question, for the options `offered`; none where it is answered in writing."""
    labels = _labels(question, chosen, offered)
    match question.kind:
        case "one":
            return [[choice(str(place), label)] for place, label in labels.items()]
        case "many":
            ticks = [_tick(question, place, label, chosen) for place, label in labels.items()]
            return [*([tick] for tick in ticks), [choice("done", _("Done"))]]
        case "scale":
            return [[choice(str(point), str(point)) for point in POINTS]]
        case "number" if points := few_numbers(question):
            half = (len(points) + 1) // 2
            return [[choice(str(point), shown(point)) for point in row] for row in (points[:half], points[half:])]
    return []


def long_options(question: Question, chosen: Sequence[int], offered: Sequence[int] | None = None) -> Text | None:
    """All options in full, where one of them is too long for its button."""
    if question.kind not in ("one", "many"):
        return None
    places = _to_tap(question, chosen, offered)
    if all(len(question.options[place]) <= LONGEST_ON_BUTTON for place in places):
        return None
    return lines(*(Verbatim(f"{mark} {question.options[place]}") for place, mark in _marks(question, places)))


def _to_tap(question: Question, chosen: Sequence[int], offered: Sequence[int] | None) -> Sequence[int]:
    """The options that have a button: of very many to choose one from only those that were found."""
    places = range(len(question.options)) if offered is None else offered
    return chosen if question.kind == "one" and len(places) > MOST_TO_TAP else places[:MOST_ON_BUTTONS]


def _labels(question: Question, chosen: Sequence[int], offered: Sequence[int] | None) -> dict[int, str]:
    """What stands on the buttons: numbers of the options above them where these are too long."""
    if question.kind not in ("one", "many"):
        return {}
    places = _to_tap(question, chosen, offered)
    if long_options(question, chosen, offered) is None:
        return {place: question.options[place] for place in places}
    return {place: f"{mark} {question.options[place]}" for place, mark in _marks(question, places)}


def _marks(question: Question, places: Sequence[int]) -> list[tuple[int, str]]:
    """Numbers; letters where numbers say in which order the options were tapped."""
    letters = question.format == "rank" and len(places) <= len(ascii_uppercase)
    return [
        (place, f"{ascii_uppercase[number - 1]}." if letters else f"{number}.")
        for number, place in enumerate(places, 1)
    ]


def _tick(question: Question, place: int, option: str, chosen: Sequence[int]) -> Button:
    if place not in chosen:
        return choice(f"+{place}", f"☐ {option}")
    mark = f"{chosen.index(place) + 1}." if question.format == "rank" else "☑"
    return choice(f"-{place}", f"{mark} {option}")


def answer_text(question: Question, value: Value) -> Text:
    """An answer as its giver reads it."""
    if value == WITHHELD:
        return _("prefer not to say")
    match question.kind, value:
        case _, None:
            return _("skipped")
        case "one", int(place):
            return Verbatim(question.options[place])
        case "many", tuple(places) if question.format == "rank":
            ordered = (f"{number}. {question.options[place]}" for number, place in enumerate(places, 1))
            return Verbatim("; ".join(ordered))
        case "many", tuple(places):
            return Verbatim("; ".join(question.options[place] for place in places)) if places else _("none of these")
        case (("scale" | "number"), int(number) | float(number)):
            return shown(number)
    if question.format in READ:
        return shown_as(question.format, str(value))
    if is_voice(value):
        return _("a voice message")
    return Verbatim(shortened(str(value), LONGEST_SHOWN))


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
