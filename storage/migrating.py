"""Numbered migrations, applied in order under a lock; a newer database is refused."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from storage.database import TooNew

VERSIONS = "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    script: str

    def statements(self) -> list[str]:
        """The script's statements one by one, so that they can share a transaction on SQLite."""
        found, pending = [], ""
        for line in self.script.splitlines(keepends=True):
            pending += line
            if sqlite3.complete_statement(pending):
                found.append(pending.strip())
                pending = ""
        return found


@cache
def migrations() -> tuple[Migration, ...]:
    folder = resources.files("storage").joinpath("migrations")
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(Migration(int(name[:4]), name[5:-4], folder.joinpath(name).read_text("utf-8")) for name in files)


def for_postgresql(statement: str) -> str:
    """Migrations are written as SQLite reads them: its 64-bit INTEGER is a BIGINT, and STRICT and
    WITHOUT ROWID go without saying."""
    return re.sub(r"\)\s*STRICT\b(, WITHOUT ROWID)?", ")", re.sub(r"\bINTEGER\b", "BIGINT", statement))


async def migrate(run: Callable[[str], Awaitable[object]], applied: set[int]) -> None:
    """Apply what is missing by `run`ning statements; the caller holds the lock and the transaction.

    Raises TooNew when a migration was applied that this program does not know.
    """
    known = migrations()
    newer = applied - {migration.number for migration in known}
    if newer:
        raise TooNew(
            f"The database has schema {max(applied)}; this program knows {known[-1].number}. "
            "Use the newer version of Folkmoot that made it."
        )
    for migration in known:
        if migration.number not in applied:
            for statement in migration.statements():
                await run(statement)
            values = f"({migration.number}, '{migration.name}')"  # a number and a file name of our own
            await run(f"INSERT INTO schema_version (number, name) VALUES {values}")  # noqa: S608
