"""Everything held on one person: gathered for them, or destroyed.

What they answered in surveys that are closed is in published totals and stays there as counts that belong to nobody;
everything else goes with their data key, so that old copies of it cannot be read either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.data_keys import DataKeys
from storage.database import Session
from storage.profiles import Profiles
from storage.queries import Queries, Query
from storage.records import instant
from storage.responses import WITHHELD, opened_value
from storage.vault import Box

SQL = Queries("erasing")

Held = dict[str, Any]
"""Plain values that JSON can take; times are ISO 8601 in UTC."""


class Erasure:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def erase(self, person_id: str) -> list[str]:
        """Destroy what is held on somebody; gives the ids of the panels where that leaves a seat free."""
        places = [row["panel_id"] for row in await self._session.rows(SQL.places, person_id=person_id)]
        for query in (SQL.keep_counts, SQL.keep_turnout, SQL.keep_verdicts, SQL.remove_own_topics, SQL.keep_supports):
            await self._session.run(query, person_id=person_id)
        await self._session.run(SQL.remove_memberships_timers, person_id=person_id)
        await self._session.run(SQL.remove_timers, pattern=f"%:{person_id}%")
        await self._session.run(SQL.remove, person_id=person_id)
        self._session.keyring.forget(person_id)
        return places

    async def held(self, person_id: str) -> Held:
        """Everything held on somebody, by subject, as they would want to read it."""
        box = await DataKeys(self._session).box(person_id)
        house = self._session.keyring.vault.house
        held: Held = {"settings": (await self._plain(SQL.settings, person_id))[0]}
        sealed_id = await self._session.value(SQL.telegram_id, person_id=person_id)
        if sealed_id is not None:
            held["telegram_id"] = int(box.open(sealed_id))
        held["profile"] = await Profiles(self._session).load(person_id)
        for subject, query in {
            "consents": SQL.consents,
            "panels": SQL.memberships,
            "verdicts": SQL.verdicts,
            "venues": SQL.openings,
            "pools": SQL.interests,
            "seats_offered": SQL.seats_offered,
        }.items():
            held[subject] = await self._plain(query, person_id)
        held["draws"] = [
            row | {"pseudonym": box.open(row["pseudonym"])} for row in await self._plain(SQL.draws, person_id)
        ]
        for subject, query in {
            "topics": SQL.topics,
            "supported": SQL.supports,
            "questions_proposed": SQL.proposals,
            "questions_supported": SQL.proposals_supported,
        }.items():
            held[subject] = [row | {"words": house.open(row["words"])} for row in await self._plain(query, person_id)]
        held["asked_staff"] = await self._asked_staff(person_id, box)
        held["surveys"] = await self._surveys(person_id, box)
        held["recorded"] = [
            row | {"details": json.loads(row["details"])} for row in await self._plain(SQL.audit, person_id)
        ]
        return held

    async def _surveys(self, person_id: str, box: Box) -> list[Held]:
        answers: dict[str, list[Held]] = {}
        for row in await self._session.rows(SQL.answers, person_id=person_id):
            value = opened_value(json.loads(row["value"]), box)
            given = {"question": row["wording"], "answer": _answer(row, value)}
            answers.setdefault(row["response_id"], []).append(given)
        responses = await self._plain(SQL.responses, person_id)
        for response in responses:
            secret = response.pop("secret")
            given = json.loads(box.open(secret)) if secret else {}
            for row in await self._session.rows(SQL.asked, id=response["id"]) if given else []:
                if row["id"] in given:
                    kept = {"question": row["wording"], "answer": _answer(row, given[row["id"]])}
                    answers.setdefault(response["id"], []).append(kept)
        return [
            {
                **{name: value for name, value in row.items() if name != "id"},
                "name": box.open(row["name"]) if row["name"] else "",
                "answers": answers.get(row["id"], []),
            }
            for row in responses
        ]

    async def _asked_staff(self, person_id: str, box: Box) -> list[Held]:
        written: dict[str, list[Held]] = {}
        for row in await self._plain(SQL.support_messages, person_id):
            note = {"from": "staff" if row["from_staff"] else "you", "words": box.open(row["words"])}
            written.setdefault(row["request_id"], []).append({**note, "written_at": row["written_at"]})
        return [
            {"opened_at": row["opened_at"], "closed_at": row["closed_at"], "messages": written.get(row["id"], [])}
            for row in await self._plain(SQL.support_requests, person_id)
        ]

    async def _plain(self, query: Query, person_id: str) -> list[Held]:
        return [
            {name: _readable(name, value) for name, value in dict(row).items()}
            for row in await self._session.rows(query, person_id=person_id)
        ]


def _readable(name: str, value: Any) -> Any:
    if value is not None and (name.endswith("_at") or name == "paused_until"):
        return instant(value).isoformat(timespec="seconds")
    return value


def _answer(question: Mapping[str, Any], value: Any) -> Any:
    """Options in their words; None where the question was skipped."""
    options = json.loads(question["options"])
    if value == list(WITHHELD):
        return "prefer not to say"
    if question["kind"] in ("one", "many") and value is not None:
        chosen = value if isinstance(value, list) else [value]
        return [options[int(place)] if int(place) < len(options) else place for place in chosen]
    return value
