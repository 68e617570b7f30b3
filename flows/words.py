"""Words that are put into somebody's language only when it is known who reads them.

    _("Welcome to {panel}.", panel=panel.name)
    ngettext("{n} person agrees.", "{n} people agree.", n)

The English stands in the flow so that it reads as dialogue; the translations are gettext catalogues in
`flows/locales/`, read as they are by Babel. A wording may carry Telegram's simple HTML (`<b>`, `<i>`); what is put
into its {places} is shown literally: names and other people's words cannot bring markup of their own.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import c2py
from importlib import resources
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    get_datetime_format,
    get_timezone,
    get_timezone_location,
)
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from storage.translations import read_translations

LANGUAGES = {
    "en": "English",
    "cy": "Cymraeg",
    "pl": "Polski",
    "ur": "اردو",
    "bn": "বাংলা",
    "ar": "العربية",
}
"""Each named in itself, for whoever reads no other."""

DEFAULT_LANGUAGE = "en"

RIGHT_TO_LEFT_MARK = "\u200f"
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
"""Unicode's marks (UAX #9) that keep a Latin name inside Arabic letters from drawing the words around it over to its
side, and give a line that begins with one its direction."""

TAG = re.compile(r"</?[a-z]+>")
COMMAND = re.compile(r"(?<![\w/<])/[a-z]+")


@dataclass(frozen=True, slots=True)
class Words:
    """One wording of ours, with what belongs in its places."""

    english: str
    places: Mapping[str, Any]
    plural: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Somebody's own words, shown as they wrote them."""

    words: str


@dataclass(frozen=True, slots=True)
class Written:
    """Staff's own words, in the languages they gave them in: `language` is that of `words`, `others` are the rest."""

    words: str
    language: str
    others: Mapping[str, str]

    def to(self, voice: Voice) -> str:
        return next((self.others[one] for one in voice.reads if self.others.get(one)), self.words)

    def speaks_to(self, voice: Voice) -> bool:
        return self.language == voice.language or any(self.others.get(one) for one in voice.reads)


@dataclass(frozen=True, slots=True)
class Unless:
    """A note for those in whose language some of this is not written."""

    written: tuple[Written, ...]
    note: Words


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Several texts under one another."""

    parts: tuple[Text, ...]
    between: str = "\n\n"


@dataclass(frozen=True, slots=True)
class Percent:
    """A share from 0 to 1, shown as a whole percentage."""

    share: float


@dataclass(frozen=True, slots=True)
class Day:
    """A date with its weekday, as one would say it."""

    day: date


@dataclass(frozen=True, slots=True)
class Date:
    """A date without its weekday, where there is little room."""

    day: date


@dataclass(frozen=True, slots=True)
class Month:
    """The month of a date, with its year."""

    day: date


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and a time of day, in the organisation's zone."""

    at: datetime


@dataclass(frozen=True, slots=True)
class City:
    """The city that an IANA time zone is called after, as people call it in their language."""

    zone: str


Text = Words | Verbatim | Written | Unless | Paragraphs

SIMPLE = "-simple"
"""How a variant in plain words is marked, as in `cy-simple` (a variant registered for BCP 47 language tags)."""


def _(english: str, **places: Any) -> Words:
    return Words(english, places)


def ngettext(singular: str, plural: str, n: int, **places: Any) -> Words:
    return Words(singular, {"n": n, **places}, plural, n)


def paragraphs(*parts: Text | None) -> Paragraphs:
    """The parts that are there, with an empty line between them."""
    return Paragraphs(tuple(part for part in parts if part is not None))


def lines(*parts: Text | None) -> Paragraphs:
    """The parts that are there, each on a line of its own."""
    return Paragraphs(tuple(part for part in parts if part is not None), "\n")


class Translated(Protocol):
    """Something staff wrote that has been put into other languages: `translations` by language and field, as JSON."""

    @property
    def language(self) -> str: ...

    @property
    def translations(self) -> str: ...


def written(thing: Translated, field: str) -> Written:
    """What staff wrote in a field, in the reader's language if they gave it."""
    return named_in(getattr(thing, field), thing.language, thing.translations, field)


def named_in(words: str, language: str, translations: str, field: str) -> Written:
    """Words of staff in `language`, with what `translations` has of this field in others."""
    found = read_translations(translations)
    return Written(words, language, {other: fields[field] for other, fields in found.items() if field in fields})


def in_their_language(*texts: Written) -> Unless:
    """A note under staff's words for whoever reads another language than they are written in."""
    return Unless(texts, _("(Some of this is not in your language yet.)"))


def shortened(words: str, most: int) -> str:
    """At most so many letters, with a mark where some are left out."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def labelled(labels: Mapping[str, str]) -> Written:
    """A label that staff gave by language: the reader's own, in plain words if they want those and there are some."""
    language = DEFAULT_LANGUAGE if labels.get(DEFAULT_LANGUAGE) else next(iter(labels), DEFAULT_LANGUAGE)
    return Written(labels.get(language, ""), language, labels)


def said_in(labels: Mapping[str, str], language: str) -> str:
    """A label that staff gave by language: the reader's, else English, else any."""
    return labels.get(language) or labels.get(DEFAULT_LANGUAGE) or next(iter(labels.values()), "")


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's language, time zone and wishes: turns texts into what they read."""

    language: str
    zone: ZoneInfo
    pictures: bool = True
    plain_words: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """What they would rather read, best first."""
        return (self.language + SIMPLE, self.language) if self.plain_words else (self.language,)

    def html(self, text: Text) -> str:
        """Telegram HTML."""
        return self._say(text, html.escape)

    def plain(self, text: Text | str) -> str:
        """No markup: for buttons, pictures and files."""
        return text if isinstance(text, str) else self._say(text, str)

    @property
    def right_to_left(self) -> bool:
        return _locale(self.language).text_direction == "rtl"

    def _say(self, text: Text, escape: Callable[[str], str]) -> str:
        match text:
            case Verbatim(words):
                return escape(words)
            case Written():
                return escape(text.to(self))
            case Unless(texts, note):
                return "" if all(text.speaks_to(self) for text in texts) else self._say(note, escape)
            case Paragraphs(parts, between):
                said_parts = (self._say(part, escape) for part in parts)
                return between.join(said for said in said_parts if said)
            case Words():
                said = self._fill(text, escape)
                return _marked(said) if self.right_to_left else said

    def _fill(self, words: Words, escape: Callable[[str], str]) -> str:
        wording = translated(self.language, words.english, words.plural, words.number)
        if escape is str:
            wording = TAG.sub("", wording)
        if self.right_to_left:
            wording = COMMAND.sub(rf"{ISOLATE}\g<0>{END_OF_ISOLATE}", wording)
        if not words.places:
            return wording
        return wording.format_map({name: self._place(value, escape) for name, value in words.places.items()})

    def _place(self, value: Any, escape: Callable[[str], str]) -> str:
        locale = _locale(self.language)
        match value:
            case str() | Verbatim():
                theirs = escape(value if isinstance(value, str) else value.words)
                return f"{ISOLATE}{theirs}{END_OF_ISOLATE}" if self.right_to_left else theirs
            case Written():
                return self._place(value.to(self), escape)
            case Words():
                return self._fill(value, escape)
            case Paragraphs() | Unless():
                return self._say(value, escape)
            case Moment(at) | (datetime() as at):
                at_time = format_datetime(at, "HH:mm", tzinfo=get_timezone(self.zone.key), locale=locale)
                day = _day(at.astimezone(self.zone).date(), locale)
                return escape(str(get_datetime_format("full", locale=locale)).format(at_time, day))
            case Day(day) | (date() as day):
                return escape(_day(day, locale))
            case Date(day):
                return escape(format_date(day, "d MMMM y", locale=locale))
            case City(zone):
                return self._place(get_timezone_location(zone, locale=locale, return_city=True), escape)
            case Month(day):
                return escape(format_skeleton("yMMMM", day, locale=locale))
            case Percent(share):
                return format_percent(round(share, 2), locale=locale)
            case int() | float():
                return format_decimal(value, locale=locale)
        raise TypeError(f"{type(value).__name__} has no place in a text")


def _marked(text: str) -> str:
    """Right-to-left text whose lines begin on the right, even those that begin with a Latin letter.

    Emoji and digits need no mark: they have no direction of their own, or a weak one.
    """
    return "\n".join(RIGHT_TO_LEFT_MARK + line if _begins_on_the_left(line) else line for line in text.split("\n"))


def _begins_on_the_left(line: str) -> bool:
    kinds = (unicodedata.bidirectional(letter) for letter in TAG.sub("", line))
    return next((kind == "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def _day(day: date, locale: Locale) -> str:
    return format_date(day, "EEEE d MMMM y", locale=locale)


@cache
def _locale(language: str) -> Locale:
    """Babel writes numbers and dates in Latin digits in all our languages, as British public letters in Urdu, Arabic
    and Bengali do: dates, telephone numbers and reference numbers look the same in every language.
    """
    return Locale.parse(language)


def translated(language: str, english: str, plural: str = "", number: int = 1) -> str:
    """The wording in `language`; English where a translation is missing."""
    if language != DEFAULT_LANGUAGE:
        catalogue, index = _catalogue(language)
        found = catalogue.get(english)
        if found is not None and found.string and not found.fuzzy:
            strings = found.string
            if isinstance(strings, str):
                return strings
            wanted = strings[min(index(number), len(strings) - 1)]
            if wanted:
                return str(wanted)
    return plural if plural and number != 1 else english


@cache
def _catalogue(language: str) -> tuple[Catalog, Callable[[int], int]]:
    file = resources.files("flows").joinpath("locales", language, "LC_MESSAGES", "folkmoot.po")
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=language)
    return catalogue, c2py(catalogue.plural_expr)


def known_language(code: str | None) -> str:
    """The language of ours nearest to a code like `cy` or `en-GB`; the default for any other."""
    first = re.split(r"[-_]", code or "", maxsplit=1)[0].lower()
    return first if first in LANGUAGES else DEFAULT_LANGUAGE
