"""A whole form typed in one line comes out as it was meant, or says which answer is wrong; never as another answer."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.answering import Unclear, fits
from flows.surveys.one_line import example, fits_a_line, looks_like_a_form, read_form
from flows.words import Voice
from storage.consultations import POINTS, Kind, Question
from storage.responses import Value

OPTIONS = ("Trees", "Benches", "Fewer cars")
FORM = [
    Question("what", "c", 1, "one", "What matters?", OPTIONS),
    Question("how", "c", 2, "many", "How do you get there?", OPTIONS),
    Question("safe", "c", 3, "scale", "How safe is it?"),
    Question("often", "c", 4, "number", "How often?", least=0, most=31),
    Question("else", "c", 5, "text", "What else?"),
]


def read(line: str) -> dict[str, Value]:
    found = read_form(FORM, line)
    assert not isinstance(found, Unclear)
    return found


def wrong(line: str) -> str:
    found = read_form(FORM, line)
    assert isinstance(found, Unclear)
    return Voice("en", ZoneInfo("Europe/London")).plain(found.words)


def test_a_day_or_an_order_is_not_read_out_of_a_line() -> None:
    day = Question("when", "c", 6, "text", "When?", format="date")
    order = Question("first", "c", 6, "many", "What comes first?", OPTIONS, format="rank")
    assert [fits_a_line(asked) for asked in (FORM, [*FORM, day], [*FORM, order])] == [True, False, False]


def test_answers_stand_in_the_order_of_the_questions() -> None:
    assert read("3; 2,1; 4; 12; The lamps are dark.") == {
        "what": 2,
        "how": (0, 1),
        "safe": 4,
        "often": 12,
        "else": "The lamps are dark.",
    }


@pytest.mark.parametrize("line", ["3;;;;", "3; -; –; ; —", "3;"])
def test_blanks_are_blank_and_those_at_the_end_need_not_be_written(line: str) -> None:
    assert read(line) == {"what": 2, "how": None, "safe": None, "often": None, "else": None}


def test_other_keyboards_have_other_signs() -> None:
    assert read("٣؛ ١، ٢؛ ৪") == read("3; 1, 2; 4")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("4;", "Answer 1, “4”: Its answers are numbered from 1 to 3."),
        ("0;", "Answer 1, “0”: Its answers are numbered from 1 to 3."),
        ("1 2;", "Answer 1, “1 2”: Its answers are numbered from 1 to 3."),
        ("1; 1, 9", "Answer 2, “1, 9”: Its answers are numbered from 1 to 3."),
        ("1; 1; 6", "Answer 3, “6”: Please tap a number from 1 to 5."),
        ("1; 1; 5; 32", "Answer 4, “32”: The largest number here is 31. Please write that or less."),
        (
            "1; 1; 5; 2; dark; and wet",
            "I found 6 answers, but there are 5 questions. Please put semicolons only between answers.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(line: str, says: str) -> None:
    assert wrong(line) == says


def test_the_example_can_be_read() -> None:
    line = str(example(FORM[:4]).places["line"])
    assert looks_like_a_form(line)
    assert None not in read(line + "; …").values()


WORDS = st.text("ab ,.-?", min_size=1).map(lambda words: " ".join(words.split())).filter(lambda w: w not in ("", "-"))
ANSWERS: dict[Kind, st.SearchStrategy[Value]] = {
    "one": st.integers(0, 2),
    "many": st.sets(st.integers(0, 2), min_size=1).map(lambda places: tuple(sorted(places))),
    "scale": st.sampled_from(POINTS),
    "number": st.integers(0, 31),
    "text": WORDS,
}


def written(question: Question, value: Value) -> str:
    match question.kind, value:
        case _, None:
            return "-"
        case "one", int(place):
            return str(place + 1)
        case "many", tuple(places):
            return ", ".join(str(place + 1) for place in places)
    return str(value)


@given(st.tuples(*(st.none() | ANSWERS[question.kind] for question in FORM)))
def test_every_form_can_be_written_in_a_line(values: tuple[Value, ...]) -> None:
    line = "; ".join(written(question, value) for question, value in zip(FORM, values, strict=True))
    assert tuple(read(line).values()) == values


@given(st.text("0123456789;,- x", max_size=40))
def test_whatever_is_typed_is_an_answer_to_the_question_or_nothing(line: str) -> None:
    found = read_form(FORM, line)
    if not isinstance(found, Unclear):
        assert all(value is None or fits(question, value) for question, value in zip(FORM, found.values(), strict=True))
