"""Topics that speak of the same thing are found by the words they share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.alike import ENOUGH, likeness, most_alike

CROSSING = "A safe crossing by the primary school, please."

wordings = st.lists(
    st.sampled_from(["school", "crossing", "bus", "river", "dark", "bench", "dogs", "the", "and", "Straße"]), max_size=8
).map(" ".join)


@pytest.mark.parametrize(
    "said",
    ["The school needs a crossing", "CROSSINGS near schools!", "Please: a crossing at the primary school"],
)
def test_the_same_wish_in_other_words_is_found(said: str) -> None:
    assert likeness(said, CROSSING) >= ENOUGH


@pytest.mark.parametrize("said", ["More buses on Sundays", "The school roof leaks when it rains", "", "Please, please"])
def test_another_wish_is_not(said: str) -> None:
    assert likeness(said, CROSSING) < ENOUGH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("স্কুলের পাশে নিরাপদ রাস্তা পারাপার", "স্কুলের পাশে রাস্তা পারাপার চাই"),
        ("Przejście dla pieszych przy szkole", "przejscie przy szkole"),
        ("سکول کے پاس محفوظ کراسنگ", "محفوظ کراسنگ، سکول"),
    ],
)
def test_in_other_scripts_too(one: str, other: str) -> None:
    assert likeness(one, other) >= ENOUGH
    assert likeness(one, "বাস নেই, brak autobusu, بس نہیں") < ENOUGH


@given(wordings, wordings)
def test_likeness_is_mutual_and_a_share(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@given(st.text(max_size=80))
def test_a_text_is_wholly_like_itself_unless_it_says_nothing(words: str) -> None:
    assert likeness(words, words) in (0, 1)
    assert likeness(words, f"{words} {CROSSING}") == likeness(words, words)


@given(wordings, st.lists(wordings, max_size=8), st.integers(0, 4))
def test_the_likest_come_first_and_the_rest_is_left_out(words: str, others: list[str], most: int) -> None:
    found = most_alike(words, others, most)
    shares = [likeness(words, others[position]) for position in found]
    assert len(found) <= most
    assert shares == sorted(shares, reverse=True)
    assert all(share >= ENOUGH for share in shares)
    left_out = [likeness(words, other) for position, other in enumerate(others) if position not in found]
    if len(found) < most:
        assert all(share < ENOUGH for share in left_out)
