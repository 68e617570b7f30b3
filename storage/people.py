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
    best_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks. `agreed` is the version of the notice they have agreed to, or empty.

    `zone` is their own time zone where it is not the organisation's; quiet times are minutes after midnight there,
    `best_hour` an hour from 0 to 23; `most_asked` is how often in a week they are asked something at most. `code` is a
    salted hash of a code they chose, `code_misses` how often in a row it has been given wrongly.
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
    zone: str
    quiet_from: int | None
    quiet_until: int | None
    best_hour: int | None
    most_asked: int
    paused_until: datetime | None
    active_at: datetime | None
    channel: str
    code: str
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
            self.best_hour,
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """What somebody is being asked.

    `state` is the saved state as JSON, `number` grows with every view, `view` is the message with the buttons as
    it was sent, `view_id` its place in the outbox, `parked` the interrupted conversations, latest last.
    `followed` says that something was sent after the view, `view_message_id` is Telegram's number for it.
    """

    person_id: str
    state: str = ""
    number: int = 0
    view: str = ""
    view_id: str = ""
    parked: tuple[str, ...] = ()
    view_message_id: int | None = None
    followed: bool = False


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A view that waits for an answer."""

    person_id: str
    number: int
    view: str
    view_id: str


@dataclass(frozen=True, slots=True)
class Consent:
    purpose: str
    version: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None


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
        """By where they came from, the most first; empty for those who came by themselves."""
        return [make(Group, row) for row in await self._session.rows(SQL.sources)]

    async def channels(self) -> list[Group]:
        """By how they take part, the most first."""
        return [make(Group, row) for row in await self._session.rows(SQL.channels)]

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
            zone=person.zone,
            quiet_from=person.quiet_from,
            quiet_until=person.quiet_until,
            best_hour=person.best_hour,
            most_asked=person.most_asked,
        )

    async def pause(self, person_id: str, until: datetime) -> None:
        """Nothing is sent to them before then."""
        await self._session.run(SQL.pause, id=person_id, until=until)

    async def resume(self, person_id: str, now: datetime) -> bool:
        """End a pause whose time has come; false when it was ended or moved meanwhile."""
        return await self._session.value(SQL.resume, id=person_id, now=now) is not None

    async def set_code(self, person_id: str, code: str) -> None:
        """Keep the salted hash of a code of their own; empty for none."""
        await self._session.run(SQL.set_code, id=person_id, code=code)

    async def miss_code(self, person_id: str) -> int:
        """A wrong code was given; returns how many in a row there are now."""
        misses: int = await self._session.value(SQL.miss_code, id=person_id)
        return misses

    async def forgive_misses(self, person_id: str) -> None:
        await self._session.run(SQL.forgive_misses, id=person_id)

    async def invited_to_tell(self, person_id: str) -> bool:
        """Whether somebody has been invited to say something about themselves."""
        return bool(await self._session.value(SQL.invited_to_tell, id=person_id))

    async def mark_invited_to_tell(self, person_id: str) -> None:
        await self._session.run(SQL.mark_invited_to_tell, id=person_id)

    # ------------------------------------------------------------ who has been silent for long

    async def touch(self, person_id: str, now: datetime) -> None:
        """They have been heard of."""
        await self._session.run(SQL.touch, id=person_id, now=now)

    async def long_silent(self, since: datetime, after: str, most: int) -> list[Recipient]:
        """A page of citizens not heard of since then and not asked yet whether to stay, by id."""
        rows = await self._session.rows(SQL.long_silent, since=since, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def asked_to_stay(self, person_id: str, now: datetime) -> None:
        await self._session.run(SQL.asked_to_stay, id=person_id, now=now)

    async def to_ask_again(self, since: datetime, after: str, most: int) -> list[Recipient]:
        """A page of those asked once, before `since`, who have not answered."""
        rows = await self._session.rows(SQL.to_ask_again, since=since, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def asked_again(self, person_id: str, now: datetime) -> None:
        await self._session.run(SQL.asked_again, id=person_id, now=now)

    async def to_erase(self, since: datetime, most: int) -> list[str]:
        """Some of those asked for the second time before then who have not answered."""
        return [row["id"] for row in await self._session.rows(SQL.to_erase, since=since, most=most)]
