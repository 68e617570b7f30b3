"""`folkmoot check-form FILE`: the transcript of a sound form, or a sentence for each problem."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.xlsforms import xlsform


def check(path: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["check-form", str(path), *options])


def test_a_sound_form_is_shown_as_citizens_meet_it(tmp_path: Path) -> None:
    path = tmp_path / "buses.xlsx"
    path.write_bytes(
        xlsform(
            """
            | type             | name | label::English (en) | label::Cymraeg (cy) | hint::English (en) | relevant      | constraint | constraint_message::English (en) | required |
            | note             |      | Thank you.          | Diolch.             |                    |               |            |                                  |          |
            | select_one yn    | bus  | Do you go by bus?   | Ar y bws?           |                    |               |            |                                  | yes      |
            | begin group      | g    | About buses         | Am fysiau           |                    | ${bus}='yes'  |            |                                  |          |
            | integer          | wait | How long do you wait? | Pa mor hir?       | In minutes         |               | . < 120    | That is very long.               |          |
            | end group        |      |                     |                     |                    |               |            |                                  |          |
            """,  # noqa: E501
            """
            | list_name | name | label::English (en) | label::Cymraeg (cy) |
            | yn        | yes  | Yes                 | Ydw                 |
            | yn        | no   | No                  | Nac ydw             |
            """,
            "| form_title |\n| Buses in Abermoot |",
        )
    )
    found = check(path)
    assert found.exit_code == 0
    assert (
        found.output
        == """\
Buses in Abermoot
2 questions, about 1 minute; in English, Cymraeg

   Thank you.

1. Do you go by bus? *
   [Yes]
   [No]

== About buses ==

   (only if ${bus}='yes')
2. How long do you wait?
   In minutes
   (a whole number)
   (accepted if . < 120; otherwise: That is very long.)

* needs an answer

Remarks
- Sheet survey, row 5, column hint::Cymraeg (cy): It has no words in Cymraeg.
- Sheet survey, row 5, column constraint_message::Cymraeg (cy): It has no words in Cymraeg.
"""
    )


def test_every_problem_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "torn.xlsx"
    path.write_bytes(xlsform("| type | name | label |\n| integr | a b | Q? |\n| text | | |"))
    found = check(path)
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        "Sheet survey, row 2, column type: There is no type “integr”. Did you mean “integer”?",
        "Sheet survey, row 3, column name: This has no name. Names are how answers are told apart.",
        "Sheet survey, row 3, column label: There are no words to ask it with.",
    ]


def test_what_a_chat_cannot_do_is_left_out_on_request(tmp_path: Path) -> None:
    path = tmp_path / "way.xlsx"
    path.write_bytes(xlsform("| type | name | label |\n| geotrace | way | Way? |\n| text | q | Q? |"))
    assert check(path).exit_code == 1
    found = check(path, "--leave-out")
    assert found.exit_code == 0
    assert "1. Q?" in found.output
    assert "Left out. A chat can take one place" in found.output


@pytest.mark.parametrize("name", ["missing.xlsx", "."])
def test_no_file_is_a_problem_too(tmp_path: Path, name: str) -> None:
    found = check(tmp_path / name)
    assert (found.exit_code, "Traceback" in found.output) == (1, False)
    assert found.output.startswith("Cannot read")


def test_advice_comes_with_the_transcript(tmp_path: Path) -> None:
    path = tmp_path / "form.txt"
    path.write_text("1. Surely you agree that our parks are excellent?\n- Yes\n- No\n")
    found = check(path)
    assert found.exit_code == 0
    assert "Question 1: “Surely” may lead people to an answer." in found.output


def test_a_console_without_all_letters_shows_a_form_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "form.txt"
    path.write_text("1. آپ کیسے ہیں؟\n", "utf-8")
    command = [sys.executable, "-c", "from bot.cli import main; main()", "check-form", str(path)]
    shown = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "cp1252"}, capture_output=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"1. ?? ???? ???? *" in shown.stdout


def test_a_question_that_needs_an_answer_only_sometimes_says_when(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(xlsform("| type | name | label | required |\n| text | a | A? | |\n| text | b | B? | ${a} = 'x' |"))
    found = check(path).output
    assert "2. B?\n   (needs an answer only if ${a} = 'x')" in found
    assert "*" not in found
