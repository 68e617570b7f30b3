"""The types of an XLSForm's rows (xlsform.org, question types): what a chat asks in their place, and what it cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from flows.surveys.form.model import ItemKind
from flows.words import Words, _

SELECTS: dict[str, ItemKind] = {
    "select_one": "one",
    "select one": "one",
    "select one from": "one",
    "select one using": "one",
    "select1": "one",
    "add select one prompt using": "one",
    "select_multiple": "many",
    "select multiple": "many",
    "select multiple from": "many",
    "select multiple using": "many",
    "select all that apply": "many",
    "select all that apply from": "many",
    "add select multiple prompt using": "many",
    "rank": "rank",
}
CHOICES = re.compile(
    rf"({'|'.join(sorted(map(re.escape, SELECTS), key=len, reverse=True))})"
    r"(?:\s+(?!or[_ ](?:other|specify))(\S.*?))?(\s+or[_ ](?:specify[_ ])?other)?",
    re.IGNORECASE,
)
BRACKET = re.compile(r"(begin|end)[\s_]+(group|repeat|lgroup|loop|looped group)\b.*", re.IGNORECASE)

OTHER_DATA = _("A chat cannot look answers up in other files or data.")
REFUSED: tuple[tuple[str, Words], ...] = (
    (r"(select_(one|multiple)_from_file|select (one|multiple) from file)\b.*", OTHER_DATA),
    (r"(select_one_external|select one external)\b.*", OTHER_DATA),
    (r"(xml-external|csv-external|cascading[_ ]select\b.*)", OTHER_DATA),
    (r"(q |add )?barcode( prompt)?", _("A chat cannot read barcodes.")),
    (r"(q )?geo(trace|shape)|osm\b.*", _("A chat can take one place, but no lines or shapes on a map.")),
    (
        r"(begin|end)[_ ](score|rank|kobomatrix|literacytest)|score__row|rank__level|kobo--.*",
        _("A chat has no tables of questions. Please ask them one by one."),
    ),
    (r"(q |add )?(video|file)( prompt)?", _("I take pictures and voice messages, but no videos or other files.")),
    (r"(background-(audio|geopoint)|start-geopoint)", _("Nothing is recorded in a chat without somebody sending it.")),
)
METADATA = {"start": "once(now())", "end": "now()", "today": "once(today())"}
"""What the clock tells."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where a group or a repeat begins or ends."""

    side: Literal["begin", "end"]
    repeats: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that is asked or worked out; `hint`, `constraint` and `constraint_words` come with its type."""

    kind: ItemKind
    list: str | None = None
    or_other: bool = False
    hint: str = ""
    constraint: str = ""
    constraint_words: str = ""
    calculation: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """What a telephone tells about itself: a chat leaves it empty."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What a chat cannot do, and why."""

    why: Words


@dataclass(frozen=True, slots=True)
class Unknown:
    """No type; `near` is one that is spelt much like it."""

    near: str


Meaning = Bracket | Asked | Silent | Refused | Unknown


def meaning(written: str) -> Meaning:
    words = " ".join(written.split())
    if found := BRACKET.fullmatch(words):
        return Bracket("begin" if found[1].lower() == "begin" else "end", found[2].lower() != "group")
    for pattern, why in REFUSED:
        if re.fullmatch(pattern, words, re.IGNORECASE):
            return Refused(why)
    if found := CHOICES.fullmatch(words):
        return Asked(SELECTS[found[1].lower()], found[2] or "", or_other=found[3] is not None)
    if words.lower() in METADATA:
        return Asked("calculate", calculation=METADATA[words.lower()])
    return _known(words)


@cache
def _dictionary() -> Mapping[str, Mapping[str, Any]]:
    from pyxform.aliases import _type_alias_map
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    found: dict[str, Mapping[str, Any]] = dict(QUESTION_TYPE_DICT)
    for alias, name in _type_alias_map.items():
        found.setdefault(alias, found.get(name, {}))
    return found


BY_NAME: dict[str, Meaning] = {
    "range": Asked("range"),
    "hidden": Asked("hidden"),
    "calculate": Asked("calculate"),
    "audit": Silent(),
    "username": Silent(),
    "email": Silent(),
}


def _known(words: str) -> Meaning:
    known = _dictionary()
    if words in BY_NAME:
        return BY_NAME[words]
    what = known.get(words)
    if what is None:
        near = get_close_matches(words.lower(), _spellings(), 1, 0.6)
        return Unknown(near[0] if near else "")
    return _of_dictionary(what)


def _spellings() -> list[str]:
    usual = ("text", "integer", "decimal", "range", "select_one", "select_multiple", "rank", "date", "time", "dateTime")
    more = ("note", "acknowledge", "geopoint", "image", "audio", "calculate", "hidden", "begin_group", "end_group")
    return [*usual, *more]


BY_BIND: dict[str, ItemKind] = {
    "string": "text",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "geopoint": "place",
    "odk:rank": "rank",
}


def _of_dictionary(what: Mapping[str, Any]) -> Meaning:
    control, bind = what.get("control", {}), what.get("bind", {})
    if "jr:preload" in bind or not control:
        return Silent() if "jr:preload" in bind else Asked("calculate")
    match control.get("tag"), control.get("mediatype", ""):
        case "trigger", _media:
            return Asked("acknowledge")
        case "upload", "image/*":
            return Asked("photo")
        case "upload", "audio/*":
            return Asked("audio")
        case "select1", _media:
            return Asked("one", "")
        case "select", _media:
            return Asked("many", "")
    if bind.get("readonly") == "true()":
        return Asked("note")
    kind = BY_BIND.get(bind.get("type", ""))
    if kind is None:
        return Refused(_("A chat cannot ask this."))
    constraint, words = bind.get("constraint", ""), bind.get("jr:constraintMsg", "")
    return Asked(kind, hint=str(what.get("hint", "")), constraint=constraint, constraint_words=words)
