"""Options as somebody types them, one a line: `Yes`, `16–24 = 12%`, `65+`, `Riverside: NB1, NB2 = 30%`. Pure rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace

from flows.people.rules import LONGEST_OPTION_KEY, LONGEST_OPTION_LABEL, OLDEST, Written, Wrong, shares, written, wrong
from flows.typed import latin_digits
from flows.words import DEFAULT_LANGUAGE, Words, _
from storage.attributes import Attribute, Kind, Option

BETWEEN = re.compile(r"(\d{1,3})\s*(?:-|–|to)\s*(\d{1,3})", re.IGNORECASE)
FROM = re.compile(r"(\d{1,3})\s*(?:\+|(?:and|or) (?:over|older|above))", re.IGNORECASE)
UNDER = re.compile(r"(?:under|below|<)\s*(\d{1,3})", re.IGNORECASE)
BULLETS = " \t-–•*"


class NotUnderstood(Exception):
    """Something is wrong with a line, counted from 1."""

    def __init__(self, line: int, what: Words) -> None:
        super().__init__(what.english)
        self.line = line
        self.what = what


def options(words: str, kind: Kind, language: str) -> tuple[Option, ...]:
    """The labels are in `language`. Raises NotUnderstood for the first line that is wrong."""
    typed = [line.strip(BULLETS) for line in words.splitlines() if line.strip(BULLETS)]
    found: list[Option] = []
    given: list[Written | None] = []
    for number, line in enumerate(typed, 1):
        label, share = _label_and_share(line, number)
        given.append(share)
        found.append(_option(label, kind, language, number, {option.key.casefold() for option in found}))
    settled = shares(given)
    if isinstance(settled, Wrong):
        raise NotUnderstood(settled.place + 1, settled.what)
    options = tuple(replace(option, target=share) for option, share in zip(found, settled, strict=True))
    for problem in wrong(Attribute("", kind, {}, options)):
        raise NotUnderstood(problem.place + 1, problem.what)
    return options


def _label_and_share(line: str, number: int) -> tuple[str, Written | None]:
    label, equals, figure = line.rpartition("=")
    if not equals:
        return line, None
    share = written(latin_digits(figure))
    if share is None or not label.strip():
        raise NotUnderstood(number, _("Please write a share such as = 23%, or none."))
    return label.strip(), share


def _option(words: str, kind: Kind, language: str, number: int, taken: Collection[str]) -> Option:
    label, _colon, after = words.partition(":") if kind == "area" else (words, "", "")
    label = " ".join(label.split())
    if not label or len(label) > LONGEST_OPTION_LABEL:
        raise NotUnderstood(number, _("Please give it a name of {most} letters at most.", most=LONGEST_OPTION_LABEL))
    key = key_of(label, taken, LONGEST_OPTION_KEY)
    if key.casefold() in taken:
        raise NotUnderstood(number, _("“{option}” is there twice.", option=label))
    least, most = _ages(label, number) if kind == "birth_year" else (None, None)
    prefixes = tuple(after.upper().replace(",", " ").replace(";", " ").split())
    return Option(key, {DEFAULT_LANGUAGE: label, language: label}, None, least, most, prefixes)


def _ages(label: str, number: int) -> tuple[int | None, int | None]:
    words = latin_digits(label)
    if found := BETWEEN.fullmatch(words):
        ages: tuple[int | None, int | None] = int(found[1]), int(found[2])
    elif found := FROM.fullmatch(words):
        ages = int(found[1]), None
    elif found := UNDER.fullmatch(words):
        ages = None, int(found[1]) - 1
    else:
        raise NotUnderstood(number, _("Please write ages such as 16–24 or 65+."))
    if any(age is not None and age > OLDEST for age in ages):
        raise NotUnderstood(number, _("Please write ages such as 16–24 or 65+."))
    return ages


def key_of(label: str, taken: Collection[str], longest: int) -> str:
    """A short name made of a label: its letters a to z and figures, or a number where it has none.

    The same label gives a name that is taken; different labels never do.
    """
    plain = unicodedata.normalize("NFKD", latin_digits(label).replace("–", "-")).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9-]+", " ", plain.casefold()).strip(" -")[:longest].rstrip()
    if not key:
        return f"option {len(taken) + 1}"
    return key
