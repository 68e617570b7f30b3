"""Data keys: the box of each person, opened once and remembered for a while."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from storage.queries import Queries
from storage.vault import OPEN, Box, Vault

if TYPE_CHECKING:
    from storage.database import Session

SQL = Queries("data_keys")

REMEMBERED = 20_000


class Keyring:
    """The vault of one database, and the boxes of the people met lately; `erased` says that somebody was erased."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.erased = False
        self._boxes: dict[str, Box] = {}

    def box(self, person_id: str, sealed_key: str) -> Box:
        found = self._boxes.get(person_id)
        if found is None:
            if len(self._boxes) >= REMEMBERED:
                self._boxes.clear()
            found = self._boxes[person_id] = self.vault.box(sealed_key)
        return found

    def remembered(self, person_id: str) -> Box | None:
        return OPEN if not self.vault.sealing else self._boxes.get(person_id)

    def opened(self, row: Mapping[str, Any]) -> str:
        """The `words` of a row that says whose key they are sealed with: `own_key`, `writer_id`, `writer_key`."""
        box = self.box(row["writer_id"], row["writer_key"]) if row["own_key"] else self.vault.house
        return box.open(row["words"])

    def forget(self, person_id: str) -> None:
        self._boxes.pop(person_id, None)
        self.erased = True


class DataKeys:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._keyring = session.keyring

    async def add(self, person_id: str) -> Box:
        """Make somebody's key."""
        sealed = self._keyring.vault.new_data_key()
        await self._session.run(SQL.add, person_id=person_id, sealed=sealed)
        return self._keyring.box(person_id, sealed)

    async def box(self, person_id: str) -> Box:
        """Raises KeyError for somebody without a key, whose things nobody can read any more."""
        return (await self.boxes([person_id]))[person_id]

    async def boxes(self, people: Iterable[str]) -> dict[str, Box]:
        """The boxes of all of them that have one, in one read at most."""
        found = {person: self._keyring.remembered(person) for person in people}
        missing = dict.fromkeys(person for person, box in found.items() if box is None)
        if missing:
            for row in await self._session.rows(SQL.of, ids=json.dumps(missing)):
                found[row["person_id"]] = self._keyring.box(row["person_id"], row["sealed"])
        return {person: box for person, box in found.items() if box is not None}
