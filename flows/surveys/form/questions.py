"""Forms as questions of a survey: what the chat asks, and what it must remember of the form to ask it rightly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from flows.surveys.form.model import REFERENCE, Choice, Form, Item, ItemKind, Labels, Range
from flows.surveys.form.values import moment, number, time_of_day
from flows.words import SIMPLE, Written
from storage.consultations import Format, Kind, Question
from storage.responses import Value
from storage.translations import read_translations

COUNTED_AS: dict[ItemKind, tuple[Kind, Format]] = {
    "text": ("text", ""),
    "integer": ("number", ""),
    "decimal": ("number", "decimal"),
    "range": ("number", ""),
    "one": ("one", ""),
    "many": ("many", ""),
    "rank": ("many", "rank"),
    "date": ("text", "date"),
    "time": ("text", "time"),
    "datetime": ("text", "datetime"),
    "note": ("text", "note"),
    "acknowledge": ("one", "acknowledge"),
    "place": ("text", "place"),
    "photo": ("text", "photo"),
    "audio": ("text", "audio"),
    "calculate": ("text", "calculate"),
    "hidden": ("text", "hidden"),
}
"""How each kind of item is counted, and what is asked for within that."""

AS_WRITTEN: dict[Kind, ItemKind] = {
    "one": "one",
    "many": "many",
    "scale": "range",
    "number": "integer",
    "text": "text",
}
"""What a question that was written in the conversation would be in a form, unless its format says it."""

WRITTEN_HERE = 0
"""The row of what stood on no sheet and in no text."""

ACKNOWLEDGED = "OK"
"""What ODK writes for something that was acknowledged, and what the button says."""


@dataclass(frozen=True, slots=True)
class FromForm:
    """What a question remembers of its form: the item, and the form's languages, that of its `wording` first."""

    item: Item
    languages: tuple[str, ...]

    def words(self, labels: Labels, language: str) -> str:
        """The words in a language (or without its plain variant), or in the first there is."""
        found = labels.get(language) or labels.get(language.removesuffix(SIMPLE))
        return found or next((labels[one] for one in (*self.languages, *labels) if labels.get(one)), "")


def questions_of(form: Form) -> list[Question]:
    """The items in their order, without ids; they belong to no survey yet."""
    return [_question(form, position, item) for position, item in enumerate(form.items, 1)]


def _question(form: Form, position: int, item: Item) -> Question:
    kind, format = COUNTED_AS[item.kind]
    language = form.languages[0]
    options = tuple(form.words(choice.labels, language) or choice.name for choice in item.choices)
    whole = item.range is not None and all(
        number == int(number) for number in (item.range.least, item.range.most, item.range.step)
    )
    if item.range is not None and not whole:
        format = "decimal"
    return Question(
        "",
        "",
        position,
        kind,
        form.words(item.labels, language) or item.name,
        (ACKNOWLEDGED,) if item.kind == "acknowledge" else options,
        optional=item.required != "true()",
        least=int(item.range.least) if item.range is not None and whole else None,
        most=int(item.range.most) if item.range is not None and whole else None,
        format=format,
        details=_written(FromForm(item, form.languages)),
    )


def value_of(kind: Kind, format: Format, item: Item, words: str) -> Value:
    """What words of the form's (a default) mean as an answer; None where they mean none."""
    names = [choice.name for choice in item.choices]
    match kind, format:
        case "one", _:
            return names.index(words) if words in names else None
        case "many", _:
            chosen = words.split()
            return tuple(names.index(name) for name in chosen) if chosen and set(chosen) <= set(names) else None
        case "number", _:
            value = number(words)
            if not math.isfinite(value) or (format == "" and value != int(value)):
                return None
            return int(value) if value == int(value) else value
        case _, "date" | "datetime":
            at = moment(words)
            return None if at is None else at.date().isoformat() if format == "date" else at.isoformat()
        case _, "time":
            return words if not math.isnan(time_of_day(words)) else None
        case _, "photo" | "audio":
            return None
    return words or None


def _written(of: FromForm) -> str:
    return json.dumps(asdict(of), ensure_ascii=False, separators=(",", ":"))


def from_form(question: Question) -> FromForm | None:
    """What a question remembers of its form; None for one that was written in the conversation.

    Such a one has an item, too, as soon as a condition is about it.
    """
    return _read(question.details) if question.details else None


def came_with_form(question: Question) -> bool:
    of = from_form(question)
    return of is not None and of.item.row != WRITTEN_HERE


def item_kind(question: Question) -> ItemKind:
    of = from_form(question)
    return of.item.kind if of is not None else question.format or AS_WRITTEN[question.kind]


@lru_cache(maxsize=2048)
def _read(details: str) -> FromForm:
    kept: dict[str, Any] = json.loads(details)
    item = kept["item"]
    choices = tuple(Choice(**choice) for choice in item["choices"])
    bounds = Range(**item["range"]) if item["range"] else None
    sequences = {name: tuple(item[name]) for name in ("headings", "relevant")}
    return FromForm(Item(**{**item, **sequences, "choices": choices, "range": bounds}), tuple(kept["languages"]))


def spoken(question: Question, language: str) -> Question:
    """The question in a language, where its form has it or staff have put it into that language."""
    of = from_form(question)
    if of is not None and len(of.languages) > 1 and question.format != "acknowledge":
        options = tuple(of.words(choice.labels, language) or choice.name for choice in of.item.choices)
        question = replace(question, wording=of.words(of.item.labels, language) or question.wording, options=options)
    return _translated(question, language) if question.translations else question


def _translated(question: Question, language: str) -> Question:
    found = read_translations(question.translations)
    fields = {**found.get(language.removesuffix(SIMPLE), {}), **found.get(language, {})}
    options = tuple(fields.get("options", "").split("\n"))
    return replace(
        question,
        wording=fields.get("wording", question.wording),
        options=options if len(options) == len(question.options) else question.options,
    )


def reworded(question: Question, wording: str) -> Question:
    """With other words; what its form said in other languages meant the earlier ones."""
    of = from_form(question)
    if of is None or wording == question.wording:
        return replace(question, wording=wording)
    item = replace(of.item, labels={of.languages[0]: wording})
    return replace(question, wording=wording, details=_written(replace(of, item=item)))


def with_options(question: Question, options: tuple[str, ...]) -> Question:
    """With other answers to choose from, for one that was written in the conversation."""
    of = from_form(question)
    question = replace(question, options=options)
    if of is None:
        return question
    return replace(question, details=_written(replace(of, item=replace(of.item, choices=_choices(options)))))


def _choices(options: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(str(place), {"": option}) for place, option in enumerate(options, 1))


def _named(question: Question) -> FromForm:
    """With the name that conditions call it by."""
    of = from_form(question)
    if of is not None:
        return of
    labels, choices = {"": question.wording}, _choices(question.options)
    item = Item(WRITTEN_HERE, f"q{question.id}", item_kind(question), labels, choices=choices)
    return FromForm(item, ("",))


def only_if(question: Question, earlier: Question, place: int) -> tuple[Question, Question]:
    """The question, asked only of those who choose this answer of the earlier one; and that one, which now has a name.

    Both were written in the conversation.
    """
    of, deciding = _named(question), _named(earlier)
    conditional = replace(of, item=replace(of.item, relevant=(_chosen(deciding.item, place),)))
    return replace(question, details=_written(conditional)), replace(earlier, details=_written(deciding))


def of_everybody(question: Question) -> Question:
    """The question without such a condition."""
    of = from_form(question)
    return (
        question if of is None else replace(question, details=_written(replace(of, item=replace(of.item, relevant=()))))
    )


def decided_by(question: Question, earlier: Question) -> int | None:
    """The place of the earlier one's answer after which alone this one is asked."""
    of, deciding = from_form(question), from_form(earlier)
    if of is None or deciding is None or came_with_form(question):
        return None
    places = range(len(deciding.item.choices))
    return next((place for place in places if _chosen(deciding.item, place) in of.item.relevant), None)


def _chosen(item: Item, place: int) -> str:
    """As a form says it."""
    return f"selected(${{{item.name}}}, '{item.choices[place].name}')"


def unsaid(question: Question) -> tuple[str, ...]:
    """The languages of its form in which its words are missing."""
    of = from_form(question)
    if of is None or "" in of.item.labels:
        return ()
    said = {*of.item.labels, *read_translations(question.translations)}
    return tuple(language for language in of.languages if language and language not in said)


def wording_of(question: Question) -> Written:
    """The wording as whoever reads the results reads it."""
    return _in_all(question, _without_answers(question.wording), lambda one: _without_answers(one.wording))


def option_of(question: Question, place: int) -> Written:
    """An answer to choose, likewise."""
    words = _without_answers(question.options[place])
    return _in_all(question, words, lambda one: _without_answers(one.options[place]))


def _without_answers(words: str) -> str:
    """What was asked of many has no single answer to put into its words."""
    return REFERENCE.sub("…", words)


def _in_all(question: Question, words: str, of: Callable[[Question], str]) -> Written:
    form = from_form(question)
    languages = {*(form.languages if form else ()), *read_translations(question.translations)} - {""}
    return Written(words, "", {language: of(spoken(question, language)) for language in languages})


def languages_of(questions: Sequence[Question], written_in: str = "") -> tuple[str, ...]:
    """The languages a survey can be read in: its form's, or the one it was `written_in`, and its translations'."""
    found = (of.languages for one in questions if (of := from_form(one)) is not None and came_with_form(one))
    asked = [read_translations(question.translations) for question in questions if question.is_asked]
    everywhere = [one for one in (asked[0] if asked else ()) if all("wording" in of.get(one, ()) for of in asked)]
    return tuple(language for language in (*next(found, (written_in,)), *everywhere) if language)


def packed(question: Question) -> str:
    """A question as text, for a conversation to remember until it is wanted."""
    return json.dumps(asdict(question), ensure_ascii=False, separators=(",", ":"))


def unpacked(words: str) -> Question:
    kept = json.loads(words)
    return Question(**{**kept, "options": tuple(kept["options"])})
