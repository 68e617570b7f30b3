"""`folkmoot draw` and `folkmoot verify-draw`: their files, their exit statuses, and what they say about bad input."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app

PUBLIC = Path(__file__).parent / "data" / "sortition" / "example_small_20"

QUOTAS = """category,feature,min,max
age,old,1,3
age,young,1,3
area,east,1,2
area,west,1,3
"""
POOL = """id,age,area,address
ann,old,east,1 Mill Lane
ben,young,east,1 mill  lane
cat,old,west,
dan,young,west,2 Quay
eve,old,west,3 Quay
fay,young,west,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "quotas.csv").write_text(QUOTAS)
    (tmp_path / "pool.csv").write_text(POOL)
    return tmp_path


def folkmoot(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def drawing(folder: Path, size: int = 3, *more: object) -> Result:
    files = ("--quotas", folder / "quotas.csv", "--pool", folder / "pool.csv")
    return folkmoot("draw", *files, "--size", size, "--seed", "2027-03-01", *more)


def record_of(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    record: dict[str, Any] = json.loads(result.stdout)
    return record


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- what a draw prints


def test_the_public_instance_has_its_known_optimum() -> None:
    files = ("--quotas", PUBLIC / "categories.csv", "--pool", PUBLIC / "respondents.csv")
    record = record_of(folkmoot("draw", *files, "--size", 20))
    assert record["min_probability"] == record["max_probability"] == record["upper_bound"] == 0.1
    assert record["optimal"] is True
    assert record["seconds"] < 10
    assert len(record["probabilities"]) == 200
    people = rows_of(PUBLIC / "respondents.csv")
    drawn = [people[int(row) - 2] for row in record["panel"]]
    quotas = {(row["category"], row["feature"]): row for row in rows_of(PUBLIC / "categories.csv")}
    have = Counter(pair for person in drawn for pair in person.items())
    assert len(set(record["panel"])) == 20
    assert all(int(row["min"]) <= have[pair] <= int(row["max"]) for pair, row in quotas.items())


@pytest.mark.parametrize("algorithm", ["leximin", "maximin", "random"])
def test_each_algorithm_draws_a_panel_that_is_verified(folder: Path, algorithm: str) -> None:
    record = record_of(drawing(folder, 3, "--algorithm", algorithm, "--out", folder / "out"))
    assert record["algorithm"] == algorithm
    assert sum(record["probabilities"].values()) == pytest.approx(3)
    assert record["min_probability"] <= record["upper_bound"] + 1e-6
    assert folkmoot("verify-draw", folder / "out").exit_code == 0


def test_people_who_share_an_address_are_never_drawn_together_unless_the_panel_allows_it(folder: Path) -> None:
    assert not any({"ann", "ben"} <= set(panel) for panel in record_of(drawing(folder))["lottery"])
    (folder / "quotas.csv").write_text(QUOTAS.replace("east,1,2", "east,2,2"))
    assert drawing(folder).exit_code == 3
    allowed = record_of(drawing(folder, 3, "--no-households"))
    assert all({"ann", "ben"} <= set(panel) for panel in allowed["lottery"])


def test_no_address_is_in_the_record(folder: Path) -> None:
    assert "mill" not in drawing(folder).stdout.casefold()


def test_two_processes_print_the_same(folder: Path) -> None:
    def printed(hash_seed: str) -> dict[str, Any]:
        files = ["--quotas", str(folder / "quotas.csv"), "--pool", str(folder / "pool.csv")]
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "draw", *files, "--size", "3", "--seed", "x"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        record: dict[str, Any] = json.loads(done.stdout)
        return record | {"seconds": 0}

    assert printed("1") == printed("2")


def test_a_seed_is_made_up_where_none_is_given(folder: Path) -> None:
    files = ("--quotas", folder / "quotas.csv", "--pool", folder / "pool.csv")
    first, second = (record_of(folkmoot("draw", *files, "--size", 3)) for _ in range(2))
    assert first["seed"] != second["seed"]
    assert first["lottery"] == second["lottery"]


def test_columns_in_any_order_blank_lines_and_byte_order_marks_are_read(folder: Path) -> None:
    plain = record_of(drawing(folder))
    (folder / "quotas.csv").write_text(
        "\ufeffmax, min ,feature,category\r\n3,1,old,age\r\n3,1,young,age\r\n\r\n" + "2,1,east,area\n3,1,west,area\n"
    )
    assert record_of(drawing(folder))["lottery"] == plain["lottery"]


# ---------------------------------------------------------------- verifying


def test_the_record_alone_and_what_was_printed_are_verified(folder: Path) -> None:
    (folder / "printed.json").write_text(drawing(folder, 3, "--out", folder / "out").stdout)
    for path in (folder / "printed.json", folder / "out" / "draw.json", folder / "out"):
        result = folkmoot("verify-draw", path)
        assert (result.exit_code, "verified" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("pool.csv", "eve,old", "eve,young", "pool.csv does not have the SHA-256"),
        ("draw.json", '"seed": "2027-03-01"', '"seed": "2027-03-02"', "The seed does not pick this panel"),
        ("draw.json", '"optimal": true', '"optimal": false', "another result for: optimal"),
        ("draw.json", '"panel": ["', '"panel": ["zoe", "', "another result for: panel"),
        ("draw.json", '"record_sha256"', '"sha256"', "The record does not have its own SHA-256"),
        ("draw.json", '"seconds"', '"second"', "The record does not have the SHA-256 that stands in it"),
        ("draw.json", '"format"', '"shape"', "not a record"),
        ("draw.json", "{", "", "not a record"),
    ],
)
def test_whatever_is_changed_afterwards_is_found_out(folder: Path, file: str, old: str, new: str, problem: str) -> None:
    record_of(drawing(folder, 3, "--out", folder / "out"))
    changed = folder / "out" / file
    assert old in changed.read_text()
    changed.write_text(changed.read_text().replace(old, new, 1))
    result = folkmoot("verify-draw", folder / "out")
    assert result.exit_code == 1
    assert problem in result.stderr


def test_where_there_is_no_record_nothing_is_verified(tmp_path: Path) -> None:
    assert folkmoot("verify-draw", tmp_path).exit_code == 1
    assert folkmoot("verify-draw", tmp_path / "nothing.json").exit_code == 1


def test_input_is_read_once_so_that_it_may_come_through_a_pipe(folder: Path) -> None:
    files = f"--quotas <(cat {folder}/quotas.csv) --pool <(cat {folder}/pool.csv)"
    command = f"{sys.executable} -m bot.cli draw {files} --size 3 --seed x --out {folder}/out"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert json.loads(done.stdout)["inputs"]["pool"] == hashlib.sha256(POOL.encode()).hexdigest()
    assert (folder / "out" / "pool.csv").read_text() == POOL
    assert folkmoot("verify-draw", folder / "out").exit_code == 0


@pytest.mark.parametrize("name", ["quotas.csv", "draw.json", "history.csv"])
def test_no_input_is_lost_to_what_is_kept(folder: Path, name: str) -> None:
    out = folder / "out"
    out.mkdir()
    (out / name).write_text(POOL)
    result = folkmoot("draw", "--quotas", folder / "quotas.csv", "--pool", out / name, "--size", 3, "--out", out)
    assert (result.exit_code, "would be lost" in result.stderr, result.stdout) == (2, True, "")
    assert {path.name: path.read_text() for path in out.iterdir()} == {name: POOL}


def test_the_history_of_one_folder_goes_on(folder: Path) -> None:
    """Draw after draw the same words can be said: what the last one kept is read, copied, and added to."""
    out = folder / "out"
    first = record_of(drawing(folder, 3, "--out", out))
    record_of(drawing(folder, 3, "--out", out, "--past", out / "history.csv"))
    rows = list(csv.DictReader((out / "history.csv").read_text().splitlines()))
    assert sum(float(row["chance"]) for row in rows) == pytest.approx(6)
    kept = {row["id"]: float(row["chance"]) for row in csv.DictReader((out / "past.csv").read_text().splitlines())}
    assert kept == pytest.approx(first["probabilities"])
    assert folkmoot("verify-draw", out).exit_code == 0


def test_a_draw_may_be_kept_where_its_input_lies(folder: Path) -> None:
    record_of(drawing(folder, 3, "--out", folder))
    assert (folder / "pool.csv").read_text() == POOL
    assert folkmoot("verify-draw", folder).exit_code == 0


def test_a_folder_that_cannot_be_written_to_is_noticed_before_the_draw(folder: Path) -> None:
    result = drawing(folder, 3, "--out", "/proc/self")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("/proc/self cannot be written to: ")


def test_a_record_that_cannot_be_kept_is_printed_all_the_same(folder: Path) -> None:
    (folder / "out" / "draw.json" / "in the way").mkdir(parents=True)
    result = drawing(folder, 3, "--out", folder / "out")
    assert (result.exit_code, len(json.loads(result.stdout)["panel"])) == (1, 3)
    assert "cannot be written to" in result.stderr
    assert result.stderr.endswith("The record is only printed.\n")


# ---------------------------------------------------------------- what may be wished for besides


def test_nobody_is_more_certain_than_the_cap_where_the_quotas_permit(folder: Path) -> None:
    (folder / "quotas.csv").write_text(QUOTAS.replace("east,1,2", "east,1,1"))
    assert record_of(drawing(folder))["max_probability"] == 0.5
    (folder / "quotas.csv").write_text(
        "category,feature,min,max\nage,old,1,3\nage,young,1,3\narea,east,0,1\narea,west,2,3\n"
    )
    capped = record_of(drawing(folder, 3, "--cap", "0.6", "--out", folder / "out"))
    assert capped["min_probability"] <= capped["upper_bound"]
    assert capped["max_probability"] <= 0.6
    assert folkmoot("verify-draw", folder / "out").exit_code == 0


def test_where_the_quotas_need_more_than_the_cap_the_officer_is_told(folder: Path) -> None:
    result = drawing(folder, 3, "--cap", "0.2")
    assert record_of(result)["max_probability"] == pytest.approx(0.5)
    assert "Somebody's chance is 0.5000: the quotas need more than the cap." in result.stderr


def test_alternates_stand_by_best_first_and_are_verified(folder: Path) -> None:
    record = record_of(drawing(folder, 3, "--alternates", 2, "--out", folder / "out"))
    assert len(record["alternates"]) == 2
    assert not {"ann", "ben"} <= {*record["panel"], *record["alternates"]}
    assert not set(record["panel"]) & set(record["alternates"])
    assert record["expected_loss"] < record["expected_loss_without_alternates"]
    assert folkmoot("verify-draw", folder / "out").exit_code == 0
    file = folder / "out" / "draw.json"
    first, second = record["alternates"]
    file.write_text(file.read_text().replace(f'["{first}", "{second}"]', f'["{second}", "{first}"]'))
    assert "another result for: alternates" in folkmoot("verify-draw", folder / "out").stderr


@pytest.mark.parametrize("homes", ["own", "shared"])
def test_a_record_is_verified_where_nobody_is_left_to_stand_by(folder: Path, homes: str) -> None:
    """All six sit, or the rest share a home with somebody who does."""
    rows = POOL.splitlines()
    address = {"own": ("", "", "", "", "", ""), "shared": ("a", "a", "b", "b", "c", "c")}[homes]
    named = [",".join([*row.split(",")[:3], home]) for row, home in zip(rows[1:], address, strict=True)]
    (folder / "pool.csv").write_text("\n".join([rows[0], *named]))
    (folder / "quotas.csv").write_text("category,feature,min,max\nage,old,1,6\nage,young,1,6\n")
    size = 6 if homes == "own" else 3
    record = record_of(drawing(folder, size, "--alternates", 2, "--dropout", "0.3", "--out", folder / "out"))
    assert (record["alternates"], record["dropouts"]) == ([], {})
    assert record["expected_loss"] == record["expected_loss_without_alternates"]
    result = folkmoot("verify-draw", folder / "out")
    assert (result.exit_code, result.stderr) == (0, "")


def test_who_is_likely_to_drop_out_is_prepared_for(folder: Path) -> None:
    rows = POOL.splitlines()
    chances = ["dropout", *("0.9" if row.startswith(("ann", "ben")) else "" for row in rows[1:])]
    (folder / "pool.csv").write_text("\n".join(f"{row},{chance}" for row, chance in zip(rows, chances, strict=True)))
    record = record_of(drawing(folder, 3, "--alternates", 1, "--dropout", "0.05"))
    assert sorted(record["dropouts"].values()) == [0.05, 0.05, 0.9]
    (folder / "pool.csv").write_text("id,age,area,dropout\nann,old,east,2\n")
    assert drawing(folder).stderr == "pool.csv, row 2, column dropout: “2” is not a chance from 0 to 1.\n"


def test_a_new_panel_is_parted_into_cohorts(folder: Path) -> None:
    (folder / "quotas.csv").write_text(QUOTAS.replace("1,2", "0,2").replace("1,3", "0,3"))
    record = record_of(drawing(folder, 3, "--cohorts", 3, "--out", folder / "out"))
    assert sorted(name for cohort in record["cohorts"] for name in cohort) == record["panel"]
    assert record["cohorts_out_of_reach"] == [[], [], []]
    assert folkmoot("verify-draw", folder / "out").exit_code == 0


def test_a_cohort_that_cannot_be_replaced_is_pointed_out(folder: Path) -> None:
    """In the east there is one household only."""
    result = drawing(folder, 3, "--cohorts", 3)
    assert sum(bool(widening) for widening in record_of(result)["cohorts_out_of_reach"]) == 1
    assert "The smallest widening that lets them: area east from 1–2 to 0–2." in result.stderr


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "pool.csv",
            "cat,old",
            "cat,ancient",
            "pool.csv, row 4, column age: “ancient” is not a feature in quotas.csv.",
        ),
        ("pool.csv", "cat,old", "cat,", "pool.csv, row 4, column age: nothing is written here."),
        ("pool.csv", "dan", "ann", "pool.csv, row 5, column id: ann stands in row 2 already."),
        ("pool.csv", "id,age", "id,years", "pool.csv, row 1, column age: it is missing."),
        ("pool.csv", "id,age", "age,age", "pool.csv, row 1, column age: it stands here a second time."),
        ("pool.csv", POOL.partition("\n")[2], "", "pool.csv, row 2, column id: nobody and nothing is listed."),
        ("pool.csv", "fay,young,west,", "fay,young,west,,9", "pool.csv, row 7, column 5: it has no heading."),
        ("pool.csv", POOL, "", "pool.csv, row 1, column age: it is missing."),
        ("quotas.csv", "old,1,3", "old,4,3", "quotas.csv, row 2, column max: 3 is less than the minimum, 4."),
        ("quotas.csv", "old,1,3", "old,one,3", "quotas.csv, row 2, column min: “one” is not a whole number from 0."),
        ("quotas.csv", "old,1,3", "old,-1,3", "quotas.csv, row 2, column min: “-1” is not a whole number from 0."),
        ("quotas.csv", "young,1", "old,1", "quotas.csv, row 3, column feature: age old stands here a second time."),
        (
            "quotas.csv",
            "old,1,3",
            "old,3,3",
            "quotas.csv, row 3, column min: the minimums of age add up to 4, but there are 3 seats.",
        ),
        (
            "quotas.csv",
            "age,old,1,3\nage,young,1,3",
            "age,old,1,1\nage,young,1,1",
            "quotas.csv, row 3, column max: the maximums of age add up to 2, but there are 3 seats.",
        ),
        ("quotas.csv", "category", "kategorie", "quotas.csv, row 1, column category: it is missing."),
    ],
)
def test_bad_input_is_one_sentence_with_row_and_column(
    folder: Path, file: str, old: str, new: str, sentence: str
) -> None:
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    result = drawing(folder)
    assert (result.exit_code, result.stderr, result.stdout) == (2, sentence + "\n", "")


@pytest.mark.parametrize("heading", ["category,name,min,max", "Category,Value,Min,Max", "feature,value,min,max"])
def test_quotas_of_other_programs_of_the_field_are_read(folder: Path, heading: str) -> None:
    drawn = record_of(drawing(folder))
    path = folder / "quotas.csv"
    path.write_text(QUOTAS.replace("category,feature,min,max", heading))
    record = record_of(drawing(folder, 3, "--out", folder / "out"))
    same = ("panel", "probabilities", "frozen_sha256", "lottery")
    assert [record[key] for key in same] == [drawn[key] for key in same]
    assert record.keys() == drawn.keys()
    assert folkmoot("verify-draw", folder / "out").exit_code == 0
    path.write_text(path.read_text().replace("area,east,1", "area,,1"))
    column = heading.split(",")[1]
    assert drawing(folder).stderr == f"quotas.csv, row 4, column {column}: nothing is written here.\n"


def test_columns_that_could_mean_two_things_are_not_guessed(folder: Path) -> None:
    rows = QUOTAS.replace("category,feature,min,max", "category,name,value,min,max").replace("old,", "old,x,")
    (folder / "quotas.csv").write_text(rows)
    assert drawing(folder).stderr == "quotas.csv, row 1, column feature: it is missing.\n"


def test_whole_numbers_may_be_written_as_spreadsheets_write_them(folder: Path) -> None:
    drawn = record_of(drawing(folder))
    (folder / "quotas.csv").write_text(QUOTAS.replace("old,1,3", "old,1.0,3.00"))
    assert record_of(drawing(folder))["frozen_sha256"] == drawn["frozen_sha256"]
    (folder / "quotas.csv").write_text(QUOTAS.replace("old,1,3", "old,1.5,3"))
    assert drawing(folder).stderr == "quotas.csv, row 2, column min: “1.5” is not a whole number from 0.\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_files_are_read_as_spreadsheets_save_them(folder: Path, encoding: str) -> None:
    for file, written in (("quotas.csv", QUOTAS), ("pool.csv", POOL)):
        (folder / file).write_bytes(
            written.replace("west", "Llanfair-y-tŷ" if "16" in encoding else "Ynys Môn").encode(encoding)
        )
    result = drawing(folder, 3, "--out", folder / "out")
    record_of(result)
    said = [f"{file}.csv is not written in UTF-8; it was read as Windows-1252.\n" for file in ("quotas", "pool")]
    assert result.stderr == ("".join(said) if encoding == "cp1252" else "")
    assert folkmoot("verify-draw", folder / "out").exit_code == 0


def test_utf_16_without_its_mark_is_not_guessed(folder: Path) -> None:
    (folder / "pool.csv").write_bytes(POOL.encode("utf-16-le"))
    assert drawing(folder).stderr == "pool.csv, row 1: this is not written in UTF-8.\n"
    (folder / "pool.csv").write_bytes(POOL.encode().replace(b"cat", b"c\0t"))
    assert drawing(folder).stderr == "pool.csv, row 4: this is not written in UTF-8.\n"
    (folder / "pool.csv").write_bytes(POOL.encode("utf-16")[:-1])
    assert drawing(folder).stderr == "pool.csv: this begins like UTF-16 and is not written in it.\n"


def test_files_that_are_no_csv_are_named(folder: Path) -> None:
    (folder / "pool.csv").write_bytes(b"id,age\n\x81\x8d")
    assert drawing(folder).stderr == "pool.csv, row 2: this is not written in UTF-8.\n"
    (folder / "pool.csv").write_text(POOL.replace("dan", '"dan'))
    assert drawing(folder).stderr == "pool.csv, row 5: this is not CSV (unexpected end of data).\n"
    (folder / "pool.csv").unlink()
    assert (drawing(folder).exit_code, "cannot be read" in drawing(folder).stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((3, "--algorithm", "best"), "“best” is no algorithm; there are leximin, maximin, random."),
        ((0,), "A panel cannot have 0 seats."),
        ((3, "--cap", "nan"), "A cap is a chance above 0 and up to 1, for leximin or maximin."),
        (
            (3, "--cap", "0.5", "--algorithm", "random"),
            "A cap is a chance above 0 and up to 1, for leximin or maximin.",
        ),
        ((3, "--dropout", "2"), "A chance of dropping out of 2 is not between 0 and 1."),
        ((3, "--alternates", "-1"), "There cannot be so many alternates or cohorts."),
        ((3, "--cohorts", "4"), "3 seats cannot be parted into 4 cohorts."),
        ((3, "--seconds", "nan"), "A draw cannot take nan seconds."),
        (
            (3, "--longest", "2"),
            "How long people have served stands in the file of those who serve, which is not given.",
        ),
    ],
)
def test_bad_words_are_one_sentence(folder: Path, words: tuple[object, ...], sentence: str) -> None:
    result = drawing(folder, *words)  # type: ignore[arg-type]
    assert (result.exit_code, result.stderr) == (2, sentence + "\n")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("draw", "--quotas", "q", "--pool", "p", "--size", "abc"), "--size"),
        (("draw", "--pool", "p"), "--quotas"),
        (("verify-draw",), "path"),
        (("draw", "--sise", "3"), "--sise"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_command_that_is_not_understood_is_one_sentence_too(words: tuple[str, ...], named: str) -> None:
    result = folkmoot(*words)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert named in result.stderr


def test_a_pool_with_fewer_households_than_seats_is_bad_input(folder: Path) -> None:
    (folder / "quotas.csv").write_text(QUOTAS.replace("3", "6"))
    result = drawing(folder, 6)
    assert (result.exit_code, result.stderr) == (2, "The pool has 5 people of different households for 6 seats.\n")


# ---------------------------------------------------------------- quotas that cannot be met


def test_quotas_that_cannot_be_met_together_come_with_the_smallest_widening(folder: Path) -> None:
    """Both people in the east live together, and one household has one seat."""
    (folder / "quotas.csv").write_text(
        "category,feature,min,max\nage,old,0,3\nage,young,0,3\narea,east,2,2\narea,west,1,3\n"
    )
    result = drawing(folder)
    assert result.exit_code == 3
    assert "The smallest widening that makes them possible: area east from 2–2 to 1–2." in result.stderr
    assert json.loads(result.stdout)["widening"] == [{"category": "area", "feature": "east", "min": 1, "max": 2}]


def test_who_has_no_chance_is_told_with_what_would_give_them_one(folder: Path) -> None:
    (folder / "quotas.csv").write_text(QUOTAS.replace("area,east,1,2", "area,east,0,0"))
    result = drawing(folder)
    record = record_of(result)
    assert sorted(name for group in record["without_chance"] for name in group["ids"]) == ["ann", "ben"]
    assert record["probabilities"]["ann"] == 0
    assert record["min_probability"] > 0
    assert "No chance at all: ann (old, east). The smallest widening that gives them one:" in result.stderr


# ---------------------------------------------------------------- renewing a panel

SERVING = "id,age,area,address\ngus,old,east,9 Quay\nhal,young,west,\nida,old,west,2  quay\n"


def renewing(folder: Path, *more: object, serving: str = SERVING, leaving: str = "id\ngus\n") -> Result:
    (folder / "serving.csv").write_text(serving)
    (folder / "leaving.csv").write_text(leaving)
    return drawing(folder, 3, "--serving", folder / "serving.csv", "--leaving", folder / "leaving.csv", *more)


def test_replacements_make_the_whole_panel_meet_the_quotas(folder: Path) -> None:
    record = record_of(renewing(folder, "--out", folder / "out"))
    assert record["staying"] == ["hal", "ida"]
    assert set(record["panel"]) - {"hal", "ida"} == set(record["drawn"]) <= {"ann", "ben"}
    assert sum(record["probabilities"].values()) == pytest.approx(1)
    assert folkmoot("verify-draw", folder / "out").exit_code == 0
    changed = folder / "out" / "leaving.csv"
    changed.write_text("id\nhal\n")
    assert folkmoot("verify-draw", folder / "out").exit_code == 1


def test_who_leaves_rests_or_lives_with_a_member_is_not_drawn(folder: Path) -> None:
    (folder / "pool.csv").write_text(POOL + "gus,old,east,9 Quay\nhal,young,west,\n")
    record = record_of(renewing(folder, leaving="id\ngus\nann\n"))
    assert record["excluded"] == {
        "ann": "leaves or rests",
        "dan": "shares an address with somebody who stays",
        "gus": "leaves or rests",
        "hal": "serves",
    }
    assert record["panel"] == ["ben", "hal", "ida"]


def test_who_serves_may_be_listed_by_id_alone_where_the_pool_knows_them(folder: Path) -> None:
    record = record_of(renewing(folder, serving="id\ncat\ndan\n", leaving="id\n"))
    assert record["panel"] == sorted(["cat", "dan", *record["drawn"]])
    result = renewing(folder, serving="id\ncat\nxan\n")
    assert (result.exit_code, "serving.csv, row 3, column id: xan is not in the pool" in result.stderr) == (2, True)


def test_who_has_served_the_longest_leaves(folder: Path) -> None:
    serving = "id,age,area,terms\ngus,old,east,2\nhal,young,west,1\nida,old,west,1\n"
    more = ("--longest", 2, "--out", folder / "out")
    record = record_of(renewing(folder, *more, serving=serving, leaving="id\n"))
    assert (record["ended"], record["staying"], record["longest"]) == (["gus"], ["hal", "ida"], 2)
    assert folkmoot("verify-draw", folder / "out").exit_code == 0
    result = renewing(folder, "--longest", 2, leaving="id\n")
    assert (result.exit_code, result.stderr) == (2, "serving.csv, row 1, column terms: it is missing.\n")


def test_where_nobody_leaves_there_is_nothing_to_draw(folder: Path) -> None:
    result = renewing(folder, leaving="id\n")
    assert (result.exit_code, result.stderr) == (
        2,
        "3 people stay on a panel of 3, so there is no seat to draw.\n",
    )


def test_a_leaver_nobody_knows_is_pointed_out(folder: Path) -> None:
    assert (
        "guss is to leave, but is neither serving nor in the pool."
        in renewing(folder, leaving="id\nguss\ngus\n").stderr
    )


def test_chances_of_earlier_draws_are_made_up_for(folder: Path) -> None:
    first = record_of(renewing(folder, "--out", folder / "out"))
    shutil.copy(folder / "out" / "history.csv", folder / "past.csv")
    assert {row["id"]: float(row["chance"]) for row in rows_of(folder / "past.csv")} == first["probabilities"]
    (folder / "past.csv").write_text("id,chance\nann,0.2\nann,0.2\ngone,1\n")
    second = record_of(renewing(folder, "--past", folder / "past.csv"))
    assert second["probabilities"]["ann"] == pytest.approx(0.3)
    assert second["probabilities"]["ben"] == pytest.approx(0.7)
    assert second["optimal"] is True
    result = renewing(folder, "--past", folder / "leaving.csv")
    assert (result.exit_code, result.stderr) == (2, "leaving.csv, row 1, column chance: it is missing.\n")


@pytest.mark.parametrize("rows", ["ann,1\nann,1e308\nann,1e308", "ben,0\nann,1000001", "ann,600000\nann,600000"])
def test_chances_that_no_draws_could_add_up_to_are_refused(folder: Path, rows: str) -> None:
    (folder / "past.csv").write_text(f"id,chance\n{rows}\n")
    result = drawing(folder, 3, "--past", folder / "past.csv")
    sentence = "past.csv, row 3, column chance: the chances of ann add up to more than 1,000,000.\n"
    assert (result.exit_code, result.stderr, result.stdout) == (2, sentence, "")


def test_every_draw_leads_to_the_next(folder: Path) -> None:
    """Three draws in a row, each from the last one's panel and history: all quotas, and everybody's turn comes."""
    people = {row["id"]: row for row in rows_of(folder / "pool.csv")}
    (folder / "quotas.csv").write_text(
        "category,feature,min,max\nage,old,1,2\nage,young,1,2\narea,east,0,1\narea,west,2,3\n"
    )
    record = record_of(drawing(folder, 3, "--out", folder / "0"))
    for turn in range(1, 4):
        gone = record["panel"][0]
        (folder / "serving.csv").write_text("\n".join(["id", *record["panel"]]))
        (folder / "leaving.csv").write_text(f"id\n{gone}\n")
        files = ("--serving", folder / "serving.csv", "--leaving", folder / "leaving.csv")
        past = ("--past", folder / str(turn - 1) / "history.csv")
        record = record_of(drawing(folder, 3, *files, *past, "--out", folder / str(turn)))
        have = Counter(people[name][column] for name in record["panel"] for column in ("age", "area"))
        assert gone not in record["panel"]
        assert (1 <= have["old"] <= 2, have["east"] <= 1) == (True, True)
        assert folkmoot("verify-draw", folder / str(turn)).exit_code == 0


# ---------------------------------------------------------------- what it costs the rest of the program


def test_a_bot_that_draws_nothing_loads_no_solver() -> None:
    code = "import sys, bot.cli; sys.exit(bool({'highspy', 'bot.drawing'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
