"""Results as files: what is read back is what was published, in every kind of file and every script."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.exports import made
from bot.telegram.rendering import report as rendered
from flows.results.disclosure import Rule
from flows.results.findings import Findings, Material, Trait, findings
from flows.results.outcome_rates import Dispositions
from flows.surveys.labels import Labels
from flows.surveys.report import codebook, report
from flows.surveys.results import how_sure
from flows.turn import Report
from flows.words import Voice
from storage.attributes import Attribute, Option
from storage.consultations import Consultation, Question
from storage.responses import WITHHELD

VOICE = Voice("en", ZoneInfo("Europe/London"))
AGE = Attribute(
    "age",
    "choice",
    {"en": "Age"},
    (Option("young", {"en": "Under 40"}, 0.5), Option("old", {"en": "40 and over"}, 0.5)),
)
CONSULTATION = Consultation(
    "c",
    "p",
    "Getting around",
    "Cars?",
    "",
    "",
    None,
    None,
    None,
    None,
    "closed",
    None,
    None,
    datetime(2027, 3, 1, tzinfo=UTC),
    "pseudonymous",
    2,
)
HOSTILE = '=HYPERLINK("http://evil.example","Yes")'


def questions_of(*options: str, wording: str = "Should it be closed to cars?") -> list[Question]:
    return [Question("q", "c", 1, "one", wording, options or ("Yes", "No", "Don't know"))]


def whole(*options: str, wording: str = "Should it be closed to cars?", withheld: int = 0) -> Report:
    questions = questions_of(*options, wording=wording)
    return report(CONSULTATION, questions, whole_findings(questions, withheld), Labels.of([AGE], "en"))


def whole_findings(questions: Sequence[Question], withheld: int = 0) -> Findings:
    answers: dict[tuple[str, ...], dict[Any, int]] = {("young",): {0: 90, 1: 10}, ("old",): {0: 60, 1: 237, 2: 3}}
    if withheld:
        answers["old",][WITHHELD] = withheld
    material = Material(
        questions,
        {"q": answers},
        Dispositions(400, partial=30, refused=20, not_reached=50),
        {"q": 30},
        [Trait("age", {"young": 0.5, "old": 0.5})],
        {("young",): 200, ("old",): 600},
        {("young",): 100, ("old",): 300},
    )
    return findings(material, Rule())


def file(kind: str, kept: Report | None = None) -> bytes:
    return made(f"results.{kind}", rendered(kept or whole(), VOICE))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_plain_table_has_a_row_for_every_cell() -> None:
    data = file("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data)
    assert [(row["band"], row["answer"], row["people"]) for row in rows] == [
        ("everybody", "Yes", "150"),
        ("everybody", "No", "250"),
        ("everybody", "Don't know", ""),
        ("Under 40", "Yes", "90"),
        ("Under 40", "No", "10"),
        ("Under 40", "Don't know", ""),
        ("40 and over", "Yes", "60"),
        ("40 and over", "No", "240"),
        ("40 and over", "Don't know", ""),
    ]
    assert (rows[0]["share"], rows[0]["weighted"]) == ("0.375", "0.55")


def test_the_codebook_explains_every_code() -> None:
    rows = rows_of(file("csv", codebook(whole())))
    assert {(row["variable"], row["code"], row["meaning"]) for row in rows} >= {
        ("answer", "1", "Yes"),
        ("band", "0", "everybody"),
        ("band", "2", "40 and over"),
        ("attribute", "1", "Age"),
    }


def test_a_workbook_has_a_sheet_for_each_table_and_says_what_it_is_about() -> None:
    book = load_workbook(io.BytesIO(file("xlsx")))
    assert book.sheetnames == ["About", "Results", "Questions", "Mirror", "Mirror by question", "Codebook"]
    about = [row[0] for row in book["About"].iter_rows(values_only=True)]
    assert about[0] == "Cars?"
    assert any("Response rate (AAPOR RR1): 80%" in (words or "") for words in about)
    assert list(book["Results"].iter_rows(min_row=2, max_row=2, max_col=7, values_only=True)) == [
        ("Should it be closed to cars?", "Yes", "everybody", "everybody", 150, 0.375, 0.55)
    ]
    assert book["Results"]["F2"].number_format == "0%"


def test_a_workbook_says_who_answered_each_question_and_calls_precision_what_it_is() -> None:
    book = load_workbook(io.BytesIO(file("xlsx")))
    assert list(book["Mirror by question"].iter_rows(min_row=2, values_only=True)) == [
        ("Should it be closed to cars?", "Age", "Under 40", 100, None, None),
        ("Should it be closed to cars?", "Age", "40 and over", 300, None, None),
        ("Should it be closed to cars?", "Age", "all", 400, 0.25, 1),
    ]
    (headings, figures) = book["Questions"].iter_rows(max_row=2, values_only=True)
    told = dict(zip(headings, figures, strict=True))
    assert told["Effective number (what weighted answers count like)"] == 286
    assert told["Design effect (1: nothing is lost by weighting)"] == 1.4
    about = " ".join(str(row[0]) for row in book["About"].iter_rows(values_only=True))
    assert "Modelled precision" in about
    assert "400 answers count like 286 (design effect 1.4)" in about
    assert not any("margin of error" in str(cell.value).lower() for sheet in book for row in sheet for cell in row)
    assert book["Results"]["H1"].value == "Share, at least (95 %), modelled precision"


def test_the_pictures_to_print_say_how_sure_they_are() -> None:
    notes = [VOICE.plain(chart.note) for chart in whole().charts]
    assert "Modelled precision: up to 6 points. Effective number: 286. Design effect: 1.4." in notes[0]
    assert not any("Margin of error" in note for note in notes)
    drawn_by_lot = replace(whole_findings(questions_of()), was_drawn=True)
    assert "Margin of error: up to 6 percentage points." in VOICE.plain(how_sure(drawn_by_lot))


def test_spss_reads_numbers_with_their_meanings(tmp_path: Path) -> None:
    path = tmp_path / "results.sav"
    path.write_bytes(file("sav"))
    frame, about = pyreadstat.read_sav(path)
    assert about.file_label == "Cars?"
    assert about.column_names_to_labels["weighted"] == "Share, weighted"
    assert about.variable_value_labels["answer"] == {1.0: "Yes", 2.0: "No", 3.0: "Don't know"}
    assert frame["people"].tolist()[:2] == [150, 250]
    assert frame["people"].isna().tolist()[2]
    assert about.variable_measure["answer"] == "nominal"


def test_who_prefers_not_to_say_is_counted_beside_the_others(tmp_path: Path) -> None:
    """A code of its own, which SPSS counts as missing; the shares stay those of who answered. Nine are too few."""
    path = tmp_path / "results.sav"
    path.write_bytes(file("sav", whole(withheld=24)))
    frame, about = pyreadstat.read_sav(path, user_missing=True)
    assert about.variable_value_labels["answer"][9999.0] == "Prefer not to say"
    assert about.missing_ranges["answer"] == [{"lo": 9999.0, "hi": 9999.0}]
    rows = frame[frame["attribute"] == 0][["answer", "people", "share", "answered"]].fillna(-1).values.tolist()
    assert rows == [[1, 150, 0.375, 400], [2, 250, 0.625, 400], [3, -1, -1, 400], [9999, 20, -1, 400]]
    assert "Prefer not to say" not in file("csv", whole(withheld=9)).decode("utf-8-sig")


def test_pages_hold_the_words_of_every_chart() -> None:
    data = file("pdf")
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) == 4
    assert b"/FontFile2" in data
    titles = [VOICE.plain(chart.title) for chart in whole().charts]
    assert titles == ["Should it be closed to cars?", "Should it be closed to cars? – by Age", "Cars? – Age"]


def test_many_charts_take_several_pages_and_none_is_cut() -> None:
    one = whole()
    many = Report(one.title, one.about, one.notes, one.tables, [*one.charts] * 8)
    assert len(re.findall(rb"/Type /Page\b", file("pdf", many))) > 3


def test_no_cell_is_a_formula() -> None:
    kept = whole(HOSTILE, "@SUM(A1)", "-1+1", wording="+cmd|' /C calc'!A0")
    for row in rows_of(file("csv", kept)):
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())
    book = load_workbook(io.BytesIO(file("xlsx", kept)))
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["Results"]["B2"].value == HOSTILE


@given(st.lists(st.text(max_size=300), min_size=3, max_size=3), st.text(max_size=400))
@settings(max_examples=12, deadline=None)
def test_whatever_staff_have_written_every_kind_can_be_made(options: list[str], wording: str) -> None:
    kept = whole(*options, wording=wording)
    for kind in ("xlsx", "csv", "sav", "pdf"):
        assert file(kind, kept)


SCRIPTS = ("هل يجب إغلاقه؟", "এটি কি বন্ধ করা উচিত?", "Ai'r ŵyl?", "是否應該關閉")


def test_every_script_comes_through(tmp_path: Path) -> None:
    kept = whole(*SCRIPTS[:3], wording=SCRIPTS[3])
    assert [row["answer"] for row in rows_of(file("csv", kept))[:3]] == list(SCRIPTS[:3])
    assert load_workbook(io.BytesIO(file("xlsx", kept)))["Results"]["A2"].value == SCRIPTS[3]
    path = tmp_path / "results.sav"
    path.write_bytes(file("sav", kept))
    assert list(pyreadstat.read_sav(path)[1].variable_value_labels["answer"].values()) == list(SCRIPTS[:3])


def test_arabic_is_shaped_on_the_pages() -> None:
    """Letters of a word are joined: the page uses other shapes than those of the letters by themselves."""
    joined, apart = (_drawn(file("pdf", whole(words, "No", "-"))) for words in ("مدرسة", "م د ر س ة"))
    assert joined != apart


def test_marks_that_are_not_seen_take_no_room_on_the_pages() -> None:
    marked, plain = (_drawn(file("pdf", whole(words, "No", "-"))) for words in ("\u2068Ana\u2069 مدرسة", "Ana مدرسة"))
    assert marked == plain


def _drawn(pdf: bytes) -> list[bytes]:
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [zlib.decompress(stream) for stream in streams if stream.startswith(b"x")]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"results\.doc"):
        file("doc")
