"""Profiles: what people have said about themselves, sealed, and apart from who they are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from functools import lru_cache

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import NOTICE_VERSION
from storage.queries import Queries

SQL = Queries("profiles")

Profile = dict[str, str | None]
"""By attribute: the key of an option, or None for somebody who prefers not to say. Not asked or skipped: not there."""

PAGE = 10_000


class Profiles:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def load(self, person_id: str) -> Profile:
        """Empty for somebody who has not been asked anything."""
        given = await self._session.value(SQL.load, person_id=person_id)
        return json.loads((await DataKeys(self._session).box(person_id)).open(given)) if given else {}

    async def save(self, person_id: str, profile: Mapping[str, str | None], now: datetime) -> None:
        if not profile:
            await self._session.run(SQL.clear, person_id=person_id)
            return
        box = await DataKeys(self._session).box(person_id)
        given = box.seal(json.dumps(profile, ensure_ascii=False))
        await self._session.run(SQL.save, person_id=person_id, values_given=given, now=now, notice=NOTICE_VERSION)

    async def is_outdated(self, person_id: str) -> bool:
        """Whether it was said under an older notice, and so is not used until they have been asked."""
        return await self._session.value(SQL.is_outdated, person_id=person_id, notice=NOTICE_VERSION) is not None

    async def renew(self, person_id: str) -> None:
        """They agree that it goes on being used, under the notice of now."""
        await self._session.run(SQL.renew, person_id=person_id, notice=NOTICE_VERSION)

    async def keep_only(self, known: Mapping[str, Collection[str]], after: str, most: int, now: datetime) -> str | None:
        """Take out whatever is no option of a known attribute, of `most` people whose ids follow `after`.

        Returns the last one's id, or None when there was nobody left.
        """
        rows = await self._session.rows(SQL.page, after=after, most=most)
        for row in rows:
            box = self._session.keyring.box(row["person_id"], row["sealed_key"])
            profile: Profile = json.loads(box.open(row["values_given"]))
            kept = {key: said for key, said in profile.items() if key in known and (said is None or said in known[key])}
            if kept != profile:
                await self.save(row["person_id"], kept, now)
        return rows[-1]["person_id"] if rows else None

    async def all(self) -> AsyncIterator[tuple[str, Profile]]:
        """Everybody's, by person id, but for those said under an older notice.

        Who said the same has the same profile: not to be changed.
        """
        after, read = "", lru_cache(maxsize=PAGE)(json.loads)
        while rows := await self._session.rows(SQL.usable, after=after, most=PAGE, notice=NOTICE_VERSION):
            for row in rows:
                box = self._session.keyring.box(row["person_id"], row["sealed_key"])
                yield row["person_id"], read(box.open(row["values_given"]))
            after = rows[-1]["person_id"]
