"""What holds the house together: who imports whom, what ships, and that the README says what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from importlinter import configuration
from importlinter.application import use_cases
from typer.main import get_group

from bot.cli import app
from bot.settings import SETTINGS, Setting

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("bot", "flows", "storage")
DEPENDENCIES = [
    re.match(r"[A-Za-z0-9-]+", wanted)[0]  # type: ignore[index]
    for wanted in [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
]
VAGUE = {"utils", "util", "helpers", "helper", "managers", "manager", "common", "misc", "base", "core"}


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text()


# ---------------------------------------------------------------- who imports whom


def test_imports_keep_to_their_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    configuration.configure()
    options = use_cases.read_user_options("pyproject.toml")
    use_cases._register_contract_types(options)
    report = use_cases.create_report(options, cache_dir=None)
    assert not report.could_not_run
    kept = {contract.name: check.kept for contract, check in report.get_contracts_and_checks()}
    assert len(kept) == len(PROJECT["tool"]["importlinter"]["contracts"])
    assert [name for name, is_kept in kept.items() if not is_kept] == [], "make check says who imports what"


def test_every_slice_is_kept_apart_from_the_others() -> None:
    """A slice is a folder of `flows` in which somebody speaks; the others hold rules that slices share."""
    slices = {f"flows.{found.parent.name}" for found in (ROOT / "flows").glob("*/staff.py")}
    slices |= {f"flows.{found.parent.name}" for found in (ROOT / "flows").glob("*/citizen.py")}
    (contract,) = (found for found in PROJECT["tool"]["importlinter"]["contracts"] if found["type"] == "independence")
    assert set(contract["modules"]) == slices


def test_every_module_says_its_subject_in_its_first_line() -> None:
    silent = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if not re.match(r'"""\S', path.read_text())
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.stem in VAGUE] == []


# ---------------------------------------------------------------- what ships


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_beside_the_code_ships_with_it(package: str) -> None:
    folder = ROOT / package
    patterns = PROJECT["tool"]["setuptools"]["package-data"][package]
    shipped = {path for pattern in patterns for path in folder.glob(pattern)}
    there = {
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert there - shipped == set()


def test_every_dependency_is_pinned_and_no_pin_says_where_from() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = {line.partition("==")[0].lower() for line in lines if not line.startswith("#")}
    assert {name.lower() for name in DEPENDENCIES} <= pins
    assert [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


# ---------------------------------------------------------------- what the README says


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_readme_names_every_setting_with_its_default(readme: str, setting: Setting) -> None:
    lines = [line for line in readme.splitlines() if f"`{setting.name}`" in line]
    assert lines, f"{setting.name} is missing"
    assert any((setting.default or "") in line for line in lines)


def test_the_readme_names_no_setting_that_does_not_exist(readme: str) -> None:
    assert set(re.findall(r"FOLKMOOT_[A-Z_]+", readme)) == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("command", sorted(get_group(app).commands))
def test_the_readme_names_every_command(readme: str, command: str) -> None:
    assert f"folkmoot {command}" in readme


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_readme_names_how_to_begin(readme: str, target: str) -> None:
    assert f"make {target}" in readme


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_the_readme_says_why_each_dependency_is_there(readme: str, dependency: str) -> None:
    assert re.search(rf"(?im)^.*\b{re.escape(dependency)}\b.*\s\S+\s.*$", readme)
