"""What tests ask for by name: databases of both kinds, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import NoServer, PostgresqlServer, running_server

settings.register_profile("folkmoot", deadline=None)  # a busy machine is no defect of a rule
settings.load_profile("folkmoot")

MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 4 * 10**9
"""Bytes, plenty for the files of all tests."""
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    # Tests kill programs, never the machine: whether files wait for the disk could not be seen, only waited for.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="write what the bot says now into the transcripts, to be read and kept"
    )


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    try:
        with running_server() as server:
            yield server
    except NoServer as problem:
        pytest.skip(str(problem))


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """A migrated database of this test's own."""
    url = postgresql_server.new_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where to open a database with nothing in it, of either kind: every test that takes this runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folkmoot.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; tests of the page are skipped without one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium found: install the package chromium to test the chat page")
    return found
