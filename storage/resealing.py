"""Which key a database is sealed with; and sealing it anew when the organisation changes its key, or gets one.

With a new key only the data keys, the hashes that find people and what belongs to the organisation itself are sealed
again: what is kept about people hangs on their own keys, which stay.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from storage.data_keys import DataKeys, Keyring
from storage.database import Session, WrongKey
from storage.queries import Queries, Query
from storage.responses import SEALED, opened_value, sealed_together
from storage.sheets import name_sheets
from storage.vault import Box, Vault

SQL = Queries("resealing")


async def settle(session: Session) -> bool:
    """Bring what is in the database under the vault's key; whether anything was readable, or linked, before.

    Raises WrongKey when it cannot be done.
    """
    return any([await _settle_key(session), await _put_unsent_aside(session), await name_sheets(session)])


async def _put_unsent_aside(session: Session) -> bool:
    """Answers from before they were kept on the response until they are sent."""
    if not await session.value(SQL.has_unsent):
        return False
    keys = DataKeys(session)
    for id, group in groupby(await session.rows(SQL.unsent), lambda row: row["id"]):
        rows = list(group)
        box = await keys.box(rows[0]["person_id"])
        answers = {row["question_id"]: opened_value(json.loads(row["value"]), box) for row in rows}
        await session.run(SQL.set_secret, id=id, value=sealed_together(answers, box))
        await session.run(SQL.remove_unsent, id=id)
    await session.run(SQL.forget_unsent)
    return True


async def _settle_key(session: Session) -> bool:
    vault = session.keyring.vault
    sealed_with = await session.value(SQL.fingerprint) or ""
    if sealed_with == vault.fingerprint:
        return False
    if not sealed_with:
        await _seal_all(session)
    elif not vault.sealing:
        raise WrongKey("The database is sealed, and FOLKMOOT_KEY is not set.")
    else:
        older = next((older for older in vault.older() if older.fingerprint == sealed_with), None)
        if older is None:
            raise WrongKey("The database is sealed with another key than FOLKMOOT_KEY.")
        await _change_key(session, older)
    await session.run(SQL.set_fingerprint, fingerprint=vault.fingerprint)
    return True


async def _change_key(session: Session, older: Vault) -> None:
    vault = session.keyring.vault

    def again(sealed: str) -> str:
        return vault.house.seal(older.house.open(sealed))

    old_ring = Keyring(older)
    for row in await session.rows(SQL.identities):
        telegram_id = old_ring.box(row["person_id"], row["sealed_key"]).open(row["telegram_id"])
        await session.run(
            SQL.set_identity,
            person_id=row["person_id"],
            lookup=vault.veil(telegram_id),
            telegram_id=row["telegram_id"],
        )
    await _each(session, SQL.data_keys, SQL.set_data_key, again)
    await _each(session, SQL.panel_keys, SQL.set_panel_key, again)
    await _houses(session, vault.house.seal, again)


async def _seal_all(session: Session) -> None:
    """Until now everything could be read."""
    vault = session.keyring.vault
    keys = DataKeys(session)
    for row in await session.rows(SQL.people):
        await session.run(SQL.remove_data_key, person_id=row["id"])
        await keys.add(row["id"])
    for row in await session.rows(SQL.plain_identities):
        box = await keys.box(row["person_id"])
        await session.run(
            SQL.set_identity,
            person_id=row["person_id"],
            lookup=vault.veil(row["telegram_id"]),
            telegram_id=box.seal(row["telegram_id"]),
        )
    for row in await session.rows(SQL.lanes):
        await session.run(SQL.set_lane, update_id=row["update_id"], lane=vault.veil(row["lane"]))
    await _houses(session, vault.house.seal, vault.house.seal)
    for found, set_, inner in (
        (SQL.states, SQL.set_state, False),
        (SQL.views, SQL.set_view, False),
        (SQL.parked, SQL.set_parked, False),
        (SQL.bodies, SQL.set_body, False),
        (SQL.profiles, SQL.set_profile, False),
        (SQL.own_topics, SQL.set_topic, False),
        (SQL.own_proposals, SQL.set_proposal, False),
        (SQL.pseudonyms, SQL.set_pseudonym, False),
        (SQL.notes, SQL.set_note, False),
        (SQL.names, SQL.set_name, False),
        (SQL.secrets, SQL.set_secret, False),
        (SQL.colleagues, SQL.set_colleague, False),
        (SQL.remarks, SQL.set_remark, False),
        (SQL.texts, SQL.set_text, True),
    ):
        for row in await session.rows(found):
            box = await keys.box(row["person_id"])
            value = _answer(row["value"], box) if inner else box.seal(row["value"])
            await session.run(set_, **_keys(row), value=value)


def _answer(value: str, box: Box) -> str:
    """Somebody's own words, or an answer that is kept sealed whole."""
    kept = json.loads(value)
    return json.dumps({SEALED: box.seal(kept[SEALED])} if isinstance(kept, dict) else box.seal(kept))


async def _houses(session: Session, seal_plain: Callable[[str], str], seal: Callable[[str], str]) -> None:
    """What belongs to the organisation itself, or to nobody yet; draws may be from before they were sealed."""

    def seal_draw(kept: str) -> str:
        return seal_plain(kept) if kept.startswith("{") else seal(kept)

    await _each(session, SQL.requests, SQL.set_request, seal_draw)
    await _each(session, SQL.records, SQL.set_record, seal_draw)
    await _each(session, SQL.lotteries, SQL.set_lottery, seal)
    await _each(session, SQL.outlooks, SQL.set_outlook, seal_draw)
    await _each(session, SQL.topics, SQL.set_topic, seal)
    await _each(session, SQL.proposals, SQL.set_proposal, seal)
    await _each(session, SQL.payloads, SQL.set_payload, seal)
    await _each(session, SQL.waiting_ballots, SQL.set_waiting_ballot, seal)
    await _each(session, SQL.ballot_texts, SQL.set_ballot_text, lambda value: json.dumps(seal(json.loads(value))))


async def _each(session: Session, found: Query, set_: Query, seal: Callable[[str], str]) -> None:
    for row in await session.rows(found):
        await session.run(set_, **_keys(row), value=seal(row["value"]))


def _keys(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in dict(row).items() if name not in ("value", "person_id")}
