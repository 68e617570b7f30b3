"""A form: what it asks, in which order, of whom, and in which languages. What all ways of making a survey lead to."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.words import LANGUAGES, Text, Words, _

ItemKind = Literal[
    "text",
    "integer",
    "decimal",
    "range",
    "one",
    "many",
    "rank",
    "date",
    "time",
    "datetime",
    "note",
    "acknowledge",
    "place",
    "photo",
    "audio",
    "calculate",
    "hidden",
]
CHOOSING: tuple[ItemKind, ...] = ("one", "many", "rank")
SILENT: tuple[ItemKind, ...] = ("calculate", "hidden")
"""Nobody is asked these."""

REFERENCE = re.compile(r"\$\{\s*([^{}$]*?)\s*\}")
"""Where an answer is put into the form's words."""

TINY = 1e-9

Labels = Mapping[str, str]
"""Words by language: an ISO 639 code where the form tells it, otherwise the form's name for it; "" where it has one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to choose from; `columns` are what a choice filter may look at."""

    name: str
    labels: Labels
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `least` to `most`, `step` apart."""

    least: float
    most: float
    step: float

    @property
    def last(self) -> int:
        """The place of the largest, where that of the smallest is 0."""
        return math.floor((self.most - self.least) / self.step + TINY)

    def point(self, place: int) -> float:
        """Without what adding fractions leaves behind."""
        return round(self.least + place * self.step, 9)

    def holds(self, value: float) -> bool:
        place = round((value - self.least) / self.step)
        return 0 <= place <= self.last and abs(self.point(place) - value) <= TINY * max(1.0, abs(value))


@dataclass(frozen=True, slots=True)
class Item:
    """One question, note or calculation.

    `relevant` are the conditions of its own and of the groups around it, which must all be true; `required`,
    `constraint`, `calculation`, `choice_filter` and a `default` with brackets are expressions, empty where there is
    none; `headings` are the titles of the groups around it, the outermost first.
    """

    row: int
    name: str
    kind: ItemKind
    labels: Labels
    hints: Labels = field(default_factory=dict)
    headings: tuple[Labels, ...] = ()
    relevant: tuple[str, ...] = ()
    required: str = ""
    required_words: Labels = field(default_factory=dict)
    constraint: str = ""
    constraint_words: Labels = field(default_factory=dict)
    calculation: str = ""
    default: str = ""
    choices: tuple[Choice, ...] = ()
    choice_filter: str = ""
    range: Range | None = None

    @property
    def is_asked(self) -> bool:
        return self.kind not in SILENT

    @property
    def is_question(self) -> bool:
        return self.is_asked and self.kind != "note"


@dataclass(frozen=True, slots=True)
class Form:
    """`languages` begins with the one that stands in for a missing translation; `version` is the author's own."""

    title: str
    version: str
    languages: tuple[str, ...]
    items: tuple[Item, ...]

    def words(self, labels: Labels, language: str) -> str:
        """The words in a language, or in the first there is."""
        return labels.get(language) or next((labels[one] for one in (*self.languages, *labels) if labels.get(one)), "")


@dataclass(frozen=True, slots=True)
class Problem:
    """Where it is, as a spreadsheet shows it (`row` 0 means all of the sheet), and what is wrong.

    `left_out` says that the form can be used without this part, if its author agrees.
    """

    sheet: str
    row: int
    column: str
    what: Text
    left_out: bool = False

    @property
    def said(self) -> Words:
        match self.sheet, self.row, self.column:
            case "", 0, _column:
                return _("{what}", what=self.what)
            case "", row, _column:  # a message or a text has lines
                return _("Line {row}: {what}", row=str(row), what=self.what)
            case sheet, 0, "":
                return _("Sheet {sheet}: {what}", sheet=sheet, what=self.what)
            case sheet, row, "":
                return _("Sheet {sheet}, row {row}: {what}", sheet=sheet, row=str(row), what=self.what)
        places = {"sheet": self.sheet, "row": str(self.row), "column": self.column, "what": self.what}
        return _("Sheet {sheet}, row {row}, column {column}: {what}", **places)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of a file: a form where nothing is wrong, and `notes` about what a chat does differently."""

    form: Form | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def language_name(language: str) -> str:
    """As the language calls itself, where we speak it; otherwise as the form calls it."""
    return LANGUAGES.get(language, language)
