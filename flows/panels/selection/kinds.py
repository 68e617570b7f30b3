"""People whom nothing tells apart in a draw, taken together: a solver then needs to know only how many of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from flows.panels.selection.frozen import Frozen, Person

Profile = tuple[tuple[str, ...], float]
Homes = tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """People with the same features, the same past chances and the same sort of household.

    `members` are positions among those who wait. At most `limit` of them fit on one panel. `homes` numbers the
    households of this sort, which its kinds share: each has people of all of them.
    """

    features: tuple[str, ...]
    past: float
    members: tuple[int, ...]
    limit: int
    homes: int | None = None


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds, and for every sort of shared household how many there are."""

    all: tuple[Kind, ...]
    homes: tuple[int, ...]


def kinds_of(frozen: Frozen) -> Kinds:
    """The kinds of those who wait, in canonical order."""
    households: defaultdict[str, list[Profile]] = defaultdict(list)
    for person in frozen.waiting:
        if person.household:
            households[person.household].append(_profile(person))
    sorts = {name: tuple(sorted(within)) for name, within in households.items() if len(within) > 1}
    alike: defaultdict[tuple[Profile, Homes], list[int]] = defaultdict(list)
    for position, person in enumerate(frozen.waiting):
        alike[_profile(person), sorts.get(person.household, ())].append(position)
    how_many = Counter(sorts.values())
    numbers = {sort: number for number, sort in enumerate(sorted(how_many))}
    kinds = [
        Kind(features, past, tuple(members), how_many.get(homes, len(members)), numbers.get(homes))
        for ((features, past), homes), members in sorted(alike.items())
    ]
    return Kinds(tuple(kinds), tuple(how_many[sort] for sort in numbers))


def _profile(person: Person) -> Profile:
    return person.features, person.past
