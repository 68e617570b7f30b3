"""Formatting is read, and refused, as Telegram does; offsets are in UTF-16 units whatever the letters."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Message

from bot.playground.markup import formatted, given_entities, parse_html, utf16_length
from bot.playground.refusals import Refusal

LETTERS = st.text(
    st.one_of(st.sampled_from("aé <>&\"'\n🏛👩‍👩‍👧ŵ한/@#;"), st.characters(exclude_categories=["Cs"])), max_size=12
)
WORDS = LETTERS.filter(bool)
SIMPLE = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "tg-spoiler": "spoiler"}


def units(text: str, entity: dict[str, Any]) -> str:
    """The words an entity is about."""
    raw = text.encode("utf-16-le")
    return raw[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


def why(html: str) -> str:
    with pytest.raises(Refusal) as refused:
        parse_html(html)
    assert refused.value.code == 400
    return refused.value.description.removeprefix("Bad Request: can't parse entities: ")


@given(LETTERS)
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    assert parse_html(escape(text)) == (text, [])


@given(st.lists(st.tuples(st.sampled_from(sorted(SIMPLE)), WORDS, LETTERS), max_size=5))
def test_every_mark_is_about_the_words_it_stands_around(parts: list[tuple[str, str, str]]) -> None:
    html = "".join(f"<{tag}>{escape(inside)}</{tag}>{escape(after)}" for tag, inside, after in parts)
    text, entities = parse_html(html)
    assert text == "".join(inside + after for _tag, inside, after in parts)
    assert [(entity["type"], units(text, entity)) for entity in entities] == [
        (SIMPLE[tag], inside) for tag, inside, _after in parts
    ]


@given(st.lists(st.sampled_from(sorted(SIMPLE)), min_size=1, max_size=5, unique=True), WORDS)
def test_marks_stand_inside_each_other(tags: list[str], words: str) -> None:
    html = "".join(f"<{tag}>" for tag in tags) + escape(words) + "".join(f"</{tag}>" for tag in reversed(tags))
    text, entities = parse_html(html)
    assert text == words
    assert {entity["type"] for entity in entities} == {SIMPLE[tag] for tag in tags}
    assert {(entity["offset"], entity["length"]) for entity in entities} == {(0, utf16_length(words))}


@given(st.lists(st.tuples(st.sampled_from(sorted(SIMPLE)), WORDS, LETTERS), max_size=5))
def test_the_library_s_own_html_says_the_same_again(parts: list[tuple[str, str, str]]) -> None:
    html = "".join(f"<{tag}>{escape(inside)}</{tag}>{escape(after)}" for tag, inside, after in parts)
    text, entities = parse_html(html)
    raw = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, "text": text, "entities": entities}
    message = Message.de_json(raw, None)
    assert parse_html(message.text_html if text else "") == (text, entities)


@given(st.text(st.sampled_from('<>/=&"ab pre code href;#1x -🏛'), max_size=30))
def test_anything_is_read_or_refused(html: str) -> None:
    try:
        text, entities = parse_html(html)
    except Refusal:
        assert "<" in html
        return
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(text)


@given(st.text(st.sampled_from(" \n\tab🏛"), max_size=12), st.data())
def test_space_around_is_not_kept_and_marks_stay_on_their_words(text: str, data: st.DataObject) -> None:
    cut = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    plain, entities = formatted(f"{text[: cut[0]]}<b>{text[cut[0] : cut[1]]}</b>{text[cut[1] :]}", "HTML", None)
    first, last = max(cut[0], len(text) - len(text.lstrip())), min(cut[1], len(text.rstrip()))
    assert plain == text.strip()
    assert [units(plain, entity) for entity in entities] == ([text[first:last]] if first < last else [])


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("🏛<br>", 'Unsupported start tag "br" at byte offset 4'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a x>y</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("&#xD83C;", "Text contains invalid Unicode characters after decoding HTML entities"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ],
)
def test_what_telegram_cannot_read_is_refused_with_the_place(html: str, reason: str) -> None:
    assert why(html) == reason


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("&lt;b&gt; &amp;amp; &nbsp; &#127963; &#x41;", "<b> &amp; &nbsp; 🏛 A", []),
        (
            '<a href="https://example.org?a=1&amp;b=2">here</a>',
            "here",
            [{"type": "text_link", "offset": 0, "length": 4, "url": "https://example.org?a=1&b=2"}],
        ),
        ('<a href="https://example.org">x</a>', "x", [
            {"type": "text_link", "offset": 0, "length": 1, "url": "https://example.org/"}
        ]),
        ('<a href="not an address">x</a>', "x", []),
        ('<pre><code class="language-sql">SELECT</code></pre>', "SELECT", [
            {"type": "pre", "offset": 0, "length": 6, "language": "sql"}
        ]),
        ("<code><b>x</b></code>", "x", [{"type": "code", "offset": 0, "length": 1}]),
        ("<blockquote expandable>x</blockquote>", "x", [{"type": "expandable_blockquote", "offset": 0, "length": 1}]),
        ("<B>x</B>", "x", [{"type": "bold", "offset": 0, "length": 1}]),
        ("<b></b>", "", []),
    ],
)  # fmt: skip
def test_html_is_read(html: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert parse_html(html) == (text, entities)


def test_commands_names_and_addresses_are_recognised() -> None:
    text, entities = formatted("🏛 /start, @folkmoot or https://example.org/x.", None, None)
    assert [(entity["type"], units(text, entity)) for entity in entities] == [
        ("bot_command", "/start"),
        ("mention", "@folkmoot"),
        ("url", "https://example.org/x"),
    ]


def test_what_is_given_is_not_recognised_once_more() -> None:
    command = {"type": "bot_command", "offset": 0, "length": 6}
    assert formatted("/start", None, [command]) == ("/start", [command])
    assert formatted("<code>/start</code>", "HTML", None)[1] == [{**command, "type": "code"}]


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "bold", "offset": -1, "length": 1},
        {"type": "bold", "offset": 0, "length": 0},
        {"type": "bold", "offset": 1, "length": 1},
        {"type": "huge", "offset": 0, "length": 1},
    ],
)
def test_entities_outside_the_text_or_inside_a_letter_are_refused(entity: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        given_entities("🏛ab", [entity])


def test_other_markup_languages_are_refused_rather_than_shown_raw() -> None:
    with pytest.raises(Refusal, match="unsupported parse_mode"):
        formatted("*x*", "MarkdownV2", None)
