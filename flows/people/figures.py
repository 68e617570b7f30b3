"""Who takes part, as figures that nobody can be recognised in. Pure rules.

Counts are published as `flows/results/disclosure.py` says; a share is of those that are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.results.disclosure import Published, Rule, line
from storage.attributes import Attribute
from storage.movements import Movement

Profile = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published count; `few` says that it is left out because it is small, and not for a neighbour's sake."""

    number: Published
    share: float | None
    few: bool


@dataclass(frozen=True, slots=True)
class Portrait:
    """One attribute: its options in their order, and how many have said it, prefer not to, and have not said."""

    options: tuple[Figure, ...]
    said: Figure
    kept_back: Figure
    unsaid: Figure


def tally(profiles: Iterable[Profile], key: str) -> Counter[str | None]:
    """How many have said what about one attribute; None prefer not to say."""
    return Counter(profile[key] for profile in profiles if key in profile)


def portrait(attribute: Attribute, counted: Mapping[str | None, int], everybody: int, rule: Rule) -> Portrait:
    options = [counted.get(option.key, 0) for option in attribute.options]
    said, kept_back = sum(options), counted.get(None, 0)
    states = figures([said, kept_back, max(0, everybody - said - kept_back)], rule)
    return Portrait(tuple(figures(options, rule)), *states)


def figures(counts: Sequence[int], rule: Rule) -> list[Figure]:
    """Counts of people of whom each is in one only."""
    published = line(counts, rule)
    return [
        Figure(published.cells[place], published.share(place), count < rule.smallest)
        for place, count in enumerate(counts)
    ]


# ---------------------------------------------------------------- over time

BALANCE: tuple[Movement, ...] = ("agreed", "withdrew", "parted")
"""What makes more or fewer of those who take part in the chat."""

LEAVING: tuple[Movement, ...] = ("stopped", "left", "withdrew", "erased")


@dataclass(frozen=True, slots=True)
class Spell:
    """One month: how many people took part in the chat at its end; how many had begun to, wanted no more messages,
    blocked the bot, withdrew and were erased in it; and how many these leave-takings are together.
    """

    month: date
    people: Published
    joined: Published
    stopped: Published
    left: Published
    withdrew: Published
    erased: Published
    leaving: Published


def spells(
    moved: Mapping[date, Mapping[Movement, int]], people: int, today: date, months: int, rule: Rule
) -> list[Spell]:
    """The last months, the latest first, reckoned back from how many take part in the chat now; empty ones at the end
    are left out. People for whom staff answer come and go uncounted, so they are not among them.
    """
    found: list[Spell] = []
    month = today.replace(day=1)
    for _month in range(months):
        numbers = moved.get(month, {})
        joined, withdrew, parted = (numbers.get(kind, 0) for kind in BALANCE)
        leaving = [numbers.get(kind, 0) for kind in LEAVING]
        found.append(Spell(month, *(rule.rounded(n) for n in (people, joined, *leaving, sum(leaving)))))
        people = max(0, people - joined + withdrew + parted)
        month = before(month)
    while len(found) > 1 and all(number is None for number in _numbers(found[-1])):
        found.pop()
    return found


def _numbers(spell: Spell) -> tuple[Published, ...]:
    return spell.people, spell.joined, spell.leaving


def before(month: date) -> date:
    """The first day of the month before."""
    return month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)
