"""Pictures of results: whatever staff and citizens wrote, a picture Telegram takes and a phone shows."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.pictures import (
    BAR,
    BAR_HEIGHT,
    INNER,
    LABEL,
    MARGIN,
    MARK,
    TONES,
    TRACK,
    characters,
    draw,
    measured,
    wrapped,
)

BLUE = (0x00, 0x72, 0xB2)
INK = (0x1B, 0x1B, 0x1B)


def bars(*shares: float, label: str = "Yes", text: str = "17 (40%)") -> dict[str, Any]:
    plan = [{"label": label, "share": share, "text": text} for share in shares]
    return {"kind": "bars", "title": "How is it?", "note": "42 answers", "bars": plan, "rtl": False}


def opened(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGB")


def runs_of_blue(image: Image.Image) -> list[tuple[int, int]]:
    """Left and right end of every bar, from top to bottom."""
    pixels = image.load()
    assert pixels is not None
    found: list[tuple[int, int]] = []
    inside = False
    for y in range(image.height):
        blue = [x for x in range(image.width) if pixels[x, y] == BLUE]
        if blue and not inside:
            found.append((blue[0], blue[-1] + 1))
        inside = bool(blue)
    return found


def test_bars_are_as_long_as_their_shares() -> None:
    full, half, quarter = (right - left for left, right in runs_of_blue(opened(draw(bars(1, 0.5, 0.25)))))
    assert half == pytest.approx(full / 2, abs=2)
    assert quarter == pytest.approx(full / 4, abs=2)
    assert full > 500


def test_a_mark_stands_at_its_share_on_the_bar_and_beyond_it() -> None:
    for share, mark in ((1.0, 0.5), (0.2, 0.9)):
        plan = bars(share)
        ((left, right),) = runs_of_blue(opened(draw(bars(1))))
        plan["bars"][0]["mark"] = mark
        image = opened(draw(plan))
        pixels = image.load()
        assert pixels is not None
        middle = (image.height - MARGIN) - BAR_HEIGHT // 2
        dark = [x for x in range(left, right) if pixels[x, middle] == INK]
        assert len(dark) == pytest.approx(MARK, abs=1)
        assert sum(dark) / len(dark) == pytest.approx(left + (right - left) * mark, abs=MARK)


def test_nobody_is_drawn_as_nothing_and_hardly_anybody_as_something() -> None:
    assert runs_of_blue(opened(draw(bars(0)))) == []
    ((left, right),) = runs_of_blue(opened(draw(bars(0.0001))))
    assert right - left >= 3


def test_shares_that_make_no_sense_stay_on_the_page() -> None:
    for share in (7.0, -1.0, float("nan"), float("inf")):
        for left, right in runs_of_blue(opened(draw(bars(share)))):
            assert 0 < left < right < 1000


def test_read_from_right_to_left_the_bars_grow_from_the_right() -> None:
    ((left, right),) = runs_of_blue(opened(draw(bars(0.5))))
    ((mirrored_left, mirrored_right),) = runs_of_blue(opened(draw({**bars(0.5), "rtl": True})))
    assert (mirrored_left, mirrored_right) == pytest.approx((1000 - right, 1000 - left), abs=1)


def test_bars_to_compare_have_headings_one_scale_and_tones_of_their_own() -> None:
    plan = bars(1, 1, 1, 1, 1, 1)
    for place, bar in enumerate(plan["bars"]):
        bar["tone"] = ("here", "panel", "plain")[place % 3]
        bar["label"] = ("Everybody", "Panel", "Answered")[place % 3]
        bar["text"] = "45%" if place < 3 else "130 (45%)"
    flat = opened(draw(plan))
    for place in (0, 3):
        plan["bars"][place]["heading"] = "40 and over"
    image = opened(draw(plan))
    assert image.height != flat.height
    found = runs_of_blue(image)
    assert len(found) == 2
    assert found[0] == found[1], "one scale for all groups"
    counted = image.getcolors(maxcolors=image.width * image.height)
    assert counted is not None
    colours = {colour for _times, colour in counted}
    grey, vermilion = (0x6B, 0x6B, 0x6B), (0xD5, 0x5E, 0x00)
    assert {grey, vermilion, BLUE} <= colours


def _luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_bar_stands_out_from_what_it_lies_on() -> None:
    for colour in (BAR, *TONES.values()):
        assert (_luminance(TRACK) + 0.05) / (_luminance(colour) + 0.05) >= 3


def test_it_is_wide_enough_to_read_and_the_same_every_time() -> None:
    assert opened(draw(bars(0.5))).width == 1000
    assert draw(bars(0.5)) == draw(bars(0.5))


def test_no_bars_and_no_words_are_a_picture_too() -> None:
    assert opened(draw({"kind": "bars", "title": "", "note": "", "bars": []})).size[0] == 1000
    assert opened(draw(bars(0.5, label="", text=""))).size[0] == 1000


def test_however_many_options_telegram_takes_the_picture() -> None:
    long = "An option that somebody described at very great length " * 9
    image = opened(draw(bars(*[0.5] * 300, label=long, text=long)))
    assert image.width + image.height <= 10_000
    assert image.height / image.width <= 20
    many = bars(*[0.5] * 300)
    image = opened(draw({**many, "bars": [{**bar, "heading": long} for bar in many["bars"]]}))
    assert image.width + image.height <= 10_000


def test_dollars_and_backslashes_are_drawn_as_written() -> None:
    assert draw(bars(0.5, label=r"$x^2$")) != draw(bars(0.5, label="x2"))
    draw(bars(0.5, label=r"\frac{1}{$", text="$5 & $6 _a_ {b} %"))


def test_welsh_letters_are_drawn_and_told_apart() -> None:
    pictures = {draw(bars(0.5, label=letter)) for letter in "wŵyŷâêîôûïẁẃẅŵ"}
    assert len(pictures) == len(set("wŵyŷâêîôûïẁẃẅŵ"))


@pytest.mark.parametrize(
    "words", ["🐑🏴󠁧󠁢󠁷󠁬󠁳󠁿 ok 👍", "中文選項", "ما مدى رضاك", "\ud800 half", "a\x00b\x07c", "\u202eturned", "\n\n"]
)
def test_what_no_font_can_draw_is_left_out_quietly(words: str) -> None:
    draw({**bars(0.5, label=words, text=words), "title": words})


NEVER_JOINED = "\u200c"


@pytest.mark.parametrize("word", ["چاہیں", "مطمئن", "المشاركة", "ক্ষমতা", "সন্তুষ্ট", "স্ত্রী"])
def test_letters_are_joined_as_they_are_written(word: str) -> None:
    apart = NEVER_JOINED.join(word)
    assert measured(word, LABEL) < measured(apart, LABEL)
    assert draw(bars(0.5, label=word)) != draw(bars(0.5, label=apart))


@pytest.mark.parametrize(
    "alphabet",
    [
        "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیےئؤۂآ۔،؟",
        "أإىيكةه٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹",
        "অআইঈউঊঋএঐওঔকখগঘঙঞঢ়ড়য়ৎংঃঁ০১২৩৪৫৬৭৮৯।",
    ],
)
def test_every_letter_of_our_languages_has_a_shape(alphabet: str) -> None:
    """A letter without one is drawn as the same square as any other."""
    assert {ord(letter) for letter in alphabet} <= characters()


def test_a_latin_name_stands_where_a_sentence_read_from_the_right_begins() -> None:
    def ink(label: str) -> Image.Image:
        return opened(draw({**bars(0.5, label=label, text=""), "title": "", "note": "", "rtl": True}))

    assert ink("Aberwick پینل") == ink("\u200fAberwick پینل") != ink("پینل Aberwick")


@given(st.text(max_size=200), st.integers(20, 900))
@settings(max_examples=50)
def test_lines_fit_and_lose_no_letters(text: str, width: int) -> None:
    text = " ".join(text.encode("ascii", "ignore").decode().split())
    text = "".join(letter for letter in text if letter.isprintable())
    lines = wrapped(text, LABEL, max(width, LABEL))
    assert all(measured(line, LABEL) <= max(width, LABEL) + LABEL for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_stands_apart_does_so_on_every_line() -> None:
    question = "\u2068How satisfied are you with your local area as a place to live?\u2069 – بلحاظ عمر"
    lines = wrapped(question, LABEL, INNER // 2)
    assert len(lines) > 2
    assert all(line.count("\u2068") == line.count("\u2069") for line in lines)
    assert "".join(lines[:2]).startswith("\u2068How satisfied are you")


def test_lines_break_between_words() -> None:
    lines = wrapped("Neither satisfied nor dissatisfied with it at all, and I would say so again", LABEL, INNER)
    assert " ".join(lines) == "Neither satisfied nor dissatisfied with it at all, and I would say so again"
    assert len(lines) == 2


@given(st.text(max_size=60), st.floats(allow_nan=True), st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_words_and_numbers_are_drawn(words: str, share: float, rtl: bool) -> None:
    draw({**bars(share, label=words, text=words[::-1]), "title": words, "rtl": rtl})


async def test_many_are_drawn_at_once_in_threads() -> None:
    plans = [bars(number / 12, label=str(number)) for number in range(12)]
    expected = [draw(plan) for plan in plans]
    assert await asyncio.gather(*(asyncio.to_thread(draw, plan) for plan in plans)) == expected


def test_the_slow_library_is_loaded_only_when_something_is_drawn() -> None:
    code = "import sys, bot.pictures; print('matplotlib' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
