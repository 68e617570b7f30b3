"""What the options of an attribute must be like: census shares, bands of age, areas. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.words import Percent, Words, _
from storage.attributes import Attribute, Kind, Option

KINDS: dict[Kind, Words] = {
    "choice": _("A choice"),
    "birth_year": _("Year of birth, kept as a band of age"),
    "area": _("The area they live in"),
}

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")
LONGEST_KEY, LONGEST_OPTION_KEY = 24, 40
LONGEST_LABEL, LONGEST_OPTION_LABEL, LONGEST_REASON = 100, 60, 300
FEWEST_OPTIONS = 2
MOST_OPTIONS = 500
MOST_ATTRIBUTES = 20
OLDEST = 130
PREFIX = re.compile(r"[A-Z0-9]{1,8}")

SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?|[.,]\d{1,6})\s*(%?)")
ROUNDING = 0.03
"""Published shares are rounded, so together they may come to a little more or less than 100%."""


@dataclass(frozen=True, slots=True)
class Written:
    """A share as somebody wrote it; without a sign 23 and 0.23 may both be meant as 23%."""

    number: float
    in_percent: bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with an option; `place` is its place among the options, from 0."""

    place: int
    what: Words


def written(words: str) -> Written | None:
    """None where it is no share."""
    found = SHARE.fullmatch(words.strip())
    return Written(float(found[1].replace(",", ".")), bool(found[2])) if found else None


def shares(given: Sequence[Written | None]) -> list[float | None] | Wrong:
    """From 0 to 1. All options have one or none has, and together they come to 100%."""
    known = [share for share in given if share is not None]
    if not known:
        return [None] * len(given)
    if len(known) < len(given):
        return Wrong(given.index(None), _("The others have a share here. Please give each option one, or none."))
    percent = any(share.in_percent for share in known) or sum(share.number for share in known) > 2
    numbers = [share.number / 100 if percent else share.number for share in known]
    if abs(sum(numbers) - 1) > ROUNDING:
        return Wrong(0, _("The shares come to {total} together and not to 100%.", total=Percent(sum(numbers))))
    return [round(number / sum(numbers), 6) for number in numbers]


def wrong(attribute: Attribute) -> list[Wrong]:
    """Everything that is wrong with the options, once their shares are settled."""
    found = _keys(attribute.options)
    if len(attribute.options) < FEWEST_OPTIONS:
        found.append(Wrong(0, _("Please give at least two options.")))
    if len(attribute.options) > MOST_OPTIONS:
        found.append(Wrong(MOST_OPTIONS, _("There are too many options; {most} at most.", most=MOST_OPTIONS)))
    match attribute.kind:
        case "birth_year":
            found += _bands(attribute.options)
        case "area":
            found += _areas(attribute.options)
    return sorted(found, key=lambda one: one.place)


def _keys(options: Sequence[Option]) -> list[Wrong]:
    first: dict[str, int] = {}
    found = []
    for place, option in enumerate(options):
        if first.setdefault(option.key.casefold(), place) != place:
            found.append(Wrong(place, _("“{option}” is there twice.", option=option.key)))
    return found


def _bands(options: Sequence[Option]) -> list[Wrong]:
    """From the youngest to the oldest, with no age in two bands and none between them in no band."""
    found = []
    for place, option in enumerate(options):
        if option.least is not None and option.most is not None and option.least > option.most:
            found.append(Wrong(place, _("This band ends before it begins.")))
        if place == 0:
            continue
        before = options[place - 1].most
        if before is None or option.least is None:
            found.append(Wrong(place, _("Only the first band may be open below, and only the last one above.")))
        elif option.least <= before:
            found.append(Wrong(place, _("Age {age} is in two bands.", age=option.least)))
        elif option.least > before + 1:
            found.append(Wrong(place, _("Age {age} is in no band.", age=before + 1)))
    return found


def _areas(options: Sequence[Option]) -> list[Wrong]:
    found = []
    whose: dict[str, str] = {}
    for place, option in enumerate(options):
        for prefix in option.prefixes:
            if not PREFIX.fullmatch(prefix):
                found.append(Wrong(place, _("“{prefix}” is no beginning of a postcode.", prefix=prefix)))
            elif whose.setdefault(prefix, option.key) != option.key:
                found.append(
                    Wrong(place, _("{prefix} belongs to “{other}” already.", prefix=prefix, other=whose[prefix]))
                )
    return found
