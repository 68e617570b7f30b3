"""Posters: a telephone reads their code, in every language, however many words there are; and so does a printer."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from bot.pictures import PAPER
from bot.posters import HEIGHT, SCALE, WIDTH, poster

ADDRESS = "https://t.me/newbridge_council_bot?start=at-k7m2p9qd"
LONGEST = f"https://t.me/{'b' * 32}?start={'x' * 64}"
"""Names of bots have at most 32 letters, start parameters at most 64 (https://core.telegram.org/bots/features)."""

HEADLINES = {
    "short": "Buses?",
    "English": "How should Market Street change?",
    "Arabic": "كيف ينبغي أن يتغير شارع السوق؟ شاركنا رأيك الآن",
    "Urdu": "مارکیٹ اسٹریٹ کیسے بدلے؟",
    "Bengali": "মার্কেট স্ট্রিট কীভাবে বদলানো উচিত?",
    "many words": "Have a say in what becomes of the old mill by the river, the square in front of it and the bus stop",
    "one long word": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch?",
    "far too many": "word " * 90,
    "none": "",
}


def plan(**different: Any) -> dict[str, Any]:
    return {
        "kind": "poster",
        "organisation": "Newbridge Town Council",
        "headline": "How should Market Street change?",
        "how": "Point your phone's camera at the square",
        "note": "One question, one tap. Your answer is counted without your name. You need the free app Telegram.",
        "otherwise": "No camera? Type this into your browser:",
        "address": ADDRESS,
        "place": "Library, Mill Lane",
        "rtl": False,
        **different,
    }


def picture(**different: Any) -> Image.Image:
    return Image.open(io.BytesIO(poster(plan(**different), "png"))).convert("RGB")


def read(found: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(found)]


@pytest.mark.parametrize("headline", HEADLINES.values(), ids=HEADLINES)
def test_a_telephone_reads_the_code_whatever_is_said_above_it(headline: str) -> None:
    found = picture(headline=headline, rtl=any("\u0600" <= letter <= "\u06ff" for letter in headline))
    assert read(found) == [ADDRESS]
    assert read(found.resize((WIDTH // 2, HEIGHT // 2))) == [ADDRESS], "from further away"


def test_the_longest_address_there_can_be_is_read_too() -> None:
    assert read(picture(address=LONGEST)) == [LONGEST]


def test_it_is_a_sheet_of_a4_with_an_empty_margin() -> None:
    for headline in HEADLINES.values():
        found = picture(headline=headline, organisation="Council " * 20, note="Note " * 60, place="Place " * 30)
        assert found.size == (WIDTH * SCALE, HEIGHT * SCALE)
        pixels = np.asarray(found)
        paper = np.array([int(PAPER[place : place + 2], 16) for place in (1, 3, 5)])
        below = pixels[100 * SCALE :]
        for edge in (below[:, : 10 * SCALE], below[:, -10 * SCALE :], below[-10 * SCALE :]):
            assert (edge == paper).all(), headline


def test_words_and_code_do_not_lie_on_each_other() -> None:
    """Around the code is the empty border that its standard asks for, but for what the reader's corners are off."""
    for headline in HEADLINES.values():
        found = picture(headline=headline)
        (code,) = zxingcpp.read_barcodes(found)
        first, last = code.position.top_left, code.position.bottom_right
        module = (last.x - first.x) // 33
        dark = np.asarray(found.convert("L")) < 128
        dark[first.y - module : last.y + module, first.x - module : last.x + module] = False
        assert not dark[first.y - 3 * module : last.y + 3 * module, first.x - 3 * module : last.x + 3 * module].any()


def test_a_page_to_print_says_and_shows_the_same() -> None:
    sheets = pypdfium2.PdfDocument(poster(plan(), "pdf"))
    assert [sheet.get_size() for sheet in sheets] == [(WIDTH, HEIGHT)]
    assert read(sheets[0].render(scale=2).to_pil()) == [ADDRESS]
    words = " ".join(sheets[0].get_textpage().get_text_bounded().split())
    for part in ("organisation", "headline", "how", "note", "otherwise", "place"):
        assert plan()[part] in words


def test_the_same_plan_gives_the_same_bytes() -> None:
    for kind in ("png", "pdf"):
        assert poster(plan(), kind) == poster(plan(), kind)
