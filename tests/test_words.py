"""Every wording is there in every language, with the same places; and words go into a text as they should."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from gettext import c2py
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from flows.slices import ROUTER
from flows.staff.staff import TIMERS
from flows.typed import compared
from flows.welcome.citizen import WHICH_LANGUAGE
from flows.words import LANGUAGES, Day, Moment, Percent, Verbatim, Voice, Words, _, known_language, ngettext

ROOT = Path(__file__).parent.parent
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
LONDON = ZoneInfo("Europe/London")

Wording = str | tuple[str, ...]


@cache
def wordings() -> frozenset[Wording]:
    """Every wording that stands in the flows (and what the bot says of itself)."""
    keywords = {"_": None, "ngettext": (1, 2)}
    return frozenset(
        message
        for folder in ("flows", "bot")
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, keywords=keywords)
    )


def catalogue(language: str) -> Catalog:
    with (ROOT / "flows/locales" / language / "LC_MESSAGES/folkmoot.po").open("rb") as file:
        return read_po(file, locale=language)


def places(wording: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(wording) if name}


def tags(wording: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z]+>", wording))


def test_a_language_is_whole() -> None:
    """Its catalogue is there, is kept up by `make words`, and its speakers are asked in it whether they want it."""
    assert sorted(path.name for path in (ROOT / "flows/locales").iterdir()) == TRANSLATED
    (kept_up,) = re.findall(r"^LANGUAGES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert sorted(kept_up.split()) == TRANSLATED
    assert len(WHICH_LANGUAGE.splitlines()) == len(LANGUAGES)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_locale_has_every_message_and_no_other(language: str) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue(language)}
    assert known - {""} == wordings(), "run: make words"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_with_the_same_places_and_markup(language: str) -> None:
    found = catalogue(language)
    wrong = []
    for message in found:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[-1]
        strings = (message.string,) if isinstance(message.string, str) else message.string or ("",)
        for form, text in enumerate(strings):
            missing = places(english) - places(text)
            if not isinstance(message.id, str) and _counts_only_one_number(found, form):
                missing -= {"n"}
            if not text or missing or places(text) - places(english) or tags(text) != tags(english):
                wrong.append((english, text))
        wrong += [(english, "fuzzy")] if message.fuzzy else []
    assert wrong == []


def _counts_only_one_number(found: Catalog, form: int) -> bool:
    """Such a form may say the number in words: Arabic has one for two alone."""
    form_of = c2py(found.plural_expr)
    return sum(form_of(number) == form for number in range(1000)) == 1


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_follow_the_language(language: str) -> None:
    found = catalogue(language)
    plurals = [message.string for message in found if isinstance(message.id, (list, tuple))]
    assert {len(strings or ()) for strings in plurals} == {found.num_plurals}
    unicode_forms = Locale.parse(language).plural_form
    form_of = c2py(found.plural_expr)
    ours = {form_of(number) for number in range(1000)}
    assert ours == set(range(found.num_plurals))
    together = {(form_of(number), unicode_forms(number)) for number in range(2, 1000)}
    assert len(together) == len({form for form, _name in together}), "a form serves numbers the language tells apart"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_keyword_means_two_things(language: str) -> None:
    voice = Voice(language, LONDON)
    meant: dict[str, str] = {}
    for spoken in ROUTER.commands.values():
        if spoken.keywords is None:
            continue
        for word in {compared(word) for word in voice.plain(spoken.keywords).split(",")}:
            assert word, f"an empty keyword for /{spoken.name}"
            assert meant.setdefault(word, spoken.name) == spoken.name, word


def test_english_wordings_stand_on_their_own() -> None:
    """Nothing is glued together from parts that a translator could not move."""
    for wording in wordings():
        for part in (wording,) if isinstance(wording, str) else wording:
            assert part == part.strip(), part
            assert "%s" not in part


# ---------------------------------------------------------------- buttons that lead somewhere


def _commands_in_buttons() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "flows").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("link", "go")
            if called and node.args:  # type: ignore[attr-defined]
                first = node.args[0]  # type: ignore[attr-defined]
                if isinstance(first, ast.JoinedStr):
                    first = first.values[0]
                if isinstance(first, ast.Constant):
                    yield path.name, str(first.value).split()[0]


def test_every_button_leads_to_a_command_that_exists() -> None:
    known = {*ROUTER.commands, "continue"}
    assert {(file, name) for file, name in _commands_in_buttons() if name not in known} == set()


def test_every_timer_has_words_for_the_status() -> None:
    assert set(TIMERS) == set(ROUTER.happenings)


# ---------------------------------------------------------------- words in a text


def test_numbers_dates_and_shares_as_people_write_them() -> None:
    english, welsh = Voice("en", LONDON), Voice("cy", LONDON)
    at = datetime(2027, 7, 1, 17, 30, tzinfo=UTC)
    text = _("{a}|{b}|{c}|{d}", a=12345, b=Day(date(2027, 3, 1)), c=Moment(at), d=Percent(0.256))
    assert english.plain(text) == "12,345|Monday 1 March 2027|Thursday 1 July 2027, 18:30|26%"
    assert "Mawrth" in welsh.plain(_("{b}", b=Day(date(2027, 3, 1))))


def test_plurals_in_english() -> None:
    english = Voice("en", LONDON)
    assert english.plain(ngettext("{n} seat", "{n} seats", 1)) == "1 seat"
    assert english.plain(ngettext("{n} seat", "{n} seats", 0)) == "0 seats"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("cy", "cy"),
        ("cy-GB", "cy"),
        ("en-US", "en"),
        ("ar-EG", "ar"),
        ("UR_pk", "ur"),
        ("pl", "pl"),
        ("zh-hans", "en"),
        (None, "en"),
        ("", "en"),
    ],
)
def test_the_nearest_language_of_ours(code: str | None, language: str) -> None:
    assert known_language(code) == language


def test_an_unknown_place_is_a_programming_error() -> None:
    with pytest.raises(TypeError):
        Voice("en", LONDON).plain(Words("{x}", {"x": object()}))


# ---------------------------------------------------------------- from right to left

NAME = _("{name}", name="Aberwick")
RLM, FSI, PDI = "\u200f", "\u2068", "\u2069"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_set_apart_only_where_people_read_from_right_to_left(language: str) -> None:
    voice = Voice(language, LONDON)
    said = voice.plain(_("{a}{b}", a="Getting around", b=Verbatim("اردو")))
    if language in ("ur", "ar"):
        assert said == f"{RLM}{FSI}Getting around{PDI}{FSI}اردو{PDI}"
    else:
        assert said == "Getting aroundاردو"


def test_a_line_that_begins_with_latin_letters_is_marked_and_no_other() -> None:
    urdu = Voice("ur", LONDON)
    assert urdu.html(_("<b>{name}</b>", name="Ana")) == f"{RLM}<b>{FSI}Ana{PDI}</b>"
    assert urdu.html(_("<b>{name}</b>", name="انا")) == f"<b>{FSI}انا{PDI}</b>"
    assert urdu.html(_("{n}", n=5)) == "5"
    assert urdu.html(_("🙂 {name}", name="انا")) == f"🙂 {FSI}انا{PDI}"


def test_somebodys_own_words_stay_as_they_are() -> None:
    assert Voice("ur", LONDON).html(Verbatim("A crossing\nby the school")) == "A crossing\nby the school"


def test_a_wording_within_another_is_marked_once() -> None:
    within = Voice("ar", LONDON).plain(_("{inner}!", inner=NAME))
    assert within == f"{RLM}{FSI}Aberwick{PDI}!"


def test_a_command_keeps_its_slash_in_front() -> None:
    assert Voice("ar", LONDON).html(_("<b>x</b> /stop")) == f"{RLM}<b>x</b> {FSI}/stop{PDI}"
