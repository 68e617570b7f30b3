"""Messages stay within Telegram's lengths, and other people's words never become markup."""

from __future__ import annotations

import html
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.rendering import CAPTION_LIMIT, TEXT_LIMIT, bodies, length
from flows.turn import Bar, Chart, File, Message, Poster, choice, column, link
from flows.words import Verbatim, Voice, _, lines, paragraphs, translated

ENGLISH = Voice("en", ZoneInfo("Europe/London"))

LETTERS = st.text(alphabet=st.sampled_from("ab <>&\n😀é"), min_size=1, max_size=9000)


@given(LETTERS.filter(lambda text: text.strip()))
def test_long_texts_are_split_and_nothing_is_lost(text: str) -> None:
    found = bodies(Message(Verbatim(text)), ENGLISH, 1)
    assert all(0 < length(body["text"]) <= TEXT_LIMIT for body in found)
    together = "".join(html.unescape(body["text"]) for body in found)
    assert re.sub(r"\s", "", together) == re.sub(r"\s", "", text)


def test_words_of_others_are_shown_literally() -> None:
    text = _("<b>{name}</b> says: {words}", name="<i>Ana</i>", words="a & b {name}")
    assert ENGLISH.html(text) == "<b>&lt;i&gt;Ana&lt;/i&gt;</b> says: a &amp; b {name}"
    assert ENGLISH.plain(_("To {name}", name="<i>")) == "To <i>"


def test_buttons_answer_the_question_they_belong_to() -> None:
    [body] = bodies(Message(Verbatim("?"), column(choice("yes", _("Yes")), link("join 4f", "Join"))), ENGLISH, 12)
    assert body["rows"] == [
        [{"text": "Yes", "callback_data": "c:12:yes"}],
        [{"text": "Join", "callback_data": "/join 4f"}],
    ]


def test_data_that_telegram_would_refuse_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        bodies(Message(Verbatim("?"), column(choice("é" * 40, "x"))), ENGLISH, 1)


def test_a_text_too_long_for_a_caption_follows_its_picture() -> None:
    picture = Chart("Title", [Bar("Yes", 1.0, "1 (100%)")], "1 answer")
    short, long = Verbatim("x" * CAPTION_LIMIT), Verbatim("x" * (CAPTION_LIMIT + 1))
    assert ["picture" in body for body in bodies(Message(short, picture=picture), ENGLISH, 1)] == [True]
    assert ["picture" in body for body in bodies(Message(long, picture=picture), ENGLISH, 1)] == [True, False]


def test_paragraphs() -> None:
    assert ENGLISH.html(paragraphs(Verbatim("a"), None, lines(Verbatim("b"), Verbatim("c")))) == "a\n\nb\nc"


def test_a_poster_is_in_its_own_language_whoever_asks_for_it() -> None:
    sheet = Poster(
        "ur", "Council", Verbatim("Buses?"), "Camera", _("Menu"), "Or:", "https://t.me/a_bot?start=at-k7", "Inn"
    )
    (shown,) = bodies(Message(_("Menu"), picture=sheet), ENGLISH, 1)
    (kept,) = bodies(Message(_("Menu"), file=File("poster-ur.pdf", sheet)), ENGLISH, 1)
    urdu = translated("ur", "Menu")
    assert urdu != "Menu"
    assert urdu in shown["picture"]["note"]
    assert shown["picture"]["rtl"]
    assert (shown["text"], kept["file"]["poster"]) == ("Menu", shown["picture"])
