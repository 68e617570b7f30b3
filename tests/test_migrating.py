"""A database with people's data in it is brought up to date, on both kinds, and what was under way goes on."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from storage.database import opened
from storage.migrating import VERSIONS, for_postgresql, migrations
from storage.records import micros
from storage.vault import Vault
from tests.peers import VAULT, rows
from tests.postgres import PostgresqlServer

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
RENEWAL = NOW + timedelta(days=184)

BEFORE_SHEETS = 33
"""The last schema in which answers hung on the response, with the person on it."""

BEFORE_RENEWALS = 20
"""The last schema in which renewals were planned by a single timer, and draws knew only whether they were for one."""
BEFORE_SERVICES = 31
"""The last schema in which whether they use a service stood beside people's places."""


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


def service_of_old() -> list[str]:
    """A panel about a service, with a name that is not to be taken for anything else, and what a member has said."""
    now = micros(NOW)
    return [
        f"INSERT INTO people (id, role, language, created_at) VALUES ('olga', 'staff', 'en', {now})",
        (
            "INSERT INTO panels (id, name, purpose, term_months, seats, created_by, created_at, kind) VALUES "
            f"('0123456789abcdefghijklmnop', 'Joe''s \\ \"Baths\"', 'Hours', 12, 8, 'olga', {now}, 'service')"
        ),
        (
            "INSERT INTO memberships (id, panel_id, person_id, state, term, joined_at, term_ends_at, service_use) "
            f"VALUES ('m', '0123456789abcdefghijklmnop', 'olga', 'serving', 1, {now}, {now}, 'yes')"
        ),
    ]


async def old_database(kind: str, tmp_path: Path, server: PostgresqlServer, statements: list[str]) -> str:
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
    url = await old_database(kind, tmp_path, postgresql_server, [*up_to(BEFORE_RENEWALS), *panels_of_old()])
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


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_panel_about_a_service_asks_who_has_used_it(
    kind: str, tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    url = await old_database(kind, tmp_path, postgresql_server, [*up_to(BEFORE_SERVICES), *service_of_old()])
    async with opened(url, VAULT) as database, database.reading() as store:
        (panel,) = await store.panels.page(0, 5)
        assert (panel.service, panel.serving, panel.area_keys) == ('Joe\'s \\ "Baths"', 1, ())
        (use,) = await store.attributes.of_panel(panel.id)
        assert use.labels == {"en": 'Have you used “Joe\'s \\ "Baths"” in the last 12 months?'}
        assert [option.key for option in use.options] == ["yes", "no"]
        assert (use.key, use.panel_id) == ("use:defghijklmnop", panel.id)
        assert await store.attributes.all() == [], "nobody else is asked"


def answers_of_old(vault: Vault) -> list[str]:
    """A survey that Ana and Ben have sent, and staff have noted something on Ana's words; Cerys has not sent hers."""
    now = micros(NOW)
    found = [
        f"INSERT INTO people (id, role, language, created_at) VALUES ('{person}', 'citizen', 'en', {now})"
        for person in ("olga", "ana", "ben", "cerys")
    ]
    keys = {person: vault.new_data_key() for person in ("ana", "ben", "cerys")}
    found += [f"INSERT INTO data_keys (person_id, sealed) VALUES ('{who}', '{key}')" for who, key in keys.items()]
    found += [
        f"INSERT INTO settings (key, value) VALUES ('vault.fingerprint', '{vault.fingerprint}')",
        (
            "INSERT INTO panels (id, name, purpose, term_months, created_by, created_at) "
            f"VALUES ('buses', 'Buses', 'Living here', 12, 'olga', {now})"
        ),
        (
            "INSERT INTO consultations (id, panel_id, question, closes_at, decides_on, report_by, state, created_at) "
            f"VALUES ('c', 'buses', 'How?', {now}, '2027-04-01', '2027-04-01', 'open', {now})"
        ),
        (
            "INSERT INTO questions (id, consultation_id, position, kind, wording) "
            "VALUES ('which', 'c', 1, 'one', 'Which?'), ('why', 'c', 2, 'text', 'Why?')"
        ),
    ]
    for person, state, quotable in (("ana", "finished", 1), ("ben", "finished", 0), ("cerys", "started", 0)):
        standing = "'why'" if state == "started" else "''"
        words = json.dumps(vault.box(keys[person]).seal(f"because of {person}"))
        found += [
            (
                "INSERT INTO responses "
                "(id, consultation_id, person_id, state, invited_at, started_at, quotable, next_question) "
                f"VALUES ('of {person}', 'c', '{person}', '{state}', {now}, {now}, {quotable}, {standing})"
            ),
            (
                "INSERT INTO answers (response_id, question_id, value, answered_at) "
                f"VALUES ('of {person}', 'which', '1', {now}), ('of {person}', 'why', '{words}', {now})"
            ),
        ]
    return [*found, "INSERT INTO text_tags (question_id, source, tag) VALUES ('why', 'of ana', 'praise')"]


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "readable"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_answers_of_old_are_kept_apart_from_people(
    kind: str, sealed: bool, tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    """Nothing is lost on the way, also where a key comes only later."""
    vaults = (VAULT,) if sealed else (Vault(), VAULT)
    statements = [*up_to(BEFORE_SHEETS), *answers_of_old(vaults[0])]
    url = await old_database(kind, tmp_path, postgresql_server, statements)
    for vault in vaults:
        async with opened(url, vault) as database, database.reading() as store:
            texts = await store.responses.texts("why")
            assert [(one.words, one.quotable) for one in texts] == [("because of ana", True), ("because of ben", False)]
            assert await store.responses.tags("why") == {"praise": {texts[0].source}}
            assert await store.responses.tallies("c") == {"which": {None: {1: 2}}, "why": {None: {None: 2}}}
            assert await store.responses.stopped_before("c") == {"why": 1}
            for person in ("ana", "ben", "cerys"):
                response = await store.responses.find("c", person)
                assert response is not None
                assert response.quotable == (person == "ana")
                kept = await store.responses.answers(response.id)
                assert kept == {"which": 1, "why": f"because of {person}"}
    named = {id for (id,) in await rows(url, "SELECT id FROM sheets")}
    assert len(named) == 3
    assert not named & {"of ana", "of ben", "of cerys"}
    assert {sheet for (sheet,) in await rows(url, "SELECT sheet_id FROM answers")} < named, "what is not sent is sealed"
    assert await rows(url, "SELECT 1 FROM settings WHERE key = 'sheets.unsent'") == []
