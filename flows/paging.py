"""Long lists, a page at a time: `/topics 2` is the second page."""

from __future__ import annotations

from flows.turn import Row, link
from flows.words import _


def page_number(argument: str) -> int:
    """The page somebody asked for, from 1; the first for anything else."""
    return max(1, int(argument)) if argument.isdecimal() and len(argument) < 5 else 1


def turning(command: str, page: int, more: bool) -> list[Row]:
    """The row that leads to the pages before and after, where there are any."""
    row = [link(f"{command} {page - 1}", _("Back"))] if page > 1 else []
    if more:
        row.append(link(f"{command} {page + 1}", _("More")))
    return [row] if row else []
