"""Everything held on one person: gathered for them, or destroyed.

What they answered in surveys that are closed is in published totals and stays there as counts that belong to nobody;
everything else goes with their data key, so that old copies of it cannot be read either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.data_keys import DataKeys, Keyring
from storage.database import Session
from storage.queries import Queries, Query
from storage.records import instant
from storage.responses import WITHHELD, opened_value
from storage.sheets import Sheets
from storage.translations import read_translations
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
        sheets = json.dumps(dict.fromkeys(await Sheets(self._session).of_person(person_id)))
        for query in (SQL.keep_counts, SQL.remove_tags, SQL.remove_sheets):
            await self._session.run(query, sheets=sheets)
        for query in (
            SQL.keep_turnout,
            SQL.keep_verdicts,
            SQL.keep_openings,
            SQL.remove_own_topics,
            SQL.keep_supports,
        ):
            await self._session.run(query, person_id=person_id)
        await self._hand_over_topics(person_id)
        await self._session.run(SQL.remove_memberships_timers, person_id=person_id)
        await self._session.run(SQL.remove_timers, pattern=f"%:{person_id}%")
        await self._session.run(SQL.remove, person_id=person_id)
        self._session.keyring.forget(person_id)
        return places

    async def _hand_over_topics(self, person_id: str) -> None:
        """What others support stays readable: it is sealed with the organisation's key from now on."""
        house = self._session.keyring.vault.house
        for row in await self._session.rows(SQL.topics_to_hand_over, person_id=person_id):
            words = house.seal(self._session.keyring.opened(row))
            await self._session.run(SQL.hand_over_topic, id=row["id"], words=words)

    async def held(self, person_id: str) -> Held:
        """Everything held on somebody, by subject, as they would want to read it: in their language where staff gave
        one."""
        box = await DataKeys(self._session).box(person_id)
        keyring = self._session.keyring
        settings = (await self._plain(SQL.settings, person_id))[0]
        language = settings["language"]
        held: Held = {"settings": settings}
        for row in await self._plain(SQL.identity, person_id):
            held |= {"telegram_id": int(box.open(row["telegram_id"])), "unreachable_at": row["unreachable_at"]}
        held["profile"] = {}
        for row in await self._plain(SQL.profile, person_id):
            held["profile"] = json.loads(box.open(row["values_given"]))
            held["profile_kept"] = {"notice": row["notice"], "updated_at": row["updated_at"]}
        for subject, query in {
            "consents": SQL.consents,
            "verdicts": SQL.verdicts,
            "venues": SQL.openings,
            "pools": SQL.interests,
            "chances": SQL.chances,
            "seats_offered": SQL.seats_offered,
            "panels": SQL.memberships,
        }.items():
            held[subject] = [_spoken(row, language) for row in await self._plain(query, person_id)]
        held["draws"] = [
            row | {"pseudonym": box.open(row["pseudonym"])} for row in await self._plain(SQL.draws, person_id)
        ]
        for subject, query in {
            "topics": SQL.topics,
            "supported": SQL.supports,
            "questions_proposed": SQL.proposals,
            "questions_supported": SQL.proposals_supported,
        }.items():
            held[subject] = [
                _spoken(_with_words(row, keyring), language) for row in await self._plain(query, person_id)
            ]
        held["asked_staff"] = await self._asked_staff(person_id, box)
        held["surveys"] = await self._surveys(person_id, box, language)
        held["among_colleagues"] = [
            box.open(row["name"]) for row in await self._plain(SQL.colleague, person_id) if row["name"]
        ]
        held["tried_for_colleagues"] = [
            row | {"remark": box.open(row["remark"]) if row["remark"] else ""}
            for row in (_spoken(one, language) for one in await self._plain(SQL.trials, person_id))
        ]
        held["unfinished"] = await self._unfinished(person_id, box)
        held["recorded"] = [
            row | {"details": json.loads(row["details"])} for row in await self._plain(SQL.audit, person_id)
        ]
        return held

    async def _surveys(self, person_id: str, box: Box, language: str) -> list[Held]:
        theirs = await Sheets(self._session).of_person(person_id)
        sheets = json.dumps(dict.fromkeys(theirs))
        answers: dict[str, list[Held]] = {}
        for row in await self._session.rows(SQL.answers, sheets=sheets):
            response_id, key = theirs[row["sheet_id"]]
            value = opened_value(json.loads(row["value"]), key.over(box))
            answers.setdefault(response_id, []).append(_answer(row, value, language))
        tags: dict[str, list[str]] = {}
        for row in await self._session.rows(SQL.tags, sheets=sheets):
            tags.setdefault(theirs[row["source"]][0], []).append(row["tag"])
        kept = {theirs[row["id"]][0]: row for row in await self._session.rows(SQL.sheets, sheets=sheets)}
        responses = await self._plain(SQL.responses, person_id)
        for response in responses:
            sheet = kept.get(response["id"])
            response["quotable"] = sheet["quotable"] if sheet else 0
            response["next_question"] = sheet["next_question"] if sheet else None
            secret = response.pop("secret")
            given = json.loads(box.open(secret)) if secret else {}
            for row in await self._session.rows(SQL.asked, id=response["id"]) if given else []:
                if row["id"] in given:
                    answers.setdefault(response["id"], []).append(_answer(row, given[row["id"]], language))
        return [
            {
                **{name: value for name, value in _spoken(row, language).items() if name != "id"},
                "name": box.open(row["name"]) if row["name"] else "",
                "answers": answers.get(row["id"], []),
                "noted_by_staff": tags.get(row["id"], []),
            }
            for row in responses
        ]

    async def _unfinished(self, person_id: str, box: Box) -> list[Held]:
        """What they were just saying: where the conversation is, and what was set aside; the latest last."""
        found: list[Held] = []
        for row in await self._session.rows(SQL.conversation, person_id=person_id):
            parked = json.loads(box.open(row["parked"])) if row["parked"] else []
            found += [{"set_aside": one} for one in parked]
            found += [{"being_asked": box.open(row["state"]).rstrip()}] if row["state"] else []
        return found

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


def _with_words(row: Held, keyring: Keyring) -> Held:
    return {name: row[name] for name in row if name not in ("own_key", "writer_id", "writer_key")} | {
        "words": keyring.opened(row)
    }


def _readable(name: str, value: Any) -> Any:
    if value is not None and (name.endswith(("_at", "_since")) or name == "paused_until"):
        return instant(value).isoformat(timespec="seconds")
    return value


def _spoken(row: Held, language: str) -> Held:
    """What staff asked, in the reader's language where they gave it."""
    if "translations" not in row:
        return row
    asked = read_translations(row["translations"]).get(language, {}).get("question", row["asked"])
    return {name: value for name, value in row.items() if name != "translations"} | {"asked": asked}


def _answer(row: Mapping[str, Any], value: Any, language: str) -> Held:
    """Options in their words; None where the question was skipped."""
    wording, options = _worded(row, language)
    if value == list(WITHHELD):
        value = "prefer not to say"
    elif row["kind"] in ("one", "many") and value is not None:
        chosen = value if isinstance(value, list) else [value]
        value = [options[int(place)] if int(place) < len(options) else place for place in chosen]
    return {"question": wording, "answer": value}


def _worded(row: Mapping[str, Any], language: str) -> tuple[str, list[str]]:
    """A question and its options: as staff translated them, as their form has them, or as they were written."""
    wording, options = row["wording"], json.loads(row["options"])
    item = json.loads(row["details"])["item"] if row["details"] else {}
    wording = item.get("labels", {}).get(language, wording)
    if len(choices := item.get("choices", ())) == len(options):
        options = [one["labels"].get(language, option) for one, option in zip(choices, options, strict=True)]
    translated = read_translations(row["translations"]).get(language, {})
    lines = translated.get("options", "").split("\n")
    return translated.get("wording", wording), lines if len(lines) == len(options) else options
