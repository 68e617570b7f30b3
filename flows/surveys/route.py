"""One person's way through a survey: which questions their answers leave to be asked, as the form's conditions say.

A condition that fails while somebody answers never holds them up: the question is asked, the answer taken.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from flows.surveys.answering import Unclear, Understood, understood
from flows.surveys.form.expressions import expression, is_expression
from flows.surveys.form.functions import World
from flows.surveys.form.model import Choice, Item
from flows.surveys.form.questions import ACKNOWLEDGED, FromForm, from_form, spoken
from flows.surveys.form.values import number, text
from flows.surveys.formats import READ, read
from flows.turn import Said
from flows.words import Words, _
from storage.consultations import Question
from storage.responses import WITHHELD, Value

MOST_PASSES = 5
"""A condition may look at what comes later; after so many rounds nothing changes any more that should."""


@dataclass(frozen=True)
class Route:
    """`questions` in the reader's `language`; `now` in local time; `seed` keeps a form's random numbers the same."""

    questions: tuple[Question, ...]
    answers: Mapping[str, Value]
    now: datetime
    language: str
    seed: str = ""

    @staticmethod
    def through(
        questions: Iterable[Question], answers: Mapping[str, Value], now: datetime, language: str, seed: str = ""
    ) -> Route:
        return Route(tuple(spoken(question, language) for question in questions), answers, now, language, seed)

    # ------------------------------------------------------------ what is asked

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions that are to be answered, as far as is known now."""
        return tuple(question for question in self.questions if question.is_asked and self._is_met(question))

    @property
    def next(self) -> Question | None:
        """The first that is neither answered nor skipped."""
        return next((question for question in self.asked if question.id not in self.answers), None)

    def before(self, question: Question) -> Question | None:
        earlier = [other for other in self.asked if other.position < question.position]
        return earlier[-1] if earlier else None

    def question(self, id: str) -> Question | None:
        """One that is to be answered."""
        return next((question for question in self.asked if question.id == id), None)

    def place(self, question: Question) -> int:
        """From 1."""
        return self.asked.index(question) + 1

    def needs_answer(self, question: Question) -> bool:
        of = from_form(question)
        if of is None or of.item.required in ("", "true()"):
            return not question.optional
        return expression(of.item.required).is_true(self._world(), otherwise=False)

    @property
    def missing(self) -> Question | None:
        """The first that needs an answer and has none."""
        return next(
            (one for one in self.asked if self.answers.get(one.id) is None and self.needs_answer(one)),
            None,
        )

    def notes_before(self, question: Question | None) -> list[str]:
        """What is said between the last question and this one (None: at the end); titles of groups that begin here."""
        earlier = self.before(question) if question else self.asked[-1] if self.asked else None
        first = earlier.position if earlier else 0
        last = question.position if question else self.questions[-1].position + 1 if self.questions else 0
        notes = [
            self._filled(one.wording)
            for one in self.questions
            if one.format == "note" and first < one.position < last and self._is_met(one)
        ]
        return [*self._titles(earlier, question), *notes]

    def _titles(self, earlier: Question | None, question: Question | None) -> list[str]:
        before = [] if earlier is None else self._headings(earlier)
        now = [] if question is None else self._headings(question)
        return [title for place, title in enumerate(now) if place >= len(before) or before[place] != title]

    def _headings(self, question: Question) -> list[str]:
        of = from_form(question)
        return [] if of is None else [of.words(labels, self.language) for labels in of.item.headings]

    # ------------------------------------------------------------ one question

    def worded(self, question: Question) -> Question:
        """The question with what was answered before put into its words."""
        of = from_form(question)
        return question if of is None else replace(question, wording=self._filled(question.wording))

    def hint(self, question: Question) -> str:
        of = from_form(question)
        return "" if of is None else self._filled(of.words(of.item.hints, self.language))

    def offered(self, question: Question) -> tuple[int, ...]:
        """The places of the options that can be chosen."""
        of = from_form(question)
        places = tuple(range(len(question.options)))
        if of is None or not of.item.choice_filter:
            return places
        wanted = expression(of.item.choice_filter)
        return tuple(
            place for place in places if wanted.is_true(self._world(choice=of.item.choices[place]), otherwise=True)
        )

    def suggested(self, question: Question) -> Value:
        """What the form answers beforehand."""
        of = from_form(question)
        if of is None or not of.item.default:
            return None
        words = self._worked_out(of.item.default)
        return _value_of(question, of.item, words)

    def understood(self, question: Question, said: Said, chosen: Sequence[int] = ()) -> Understood | Unclear:
        """What was said as an answer, if the form takes it."""
        found = read(question.format, said, self.now) if question.format in READ else understood(question, said, chosen)
        of = from_form(question)
        if isinstance(found, Unclear) or of is None or not of.item.constraint or found.value is None:
            return found
        world = self._world(current=_words_of(question, of.item, found.value))
        if expression(of.item.constraint).is_true(world, otherwise=True):
            return found
        said_words = of.words(of.item.constraint_words, self.language)
        if not said_words:
            return Unclear(_("That is not possible here. Please try again."))
        return Unclear(Words("{words}", {"words": self._filled(said_words)}))

    def calculations(self) -> dict[str, str]:
        """What the form works out from the answers, by question."""
        return {
            question.id: self._values.get(of.item.name, "")
            for question in self.questions
            if question.format in ("calculate", "hidden") and (of := from_form(question)) is not None
        }

    # ------------------------------------------------------------ conditions

    @cached_property
    def _values(self) -> dict[str, str]:
        """The answers by the form's names; what is not asked has none."""
        values = {of.item.name: self._answered(question, of.item) for question, of in self._of_forms}
        for _pass in range(MOST_PASSES):
            before = dict(values)
            for question, of in self._of_forms:
                met = self._holds(of.item, values)
                values[of.item.name] = self._value(question, of.item, values) if met else ""
            if values == before:
                break
        return values

    @cached_property
    def _of_forms(self) -> list[tuple[Question, FromForm]]:
        return [(question, of) for question in self.questions if (of := from_form(question)) is not None]

    def _value(self, question: Question, item: Item, values: Mapping[str, str]) -> str:
        if question.format not in ("calculate", "hidden"):
            return self._answered(question, item)
        source = item.calculation
        if not source:
            return item.default
        return expression(source).words(self._world_of(values, values.get(item.name, "")))

    def _answered(self, question: Question, item: Item) -> str:
        value = self.answers.get(question.id)
        return "" if value in (None, WITHHELD) else _words_of(question, item, value)

    def _is_met(self, question: Question) -> bool:
        of = from_form(question)
        if of is None:
            return True
        has_options = question.kind not in ("one", "many") or bool(self.offered(question))
        return has_options and self._holds(of.item, self._values)

    def _holds(self, item: Item, values: Mapping[str, str]) -> bool:
        return all(expression(source).is_true(self._world_of(values), otherwise=True) for source in item.relevant)

    def _worked_out(self, source: str) -> str:
        return expression(source).words(self._world()) if is_expression(source) else source

    def _world(self, current: str = "", choice: Choice | None = None) -> World:
        return replace(self._world_of(self._values, current), columns=choice.columns if choice else {})

    def _world_of(self, values: Mapping[str, str], current: str = "") -> World:
        chance = random.Random(self.seed)
        return World(self.now, values, current, label=self._label, chance=chance.random)

    def _label(self, name: str, value: str) -> str:
        for _question, of in self._of_forms:
            if of.item.name == name:
                labels = {choice.name: choice.labels for choice in of.item.choices}
                return of.words(labels[value], self.language) if value in labels else value
        return value

    def _filled(self, words: str) -> str:
        """`${name}` in the form's words is what was answered there."""
        for name, value in self._values.items() if "${" in words else ():
            words = words.replace(f"${{{name}}}", value)
        return words


def _words_of(question: Question, item: Item, value: Value) -> str:
    """An answer as the form's expressions see it."""
    match value:
        case _ if question.format == "acknowledge":
            return ACKNOWLEDGED
        case int(place) if question.kind == "one":
            return item.choices[place].name if place < len(item.choices) else ""
        case tuple(places):
            return " ".join(item.choices[place].name for place in places if place < len(item.choices))
        case int() | float():
            return text(float(value))
    return str(value)


def _value_of(question: Question, item: Item, words: str) -> Value:
    """What a form's default means as an answer; None where it means none."""
    names = [choice.name for choice in item.choices]
    match question.kind:
        case "one":
            return names.index(words) if words in names else None
        case "many":
            return tuple(names.index(word) for word in words.split() if word in names) or None
        case "number" | "scale":
            value = number(words)
            if value != value:
                return None
            return int(value) if value == int(value) else value
    return words or None
