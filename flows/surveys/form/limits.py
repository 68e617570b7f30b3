"""How much of a form fits into a chat."""

from __future__ import annotations

from collections import Counter

from flows.surveys.form.expressions import Wrong, expression
from flows.surveys.form.model import Form, Item, Problem
from flows.words import _

MOST_ITEMS = 90
"""Questions, notes and calculations of one survey."""
MOST_ON_BUTTONS = 90
"""Telegram takes 100 buttons under a message; some are for Back, Done, Later."""


def too_much(form: Form, sheet: str) -> list[Problem]:
    """What a chat has no room for, or nothing to ask of."""
    if not any(item.is_question for item in form.items):
        return [Problem(sheet, 0, "", _("There are no questions on it."))]
    found = [
        Problem(
            sheet,
            item.row,
            "type" if sheet else "",
            _(
                "It has {number} answers to tick or to put in order; {most} at most fit into a chat.",
                number=number,
                most=MOST_ON_BUTTONS,
            ),
        )
        for item in form.items
        if item.kind in ("many", "rank") and (number := _most_offered(item)) > MOST_ON_BUTTONS
    ]
    if len(form.items) > MOST_ITEMS:
        what = _(
            "This survey would have {number} questions, notes and calculations; {most} at most fit into a chat.",
            number=len(form.items),
            most=MOST_ITEMS,
        )
        found.append(Problem(sheet, 0, "", what))
    return found


def _most_offered(item: Item) -> int:
    """How many answers there are; of filtered ones, how many are alike in a column that the filter looks at."""
    if not item.choice_filter:
        return len(item.choices)
    try:
        columns = expression(item.choice_filter).columns
    except Wrong:
        return len(item.choices)
    alike = [max(Counter(choice.columns.get(column, "") for choice in item.choices).values()) for column in columns]
    return min(alike, default=len(item.choices))
