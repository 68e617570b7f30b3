"""XLSForms as people send them: how they are spelt, what is wrong with them, and what a chat cannot do."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from flows.surveys.form.model import Form, Item, Range, Reading
from flows.surveys.form.reading import read_form
from flows.words import Voice
from tests.xlsforms import saved, xlsform

SAMPLES = Path(__file__).parent / "data" / "xlsforms"
ENGLISH = Voice("en", ZoneInfo("UTC"))

CHOICES = """
| list_name | name | label |
| yn        | yes  | Yes   |
| yn        | no   | No    |
"""


def problems(reading: Reading) -> list[str]:
    return [ENGLISH.plain(problem.said) for problem in reading.problems]


def notes(reading: Reading) -> list[str]:
    return [ENGLISH.plain(note.said) for note in reading.notes]


def form_of(data: bytes) -> Form:
    reading = read_form(data)
    assert problems(reading) == []
    assert reading.form is not None
    return reading.form


def items_of(survey: str, choices: str = CHOICES, options: str = "") -> tuple[Item, ...]:
    return form_of(xlsform(survey, choices, options)).items


# ---------------------------------------------------------------- what there is


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("group.xlsx", ["text", "text", "integer"]),
        ("or_other.xlsx", ["one", "text", "one"]),
        ("specify_other.xlsx", ["one", "text"]),
        ("yes_or_no_question.xlsx", ["one"]),
    ],
)
def test_public_samples_are_read(name: str, kinds: list[str]) -> None:
    assert [item.kind for item in form_of((SAMPLES / name).read_bytes()).items] == kinds


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("text", "text"),
        ("string", "text"),
        ("int", "integer"),
        ("decimal", "decimal"),
        ("range", "range"),
        ("date", "date"),
        ("time", "time"),
        ("dateTime", "datetime"),
        ("note", "note"),
        ("acknowledge", "acknowledge"),
        ("trigger", "acknowledge"),
        ("geopoint", "place"),
        ("image", "photo"),
        ("photo", "photo"),
        ("audio", "audio"),
        ("phone number", "text"),
        ("percentage", "integer"),
        ("select_one yn", "one"),
        ("select one yn", "one"),
        ("select one from yn", "one"),
        ("select1 yn", "one"),
        ("select_multiple yn", "many"),
        ("select all that apply from yn", "many"),
        ("rank yn", "rank"),
    ],
)
def test_types_in_all_spellings(written: str, kind: str) -> None:
    item, _question = items_of(f"""
        | type      | name | label     |
        | {written} | q    | Question? |
        | text      | why  | Why?      |
    """)
    assert item.kind == kind


def test_what_the_clock_tells_is_worked_out_and_what_a_telephone_tells_stays_empty() -> None:
    reading = read_form(
        xlsform("""
            | type     | name  | label |
            | start    | start |       |
            | today    | today |       |
            | deviceid | phone |       |
            | text     | q     | Q?    |
        """)
    )
    assert reading.form is not None
    assert [(item.kind, item.calculation) for item in reading.form.items] == [
        ("calculate", "once(now())"),
        ("calculate", "once(today())"),
        ("hidden", ""),
        ("text", ""),
    ]
    assert notes(reading) == ["Sheet survey, row 4, column type: A chat does not know this; it stays empty."]


def test_words_in_several_languages() -> None:
    form = form_of(
        xlsform(
            """
            | Type          | Name | Label::English (en) | label::Cymraeg (cy) | hint::English (en) |
            | select_one yn | bus  | Do you go by bus?   | Ydych chi'n mynd ar y bws? | Any bus    |
            """,
            """
            | list name | name | label::English (en) | label::Cymraeg (cy) |
            | yn        | yes  | Yes                 | Ydw                 |
            | yn        | no   | No                  |                     |
            """,
            """
            | form_title | version | default_language |
            | Buses      | 7       | Cymraeg (cy)     |
            """,
        )
    )
    (item,) = form.items
    assert (form.title, form.version, form.languages) == ("Buses", "7", ("cy", "en"))
    assert form.words(item.labels, "en") == "Do you go by bus?"
    assert [form.words(choice.labels, "cy") for choice in item.choices] == ["Ydw", "No"]
    assert form.words(item.hints, "pl") == "Any bus"


def test_a_missing_translation_is_remarked_on() -> None:
    reading = read_form(
        xlsform("""
            | type | name | label::English (en) | label::Polski (pl) |
            | text | a    | First?              | Pierwsze?          |
            | text | b    | Second?             |                    |
        """)
    )
    assert notes(reading) == ["Sheet survey, row 3, column label::Polski (pl): It has no words in Polski."]


def test_groups_in_groups_pass_their_conditions_and_titles_on() -> None:
    items = items_of("""
        | type        | name  | label   | relevant          |
        | integer     | age   | Age?    |                   |
        | begin group | work  | Work    | ${age} > 16       |
        | text        | job   | Job?    |                   |
        | begin_group | hours |         | ${job} != ''      |
        | integer     | week  | Hours?  | ${age} < 70       |
        | end group   |       |         |                   |
        | end_group   |       |         |                   |
        | text        | more  | Else?   |                   |
    """)
    assert [(item.name, item.relevant, len(item.headings)) for item in items] == [
        ("age", (), 0),
        ("job", ("${age} > 16",), 1),
        ("week", ("${age} > 16", "${job} != ''", "${age} < 70"), 1),
        ("more", (), 0),
    ]


def test_or_other_asks_which_other() -> None:
    chosen, which = items_of("""
        | type                   | name | label |
        | select_one yn or_other | q    | Q?    |
    """)
    assert [choice.name for choice in chosen.choices] == ["yes", "no", "other"]
    assert (which.name, which.kind, which.relevant) == ("q_other", "text", ("selected(${q}, 'other')",))


def test_choice_filters_keep_the_columns_of_the_list() -> None:
    _country, town = items_of(
        """
        | type               | name    | label    | choice_filter      |
        | select_one country | country | Country? |                    |
        | select_one town    | town    | Town?    | country=${country} |
        """,
        """
        | list_name | name | label   | country |
        | country   | uk   | Britain |         |
        | country   | pl   | Poland  |         |
        | town      | llan | Llan    | uk      |
        | town      | lodz | Łódź    | pl      |
        """,
    )
    assert [choice.columns["country"] for choice in town.choices] == ["uk", "pl"]


def test_ranges_and_requirements() -> None:
    scale, usual, needed, maybe = items_of("""
        | type  | name   | label | parameters           | required    |
        | range | scale  | A?    | start=0 end=10 step=2|             |
        | range | usual  | B?    |                      | no          |
        | text  | needed | C?    |                      | TRUE        |
        | text  | maybe  | D?    |                      | ${usual} > 5|
    """)
    assert (scale.range, usual.range) == (Range(0, 10, 2), Range(1, 10, 1))
    assert [item.required for item in (scale, usual, needed, maybe)] == ["", "", "true()", "${usual} > 5"]


def test_old_headings_extra_columns_empty_rows_and_disabled_questions() -> None:
    items = items_of("""
        | command  | tag | caption:English | relevance | bind:constraint | our own notes | disabled |
        |          |     |                 |           |                 | a remark      |          |
        | integer  | age | Age?            |           | . < 130         |               |          |
        | text     | old | Old?            |           |                 |               | yes      |
        | text     | job | Job?            | ${age}>16 |                 | ask nicely    |          |
    """)
    assert [(item.name, item.row, item.constraint, item.relevant) for item in items] == [
        ("age", 3, ". < 130", ()),
        ("job", 5, "", ("${age}>16",)),
    ]


def test_tables_in_csv_and_markdown_are_the_same_form() -> None:
    csv = (
        b'"survey",,,\n,"type","name","label"\n,"select_one yn","q","Q?"\n'
        b'"choices",,,\n,"list_name","name","label"\n,"yn","yes","Yes"\n'
    )
    markdown = (
        b"| survey | | | |\n| | type | name | label |\n| | select_one yn | q | Q? |\n"
        b"| choices | | | |\n| | list_name | name | label |\n| | yn | yes | Yes |\n"
    )
    for data in (csv, markdown):
        (item,) = form_of(data).items
        assert (item.name, item.kind, [choice.name for choice in item.choices]) == ("q", "one", ["yes"])


# ---------------------------------------------------------------- what is wrong


HEADING = "| type | name | label |\n"


@pytest.mark.parametrize(
    ("survey", "says"),
    [
        (HEADING + "| integr | q | Q? |", "row 2, column type: There is no type “integr”. Did you mean “integer”?"),
        (HEADING + "| Integer | q | Q? |", "There is no type “Integer”. Did you mean “integer”?"),
        (HEADING + "| banana | q | Q? |", "row 2, column type: There is no type “banana”."),
        (HEADING + "| | q | Q? |", "row 2, column type: It does not say of which type this question is."),
        (HEADING + "| text | | Q? |", "row 2, column name: This has no name."),
        (HEADING + "| text | my q | Q? |", "row 2, column name: “my q” cannot be a name"),
        (HEADING + "| text | 1st | Q? |", "Try “q_1st”"),
        (HEADING + "| text | q | Q? |\n| text | q | R? |", "row 3, column name: The name “q” is taken already."),
        (HEADING + "| text | q | |", "row 2, column label: There are no words"),
        (HEADING + "| select_one | q | Q? |", "row 2, column type: It does not say which list"),
        (HEADING + "| select_one yns | q | Q? |", "There is no list “yns”. Did you mean “yn”?"),
        (HEADING + "| select_one towns | q | Q? |", "Its answers stand on the sheet “choices”."),
        (HEADING + "| begin group | g | G |\n| text | q | Q? |", "row 2, column type: What begins here does not end."),
        (HEADING + "| text | q | Q? |\n| end group | | |", "row 3, column type: Nothing that could end here"),
        (HEADING + "| begin group | g | G |\n| text | q | Q? |\n| end repeat | | |", "row 4, column type: In row 2"),
        (
            "| type | name | label | relevant |\n| text | q | Q? | ${r} = 1 |",
            "column relevant: There is no question “r”.",
        ),
        (
            "| type | name | label | relevant |\n| integer | age | A? | |\n| text | q | Q? | ${aeg} = 1 |",
            "row 3, column relevant: There is no question “aeg”. Did you mean “age”?",
        ),
        ("| type | name | label | relevant |\n| text | q | Q? | ${q} = 1 |", "cannot depend on its own answer"),
        (
            "| type | name | label | constraint |\n| integer | q | Q? | . > |",
            "column constraint: I cannot read the expression . >.",
        ),
        ("| type | name | label | constraint |\n| integer | q | Q? | . > x |", "“x” stands alone"),
        (
            "| type | name | label | calculation |\n| calculate | q | | |\n| text | r | R? | |",
            "does not say what to work out",
        ),
        (
            "| type | name | calculation |\n| calculate | a | ${b} |\n| calculate | b | ${a} |",
            "column calculation: “a” is worked out from itself.",
        ),
        (
            "| type | name | label | parameters |\n| range | q | Q? | start=9 end=1 |",
            "column parameters: Please write the numbers",
        ),
        (
            "| type | name | label | relevent |\n| text | q | Q? | 1 |",
            "row 1, column relevent: Did you mean “relevant”?",
        ),
        (HEADING + "| select_multiple bad | q | Q? |", "“two words” in the list bad has a space"),
    ],
)
def test_human_faults_are_named_with_their_place(survey: str, says: str) -> None:
    choices = CHOICES + "| bad | two words | Two |\n| bad | one | One |"
    reading = read_form(xlsform(survey, choices))
    assert reading.form is None
    assert any(says in problem and problem.startswith("Sheet survey") for problem in problems(reading)), problems(
        reading
    )


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ("| name | label |\n| yes | Yes |", "Sheet choices, row 1, column list_name: There is no column “list_name”."),
        (
            "| list_name | name | label |\n| | yes | Yes |\n| yn | no | No |",
            "Sheet choices, row 2, column list_name: It does not say",
        ),
        ("| list_name | name | label |\n| yn | | Yes |", "Sheet choices, row 2, column name: This answer has no name."),
        (
            "| list_name | name | label |\n| yn | yes | Yes |\n| yn | yes | Oh yes |",
            "Sheet choices, row 3, column name: The list yn has “yes” already.",
        ),
    ],
)
def test_faults_of_the_choices(choices: str, says: str) -> None:
    reading = read_form(xlsform("| type | name | label |\n| select_one yn | q | Q? |", choices))
    assert any(problem.startswith(says) for problem in problems(reading)), problems(reading)


def test_all_faults_are_named_at_once_in_the_order_of_the_file() -> None:
    reading = read_form(
        xlsform("""
            | type        | name | label | relevant  |
            | integr      | a    | A?    |           |
            | text        | b c  | B?    |           |
            | begin group | g    | G     | ${none}=1 |
            | text        | d    |       |           |
        """)
    )
    assert [problem.row for problem in reading.problems] == [2, 3, 4, 4, 5]


def test_the_librarys_own_check_has_the_last_word() -> None:
    reading = read_form(
        xlsform("""
            | type  | name | label    | parameters |
            | range | q    | How far? | stop=7     |
        """)
    )
    assert reading.form is None
    assert "stop" in problems(reading)[0]


# ---------------------------------------------------------------- what a chat cannot do

REPEATED = """
    | type               | name  | label    |
    | text               | name  | Name?    |
    | begin repeat       | child | Child    |
    | text               | first | First?   |
    | end repeat         |       |          |
    | geotrace           | path  | Way?     |
    | text               | last  | Last?    |
"""


def test_it_is_refused_with_the_row_and_the_reason() -> None:
    reading = read_form(xlsform(REPEATED))
    assert problems(reading) == [
        "Sheet survey, row 3, column type: A chat cannot repeat questions for each of several things.",
        "Sheet survey, row 6, column type: A chat can take one place, but no lines or shapes on a map.",
    ]
    assert all(problem.left_out for problem in reading.problems)


def test_it_is_left_out_only_if_the_author_agrees() -> None:
    reading = read_form(xlsform(REPEATED), leave_out=True)
    assert reading.form is not None
    assert [item.name for item in reading.form.items] == ["name", "last"]
    assert notes(reading)[0] == (
        "Sheet survey, row 3, column type: Left out. A chat cannot repeat questions for each of several things."
    )


@pytest.mark.parametrize(
    "type",
    ["select_one_from_file towns.csv", "select_one_external town", "csv-external", "video", "barcode", "geoshape"],
)
def test_other_data_and_other_media_are_refused(type: str) -> None:
    reading = read_form(xlsform(f"| type | name | label |\n| {type} | q | Q? |\n| text | r | R? |"))
    assert [(problem.row, problem.left_out) for problem in reading.problems] == [(2, True)]


# ---------------------------------------------------------------- hostile files


def bomb() -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (60 * 1024 * 1024))
    return kept.getvalue()


def with_entities() -> bytes:
    """A workbook whose sheet begins with entities that double and double."""
    whole = BytesIO(xlsform("| type | name | label |\n| text | q | Q? |"))
    kept = BytesIO()
    laughs = "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};&l{n - 1};&l{n - 1};">' for n in range(1, 20))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part.endswith("sheet1.xml"):
                data = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode() + data
            new.writestr(part, data)
    return kept.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"PK\x03\x04 and then nothing",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"%PDF-1.7\n\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f",
        bomb(),
        with_entities(),
        b"survey,type,name\n" + b",text,q\n" * 30_000,
        saved(Workbook()),
    ],
    ids=["empty", "blank", "torn", "old", "locked", "picture", "pdf", "bomb", "entities", "long", "blank workbook"],
)
def test_a_hostile_or_broken_file_gets_a_sentence(data: bytes) -> None:
    reading = read_form(data)
    assert reading.form is None
    assert problems(reading)


def test_a_misspelt_sheet_is_guessed() -> None:
    data = xlsform("", surveys="| type | name | label |\n| text | q | Q? |", notes="| a |")
    assert problems(read_form(data)) == ["There is no sheet “survey”. Is the sheet “surveys” meant?"]


TYPES = ["text", "select_one yn", "begin group", "end group", "begin repeat", "end repeat", "calculate", "note"]
OTHERS = ["q", "a b", "${q} > 1", "${q", "yes", "'", "", "start=1", "or_other", "\u202e", "=1+1", "1e400", "jr:", "::"]
CELLS = st.sampled_from([*TYPES, *OTHERS])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=12))
def test_whatever_stands_in_the_cells_there_is_a_form_or_a_reason(cells: list[list[str]]) -> None:
    book = load_workbook(
        BytesIO(xlsform("| type | name | label | relevant | constraint | calculation | required |", CHOICES))
    )
    for row in cells:
        book["survey"].append([f"'{cell}" if cell.startswith("=") else cell for cell in row])
    reading = read_form(saved(book))
    assert (reading.form is None) == bool(reading.problems)


# ---------------------------------------------------------------- what nobody would be asked, or could read


@pytest.mark.parametrize(
    ("survey", "says"),
    [
        (
            """
            | type | name | label | relevant  |
            | text | a    | A?    | ${b}='x'  |
            | text | b    | B?    | ${a}='x'  |
            """,
            "Sheet survey, row 2, column relevant: These wait for one another, so nobody is asked them: a, b.",
        ),
        (
            """
            | type      | name | label | relevant | calculation |
            | text      | a    | A?    | ${k}='x' |             |
            | calculate | k    |       |          | ${a}        |
            """,
            "Sheet survey, row 2, column relevant: These wait for one another, so nobody is asked them: a, k.",
        ),
        (
            """
            | type        | name | label | relevant |
            | text        | c    | C?    |          |
            | begin group | g    | G     | ${a}='x' |
            | text        | a    | A?    |          |
            | end group   |      |       |          |
            """,
            "Sheet survey, row 3, column relevant: Whether it is asked cannot depend on its own answer.",
        ),
        (
            """
            | type          | name | label | choice_filter |
            | select_one yn | a    | A?    | name=${b}     |
            | select_one yn | b    | B?    | name=${a}     |
            """,
            "Sheet survey, row 2, column choice_filter: These wait for one another, so nobody is asked them: a, b.",
        ),
        (
            "| type | name | label | constraint |\n| text | a | A? | regex(., '[') |",
            "Sheet survey, row 2, column constraint: “[” is no pattern that words could have.",
        ),
        ("| type | name | label |\n| note | a | Thank you. |", "Sheet survey: There are no questions on it."),
        (
            "| Our survey | |\n| type | name | label |\n| text | a | A? |",
            ("Sheet survey, row 1: The headings type, name and label stand in row 2. Please delete the rows above."),
        ),
        (
            "| Question type | Variable | Text |\n| text | a | A? |",
            (
                "Sheet survey, row 1: Its first row must hold the headings type, name and label. "
                "It holds: Question type, Variable, Text"
            ),
        ),
        (
            "| type | name | label |\n| range | a | A? |".replace("label |", "label | default |", 1) + " 99 |",
            "Sheet survey, row 2, column default: “99” is no answer to this.",
        ),
        (
            "| type | name | label | default |\n| date | a | A? | 31/12/2020 |",
            "Sheet survey, row 2, column default: “31/12/2020” is no answer to this.",
        ),
        (
            "| type | name | label | calculation |\n| text | a | A? | |\n| calculate | k | | current()/a |",
            "Sheet survey, row 3, column calculation: current() needs data that a chat does not have.",
        ),
        (
            "| type | name | label | relevance | relevant |\n| text | a | A? | | |",
            "Sheet survey, row 1, column relevant: This column stands there twice.",
        ),
        (
            "| type | name | label | label |\n| text | a | A? | B? |",
            "Sheet survey, row 1, column label: This column stands there twice.",
        ),
        (
            "| type | name | label |\n| select_one yn or_other | a | A? |\n| text | a_other | B? |",
            "Sheet survey, row 3, column name: The name “a_other” is taken already.",
        ),
        (
            "| type | name | label |\n| text | a | A? |" + "\n" * 80 + "| text | b | B? |",
            "Sheet survey, row 82: Many empty rows stand above this one, so it would be left out. Please delete them.",
        ),
    ],
)
def test_what_would_go_wrong_only_when_somebody_answers_is_said_at_once(survey: str, says: str) -> None:
    assert problems(read_form(xlsform(survey, CHOICES))) == [says]


def test_filters_that_look_at_one_another_are_no_circle_where_there_is_something_to_begin_with() -> None:
    form_of(
        xlsform(
            """
            | type          | name | label | choice_filter |
            | select_one yn | a    | A?    | name != ${b}  |
            | select_one yn | b    | B?    | name != ${a}  |
            """,
            CHOICES,
        )
    )


def test_answers_that_are_nowhere_are_named_in_all_words_at_once() -> None:
    reading = read_form(
        xlsform(
            """
            | type          | name | label        | hint::English (en) | constraint | constraint_message | trigger |
            | text          | age  | ${nope}?     | Like ${aeg}        | . != ''    | Not ${no1}         |         |
            | begin group   | g    | On ${no2}    |                    |            |                    |         |
            | select_one yn | yes  | Yes?         |                    |            |                    | ${no3}  |
            | end group     |      |              |                    |            |                    |         |
            """,
            "| list_name | name | label |\n| yn | yes | Yes, ${no4} |\n| yn | no | No |",
        )
    )
    assert problems(reading) == [
        "Sheet survey, row 2, column label: There is no question “nope”.",
        "Sheet survey, row 2, column hint::English (en): There is no question “aeg”. Did you mean “age”?",
        "Sheet survey, row 2, column constraint_message: There is no question “no1”.",
        "Sheet survey, row 3, column label: There is no question “no2”.",
        "Sheet survey, row 4, column trigger: There is no question “no3”.",
        "Sheet choices, row 2, column label: There is no question “no4”.",
    ]


LOOKING = xlsform(
    """
    | type        | name | label           | relevant     |
    | barcode     | bc   | Scan it         |              |
    | text        | a    | A?              | ${bc} != ''  |
    | note        | b    | You said ${a}   |              |
    | begin group | g    | G               | ${bc} != ''  |
    | text        | c    | C?              |              |
    | end group   |      |                 |              |
    | text        | d    | D?              |              |
    """
)


def test_what_looks_at_something_left_out_is_left_out_too_with_consent() -> None:
    refused = read_form(LOOKING)
    assert all(problem.left_out for problem in refused.problems)
    assert problems(refused) == [
        "Sheet survey, row 2, column type: A chat cannot read barcodes.",
        "Sheet survey, row 3, column relevant: It looks at bc, which is left out (row 2).",
        "Sheet survey, row 4, column label: It looks at a, which is left out (row 3).",
        "Sheet survey, row 5, column relevant: It looks at bc, which is left out (row 2).",
    ]
    agreed = read_form(LOOKING, leave_out=True)
    assert problems(agreed) == []
    assert agreed.form is not None
    assert [item.name for item in agreed.form.items] == ["d"]
    assert len(agreed.notes) == 4


def test_what_nobody_types_is_worked_out_and_shown() -> None:
    x, twice, shown, fixed, shown_too = items_of(
        """
        | type    | name  | label       | calculation | read_only | default |
        | integer | x     | X?          |             |           |         |
        | text    | twice | Twice it is | ${x} * 2    |           |         |
        | text    | fixed | It stays    |             | yes       | hello   |
        """
    )
    assert (x.kind, twice.kind, twice.calculation) == ("integer", "calculate", "${x} * 2")
    assert (shown.kind, shown.labels[""]) == ("note", "Twice it is ${twice}")
    assert (fixed.kind, fixed.default, shown_too.labels[""]) == ("hidden", "hello", "It stays ${fixed}")


def test_a_missing_translation_is_named_with_its_own_column_everywhere() -> None:
    reading = read_form(
        xlsform(
            """
            | type          | name | label::English (en) | label::Urdu (ur) | hint::English (en) |
            | select_one yn | a    | First?              | پہلا؟            | A hint             |
            """,
            """
            | list_name | name | label::English (en) | label::Urdu (ur) |
            | yn        | yes  | Yes                 |                  |
            | yn        | no   | No                  | نہیں             |
            """,
        )
    )
    assert notes(reading) == [
        "Sheet survey, row 2, column hint::Urdu (ur): It has no words in اردو.",
        "Sheet choices, row 2, column label::Urdu (ur): It has no words in اردو.",
    ]


def test_settings_are_checked_as_well() -> None:
    survey = "| type | name | label::English (en) | label::Français (fr) |\n| text | a | A? | A? |"
    misspelt = read_form(xlsform(survey, settings="| form_titel |\n| Buses |"))
    assert problems(misspelt) == ["Sheet settings, row 1, column form_titel: Did you mean “form_title”?"]
    unknown = read_form(xlsform(survey, settings="| default_language |\n| Frensh |"))
    assert problems(unknown) == [
        "Sheet settings, row 2, column default_language: There are no words in “Frensh” on this form."
    ]


def test_names_may_differ_by_case_and_an_audit_needs_none() -> None:
    items = items_of("| type | name | label |\n| audit | | |\n| text | a | A? |\n| text | A | B? |")
    assert [item.name for item in items] == ["audit", "a", "A"]


def test_what_officers_do_to_workbooks_is_said_or_does_no_harm() -> None:
    """Merged cells, sheets of one's own and hidden ones, a title above the headings."""
    book = Workbook()
    survey, choices = book.active, book.create_sheet("choices")
    survey.title = "survey"
    for sheet, rows in (
        (survey, [("type", "name", "label"), ("select_one yn", "a", "A?")]),
        (choices, [("list_name", "name", "label"), ("yn", "yes", "Yes"), (None, "no", "No")]),
    ):
        for row in rows:
            sheet.append(row)
    choices.merge_cells("A2:A3")
    assert problems(read_form(saved(book))) == [
        (
            "Sheet choices, row 3, column list_name: It does not say to which list this answer belongs. "
            "Please write it in every row: merged cells count for the first one only."
        )
    ]
    choices.unmerge_cells("A2:A3")
    choices["A3"] = "yn"
    book.create_sheet("How to", 0).append(["Fill in the next sheet."])
    book.create_sheet("old").append(["type", "nonsense"])
    book["old"].sheet_state = "hidden"
    choices.sheet_state = "hidden"
    assert [item.name for item in items_of_book(saved(book))] == ["a"]
    survey.insert_rows(1, 2)
    survey["A1"] = "Our survey"
    survey.merge_cells("A1:C1")
    assert problems(read_form(saved(book))) == [
        "Sheet survey, row 1: The headings type, name and label stand in row 3. Please delete the rows above."
    ]


def items_of_book(data: bytes) -> tuple[Item, ...]:
    form = read_form(data).form
    assert form is not None
    return form.items
