"""What people type, brought to one form: no keyboard, accent or digit decides whether it is understood."""

from __future__ import annotations

import unicodedata
from functools import cache

from flows.words import LANGUAGES, translated

ALIKE = str.maketrans(
    {
        "’": "'",
        "ł": "l",
        "ى": "ی",  # Arabic and Urdu keyboards write the same letters with different code points
        "ي": "ی",
        "ك": "ک",
        "ہ": "ه",
        "ة": "ه",
        "ী": "ি",  # Bengali months are spelt with either vowel
        "ূ": "ু",
    }
)

SEPARATORS = str.maketrans({"٬": ",", "٫": "."})
"""Arabic's own signs between thousands and before decimals."""

INDIC_SIGNS = 9
"""The highest combining class of signs that belong to a Bengali letter; accents and Arabic vowel points lie above
(Unicode Standard, table 4-3)."""


def compared(words: str) -> str:
    """Without what people type differently: case, accents, spaces, kinds of digits, and marks that are not seen."""
    if words.isascii():
        return " ".join(words.casefold().split())
    plain = unicodedata.normalize("NFKD", latin_digits(words))
    letters = unicodedata.normalize("NFKD", plain.casefold())
    seen = (
        letter
        for letter in letters
        if unicodedata.combining(letter) <= INDIC_SIGNS and unicodedata.category(letter) != "Cf"
    )
    return " ".join("".join(seen).translate(ALIKE).split())


def latin_digits(words: str) -> str:
    """The same words with every script's digits as 0 to 9."""
    if words.isascii():
        return words
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in words).translate(SEPARATORS)


@cache
def spellings(english: str) -> tuple[str, ...]:
    """The words of a comma-separated wording in all our languages, as `compared`, the longest first."""
    said = {compared(word) for language in LANGUAGES for word in translated(language, english).split(",")}
    return tuple(sorted(said - {""}, key=lambda word: (-len(word), word)))
