"""What a tapped or typed answer means, for each kind of question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.answering import (
    LARGEST_NUMBER,
    TEXT_LIMIT,
    Unclear,
    Understood,
    begun_with,
    example_number,
    fits,
    ticked,
    understood,
)
from flows.surveys.asking import answer_rows, long_options
from flows.turn import Choice, Said, Sent, Typed
from flows.words import Voice
from storage.consultations import POINTS, Format, Kind, Question

ENGLISH = Voice("en", ZoneInfo("UTC"))
OPTIONS = ("Trees", "Benches", "Fewer cars")


def question(kind: Kind, **different: Any) -> Question:
    usual: dict[str, Any] = {"id": "q", "consultation_id": "c", "position": 1, "wording": "?", "options": OPTIONS}
    return Question(**{**usual, "kind": kind, **different})


kinds: st.SearchStrategy[Kind] = st.sampled_from(["one", "many", "scale", "number", "text"])
bounds = st.one_of(st.none(), st.integers(-1000, 1000))
numbers = st.integers(-LARGEST_NUMBER, LARGEST_NUMBER)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    least, most = draw(bounds), draw(bounds)
    if least is not None and most is not None and least >= most:
        least, most = most, least + 1
    return question(draw(kinds), optional=draw(st.booleans()), least=least, most=most)


said = st.one_of(
    st.text(max_size=20).map(Choice),
    st.integers(-20, 20).map(lambda number: Choice(str(number))),
    st.sampled_from([Choice("done"), Choice("+1"), Sent("photo")]),
    st.text(max_size=40).map(Typed),
    numbers.map(lambda number: Typed(str(number))),
)


@given(questions(), said, st.lists(st.sampled_from(range(3)), unique=True))
def test_whatever_is_said_is_either_an_answer_that_fits_or_explained(
    asked: Question, said: Said, chosen: list[int]
) -> None:
    match understood(asked, said, chosen):
        case Understood(value):
            assert fits(asked, value)
        case Unclear(words):
            assert words.english


@given(questions())
def test_the_example_would_be_taken(asked: Question) -> None:
    example = example_number(asked)
    assert understood(question("number", least=asked.least, most=asked.most), Typed(str(example))) == Understood(
        example
    )


@given(numbers)
def test_a_number_is_taken_as_it_is_written(number: int) -> None:
    for written in (f"{number}", f"{number:,}", f" {number} years", f"{number} %", f"{number}€"):
        assert understood(question("number"), Typed(written)) == Understood(number)


@pytest.mark.parametrize("written", ["", "often", "3.5", "1 or 2", "3-4", "--3", "12 of 20", "²", "9" * 40])
def test_what_is_no_whole_number_is_asked_again(written: str) -> None:
    assert isinstance(understood(question("number"), Typed(written)), Unclear)


@given(st.integers(-50, 50))
def test_bounds_belong_to_the_range(number: int) -> None:
    found = understood(question("number", least=-10, most=10), Typed(str(number)))
    assert isinstance(found, Understood) == (-10 <= number <= 10)


@given(st.text(min_size=1, max_size=TEXT_LIMIT + 20))
def test_words_are_kept_up_to_a_length(words: str) -> None:
    found = understood(question("text"), Typed(words))
    kept = words.strip()
    assert (found == Understood(kept)) == (0 < len(kept) <= TEXT_LIMIT)


@pytest.mark.parametrize("point", POINTS)
def test_every_point_of_a_scale_can_be_tapped(point: int) -> None:
    assert understood(question("scale"), Choice(str(point))) == Understood(point)


def test_several_choices_need_one_unless_they_may_be_skipped() -> None:
    assert isinstance(understood(question("many"), Choice("done")), Unclear)
    assert understood(question("many", optional=True), Choice("done")) == Understood(())
    assert understood(question("many"), Choice("done"), (2, 0)) == Understood((0, 2))


@given(st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 2)), max_size=12))
def test_ticks_say_set_and_never_toggle(taps: list[tuple[str, int]]) -> None:
    once: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    for sign, place in taps:
        once = ticked(question("many"), once, f"{sign}{place}") or ()
        for _copy in range(2):
            twice = ticked(question("many"), twice, f"{sign}{place}") or ()
    assert once == twice == tuple(place for place in range(3) if [s for s, p in taps if p == place][-1:] == ["+"])


@given(st.text(max_size=8))
def test_forged_ticks_are_no_ticks(id: str) -> None:
    known = {f"{sign}{place}" for sign in "+-" for place in ("0", "1", "2", "00", "01", "02")}
    assert (ticked(question("many"), (), id) is not None) == (id in known)


@given(questions(), st.one_of(st.none(), st.integers(), st.text(), st.tuples(st.integers()), st.booleans()))
def test_what_was_kept_for_another_question_is_noticed(asked: Question, value: Any) -> None:
    if fits(asked, value):
        assert value is not None or asked.optional
        assert isinstance(value, str) == (asked.kind == "text") or value is None


LONG = "So long that a telephone cannot show all of it on one button, however wide it may be"


@pytest.mark.parametrize(
    ("kind", "format", "mark"), [("one", "", "2."), ("many", "", "☐ 2."), ("many", "rank", "☐ B.")]
)
def test_options_too_long_for_a_button_stand_in_full_above_them(kind: Kind, format: Format, mark: str) -> None:
    asked = replace(question(kind), options=(f"{LONG}, yes", f"{LONG}, no", "Maybe"), format=format)
    shown = long_options(asked, ())
    assert shown is not None
    assert f"{LONG}, no" in ENGLISH.plain(shown)
    labels = [
        str(button.label) if isinstance(button.label, str) else ENGLISH.plain(button.label)
        for row in answer_rows(asked, ())
        for button in row
    ]
    assert labels[1].startswith(f"{mark} So long")
    assert len({label[:20] for label in labels}) == len(labels)
    assert long_options(replace(asked, options=("Yes", "No", "Maybe")), ()) is None


def test_of_the_options_only_those_offered_are_tapped_or_written() -> None:
    asked = replace(question("one"), options=("Hilltop", "Moorend", "Quayside"))
    assert understood(asked, Choice("1"), (), (0, 1)) == Understood(1)
    assert isinstance(understood(asked, Choice("2"), (), (0, 1)), Unclear)
    assert isinstance(understood(asked, Typed("quay"), (), (0, 1)), Unclear)
    assert begun_with(asked, "Moor", (0, 1)) == (1,)
