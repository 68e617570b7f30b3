"""What staff say is asked about people: tables of every kind, and lines as they are typed."""

from __future__ import annotations

import io
import zipfile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.exports import made
from bot.telegram.rendering import report
from flows.people.definitions import columns, packed, read, rows, table_of, unpacked
from flows.people.sets import NAMES, ready_made
from flows.people.typed_options import NotUnderstood, key_of, options
from flows.sheets import MOST_CELLS, MOST_ROWS, MOST_UNPACKED, Unreadable, sheets
from flows.turn import Report, Table
from flows.words import Voice, labelled
from storage.attributes import Attribute, Option

VOICE = Voice("en", ZoneInfo("Europe/London"))
AREAS = Attribute(
    "area",
    "area",
    {"en": "Where do you live?", "ur": "آپ کہاں رہتے ہیں؟"},
    (
        Option("riverside", {"en": "Riverside"}, 0.4, prefixes=("NB1", "NB2"), middle=(51.55, -3.25)),
        Option("hilltop", {"en": "Hilltop"}, 0.6, prefixes=("NB3",), middle=(51.58, -3.21)),
    ),
    reasons={"en": "So that every part of town is heard."},
)
EVERY_KIND = [*(ready_made(key) for key in NAMES), AREAS]


def file(kind: str, attributes: list[Attribute]) -> bytes:
    """As the bot sends it."""
    plan = Report("About people", "How to", ["One row an option."], [Table("Attributes", columns(), rows(attributes))])
    return made(f"attributes.{kind}", report(plan, VOICE))


def problems(text: str) -> list[str]:
    table = table_of(sheets(text.encode()))
    assert table is not None
    return [VOICE.plain(problem.said) for problem in read(table).problems]


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_was_downloaded_can_be_sent_back_unchanged(kind: str) -> None:
    known = [attribute for attribute in EVERY_KIND if attribute]
    table = table_of(sheets(file(kind, known)))
    assert table is not None
    reading = read(table)
    assert reading.problems == []
    assert reading.attributes == known


def test_a_workbook_says_what_it_shows() -> None:
    book = Workbook()
    book.active.append(["Share", 0.23, 16, 16.0, True, None, " x "])
    book.active["B1"].number_format = "0%"
    kept = io.BytesIO()
    book.save(kept)
    [sheet] = sheets(kept.getvalue())
    assert sheet.rows == (("Share", "23%", "16", "16", "yes", "", "x"),)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,é\n".encode(),
        "a;b\r\n1;é\r\n\r\n".encode("utf-8-sig"),
        "a\tb\n1\té\n".encode("utf-16"),
        'a,b\n1,"é"'.encode("cp1252"),
    ],
)
def test_tables_as_programs_write_them(text: bytes) -> None:
    [sheet] = sheets(text)
    assert sheet.rows == (("a", "b"), ("1", "é"))


def test_thousands_of_empty_rows_at_the_end_are_nothing() -> None:
    [sheet] = sheets(b"a,b\n" * 3 + b",\n" * (2 * MOST_ROWS))
    assert len(sheet.rows) == 3


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (MOST_UNPACKED + 1))
    return kept.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x00\x00", "kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old"),
        (b"PK\x03\x04 and no archive", "broken"),
        (b"\xff\xfea", "broken"),
        (b"a\n" * (MOST_ROWS + 1), "long"),
        (b"a,b,c,d,e,f,g,h,i,j,k\n" * (MOST_CELLS // 10), "long"),
        (bomb(), "long"),
        (b'"' + b"x" * 200_000, "broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_said_so(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sheets(data)
    assert caught.value.reason == reason


ANYTHING = st.binary(max_size=400) | st.text(max_size=200).map(str.encode)


@given(ANYTHING | ANYTHING.map(b"PK\x03\x04".__add__))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        found = table_of(sheets(data))
    except Unreadable:
        return
    if found:
        read(found)


CELLS = st.sampled_from(["", "age", "area", "choice", "yes", "x" * 99, "23%", "0.4", "16", "NB1", "é", "-1"])


@given(st.lists(st.lists(CELLS, min_size=15, max_size=15), max_size=6))
def test_any_table_gives_attributes_or_problems_that_name_their_row(cells: list[list[str]]) -> None:
    heading = "attribute,kind,sensitive,label:en,label:cy,why:en,option,option:en,option:cy,target,from_age,to_age"
    text = "\n".join([f"{heading},postcodes,latitude,longitude", *(",".join(row) for row in cells)])
    table = table_of(sheets(text.encode()))
    assert table is not None
    reading = read(table)
    assert all(1 <= problem.row <= len(cells) + 2 for problem in reading.problems)
    if not reading.problems:
        assert unpacked(packed(reading.attributes)) == reading.attributes
        again = read(table_of(sheets(file("csv", reading.attributes))) or table)
        assert again.problems == []


HEADING = "attribute,kind,label:en,option,target,from_age,to_age,postcodes\n"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("attribute,option\nage,young\n", ["Row 1, label:en: This column is missing."]),
        (HEADING.replace("kind", "knid"), ["Row 1, knid: I do not know this column."]),
        (HEADING, ["Row 2: There is nothing below the heading."]),
        (
            HEADING + "age,age,Age,young,,,39,\n,,,old,,41,,\n",
            ["Row 3, option: Age 40 is in no band."],
        ),
        (
            HEADING + "age,age,Age,young,,,39,\n,,,old,,39,,\n",
            ["Row 3, option: Age 39 is in two bands."],
        ),
        (
            HEADING + "bus,,Bus?,yes,40%,,,\n,,,no,,,,\n",
            ["Row 3, target: The others have a share here. Please give each option one, or none."],
        ),
        (
            HEADING + "bus,,Bus?,yes,40%,,,\n,,Tram?,no,40%,,,\n",
            [
                "Row 2, target: The shares come to 80% together and not to 100%.",
                "Row 3, label:en: This is something else than in row 2.",
            ],
        ),
        (
            HEADING + "bus,,Bus?,yes,,,,\n,,,Yes,,,,\n",
            ["Row 3, option: “yes” is there twice."],
        ),
        (
            HEADING + ",,Bus?,yes,,,,\n",
            ["Row 2, attribute: Please say which attribute this belongs to."],
        ),
        (
            HEADING + "area,area,Area,north,,,,NB1\n,,,south,,,,NB1 N/2\n",
            ["Row 3, option: NB1 belongs to “north” already.", "Row 3, option: “N/2” is no beginning of a postcode."],
        ),
    ],
)
def test_every_mistake_is_named_with_its_place(table: str, said: list[str]) -> None:
    assert problems(table) == said


def test_labels_in_plain_words_are_read_shown_and_written_again() -> None:
    heading = "attribute;label:en;label:en-simple;option;option:en-simple"
    text = f"{heading}\nbus;Bus use;Do you go by bus?;daily;every day\n;;;never;\n"
    table = table_of(sheets(text.encode()))
    assert table is not None
    [attribute] = read(table).attributes
    plain, usual = Voice("en", VOICE.zone, plain_words=True), VOICE
    assert plain.plain(labelled(attribute.labels)) == "Do you go by bus?"
    assert usual.plain(labelled(attribute.labels)) == "Bus use"
    assert [plain.plain(labelled(option.labels)) for option in attribute.options] == ["every day", "never"]
    names = [column.name for column in columns([attribute])]
    written = [names, *([str(cell or "") for cell in row] for row in rows([attribute]))]
    again = table_of(sheets("\n".join(";".join(row) for row in written).encode()))
    assert again is not None
    assert read(again).attributes == [attribute]
    assert "label:en-simple" not in [column.name for column in columns()]


def test_shares_are_percents_or_parts_of_one() -> None:
    for given_shares in (("23%", "77%"), ("23", "77"), ("0.23", "0.77"), ("23,4%", "76,6%")):
        text = f"attribute;label:en;option;target\nbus;Bus?;yes;{given_shares[0]}\n;;no;{given_shares[1]}\n"
        table = table_of(sheets(text.encode()))
        assert table is not None
        [attribute] = read(table).attributes
        assert round(attribute.options[0].target or 0, 2) == 0.23
        assert sum(option.target or 0 for option in attribute.options) == pytest.approx(1)


# ---------------------------------------------------------------- typed


def test_typed_options() -> None:
    young, _middle, old = options("Under 25 = 30%\n25–64 = 50 %\n65+ = ٢٠%", "birth_year", "en")
    assert (young.least, young.most, old.least, old.most) == (None, 24, 65, None)
    assert old.target == pytest.approx(0.2)
    north, _south = options("- North: nb1, nb2\n- South", "area", "cy")
    assert north == Option("north", {"en": "North", "cy": "North"}, prefixes=("NB1", "NB2"))
    assert [option.key for option in options("شمال\nجنوب", "choice", "ur")] == ["option 1", "option 2"]


@pytest.mark.parametrize(
    ("typed", "line"), [("Yes", 1), ("Yes\nyes", 2), ("Yes = 1\nNo = x", 2), ("Yes\n" + "n" * 61, 2), ("", 1), ("=", 1)]
)
def test_a_line_that_is_wrong_is_named(typed: str, line: int) -> None:
    with pytest.raises(NotUnderstood) as caught:
        options(typed, "choice", "en")
    assert caught.value.line == line


@given(st.text(max_size=80), st.sampled_from(["choice", "birth_year", "area"]))
def test_anything_typed_gives_options_or_is_refused(typed: str, kind: str) -> None:
    try:
        found = options(typed, kind, "en")  # type: ignore[arg-type]
    except NotUnderstood:
        return
    assert len({option.key for option in found}) == len(found) >= 2


@given(st.text(max_size=90))
def test_short_names_fit_a_button(label: str) -> None:
    key = key_of(label, (), 24)
    assert 1 <= len(key.encode()) <= 24
