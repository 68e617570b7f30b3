"""`folkmoot check-form`: what is wrong with a form, or the form as a citizen will meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.surveys.form.advice import Advice, Asked, advice, minutes
from flows.surveys.form.model import Choice, Form, Item, Labels, Problem, Range, language_name
from flows.surveys.form.reading import LARGEST, read_form
from flows.words import Text, Voice

Say = Callable[[str], None]

FAILED = 1
ENGLISH = Voice("en", ZoneInfo("UTC"))

HOW: dict[str, str] = {
    "text": "written in their own words",
    "integer": "a whole number",
    "decimal": "a number",
    "date": "a day",
    "time": "a time of day",
    "datetime": "a day and a time",
    "place": "a place, sent from the telephone or the map",
    "photo": "a picture",
    "audio": "a voice message",
    "many": "several of these, then Done",
    "rank": "tapped in order",
}


def run_check_form(path: Path, say: Say, complain: Say, *, leave_out: bool = False) -> int:
    """Exit status 0 with the survey as a transcript, or 1 with a sentence for each problem."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as refused:
        say(f"Cannot read {path}: {refused.strerror or refused}.")
        return FAILED
    reading = read_form(data, leave_out=leave_out)
    if reading.form is None:
        for problem in reading.problems:
            say(said(problem.said))
        if any(problem.left_out for problem in reading.problems):
            complain("To do without what a chat cannot do: folkmoot check-form --leave-out FILE")
        return FAILED
    for line in transcript(reading.form):
        say(line)
    for line in remarks(reading.form, reading.notes):
        say(line)
    return 0


def said(text: Text) -> str:
    return ENGLISH.plain(text)


# ---------------------------------------------------------------- the transcript


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item with its place among those that are asked; 0 for one that is not."""

    number: int
    item: Item


def transcript(form: Form) -> Iterator[str]:
    """The survey line by line, in its first language."""
    numbered = _numbered(form)
    asked = [one for one in numbered if one.number]
    yield form.title or "A survey"
    takes = minutes(_as_asked(form))
    yield f"{_plural(len(asked), 'question')}, about {_plural(takes, 'minute')}{_languages(form)}"
    heading: tuple[str, ...] = ()
    for one in numbered:
        titles = tuple(_words(form, labels) for labels in one.item.headings)
        if titles != heading and titles:
            yield ""
            yield f"== {' / '.join(titles)} =="
        heading = titles
        yield ""
        yield from _shown(form, one)


def _numbered(form: Form) -> list[Numbered]:
    number, found = 0, []
    for item in form.items:
        is_question = item.is_asked and item.kind != "note"
        number += is_question
        found.append(Numbered(number if is_question else 0, item))
    return found


def _shown(form: Form, one: Numbered) -> Iterator[str]:
    item = one.item
    if item.relevant:
        yield f"   (only if {' and '.join(_one_line(source) for source in item.relevant)})"
    match item.kind:
        case "calculate":
            yield f"   {item.name} is worked out: {_one_line(item.calculation or item.default)}"
            return
        case "hidden":
            yield f"   {item.name} stays empty." if not item.default else f"   {item.name} is {item.default}."
            return
        case "note":
            yield f"   {_words(form, item.labels)}"
            return
    yield f"{one.number}. {_words(form, item.labels)}{'' if _may_be_skipped(item) else ' *'}"
    if item.required not in ("", "true()"):
        yield f"   (needs an answer only if {_one_line(item.required)})"
    if item.hints:
        yield f"   {_words(form, item.hints)}"
    yield from _answers(form, item)
    if item.constraint:
        refused = _words(form, item.constraint_words)
        yield f"   (accepted if {_one_line(item.constraint)}{f'; otherwise: {refused}' if refused else ''})"
    if item.default:
        yield f"   (answered already: {_one_line(item.default)})"


def _may_be_skipped(item: Item) -> bool:
    return item.required != "true()"


def _answers(form: Form, item: Item) -> Iterator[str]:
    if item.kind in HOW:
        yield f"   ({HOW[item.kind]})"
    if item.kind == "acknowledge":
        yield "   [OK]"
    if item.range is not None:
        yield f"   {_range(item.range)}"
    for choice in item.choices:
        yield f"   [{_choice(form, choice)}]"
    if item.choice_filter:
        yield f"   (only those with {_one_line(item.choice_filter)})"


def _range(numbers: Range) -> str:
    points = round((numbers.most - numbers.least) / numbers.step) + 1
    if points <= 12:
        return " ".join(f"[{numbers.least + place * numbers.step:g}]" for place in range(points))
    return f"(a number from {numbers.least:g} to {numbers.most:g}, {numbers.step:g} apart)"


def _choice(form: Form, choice: Choice) -> str:
    return _words(form, choice.labels) or choice.name


def _words(form: Form, labels: Labels) -> str:
    return " ".join(form.words(labels, form.languages[0]).split())


def _one_line(source: str) -> str:
    return " ".join(source.split())


def _languages(form: Form) -> str:
    spoken = [language_name(language) for language in form.languages if language]
    return f"; in {', '.join(spoken)}" if len(spoken) > 1 else ""


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# ---------------------------------------------------------------- remarks


def remarks(form: Form, notes: tuple[Problem, ...]) -> Iterator[str]:
    """What a chat does differently, and what a careful colleague would say."""
    lines = [said(note.said) for note in notes]
    lines += [_advised(one) for one in advice(_as_asked(form))]
    if not all(_may_be_skipped(item) for item in form.items if item.is_asked):
        yield ""
        yield "* needs an answer"
    if lines:
        yield ""
        yield "Remarks"
        yield from (f"- {line}" for line in lines)


def _advised(one: Advice) -> str:
    return said(one.what) if one.number is None else f"Question {one.number}: {said(one.what)}"


def _as_asked(form: Form) -> list[Asked]:
    return [
        Asked(
            one.number,
            one.item.kind,
            _words(form, one.item.labels),
            tuple(_choice(form, choice) for choice in one.item.choices),
            _may_be_skipped(one.item),
        )
        for one in _numbered(form)
        if one.item.is_asked
    ]
