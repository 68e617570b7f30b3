"""Sheets: what people have sent, kept apart from them; whose a sheet is only the key of its panel says.

A sheet's id is a keyed hash of the response's. Whoever has the key finds somebody's sheets; whoever has not finds
neither whose a sheet is nor which others are theirs. A key is destroyed with its panel, and then nobody ever does.
Without FOLKMOOT_KEY nothing could seal the keys: there are none, and a sheet has the id of its response.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.database import Session
from storage.queries import Queries
from storage.vault import Naming

SQL = Queries("sheets")

PAGE = 2_000


class Sheets:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._vault = session.keyring.vault

    def name(self, response_id: str, panel_key: str | None) -> str | None:
        """The id of the sheet of a response, by the panel's sealed key; None where the key is gone."""
        naming = self._vault.naming(panel_key)
        return naming and naming(response_id)

    async def naming(self, panel_id: str) -> Naming | None:
        """From a response's id to the sheet's; None where the key is gone."""
        return self._vault.naming(await self._session.value(SQL.key_of, panel_id=panel_id))

    async def naming_to_write(self, panel_id: str) -> Naming:
        """The same, with a new key where there is none."""
        if self._vault.sealing:
            await self._session.run(SQL.add_key, panel_id=panel_id, sealed=self._vault.new_data_key())
        naming = await self.naming(panel_id)
        assert naming is not None
        return naming

    async def of_person(self, person_id: str) -> dict[str, str]:
        """The ids of all somebody's sheets, with the responses' they belong to."""
        found = {}
        for row in await self._session.rows(SQL.of_person, person_id=person_id):
            if name := self.name(row["id"], row["panel_key"]):
                found[name] = row["id"]
        return found

    async def in_groups(self, consultation_id: str, groups: Mapping[str, int]) -> dict[str, int]:
        """The sheets that were sent by people of these groups, with the group."""
        found: dict[str, int] = {}
        panel_id = await self._session.value(SQL.panel_of, consultation_id=consultation_id) if groups else None
        naming = await self.naming(panel_id) if panel_id else None
        after = ""
        while naming and (rows := await self._finished(consultation_id, after)):
            found.update((naming(id), groups[person_id]) for id, person_id in rows if person_id in groups)
            after = rows[-1]["person_id"]
        return found

    async def _finished(self, consultation_id: str, after: str) -> list[Any]:
        return await self._session.rows(SQL.finished, consultation_id=consultation_id, after=after, most=PAGE)

    async def writers(self, question_id: str) -> dict[str, tuple[str, str]]:
        """By sheet, who may have answered a question in their own words, and their sealed key."""
        naming = await self.naming(await self._session.value(SQL.panel_of_question, question_id=question_id))
        rows = await self._session.rows(SQL.writers, question_id=question_id) if naming else []
        return {naming(row["id"]): (row["person_id"], row["sealed_key"]) for row in rows if naming}


async def name_sheets(session: Session) -> bool:
    """Give the sheets of panels that have no key yet their names; whether there were any."""
    if not session.keyring.vault.sealing:
        return False
    found = False
    for panel in await session.rows(SQL.without_key):
        naming = await Sheets(session).naming_to_write(panel["id"])
        unnamed = await session.rows(SQL.unnamed, panel_id=panel["id"])
        names = json.dumps({row["id"]: naming(row["id"]) for row in unnamed})
        for query in (SQL.copy_named, SQL.copy_answers, SQL.rename_in_tags, SQL.remove_unnamed) if unnamed else ():
            await session.run(query, names=names)
        found = found or bool(unnamed)
    return found
