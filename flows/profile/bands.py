"""From what somebody says to the option it belongs to; what they said exactly is not kept. Pure rules."""

from __future__ import annotations

import math
import re
from datetime import date

from flows.typed import latin_digits
from storage.attributes import Attribute, Option

OLDEST = 120
WHOLE_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
"""A British one: its last three characters are the inward part."""

EARTH_KM = 6371.0
FARTHEST_KM = 50.0
"""Somebody farther from the middle of every area is in none of them."""


def birth_year(words: str, today: date) -> int | None:
    """A year of birth typed by somebody alive, or None."""
    found = re.search(r"(?<!\d)(\d{4})(?!\d)", latin_digits(words))
    year = int(found[1]) if found else 0
    return year if today.year - OLDEST <= year <= today.year else None


def band_of(attribute: Attribute, year: int, today: date) -> Option | None:
    """The band of the age somebody reaches this year."""
    age = today.year - year
    return next(
        (
            option
            for option in attribute.options
            if (option.least is None or option.least <= age) and (option.most is None or age <= option.most)
        ),
        None,
    )


def area_of(attribute: Attribute, postcode: str) -> Option | None:
    """The area with the longest beginning of the postcode: `NB1` is one of `NB1 2AB`, and none of `NB12 3XY`."""
    typed = re.sub(r"[^A-Z0-9]", "", latin_digits(postcode).upper())
    outward = typed[:-3] if WHOLE_POSTCODE.fullmatch(typed) else typed
    found = [
        (len(prefix), option) for option in attribute.options for prefix in option.prefixes if _begins(outward, prefix)
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _begins(outward: str, prefix: str) -> bool:
    """A number in it is not cut in two."""
    rest = outward.removeprefix(prefix)
    return outward.startswith(prefix) and not (prefix[-1:].isdigit() and rest[:1].isdigit())


def nearest(attribute: Attribute, latitude: float, longitude: float) -> Option | None:
    """The area whose middle is nearest to a place on Earth (degrees), if it is near at all."""
    found = [
        (_distance(option.middle, (latitude, longitude)), option)
        for option in attribute.options
        if option.middle is not None
    ]
    closest = min(found, key=lambda one: one[0], default=None)
    return closest[1] if closest and closest[0] <= FARTHEST_KM else None


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres along the great circle (haversine)."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
