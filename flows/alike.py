"""Which texts speak of the same thing: those that share most of their telling words.

Measured by the overlap coefficient (Szymkiewicz 1934, Simpson 1943): what two sets share, by the size of the smaller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from flows.typed import compared

ENOUGH = 0.5
SHORTEST = 3
SHARED_LEAST = 2

COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        """all and any are but can did for get had has her him his how its let may new not now old
        one our out put see she the too use was way who you about after again also because been
        before being between could does done each from have here into just like make more most much
        must need needs only other over please should some such than that their them then there
        these they this those very want wants what when where which while will with would your""",
    )
)


def telling_words(words: str) -> frozenset[str]:
    """The words of a text that say what it is about, without case, accents and plural."""
    letters = (letter if unicodedata.category(letter)[0] in "LM" else " " for letter in compared(words))
    found = "".join(letters).split()
    return frozenset(word.removesuffix("s") for word in found if len(word) >= SHORTEST and word not in COMMON_WORDS)


def likeness(one: str, other: str) -> float:
    """0 where nothing is shared to 1 where the shorter text is contained in the longer."""
    mine, theirs = telling_words(one), telling_words(other)
    smaller = min(len(mine), len(theirs))
    shared = len(mine & theirs)
    if not smaller or shared < min(SHARED_LEAST, smaller):
        return 0.0
    return shared / smaller


def most_alike(words: str, others: Iterable[str], most: int) -> list[int]:
    """The positions of the `most` texts that are enough like `words`, the likest first, then in their order."""
    found = [(-likeness(words, other), position) for position, other in enumerate(others)]
    return [position for unlike, position in sorted(found) if -unlike >= ENOUGH][:most]
