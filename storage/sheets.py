"""Sheets: what people have sent, kept apart from them; whose a sheet is only the key of its panel says.

A sheet's id is a keyed hash of the response's. Whoever has the key finds somebody's sheets; whoever has not finds
neither whose a sheet is nor which others are theirs, not even by trying people's keys on the words that stand on it. A
key is destroyed with its panel, and then nobody ever does.
Without FOLKMOOT_KEY nothing could seal the keys: there are none, and a sheet has the id of its response.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.database import Session
from storage.queries import Queries
from storage.vault import PanelKey

SQL = Queries("sheets")

PAGE = 2_000


class Sheets:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._vault = session.keyring.vault

    async def key(self, panel_id: str) -> PanelKey | None:
        """None where it is gone."""
        return self._vault.panel_key(await self._session.value(SQL.key_of, panel_id=panel_id))

    async def key_to_write(self, panel_id: str) -> PanelKey:
        """The same, or a new one where there is none."""
        if self._vault.sealing:
            await self._session.run(SQL.add_key, panel_id=panel_id, sealed=self._vault.new_data_key())
        key = await self.key(panel_id)
        assert key is not None
        return key

    async def of_person(self, person_id: str) -> dict[str, tuple[str, PanelKey]]:
        """The ids of all somebody's sheets, with the responses' they belong to and the keys that say so."""
        found = {}
        for row in await self._session.rows(SQL.of_person, person_id=person_id):
            if key := self._vault.panel_key(row["panel_key"]):
                found[key.name(row["id"])] = row["id"], key
        return found

    async def in_groups(self, consultation_id: str, groups: Mapping[str, int]) -> dict[str, int]:
        """The sheets that were sent by people of these groups, with the group."""
        found: dict[str, int] = {}
        panel_id = await self._session.value(SQL.panel_of, consultation_id=consultation_id) if groups else None
        key = await self.key(panel_id) if panel_id else None
        after = ""
        while key and (rows := await self._finished(consultation_id, after)):
            found.update((key.name(id), groups[person_id]) for id, person_id in rows if person_id in groups)
            after = rows[-1]["person_id"]
        return found

    async def _finished(self, consultation_id: str, after: str) -> list[Any]:
        return await self._session.rows(SQL.finished, consultation_id=consultation_id, after=after, most=PAGE)

    async def writers(self, question_id: str) -> tuple[PanelKey, dict[str, tuple[str, str]]] | None:
        """The panel's key, and by sheet who may have answered a question in their own words, with their sealed key.

        None where the panel's key is gone.
        """
        key = await self.key(await self._session.value(SQL.panel_of_question, question_id=question_id))
        if key is None:
            return None
        rows = await self._session.rows(SQL.writers, question_id=question_id)
        return key, {key.name(row["id"]): (row["person_id"], row["sealed_key"]) for row in rows}


async def name_sheets(session: Session) -> bool:
    """Make the keys of panels that have none, name the sheets there were before and seal the words on them once more;
    whether there were any."""
    if not session.keyring.vault.sealing:
        return False
    found = False
    for panel in await session.rows(SQL.without_key):
        key = await Sheets(session).key_to_write(panel["id"])
        unnamed = await session.rows(SQL.unnamed, panel_id=panel["id"])
        for row in await session.rows(SQL.words_on_unnamed, panel_id=panel["id"]) if unnamed else ():
            value = json.dumps(key.box.seal(json.loads(row["value"])))
            await session.run(SQL.set_words, sheet=row["sheet_id"], question_id=row["question_id"], value=value)
        names = json.dumps({row["id"]: key.name(row["id"]) for row in unnamed})
        for query in (SQL.copy_named, SQL.copy_answers, SQL.rename_in_tags, SQL.remove_unnamed) if unnamed else ():
            await session.run(query, names=names)
        found = found or bool(unnamed)
    return found
