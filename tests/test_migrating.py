"""A database with people's data in it is brought up to date, on both kinds, and what was under way goes on."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from storage.database import opened
from storage.migrating import VERSIONS, for_postgresql, migrations
from storage.records import micros
from tests.peers import VAULT
from tests.postgres import PostgresqlServer

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
RENEWAL = NOW + timedelta(days=184)

BEFORE_RENEWALS = 20
"""The last schema in which renewals were planned by a single timer, and draws knew only whether they were for one."""


def panels_of_old() -> list[str]:
    """Two panels that were drawn: one's renewal waits to be approved, the other's draw is frozen for it already."""
    now, renewal = micros(NOW), micros(RENEWAL)
    found = [f"INSERT INTO people (id, role, language, created_at) VALUES ('olga', 'staff', 'en', {now})"]
    for panel, renews in (("waits", 0), ("frozen", 1)):
        found += [
            (
                "INSERT INTO panels (id, name, purpose, term_months, seats, created_by, created_at, kind) "
                f"VALUES ('{panel}', '{panel}', 'Living here', 12, 8, 'olga', {now}, 'drawn')"
            ),
            f"INSERT INTO sortitions (panel_id, next_renewal_at) VALUES ('{panel}', {renewal})",
            (
                "INSERT INTO draws (id, panel_id, state, secret, commitment, opened_at, drawn_at) "
                f"VALUES ('{panel} first', '{panel}', 'drawn', 's', 'c', {now}, {now})"
            ),
            (
                "INSERT INTO draws (id, panel_id, renewal, state, secret, commitment, opened_at) "
                f"VALUES ('{panel} next', '{panel}', {renews}, '{'sealed' if renews else 'open'}', 's', 'c', {now})"
            ),
        ]
    return found


def up_to(number: int) -> list[str]:
    known = [migration for migration in migrations() if migration.number <= number]
    statements = [statement for migration in known for statement in migration.statements()]
    names = [f"INSERT INTO schema_version (number, name) VALUES ({one.number}, '{one.name}')" for one in known]
    return [VERSIONS, *statements, *names]


async def old_database(kind: str, tmp_path: Path, server: PostgresqlServer) -> str:
    statements = [*up_to(BEFORE_RENEWALS), *panels_of_old()]
    if kind == "sqlite":
        with sqlite3.connect(tmp_path / "old.db") as old:
            for statement in statements:
                old.execute(statement)
        old.close()
        return f"sqlite:///{tmp_path / 'old.db'}"
    url = server.new_database(migrated=False)
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(for_postgresql(statement))
    finally:
        await connection.close()
    return url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_panel_drawn_long_ago_goes_on_being_renewed(
    kind: str, tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    url = await old_database(kind, tmp_path, postgresql_server)
    async with opened(url, VAULT) as database, database.reading() as store:
        for panel, renews_at in (("waits", None), ("frozen", RENEWAL)):
            settings = await store.sortition.load(panel)
            assert settings is not None
            assert (settings.founded_at, settings.next_renewal_at) == (NOW, RENEWAL)
            draw = await store.sortition.current_draw(panel)
            assert draw is not None
            assert (draw.renews_at, draw.source) == (renews_at, "")
        coming = [(one.kind, one.args, one.due_at) for one in await store.timers.coming(5)]
        assert coming == [("panel.renewed", {"panel": panel}, RENEWAL) for panel in ("frozen", "waits")]
