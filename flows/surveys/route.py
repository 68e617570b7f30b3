"""One person's way through a survey: which questions their answers leave to be asked, as the form's conditions say.

A condition that fails while somebody answers never holds them up: the question is asked, the answer taken.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from flows.surveys.answering import Unclear, Understood, fits, on_scale, understood
from flows.surveys.form.expressions import expression, is_expression
from flows.surveys.form.functions import World
from flows.surveys.form.model import REFERENCE, Item
from flows.surveys.form.questions import ACKNOWLEDGED, FromForm, from_form, spoken, value_of
from flows.surveys.form.values import text
from flows.surveys.formats import READ, read
from flows.turn import Choice, Said
from flows.words import Words, _
from storage.consultations import Question
from storage.responses import WITHHELD, Value

ONCE = re.compile(r"\bonce\s*\(")
NO_NUMBER = text(math.nan)
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
        """The questions that are to be answered, as far as is known now, with earlier answers put into their words."""
        return tuple(
            self._worded(question) for question in self.questions if question.is_asked and self._is_met(question)
        )

    @property
    def left(self) -> list[Question]:
        """Those that are neither answered nor skipped, or whose answer does not fit any more."""
        return [one for one in self.asked if one.id not in self.answers or self.is_unfit(one)]

    @property
    def next(self) -> Question | None:
        return next(iter(self.left), None)

    @property
    def incomplete(self) -> list[Question]:
        """Those without which the answers cannot be sent."""
        return [
            one
            for one in self.asked
            if self.is_unfit(one) or (self.answers.get(one.id) is None and self.needs_answer(one))
        ]

    @cached_property
    def stale(self) -> tuple[str, ...]:
        """Ids of what was answered and is not asked any more, because another answer has changed since."""
        asked = {question.id for question in self.asked}
        answered = (one.id for one in self.questions if one.is_asked and one.id in self.answers)
        return tuple(id for id in answered if id not in asked)

    def is_unfit(self, question: Question) -> bool:
        """Whether its answer was possible once, but is not beside what was answered elsewhere since."""
        of, value = from_form(question), self.answers.get(question.id)
        if of is None or value in (None, WITHHELD):
            return False
        looks_elsewhere = bool(of.item.constraint) and bool(expression(of.item.constraint).names)
        return not self._is_offered(question, value) or (looks_elsewhere and not self._is_accepted(question, of, value))

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
        world = self._world_of(self._values, about=f"{of.item.name} required")
        return expression(of.item.required).is_true(world, otherwise=False)

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
        return [] if of is None else [self._filled(of.words(labels, self.language)) for labels in of.item.headings]

    def is_half_ranked(self, question: Question) -> bool:
        """Somebody left before everything was in its order."""
        value = self.answers.get(question.id)
        return question.format == "rank" and isinstance(value, tuple) and set(value) < set(self.offered(question))

    # ------------------------------------------------------------ one question

    def _worded(self, question: Question) -> Question:
        if not question.details:
            return question
        options = tuple(self._filled(option) for option in question.options)
        return replace(question, wording=self._filled(question.wording), options=options)

    def required_words(self, question: Question) -> str:
        """What the form says to somebody who leaves it out."""
        of = from_form(question)
        return "" if of is None else self._filled(of.words(of.item.required_words, self.language))

    def hint(self, question: Question) -> str:
        of = from_form(question)
        return "" if of is None else self._filled(of.words(of.item.hints, self.language))

    def offered(self, question: Question) -> tuple[int, ...]:
        """The places of the options that can be chosen."""
        of = from_form(question)
        return tuple(range(len(question.options))) if of is None else self._offered(question, of.item, self._values)

    def _offered(self, question: Question, item: Item, values: Mapping[str, str]) -> tuple[int, ...]:
        places = tuple(range(len(question.options)))
        if not item.choice_filter:
            return places
        wanted, world = expression(item.choice_filter), self._world_of(values, about=f"{item.name} choice_filter")
        choices = [replace(world, columns=item.choices[place].columns) for place in places]
        return tuple(place for place in places if wanted.is_true(choices[place], otherwise=True))

    def _is_offered(self, question: Question, value: Value) -> bool:
        """Whether what was chosen can still be chosen; a rank holds all there is."""
        if question.kind not in ("one", "many"):
            return True
        chosen = set(value) if isinstance(value, tuple) else {value}
        offered = set(self.offered(question))
        return chosen == offered if question.format == "rank" else chosen <= offered

    def _is_accepted(self, question: Question, of: FromForm, value: Value) -> bool:
        if not of.item.constraint:
            return True
        words = _words_of(question, of.item, value)
        world = self._world_of(self._values, words, about=f"{of.item.name} constraint")
        return expression(of.item.constraint).is_true(world, otherwise=True)

    def suggested(self, question: Question) -> Value:
        """What the form answers beforehand, if that is an answer it takes."""
        of = from_form(question)
        if of is None or not of.item.default:
            return None
        value = value_of(question.kind, question.format, of.item, self._worked_out(of.item))
        if value is None or not fits(question, value) or not self._is_offered(question, value):
            return None
        return value if self._is_accepted(question, of, value) else None

    def understood(self, question: Question, said: Said, chosen: Sequence[int] = ()) -> Understood | Unclear:
        """What was said as an answer, if the form takes it."""
        found = self._read(question, said, chosen)
        of = from_form(question)
        if isinstance(found, Unclear) or of is None or found.value is None:
            return found
        if self._is_accepted(question, of, found.value):
            return found
        said_words = of.words(of.item.constraint_words, self.language)
        if not said_words:
            return Unclear(_("That is not possible here. Please try again."))
        return Unclear(Words("{words}", {"words": self._filled(said_words)}))

    def _read(self, question: Question, said: Said, chosen: Sequence[int]) -> Understood | Unclear:
        tapped = isinstance(said, Choice)
        if question.format not in READ or (question.format == "decimal" and tapped):
            return understood(question, said, chosen, self.offered(question))
        found = read(question.format, said, self.now)
        if isinstance(found, Understood) and isinstance(found.value, int | float):
            return on_scale(question, found.value)
        return found

    def calculations(self, *, once: bool = False) -> dict[str, str]:
        """What the form works out from the answers, by question; or only what it works out `once`."""
        return {
            question.id: "" if (words := self._values.get(of.item.name, "")) == NO_NUMBER else words
            for question, of in self._of_forms
            if question.format in ("calculate", "hidden") and (not once or ONCE.search(of.item.calculation))
        }

    # ------------------------------------------------------------ conditions

    @cached_property
    def _values(self) -> dict[str, str]:
        """The answers by the form's names; what is not asked has none."""
        values = {of.item.name: self._answered(question, of.item) for question, of in self._of_forms}
        for _pass in range(MOST_PASSES):
            before = dict(values)
            for question, of in self._of_forms:
                met = self._is_possible(question, of.item, values)
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
        return expression(source).words(self._world_of(values, values.get(item.name, ""), about=item.name))

    def _answered(self, question: Question, item: Item) -> str:
        value = self.answers.get(question.id)
        return "" if value in (None, WITHHELD) else _words_of(question, item, value)

    def _is_met(self, question: Question) -> bool:
        of = from_form(question)
        return of is None or self._is_possible(question, of.item, self._values)

    def _is_possible(self, question: Question, item: Item, values: Mapping[str, str]) -> bool:
        """Whether its conditions hold and, where it is answered by choosing, there is something to choose from."""
        world = self._world_of(values, about=f"{item.name} relevant")
        if not all(expression(source).is_true(world, otherwise=True) for source in item.relevant):
            return False
        return question.kind not in ("one", "many") or bool(self._offered(question, item, values))

    def _worked_out(self, item: Item) -> str:
        if not is_expression(item.default):
            return item.default
        return expression(item.default).words(self._world_of(self._values, about=f"{item.name} default"))

    def _world_of(self, values: Mapping[str, str], current: str = "", *, about: str) -> World:
        """Chance is the same whenever the same person's same expression is worked out, and another for every other."""
        chance = random.Random(f"{self.seed} {about}")
        return World(self.now, values, current, label=self._label, chance=chance.random)

    def _label(self, name: str, value: str) -> str:
        for _question, of in self._of_forms:
            if of.item.name == name:
                labels = {choice.name: choice.labels for choice in of.item.choices}
                return of.words(labels[value], self.language) if value in labels else value
        return value

    def _filled(self, words: str) -> str:
        """`${name}` in the form's words is what was answered there."""
        return REFERENCE.sub(lambda found: self._values.get(found[1], ""), words) if "${" in words else words


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
