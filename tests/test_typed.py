"""What counts as the same words, whatever keyboard they were typed on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.typed import compared, latin_digits, spellings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  YES ", "yes"),
        ("don’t", "don't"),
        ("Środa", "sroda"),
        ("ŁÓDŹ", "lodz"),
        ("\u200fنعم", "نعم"),
        ("نَعَمْ", "نعم"),
        ("أحد", "احد"),
        ("نہیں", "نهيں"),
        ("كرنا", "کرنا"),
        ("জানুয়ারি", "জানুয়ারী"),
        ("\u2068Aberwick\u2069", "aberwick"),
        ("٢", "2"),
        ("২ মাস", "2 মাস"),
    ],
)
def test_the_same_words(typed: str, meant: str) -> None:
    assert compared(typed) == compared(meant)


@pytest.mark.parametrize(("one", "other"), [("হ্যাঁ", "হা"), ("কাল", "কলি"), ("tak", "taki"), ("لا", "لي"), ("1", "2")])
def test_other_words(one: str, other: str) -> None:
    assert compared(one) != compared(other)


@pytest.mark.parametrize("typed", ["1234", "١٢٣٤", "۱۲۳۴", "১২৩৪", "１２３４"])
def test_digits_of_every_script(typed: str) -> None:
    assert latin_digits(f"{typed} m²") == "1234 m²"


def test_arabic_separators() -> None:
    assert latin_digits("١٬٢٣٤٫٥") == "1,234.5"


@given(st.text(max_size=30))
def test_compared_once_is_compared_for_good(words: str) -> None:
    assert compared(compared(words)) == compared(words)


def test_words_of_every_language_are_known() -> None:
    assert {"today", "heddiw"} <= set(spellings("today"))
