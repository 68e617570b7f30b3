"""Key words and groups of answers: what shares words goes together, the same every time, in any language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports.themes import groups, themes

BUSES = [f"The evening bus never comes {word}" for word in ("on time", "at all", "early", "twice", "there")]
PARKS = [f"We need benches in the park {word}" for word in ("please", "now", "here", "soon", "again")]
PLAN = {"title": "Why?", "note": "A help.", "heading": "Words", "group": "Group {number}"}


def test_answers_that_share_words_go_together() -> None:
    found = groups(BUSES + PARKS)
    assert sorted(size for _words, _examples, size in found) == [5, 5]
    for words, examples, _size in found:
        assert set(examples) <= set(BUSES) or set(examples) <= set(PARKS)
        assert {"bus", "evening"} <= set(words) or {"park", "benches"} <= set(words)


def test_it_reads_as_a_list() -> None:
    said = themes({**PLAN, "texts": BUSES + PARKS}).decode()
    assert said.startswith("Why?\n\nA help.\n\nWords: ")
    assert "Group 1 (5): " in said
    assert "Group 2 (5): " in said


def test_other_scripts_are_words_too() -> None:
    texts = ["বাস দেরি করে", "বাস দেরি করে আসে", "পার্ক পরিষ্কার চাই", "পার্ক পরিষ্কার রাখুন"] * 3
    assert sum(size for _words, _examples, size in groups(texts)) == len(texts)


@pytest.mark.parametrize("texts", [[], [""], ["one"], ["…"] * 30, ["one", "two", "three"]])
def test_where_nothing_is_shared_nothing_is_grouped(texts: list[str]) -> None:
    assert groups(texts) == []
    assert themes({**PLAN, "texts": texts}).decode().endswith("Words: –\n")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=40))
def test_whatever_people_write_is_grouped_the_same_every_time(texts: list[str]) -> None:
    found = groups(texts)
    assert found == groups(texts)
    assert sum(size for _words, _examples, size in found) <= len(texts)
