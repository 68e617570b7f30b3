"""What a form's expressions must be, before anybody is asked: readable, about questions there are, without circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from flows.surveys.form.expressions import Expression, Wrong, expression, is_expression
from flows.surveys.form.model import Item, Problem
from flows.surveys.form.workbook import Table
from flows.words import Text, Words, _

Note = Callable[[int, str, Text], None]


@dataclass(frozen=True, slots=True)
class Stated:
    """An expression as it stands in the file; `place` is its question's, or that of its group's first."""

    row: int
    column: str
    source: str
    place: int
    item: Item | None = None


def stated_by(item: Item, relevant: str, place: int) -> list[Stated]:
    """The expressions of one row; `relevant` its own condition, without those of the groups around it."""
    found = [("relevant", relevant)]
    found += [(column, getattr(item, column)) for column in ("required", "constraint", "calculation", "choice_filter")]
    found += [("default", item.default)] if is_expression(item.default) else []
    return [Stated(item.row, column, source, place, item) for column, source in found if source]


def check_expressions(items: Sequence[Item], stated: Sequence[Stated], table: Table, note: Note) -> list[Problem]:
    problems: list[Problem] = []
    names = Counter(item.name for item in items)
    places = {item.name: place for place, item in enumerate(items)}
    looks: dict[str, set[str]] = {}
    for one in stated:
        try:
            found = expression(one.source)
        except Wrong as wrong:
            problems.append(Problem(table.name, one.row, table.column(one.column), wrong.what))
            continue
        faults = _faults(one, found, names)
        problems.extend(Problem(table.name, one.row, table.column(one.column), what) for what in faults)
        if one.column == "calculation" and one.item:
            looks.setdefault(one.item.name, set()).update(name for name in found.names if name != one.item.name)
        later = [name for name in found.names if places.get(name, -1) > one.place]
        if one.column == "relevant" and later:
            note(one.row, "relevant", _("It looks at {name}, which is asked later.", name=later[0]))
        missing = _missing_column(one, found)
        if missing:
            words = _("The sheet “choices” has no column “{name}”. If the word is meant: '{name}'.", name=missing)
            note(one.row, "choice_filter", words)
    return [*problems, *_circles(items, looks, table)]


def _faults(stated: Stated, found: Expression, names: Counter[str]) -> list[Words]:
    wrong = []
    for name in found.names:
        if name not in names:
            near = get_close_matches(name, names, 1, 0.6)
            suggestion = _("Did you mean “{name}”?", name=near[0]) if near else None
            words = _("There is no question “{name}”.", name=name)
            wrong.append(_("{what} {suggestion}", what=words, suggestion=suggestion) if suggestion else words)
        elif names[name] > 1:
            wrong.append(_("There are several questions “{name}”; please give them different names.", name=name))
        elif stated.column == "relevant" and stated.item and name == stated.item.name:
            wrong.append(_("Whether it is asked cannot depend on its own answer."))
    if found.columns and stated.column != "choice_filter":
        name = found.columns[0]
        wrong.append(_("“{name}” stands alone: write ${{{name}}} for a question, or '{name}' for a word.", name=name))
    return wrong


def _missing_column(stated: Stated, found: Expression) -> str:
    """What a choice filter takes for a column of the list, though there is none: it is empty for every choice."""
    if stated.column != "choice_filter" or stated.item is None or not stated.item.choices:
        return ""
    known = {"label", *(column for choice in stated.item.choices for column in choice.columns)}
    return next((column for column in found.columns if column not in known), "")


def _circles(items: Sequence[Item], looks: Mapping[str, set[str]], table: Table) -> list[Problem]:
    """Calculations that wait for one another for ever."""
    for item in items:
        seen: set[str] = set()
        waiting = list(looks.get(item.name, ()))
        while waiting:
            name = waiting.pop()
            if name == item.name:
                words = _("“{name}” is worked out from itself.", name=item.name)
                return [Problem(table.name, item.row, table.column("calculation"), words)]
            if name not in seen:
                seen.add(name)
                waiting.extend(looks.get(name, ()))
    return []
