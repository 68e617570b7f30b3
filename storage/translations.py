"""What staff wrote, in other languages: kept beside the original, so that whoever reads one has the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from storage.database import Session
from storage.queries import Queries

SQL = Queries("translations")

Owner = Literal["panel", "consultation", "question", "outcome", "topic"]

LOAD = {
    "panel": SQL.of_panel,
    "consultation": SQL.of_consultation,
    "question": SQL.of_question,
    "outcome": SQL.of_outcome,
    "topic": SQL.of_topic,
}
SAVE = {
    "panel": SQL.set_panel,
    "consultation": SQL.set_consultation,
    "question": SQL.set_question,
    "outcome": SQL.set_outcome,
    "topic": SQL.set_topic,
}


@lru_cache(maxsize=2048)
def read_translations(kept: str) -> Mapping[str, Mapping[str, str]]:
    """By language, then by field."""
    found: dict[str, dict[str, str]] = json.loads(kept) if kept else {}
    return found


class Translations:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def keep(self, owner: Owner, id: str, field: str, language: str, words: str) -> None:
        """One field in one language, in place of what it was in it before; no words take it away."""
        kept = await self._session.value(LOAD[owner], id=id)
        if kept is None:
            return
        found = {language: dict(fields) for language, fields in read_translations(kept).items()}
        found.setdefault(language, {})[field] = words
        found = {name: left for name, fields in found.items() if (left := {k: v for k, v in fields.items() if v})}
        text = json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""
        await self._session.run(SAVE[owner], id=id, translations=text)
