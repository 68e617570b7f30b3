"""People: who takes part, in which language, and what they have agreed to.

Who somebody is on Telegram stands in a table of its own, apart from what they say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("people")

Role = Literal["citizen", "staff"]

TAKING_PART = "taking part"

NOTICE_VERSION = "2026-11"
"""The version of the notice people agree to (its wording is in flows/welcome); a changed notice asks again."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told something."""

    id: str
    language: str
    role: Role
    stopped: bool = False
    text_only: bool = False
    plain_words: bool = False
    zone: str = ""
    quiet_from: int | None = None
    quiet_until: int | None = None
    best_time: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks. `agreed` is the version of the notice they have agreed to, or empty.

    `zone` is their own time zone where it is not the organisation's; quiet times are minutes after midnight there,
    `best_time` too; `most_asked` is how often in a week they are asked something at most. `code` is a
    salted hash of a code they chose, which counts from `code_counts_at` on; `code_misses` says how often in a row it
    has been given wrongly.
    """

    id: str
    telegram_id: int
    role: Role
    language: str
    language_chosen: bool
    source: str
    stopped: bool
    agreed: str
    created_at: datetime
    unreachable_at: datetime | None
    text_only: bool
    plain_words: bool
    with_helper: bool
    by_voice: bool
    zone: str
    quiet_from: int | None
    quiet_until: int | None
    best_time: int | None
    most_asked: int
    paused_until: datetime | None
    active_at: datetime | None
    channel: str
    code: str
    code_counts_at: datetime | None
    code_misses: int

    @property
    def recipient(self) -> Recipient:
        return Recipient(
            self.id,
            self.language,
            self.role,
            self.stopped,
            self.text_only,
            self.plain_words,
            self.zone,
            self.quiet_from,
            self.quiet_until,
            self.best_time,
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """What somebody is being asked.

    `state` is the saved state as JSON, `number` grows with every view, `view` is the message with the buttons as
    it was sent, `view_id` its place in the outbox, `parked` the interrupted conversations, latest last.
    `followed` says that something was sent after the view, `view_message_id` is Telegram's number for it;
    `view_waits` says that it is to be shown again when their quiet hours are over.
    """

    person_id: str
    state: str = ""
    number: int = 0
    view: str = ""
    view_id: str = ""
    parked: tuple[str, ...] = ()
    view_message_id: int | None = None
    followed: bool = False
    view_waits: bool = False


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A view that waits for an answer, and when whom it asks is not to be disturbed."""

    person_id: str
    language: str
    number: int
    view: str
    view_id: str
    zone: str
    quiet_from: int | None
    quiet_until: int | None


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody not heard of for long. Whoever asked for silence, or never agreed to be written to, is not asked."""

    recipient: Recipient
    may_be_asked: bool


@dataclass(frozen=True, slots=True)
class Consent:
    purpose: str
    version: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody has come: whether they have been invited to say something about themselves, how many surveys
    they have finished, how many of the consents beside taking part have been offered, and which they have decided on.
    """

    invited_to_tell: bool
    offered: int
    finished: int
    decided_on_panels: bool
    decided_on_talks: bool


@dataclass(frozen=True, slots=True)
class Headcount:
    people: int
    staff: int
    stopped: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class Group:
    """How many citizens have something in common."""

    name: str
    number: int


class People:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def load(self, telegram_id: int) -> tuple[Person, Conversation] | None:
        """For a turn of theirs, so only in `write`: until it ends nobody else can load them."""
        keyring = self._session.keyring
        row = await self._session.row(SQL.load, lookup=keyring.vault.veil(str(telegram_id)))
        if row is None:
            return None
        values: dict[str, Any] = {**row, "telegram_id": telegram_id}
        box = keyring.box(values["id"], values["sealed_key"])
        person = make(Person, {name: values[name] for name in Person.__annotations__})
        return person, Conversation(
            person.id,
            values["state"] and box.open(values["state"]).rstrip(),
            values["number"],
            values["view"] and box.open(values["view"]).rstrip(),
            values["view_id"],
            tuple(json.loads(box.open(values["parked"]))) if values["parked"] else (),
            values["view_message_id"],
            bool(values["followed"]),
            bool(values["view_waits"]),
        )

    async def add(self, telegram_id: int, role: Role, language: str, now: datetime) -> tuple[Person, Conversation]:
        """Somebody new; what is kept is their Telegram number, to be able to answer, and a language."""
        id = new_id()
        lookup = self._session.keyring.vault.veil(str(telegram_id))
        await self._session.run(SQL.add, id=id, role=role, language=language, source="", now=now)
        box = await DataKeys(self._session).add(id)
        sealed = box.seal(str(telegram_id))
        if await self._session.value(SQL.add_identity, id=id, lookup=lookup, telegram_id=sealed) is None:
            await self._session.run(SQL.remove, id=id)
        else:
            await self._session.run(SQL.add_conversation, id=id, now=now)
        loaded = await self.load(telegram_id)
        assert loaded is not None
        return loaded

    async def add_unnamed(self, channel: str, language: str, now: datetime) -> str:
        """Somebody for whom staff answer, by telephone, on paper or at a stall: nothing says who; returns the id."""
        id = new_id()
        await self._session.run(SQL.add_unnamed, id=id, language=language, channel=channel, now=now)
        await DataKeys(self._session).add(id)
        return id

    async def recipient(self, person_id: str) -> Recipient | None:
        row = await self._session.row(SQL.recipient, id=person_id)
        return row and make(Recipient, row)

    async def listener(self, person_id: str) -> Recipient | None:
        """Somebody who has not asked for silence; everything that is not an answer to their own wish asks this."""
        found = await self.recipient(person_id)
        return found if found is not None and not found.stopped else None

    async def staff(self) -> list[Recipient]:
        """Staff who want to be told things."""
        return [make(Recipient, row) for row in await self._session.rows(SQL.staff)]

    async def set_role(self, person_id: str, role: Role) -> None:
        await self._session.run(SQL.set_role, id=person_id, role=role)

    async def set_language(self, person_id: str, language: str) -> None:
        await self._session.run(SQL.set_language, id=person_id, language=language)

    async def set_source(self, person_id: str, source: str) -> None:
        """Where somebody came from; the first source stays."""
        await self._session.run(SQL.set_source, id=person_id, source=source)

    async def set_stopped(self, person_id: str, stopped: bool) -> None:
        await self._session.run(SQL.set_stopped, id=person_id, stopped=stopped)
        if stopped:
            await self._session.run(SQL.spare, id=person_id)

    async def mark_unreachable(self, person_id: str, now: datetime) -> None:
        await self._session.run(SQL.mark_unreachable, id=person_id, now=now)

    async def mark_reachable(self, person_id: str) -> None:
        await self._session.run(SQL.mark_reachable, id=person_id)

    async def agree(
        self, person_id: str, version: str, language: str, now: datetime, purpose: str = TAKING_PART
    ) -> None:
        """Record agreement with one version of the notice for a purpose; an earlier one is kept as withdrawn."""
        await self.withdraw(person_id, now, purpose)
        await self._session.run(
            SQL.agree,
            id=new_id(),
            person_id=person_id,
            purpose=purpose,
            version=version,
            language=language,
            now=now,
        )

    async def withdraw(self, person_id: str, now: datetime, purpose: str = TAKING_PART) -> None:
        await self._session.run(SQL.withdraw, person_id=person_id, purpose=purpose, now=now)

    async def agreed_to(self, person_id: str) -> dict[str, str]:
        """The version of the notice agreed to, for each purpose that stands."""
        return {one.purpose: one.version for one in await self.consents(person_id) if one.withdrawn_at is None}

    async def consents(self, person_id: str) -> list[Consent]:
        return [make(Consent, row) for row in await self._session.rows(SQL.consents, person_id=person_id)]

    async def sources(self) -> list[Group]:
        """Those who take part by where they came from, the most first; empty for those who came by themselves."""
        return [make(Group, row) for row in await self._session.rows(SQL.sources)]

    async def channels(self) -> list[Group]:
        """Those who take part by how they do, the most first."""
        return [make(Group, row) for row in await self._session.rows(SQL.channels)]

    async def who_take_part(self) -> set[str]:
        """The ids of citizens who agreed to take part, or for whom staff answer."""
        return {row["id"] for row in await self._session.rows(SQL.taking_part)}

    async def takes_part(self, person_id: str) -> bool:
        return await self._session.value(SQL.takes_part, id=person_id) is not None

    async def counts(self) -> Headcount:
        return make(Headcount, await self._session.row(SQL.counts) or {})

    # ------------------------------------------------------------ how somebody wants to be treated

    async def set_needs(self, person: Person) -> None:
        """Keep how somebody wants to be spoken with, as it stands in `person`."""
        await self._session.run(
            SQL.set_needs,
            id=person.id,
            text_only=person.text_only,
            plain_words=person.plain_words,
            with_helper=person.with_helper,
            by_voice=person.by_voice,
            zone=person.zone,
            quiet_from=person.quiet_from,
            quiet_until=person.quiet_until,
            best_time=person.best_time,
            most_asked=person.most_asked,
        )

    async def pause(self, person_id: str, until: datetime) -> None:
        """Nothing is sent to them before then."""
        await self._session.run(SQL.pause, id=person_id, until=until)
        await self._session.run(SQL.spare, id=person_id)

    async def resume(self, person_id: str, now: datetime) -> bool:
        """End a pause whose time has come; false when it was ended or moved meanwhile."""
        return await self._session.value(SQL.resume, id=person_id, now=now) is not None

    async def set_code(self, person_id: str, code: str, counts_at: datetime | None) -> None:
        """Keep the salted hash of a code of their own, and from when on it counts."""
        await self._session.run(SQL.set_code, id=person_id, code=code, counts_at=counts_at)

    async def take_code_away(self, person_id: str) -> None:
        await self.set_code(person_id, "", None)

    async def miss_code(self, person_id: str) -> int:
        """A wrong code was given; returns how many in a row there are now."""
        misses: int = await self._session.value(SQL.miss_code, id=person_id)
        return misses

    async def forgive_misses(self, person_id: str) -> None:
        await self._session.run(SQL.forgive_misses, id=person_id)

    async def progress(self, person_id: str) -> Progress:
        return make(Progress, await self._session.row(SQL.progress, id=person_id) or {})

    async def set_offered(self, person_id: str, offered: int) -> None:
        await self._session.run(SQL.set_offered, id=person_id, offered=offered)

    async def mark_invited_to_tell(self, person_id: str) -> None:
        await self._session.run(SQL.mark_invited_to_tell, id=person_id)

    # ------------------------------------------------------------ who has been silent for long

    async def touch(self, person_id: str, now: datetime) -> None:
        """They have been heard of."""
        await self._session.run(SQL.touch, id=person_id, now=now)

    async def long_silent(self, since: datetime, after: str, most: int) -> list[Silent]:
        """A page of citizens not heard of since then and not asked yet whether to stay, by id."""
        return [_silent(row) for row in await self._session.rows(SQL.long_silent, since=since, after=after, most=most)]

    async def asked_to_stay(self, person_id: str, now: datetime) -> None:
        await self._session.run(SQL.asked_to_stay, id=person_id, now=now)

    async def to_ask_again(self, since: datetime, after: str, most: int) -> list[Silent]:
        """A page of those asked once, before `since`, who have not answered."""
        return [_silent(row) for row in await self._session.rows(SQL.to_ask_again, since=since, after=after, most=most)]

    async def asked_again(self, person_id: str, now: datetime) -> None:
        await self._session.run(SQL.asked_again, id=person_id, now=now)

    async def to_erase(self, since: datetime, most: int) -> list[str]:
        """Some of those asked for the second time before then who have not answered."""
        return [row["id"] for row in await self._session.rows(SQL.to_erase, since=since, most=most)]


def _silent(row: Any) -> Silent:
    recipient = make(Recipient, {name: row[name] for name in Recipient.__annotations__})
    return Silent(recipient, bool(row["takes_part"]) and not recipient.stopped)
