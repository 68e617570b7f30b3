"""What must hold of a form's expressions and words before anybody is asked: no unreadable ones, no circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

import regex

from flows.surveys.form.expressions import Expression, Wrong, expression, is_expression
from flows.surveys.form.functions import World
from flows.surveys.form.model import REFERENCE, SILENT, Item, Problem
from flows.surveys.form.questions import COUNTED_AS, value_of
from flows.surveys.form.workbook import Table
from flows.words import Text, Words, _

Note = Callable[[int, str, Text], None]


@dataclass(frozen=True, slots=True)
class Stated:
    """An expression as it stands in the file, for the items from `place` up to `until`; `item` None is a group's."""

    row: int
    column: str
    source: str
    place: int
    until: int
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words of the file that may have answers in them, of the items from `place` up to `until`."""

    table: Table
    row: int
    column: str
    words: str
    place: int = 0
    until: int = 0

    @property
    def names(self) -> list[str]:
        return REFERENCE.findall(self.words)


def stated_by(item: Item, relevant: str, place: int) -> list[Stated]:
    """The expressions of one row; `relevant` its own condition, without those of the groups around it."""
    found = [("relevant", relevant)]
    found += [(column, getattr(item, column)) for column in ("required", "constraint", "calculation", "choice_filter")]
    found += [("default", item.default)] if is_expression(item.default) else []
    return [Stated(item.row, column, source, place, place + 1, item) for column, source in found if source]


def names_in(stated: Stated) -> tuple[str, ...]:
    try:
        return expression(stated.source).names
    except Wrong:
        return ()


def check_expressions(
    items: Sequence[Item], stated: Sequence[Stated], table: Table, gone: Collection[str], note: Note
) -> list[Problem]:
    """`gone` are questions that are left out, of which it is said elsewhere."""
    problems: list[Problem] = []
    names = Counter(item.name for item in items)
    places = {item.name: place for place, item in enumerate(items)}
    looks: Looks = {}
    for one in stated:
        try:
            found = expression(one.source)
        except Wrong as wrong:
            problems.append(Problem(table.name, one.row, table.column(one.column), wrong.what))
            continue
        faults = _faults(one, found, names, gone)
        problems.extend(Problem(table.name, one.row, table.column(one.column), what) for what in faults)
        _look(looks, one, found, items)
        later = [name for name in found.names if places.get(name, -1) > one.place]
        if one.column == "relevant" and later:
            note(one.row, "relevant", _("It looks at {name}, which is asked later.", name=later[0]))
        missing = _missing_column(one, found)
        if missing:
            words = _("The sheet “choices” has no column “{name}”. If the word is meant: '{name}'.", name=missing)
            note(one.row, "choice_filter", words)
    return [*problems, *_circles(looks, table)]


def check_words(spoken: Sequence[Spoken], names: Collection[str], gone: Collection[str]) -> list[Problem]:
    """Words that are to have an answer in them to a question there is not."""
    return [
        Problem(one.table.name, one.row, one.column, _no_question(name, names))
        for one in spoken
        for name in one.names
        if name not in names and name not in gone
    ]


def check_default(item: Item) -> Words | None:
    """A default must be an answer, where it is not worked out."""
    if (
        not item.default
        or is_expression(item.default)
        or item.kind in (*SILENT, "note", "acknowledge", "photo", "audio")
    ):
        return None
    kind, format = COUNTED_AS[item.kind]
    format = "decimal" if item.kind == "range" else format
    value = value_of(kind, format, item, item.default)
    held = item.range is None or (isinstance(value, int | float) and item.range.holds(value))
    return None if value is not None and held else _("“{value}” is no answer to this.", value=item.default)


def _faults(stated: Stated, found: Expression, names: Counter[str], gone: Collection[str]) -> list[Words]:
    wrong = []
    for name in found.names:
        if name not in names and name not in gone:
            wrong.append(_no_question(name, names))
        elif names[name] > 1:
            wrong.append(_("There are several questions “{name}”; please give them different names.", name=name))
        elif stated.column == "relevant" and stated.item and name == stated.item.name:
            wrong.append(_("Whether it is asked cannot depend on its own answer."))
    if found.columns and stated.column != "choice_filter":
        name = found.columns[0]
        wrong.append(_("“{name}” stands alone: write ${{{name}}} for a question, or '{name}' for a word.", name=name))
    wrong += [
        _("“{pattern}” is no pattern that words could have.", pattern=one) for one in found.patterns if _is_no(one)
    ]
    return wrong


def _no_question(name: str, names: Collection[str]) -> Words:
    words = _("There is no question “{name}”.", name=name)
    near = get_close_matches(name, names, 1, 0.6)
    suggestion = _("Did you mean “{name}”?", name=near[0]) if near else None
    return _("{what} {suggestion}", what=words, suggestion=suggestion) if suggestion else words


def _is_no(pattern: str) -> bool:
    try:
        regex.compile(pattern)
    except regex.error:
        return True
    return False


def _missing_column(stated: Stated, found: Expression) -> str:
    """What a choice filter takes for a column of the list, though there is none: it is empty for every choice."""
    if stated.column != "choice_filter" or stated.item is None or not stated.item.choices:
        return ""
    known = {"label", *(column for choice in stated.item.choices for column in choice.columns)}
    return next((column for column in found.columns if column not in known), "")


# ---------------------------------------------------------------- circles

Looks = dict[str, dict[str, Stated]]
"""Whose answers a question waits for before it has one itself, by name, and where that is said."""


def _look(looks: Looks, stated: Stated, found: Expression, items: Sequence[Item]) -> None:
    if stated.column not in ("relevant", "calculation", "choice_filter"):
        return
    if stated.column == "choice_filter" and (stated.item is None or _offers_something(stated.item, found)):
        return
    for item in items[stated.place : stated.until]:
        own = "" if stated.item is None or stated.column == "choice_filter" else item.name
        looks.setdefault(item.name, {}).update({name: stated for name in found.names if name != own})


def _offers_something(item: Item, filter: Expression) -> bool:
    """Whether there is something to choose from before anything is answered."""
    world = World(datetime(2000, 1, 1, tzinfo=UTC))
    worlds = (World(world.now, columns=choice.columns) for choice in item.choices)
    return any(filter.is_true(one, otherwise=True) for one in worlds)


def _circles(looks: Looks, table: Table) -> list[Problem]:
    """Questions and calculations that wait for one another for ever; each circle is told once."""
    waiting = _in_circles(looks)
    told: set[str] = set()
    problems = []
    for name in looks:
        if name not in waiting or name in told:
            continue
        circle = _circle(name, looks, waiting)
        if not circle or told & set(circle):
            continue
        told.update(circle)
        stated = looks[circle[0]][circle[1] if len(circle) > 1 else circle[0]]
        problems.append(Problem(table.name, stated.row, table.column(stated.column), _waits(circle, looks)))
    return problems


def _waits(circle: list[str], looks: Looks) -> Words:
    steps = zip(circle, [*circle[1:], circle[0]], strict=True)
    columns = {looks[name][other].column for name, other in steps}
    if columns == {"calculation"}:
        return _("“{name}” is worked out from itself.", name=circle[0])
    if len(circle) == 1:
        return _("Whether it is asked cannot depend on its own answer.")
    return _("These wait for one another, so nobody is asked them: {names}.", names=", ".join(circle))


def _in_circles(looks: Looks) -> set[str]:
    """What is left when all that waits for nothing is taken away again and again (A. B. Kahn, 1962)."""
    waits = {name: {other for other in found if other in looks} for name, found in looks.items()}
    waiting_for: dict[str, list[str]] = {}
    for name, others in waits.items():
        for other in others:
            waiting_for.setdefault(other, []).append(name)
    free = [name for name, others in waits.items() if not others]
    for name in free:
        for other in waiting_for.get(name, ()):
            waits[other].discard(name)
            if not waits[other]:
                free.append(other)
    return set(looks) - set(free)


def _circle(name: str, looks: Looks, within: set[str]) -> list[str]:
    """The shortest way from a question back to itself; empty where there is none."""
    came_from: dict[str, str] = {}
    waiting = [name]
    for here in waiting:
        for other in looks[here]:
            if other == name:
                way = [here]
                while way[-1] != name:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other in within and other not in came_from:
                came_from[other] = here
                waiting.append(other)
    return []
