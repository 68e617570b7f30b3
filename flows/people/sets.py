"""Ready-made attributes, to be added by a tap.

The groups of disability and ethnic group are those of the Census 2021 questionnaire in England and Wales. Shares are
given only where the Office for National Statistics publishes them for all of England and Wales: ethnic groups from
"Ethnic group, England and Wales: Census 2021" (29 November 2022).
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.words import LANGUAGES, Words, _, translated
from storage.attributes import Attribute, Option

BANDS = ((16, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 74), (75, None))

REPRESENTED = _("So that we see whether everybody is heard.")
FAIR = _("So that we see whether we serve everybody fairly.")

NAMES: dict[str, Words] = {
    "age": _("Age bands"),
    "gender": _("Gender"),
    "disability": _("Disability"),
    "ethnic group": _("Ethnic group"),
}


def ready_made(key: str) -> Attribute | None:
    """The attribute as it would be added, in all languages."""
    match key:
        case "age":
            youngest = Option("under 16", _in_all(_("Under 16")), None, None, 15)
            return _attribute(key, _("Your age"), [youngest, *(_band(*ages) for ages in BANDS)])
        case "gender":
            options = [
                Option("woman", _in_all(_("Woman"))),
                Option("man", _in_all(_("Man"))),
                Option("other", _in_all(_("In another way"))),
            ]
            return _attribute(key, _("How do you describe yourself?"), options)
        case "disability":
            options = [
                Option("a lot", _in_all(_("Yes, a lot"))),
                Option("a little", _in_all(_("Yes, a little"))),
                Option("no", _in_all(_("No, not at all"))),
            ]
            words = _("Does a health condition limit what you do from day to day?")
            return _attribute(key, words, options, sensitive=True)
        case "ethnic group":
            options = [
                Option("asian", _in_all(_("Asian, Asian British or Asian Welsh")), 0.093),
                Option("black", _in_all(_("Black, Black British, Black Welsh, Caribbean or African")), 0.040),
                Option("mixed", _in_all(_("Mixed or multiple ethnic groups")), 0.029),
                Option("white", _in_all(_("White")), 0.817),
                Option("other", _in_all(_("Other ethnic group")), 0.021),
            ]
            return _attribute(key, _("What is your ethnic group?"), options, sensitive=True)
    return None


def _attribute(key: str, label: Words, options: Sequence[Option], *, sensitive: bool = False) -> Attribute:
    kind = "birth_year" if key == "age" else "choice"
    reason = FAIR if sensitive else REPRESENTED
    return Attribute(key, kind, _in_all(label), tuple(options), sensitive, _in_all(reason))  # type: ignore[arg-type]


def _band(least: int, most: int | None) -> Option:
    name = f"{least}–{most}" if most else f"{least}+"
    return Option(name.replace("–", "-").strip("+"), dict.fromkeys(LANGUAGES, name), None, least, most)


def _in_all(words: Words) -> dict[str, str]:
    return {language: translated(language, words.english) for language in LANGUAGES}
