"""Forms as people write them in a message."""

from __future__ import annotations

from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.form.hurried import answers_in
from flows.surveys.form.model import Form, Item, Range
from flows.surveys.form.reading import read_form
from flows.surveys.importing import IN_BRACKETS, TEXT_TEMPLATE
from flows.words import Voice

ENGLISH = Voice("en", ZoneInfo("UTC"))


def form_of(text: str) -> Form:
    reading = read_form(text.encode())
    assert [ENGLISH.plain(problem.said) for problem in reading.problems] == []
    assert reading.form is not None
    return reading.form


def items_of(text: str) -> tuple[Item, ...]:
    return form_of(text).items


def answers(item: Item) -> list[str]:
    return [choice.labels[""] for choice in item.choices]


def test_a_survey_as_one_would_write_it() -> None:
    form = form_of("""\
A greener High Street
We plan trees and benches, and want to hear from you.

1. How do you usually get there? (choose several)
- On foot
- By bus
- Other: ____
2. How many years have you lived here? (number 0-100, optional)
3. Do you drive?
- Yes
- No
4. What do you drive? (optional, only if 3 is Yes)
5. What would make it better?
Hint: anything at all
""")
    assert form.title == "A greener High Street"
    assert [(item.name, item.kind) for item in form.items] == [
        ("introduction", "note"),
        ("q1", "many"),
        ("q1_other", "text"),
        ("q2", "integer"),
        ("q3", "one"),
        ("q4", "text"),
        ("q5", "text"),
    ]
    _note, how, other, years, drives, what, better = form.items
    assert answers(how) == ["On foot", "By bus", "Other"]
    assert other.relevant == ("selected(${q1}, '3')",)
    assert (years.constraint, years.required) == (". >= 0 and . <= 100", "")
    assert (drives.required, what.required, what.relevant) == ("true()", "", ("selected(${q3}, '1')",))
    assert better.hints == {"": "anything at all"}


@pytest.mark.parametrize(
    "text",
    [
        "1. Do you agree?\n- Yes\n- No",
        "1) Do you agree?\n* Yes\n* No",
        "Q1: Do you agree?\n• Yes\n• No",
        "Question 1. Do you agree?\n  a) Yes\n  b) No",
        "\ufeff1.\tDo you agree?\r\n–\tYes\r\n—\tNo\r\n",
        "1. Do you\nagree?\n\n[ ] Yes\n[ ] No\n",
        "Do you agree?\n○ Yes\n○ No",
        "١. Do you agree?\n□ Yes\n□ No",
    ],
)
def test_however_it_is_numbered_and_dashed(text: str) -> None:
    (item,) = items_of(text)
    assert (item.kind, item.labels[""], answers(item)) == ("one", "Do you agree?", ["Yes", "No"])


@pytest.mark.parametrize(
    ("remark", "kind"),
    [
        ("number", "integer"),
        ("decimal", "decimal"),
        ("date", "date"),
        ("time", "time"),
        ("place", "place"),
        ("photo", "photo"),
        ("voice message", "audio"),
        ("free text", "text"),
        ("0-10", "integer"),
        ("scale 1-5", "range"),
        ("optional, date", "date"),
        ("DD/MM/YYYY", "date"),
        ("open question", "text"),
    ],
)
def test_remarks_in_brackets_say_how_it_is_answered(remark: str, kind: str) -> None:
    (item,) = items_of(f"1. What about it ({remark})")
    assert (item.kind, item.labels[""]) == (kind, "What about it")


def test_other_brackets_belong_to_the_question() -> None:
    (item,) = items_of("1. How safe do you feel (after dark)? (scale 0 to 10) (optional)")
    assert (item.labels[""], item.range, item.required) == ("How safe do you feel (after dark)?", Range(0, 10, 1), "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing in this file"),
        ("Only a title", "I find no question"),
        ("- Yes\n1. Do you?", "Line 1: This answer belongs to no question"),
        ("1. Do you?\n- Yes", "Line 1: Please write at least two answers"),
        ("1. Do you?\n- Yes\n- yes", "Line 3: “yes” is written twice."),
        ("1. How many? (number)\n- One\n- Two", "Line 2: This question is not answered by choosing"),
        ("1. How many? (number 9-1)", "Line 1: Please write the smaller number first"),
        ("1. What? (only if 7 is Yes)", "Line 1: There is no question 7 before this one."),
        ("1. Do you?\n- Yes\n- No\n2. What? (only if 1 is Maybe)", "Line 4: Question 1 has no answer “Maybe”."),
        ("1. Rate each of these:\n- Bins\n- Parks", "Line 1: This asks about each line below it."),
        ("<!DOCTYPE html>\n<p>1. Do you?</p>", "I cannot read documents of this kind. Please copy the text into"),
        ("%PDF-1.4", "I cannot read documents of this kind."),
        ("{\\rtf1 1. Do you?}", "I cannot read documents of this kind."),
        ("PK\3\4 word/document.xml", "I cannot read documents of this kind."),
        ("1. x\n" * 3000, "too long for a form"),
        ("1. How are you? " + "b, " * 60_000, "too long for a form"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, says: str) -> None:
    reading = read_form(text.encode())
    assert reading.form is None
    assert any(says in ENGLISH.plain(problem.said) for problem in reading.problems)


WORDS = st.text(st.characters(categories=("Lu", "Ll", "Nd", "Zs")), min_size=3, max_size=20).map(
    lambda words: "Ask " + " ".join(words.split())
)


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, min_size=2, max_size=4, unique_by=str.lower)), min_size=1, max_size=5))
def test_what_is_written_in_the_usual_way_comes_back(questions: list[tuple[str, list[str]]]) -> None:
    lines = ["A title", ""]
    for number, (wording, options) in enumerate(questions, 1):
        lines += [f"{number}. {wording}?", *(f"- {option}" for option in options), ""]
    found = [(item.labels[""], answers(item)) for item in items_of("\n".join(lines))]
    assert found == [(f"{wording}?", options) for wording, options in questions]


@given(st.text(max_size=300))
def test_any_text_is_a_form_or_has_a_reason(text: str) -> None:
    reading = read_form(text.encode("utf-8", "ignore"))
    assert (reading.form is None) == bool(reading.problems)


def test_the_template_reads_back_as_it_is_meant() -> None:
    form = form_of(TEXT_TEMPLATE)
    assert form.title == "A greener High Street"
    assert [(item.kind, bool(item.required)) for item in form.items] == [
        ("note", False),
        ("many", True),
        ("text", False),
        ("one", True),
        ("text", True),
        ("integer", False),
        ("range", True),
        ("rank", True),
        ("date", False),
        ("text", False),
    ]
    assert form.items[0].labels[""] == "Thank you for taking part."
    assert answers(form.items[1]) == ["On foot", "By bus", "By car", "Other"]
    assert form.items[4].relevant == ("selected(${q2}, '1')",)
    assert form.items[5].constraint == ". >= 0 and . <= 100"
    assert form.items[6].hints[""] == "1 is not at all, 5 is very safe"
    assert form.items[-1].labels[""] == "What would make it better?"


def test_what_may_stand_in_brackets_is_all_understood() -> None:
    for remark in IN_BRACKETS.split("; "):
        asked = "1. Do you?\n- Yes\n- No\n2. Which?\n- Yes\n- No\n" if "only if" in remark else "1. So?\n"
        answers = "- Yes\n- No" if remark in ("choose several", "rank") else ""
        item = items_of(f"{asked}9. What? ({remark})\n{answers}")[-1]
        assert item.labels[""] == "What?", remark


@pytest.mark.parametrize(
    "text",
    [
        "(1) Do you agree?\n( ) Yes\n( ) No",
        "1.Do you agree?\n-Yes\n-No",
        "1 - Do you agree?\n+ Yes\n+ No",
        "1\tDo you agree?\tYes\tNo",
        "1.\tDo you agree?\r\n\uf0b7\tYes\r\n\uf0b7\tNo\r\n",
        "1.\xa0Do you agree?\n\to\tYes\n\to\tNo",
        "1. Do you agree?\n    1. Yes\n    2) No",
        "1. Do you agree? Yes/No",
        "1. Do you agree? (Yes / No)",
        "1. Do you agree? [Yes] [No]",
        "1. Do you agree? yes or no",
        "1. Do you agree?\nYes / No",
        "1. Do you agree?\nAnswers: Yes; No.",
        "1. Do you agree?\nOption A: Yes\nOption B: No",
        "1. Do you agree?\nYes\nNo",
        "1. Do you\nagree?\nYes\nNo\n",
        "1. Do you agree? ____\n[x] Yes\n[ ] No\n______________",
        "> 1. Do you agree?\n> - Yes\n> - No",
        "**1. Do you agree?**\n* Yes\n* No",
        "Q1\n\nDo you agree?\nYes\nNo",
        "1.\nDo you agree? (Y/N)",
        "1. Do you agree? ☐ Yes ☐ No",
        "1. Do you agree?\n( ) Yes  ( ) No",
        "1. Do you agree?\n   Yes    No",
    ],
)
def test_in_a_hurry(text: str) -> None:
    (item,) = items_of(text)
    assert (item.kind, item.labels[""], answers(item)) == ("one", "Do you agree?", ["Yes", "No"])


@pytest.mark.parametrize(
    "text",
    [
        "Q1. Do you agree?\n1. Yes\n2. No\nQ2. Who are you?\n1. A neighbour\n2. A visitor",
        "Q1 Do you agree?\n1) Yes\n2) No\n\nQ2 Who are you?\n1) A neighbour\n2) A visitor",
        "Question 1: Do you agree?\n  (1) Yes\n  (2) No\nQuestion 2: Who are you?\n  1: A neighbour\n  2: A visitor",
        "Q1\nDo you agree?\n1. Yes\n2. No\nQ2\nWho are you?\n1. A neighbour\n2. A visitor",
    ],
)
def test_below_questions_that_say_they_are_ones_numbers_are_the_answers(text: str) -> None:
    agree, who = items_of(text)
    assert (agree.labels[""], answers(agree)) == ("Do you agree?", ["Yes", "No"])
    assert (who.labels[""], answers(who)) == ("Who are you?", ["A neighbour", "A visitor"])


def test_a_question_that_only_lost_its_mark_stays_one() -> None:
    agree, why, who = items_of("Q1. Do you agree?\n- Yes\n- No\n2. Tell us why\nQ3. Who are you?\n1. Me\n2. You")
    assert (answers(agree), why.labels[""], answers(who)) == (["Yes", "No"], "Tell us why", ["Me", "You"])


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("Trees\nMore  seats\n", ["Trees", "More seats"]),
        ("- Trees\n- More seats", ["Trees", "More seats"]),
        ("•\tTrees\r\n•\tMore seats\r\n", ["Trees", "More seats"]),
        ("1. Trees\n2. More seats", ["Trees", "More seats"]),
        ("a) Trees\nb) More seats", ["Trees", "More seats"]),
        ("Trees; More seats", ["Trees", "More seats"]),
        ("Trees / More seats", ["Trees", "More seats"]),
        ("Yes/No", ["Yes", "No"]),
        ("Answers: Trees, More seats", ["Trees", "More seats"]),
        ("18-24\n25-34", ["18-24", "25-34"]),
        ("-5\n-10", ["-5", "-10"]),
        ("2. Bundesliga\n1. Bundesliga", ["2. Bundesliga", "1. Bundesliga"]),
        ("- Trees\nMore seats", ["- Trees", "More seats"]),
        ("Trees and more seats", ["Trees and more seats"]),
        ("and/or", ["and", "or"]),
    ],
)
def test_answers_by_themselves_lose_their_marks_where_all_have_one(message: str, meant: list[str]) -> None:
    assert answers_in(message) == meant


def test_what_a_hurried_officer_pastes_is_a_survey() -> None:
    form = form_of("""\
“Buses” – have your say\r
Part A: Your journeys\r
Q1. Which lines do you use? Please tick all that apply.\r
·\tLine 12\r
·\tLine 7\r
Part B: What you think\r
2)\tHow satisfied are you with the buses (1-10)?\r
2a)\tHow clean are they? (1 = very dirty, 5 = very clean)\r
3)\tPlease rank these from 1 to 3:\r
_\tPrice\r
_\tPunctuality\r
4)\tChoose up to two improvements.\r
\ta) More buses\r
\tb) Cheaper tickets\r
\tc) Other (please state) ________\r
5 - When did you last take one? __/__/____\r
6)\tWhy?\r
""")
    assert [(item.name, item.kind, answers(item)) for item in form.items] == [
        ("introduction", "note", []),
        ("q1", "many", ["Line 12", "Line 7"]),
        ("q2", "note", []),
        ("q3", "integer", []),
        ("q4", "range", []),
        ("q5", "rank", ["Price", "Punctuality"]),
        ("q6", "many", ["More buses", "Cheaper tickets", "Other"]),
        ("q6_other", "text", []),
        ("q7", "date", []),
        ("q8", "text", []),
    ]
    assert form.items[3].labels[""] == "How satisfied are you with the buses?"
    assert (form.items[4].range, form.items[4].hints[""]) == (Range(1, 5, 1), "1 = very dirty, 5 = very clean")
    assert form.items[6].constraint == "count-selected(.) <= 2"
    assert form.items[8].labels[""] == "When did you last take one?"


@pytest.mark.parametrize(
    ("text", "kind", "constraint"),
    [
        ("1. Which? (select up to 2)\n- A\n- B\n- C", "many", "count-selected(.) <= 2"),
        ("1. Please choose max. three.\n- A\n- B\n- C\n- D", "many", "count-selected(.) <= 3"),
        ("1. Which? Select any that apply.\n- A\n- B", "many", ""),
        ("1. Which? (tick one)\n- A\n- B", "one", ""),
        ("1. Please rank these.\n- A\n- B", "rank", ""),
        ("1. On a scale of 0 to 10, how safe do you feel?", "range", ""),
    ],
)
def test_what_a_question_says_of_its_answers_counts(text: str, kind: str, constraint: str) -> None:
    (item,) = items_of(text)
    assert (item.kind, item.constraint) == (kind, constraint)


def test_a_number_with_a_letter_is_a_question_of_its_own_and_no_condition_means_it() -> None:
    _one, _part, two = items_of("1. Do you?\n- Yes\n- No\n1a. Really?\n- No\n- Yes\n2. What? (only if 1 is Yes)")
    assert two.relevant == ("selected(${q1}, '1')",)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("1. Do you agree?\nYes\nNo", "Line 1: The lines under this question are read as its answers. To be sure, "),
        ("1. How old are you? Under 18, 18-64, 65+", "Line 1: If answers stand behind this question, please write"),
    ],
)
def test_what_was_a_guess_is_said(text: str, note: str) -> None:
    (said,) = [ENGLISH.plain(note.said) for note in read_form(text.encode()).notes]
    assert said.startswith(note)


@pytest.mark.parametrize(
    "text",
    [
        "1. How safe do you feel?\nThink of the last month,\nand of the evenings too.",
        "1. Who decides and/or pays for it?",
        "1. What do you like? Please give reasons/examples",
        "1. Would you walk 1.5 km?",
        "1. How good is it?\n5 is very good, and 1 is very bad.",
    ],
)
def test_words_that_only_look_like_answers_stay_in_the_question(text: str) -> None:
    (item,) = items_of(text)
    assert item.kind == "text"
    assert item.labels[""] == " ".join(text.removeprefix("1. ").split())


def test_a_new_sentence_is_not_put_into_the_answer_above() -> None:
    reading = read_form(b"1. Which?\n- Trees\n- Seats\nThank you.\n2. Why?")
    assert [ENGLISH.plain(problem.said) for problem in reading.problems] == [
        "Line 4: I do not know what this line is for. A question begins with its number, an answer with a dash."
    ]
    (item,) = items_of(
        "1. Which?\n- Trees, which somebody has to water in summer,\nAugust above all\n- Seats\n  and bins"
    )
    assert answers(item) == ["Trees, which somebody has to water in summer, August above all", "Seats and bins"]


def test_a_line_that_belongs_to_nothing_is_not_put_into_the_question_above() -> None:
    reading = read_form(b"1. How are you?\n\nThank you for answering.\n\n2. Why?")
    assert [ENGLISH.plain(problem.said) for problem in reading.problems] == [
        "Line 3: I do not know what this line is for. A question begins with its number, an answer with a dash."
    ]
    (asked,) = items_of("1. How are you\ntoday?\n\n(optional)\n\nHint: in a word")
    assert (asked.labels[""], asked.required, asked.hints[""]) == ("How are you today?", "", "in a word")


def test_numbers_that_begin_again_are_remarked_on() -> None:
    reading = read_form(b"1. Which do you like?\n1. Trees\n2. Seats")
    assert [ENGLISH.plain(note.said) for note in reading.notes] == [
        "Line 2: The numbers begin again here, and this is read as a question. Answers begin with a dash."
    ]


def test_numbers_and_dots_of_urdu() -> None:
    assert [item.labels[""] for item in items_of("۱۔ آپ کیسے ہیں؟\n۲۔ کیوں؟")] == ["آپ کیسے ہیں؟", "کیوں؟"]


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_of_questions_is_read_as_such(between: str) -> None:
    rows = [("Type", "Name", "Label"), ("text", "who", "Who?"), ("", "", ""), ("integr", "age", "Your age?")]
    table = "\n".join(between.join(row) for row in rows)
    reading = read_form(table.encode())
    assert [ENGLISH.plain(problem.said) for problem in reading.problems] == [
        "Sheet survey, row 4, column Type: There is no type “integr”. Did you mean “integer”?"
    ]
    assert [item.name for item in items_of(table.replace("integr", "integer"))] == ["who", "age"]


def test_sheets_in_one_text_may_have_semicolons_between_the_cells() -> None:
    items = items_of("survey;;;\n;type;name;label\n;text;who;Who, then?\n")
    assert [item.labels for item in items] == [{"": "Who, then?"}]


def test_a_table_that_is_none_of_questions_says_what_is_missing() -> None:
    reading = read_form(b"type,label\ntext,Who?")
    assert [ENGLISH.plain(problem.said) for problem in reading.problems] == [
        (
            "This looks like a table. Its first row must hold the headings type, name and label. "
            "Or send me the workbook (.xlsx)."
        )
    ]


def test_an_encoding_that_is_guessed_is_remarked_on() -> None:
    reading = read_form("1. Où habitez-vous?".encode("cp1252"))
    assert [ENGLISH.plain(note.said) for note in reading.notes] == [
        "It is read as Western European. If letters look wrong, please save the file as UTF-8 and send it again."
    ]
    assert read_form("1. Où habitez-vous?".encode()).notes == ()


@pytest.mark.parametrize("number", [90, 91])
def test_a_survey_longer_than_a_chat_is_refused_at_once(number: int) -> None:
    reading = read_form("\n".join(f"{place}. What is it?" for place in range(1, number + 1)).encode())
    assert (reading.form is None) == (number > 90)
    answers = "\n".join(f"- Answer {place}" for place in range(number))
    reading = read_form(f"1. Which? (choose several)\n{answers}".encode())
    assert (reading.form is None) == (number > 90)


@pytest.mark.parametrize(
    "line", [f"1. a?{' ' * 980}/x(", f"1. {'_' * 900}", f"1. a?{chr(9) * 900}", "1. a? " + "( " * 480]
)
def test_a_lot_of_room_takes_no_time(line: str) -> None:
    begun = perf_counter()
    read_form("\n".join([line] * 50).encode())
    assert perf_counter() - begun < 5
